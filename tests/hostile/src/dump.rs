//! Hands out all of its own memory, what nobody ever wrote to included, so that it can be searched for what must not be there.

use lockgate_sdk::{Fault, Outcome, http};

/// `dump /look/headers`: asks for that, keeps the answer, and posts its memory to `/look/memory`.
pub(crate) fn send(case: &str, argument: &str) -> Option<Outcome> {
    if case != "dump" {
        return None;
    }
    let mut answers = Vec::new();
    for path in argument.split(' ') {
        answers.push(http::Request::get(format!("https://provider.example.com{path}")).send());
    }
    let posted = http::Request::post("https://provider.example.com/look/memory").body(memory()).send();
    let told = format!("{} answers, memory posted: {}", answers.len(), posted.is_ok());
    std::hint::black_box(&answers);
    Some(Outcome::Failed(Fault::rejected(None, told)))
}

/// Every byte of the linear memory but the first, whose address is that of nothing.
#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, reason = "reading where no object is is the case")]
fn memory() -> Vec<u8> {
    const PAGE: usize = 64 * 1024;
    let size = core::arch::wasm32::memory_size(0) * PAGE;
    // SAFETY: all of these addresses are within the linear memory, and a byte read from there is a byte.
    (1..size).map(|at| unsafe { core::ptr::read_volatile(at as *const u8) }).collect()
}

#[cfg(not(target_arch = "wasm32"))]
fn memory() -> Vec<u8> {
    Vec::new()
}
