//! Takes as much of one thing as it is asked for: `{"do": "burn", "amount": 1000}`. A little of it works, too much of it does not,
//! so that nothing but the amount differs between an attack and what shows that the same thing is possible.

use std::hint::black_box;
use std::io::Write as _;
use std::time::Duration;

use lockgate_sdk::{Event, EventBody, Reception, Refusal, Request, Response, log, settings, state};
use serde::Deserialize;

/// How much, and in which size.
#[derive(Deserialize)]
struct Asked {
    amount: u64,
    #[serde(default)]
    size: usize,
}

/// None where the case is not of this kind. Tells what it got.
pub(crate) fn receive(case: &str, request: &Request) -> Option<Result<Reception, Refusal>> {
    let Asked { amount, size } = serde_json::from_slice(&request.body).ok()?;
    let many = usize::try_from(amount).unwrap_or(usize::MAX);
    let told = match case {
        // Rounds of computing.
        "burn" => (0..amount).fold(0_u64, |n, _| black_box(n.wrapping_mul(31).wrapping_add(7))).to_string(),
        // Calls of the host, each answered at once.
        "ask" => (0..amount).fold(0, |_, _| black_box(settings::all()).len()).to_string(),
        // Memory, in MiB.
        "reserve" => {
            (0..amount).map(|_| black_box(Vec::<u8>::with_capacity(1 << 20))).collect::<Vec<_>>().len().to_string()
        }
        // The same, written to.
        "hoard" => (0..amount).map(|_| black_box(vec![1_u8; 1 << 20])).collect::<Vec<_>>().len().to_string(),
        // Frames of the stack.
        "recurse" => deeper(amount).to_string(),
        // A trap, by as much as one.
        "panic" => stop(amount),
        "exit" if amount > 0 => std::process::exit(3),
        "exit" => "went on".into(),
        // Milliseconds without doing anything.
        "wait" => {
            std::thread::sleep(Duration::from_millis(amount));
            "waited".into()
        }
        // Lines of log, of so many characters.
        "log" => {
            (0..amount).for_each(|n| log::warn(&"x".repeat(size), &[("n", &n.to_string())]));
            "logged".into()
        }
        "print" => {
            let line = "o".repeat(size);
            (0..amount).for_each(|_| drop(writeln!(std::io::stdout(), "{line}")));
            "printed".into()
        }
        // Bytes of an answer of its own.
        "fill-answer" => {
            let response = Response { body: vec![b'x'; many], ..Response::default() };
            return Some(Ok(Reception { response: Some(response), ..crate::told(request, "answered") }));
        }
        // Events, of which nobody keeps anything.
        "events" => {
            let mut reception = crate::told(request, "happened");
            let typing = |n: u64| Event::new(format!("typing-{n}"), 0, EventBody::Typing(true));
            reception.events.extend((0..amount).map(typing));
            return Some(Ok(reception));
        }
        // Values of state, of so many bytes.
        "remember" => {
            let value = vec![b'v'; size];
            let refused = (0..amount).find_map(|n| state::set(&format!("kept-{n}"), &value).err());
            refused.map_or("remembered".into(), |error| format!("{error:?}"))
        }
        // Resources of the host, held all at once.
        "hold" => held(many),
        _ => return None,
    };
    Some(Ok(crate::told(request, told)))
}

fn deeper(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if depth == 0 {
        return 1;
    }
    deeper(depth - 1).wrapping_add(frame.iter().sum::<u64>())
}

#[allow(clippy::panic, reason = "a trap is the case")]
fn stop(amount: u64) -> String {
    if amount > 0 {
        panic!("the hostile plugin panics on request");
    }
    "went on".into()
}

#[cfg(target_arch = "wasm32")]
fn held(many: usize) -> String {
    use lockgate_sdk::bindings::imports::wasi::http::types::Fields;
    (0..many).map(|_| Fields::new()).collect::<Vec<_>>().len().to_string()
}

#[cfg(not(target_arch = "wasm32"))]
fn held(many: usize) -> String {
    many.to_string()
}
