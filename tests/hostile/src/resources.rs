//! Takes more than it may have: time, memory, stack, log, output.

use std::hint::black_box;
use std::io::Write as _;

use lockgate_sdk::{Event, EventBody, Reception, Refusal, Request, Response, log, settings, state};

type Received = Option<Result<Reception, Refusal>>;

/// None where the case is not of this kind.
pub(crate) fn receive(case: &str, request: &Request) -> Received {
    let reception = match case {
        "spin" => spin(),
        "spin-in-host" => loop {
            black_box(settings::all());
        },
        "allocate" => allocate(),
        "write-and-panic" => {
            let _ = state::set("written", b"by a call that failed");
            fail()
        }
        "recurse" => crate::told(request, recurse(1).to_string()),
        "panic" => fail(),
        "flood-log" => flood_log(request),
        "one-long-line" => {
            log::info(&"x".repeat(4 << 20), &[]);
            crate::told(request, "logged")
        }
        "print" => print(request),
        "output" => Reception {
            response: Some(Response { body: vec![b'x'; 100 << 20], ..Response::default() }),
            events: Vec::new(),
        },
        "events" => {
            let event = |n: u32| Event::new(n.to_string(), 0, EventBody::Typing(true));
            Reception::of((0..1_000_000).map(event).collect())
        }
        "sleep" => {
            std::thread::sleep(std::time::Duration::from_secs(3600));
            crate::told(request, "slept")
        }
        "exit" => std::process::exit(3),
        _ => return None,
    };
    Some(Ok(reception))
}

fn spin() -> ! {
    let mut n = 0_u64;
    loop {
        n = black_box(n.wrapping_mul(31).wrapping_add(7));
    }
}

/// Memory that is never written to: its limit is met before that of the time, however slow the machine is.
fn allocate() -> ! {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(Vec::with_capacity(1 << 20));
        black_box(&hoard);
    }
}

fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if frame.first() == Some(&u64::MAX) {
        return 0;
    }
    recurse(depth + 1).wrapping_add(frame.iter().sum::<u64>())
}

/// Not an `Err`: what a plugin's author overlooked.
#[allow(clippy::panic, reason = "panicking is the case")]
fn fail() -> ! {
    panic!("the hostile plugin panics on request")
}

fn flood_log(request: &Request) -> Reception {
    for n in 0..20_000 {
        log::warn("a line of the flood", &[("n", &n.to_string())]);
    }
    crate::told(request, "flooded")
}

fn print(request: &Request) -> Reception {
    let line = [b'o'; 1000];
    for _ in 0..1000 {
        let _ = std::io::stdout().write_all(&line).and_then(|()| std::io::stdout().write_all(b"\n"));
    }
    let _ = writeln!(std::io::stderr(), "this went to standard error");
    crate::told(request, "printed")
}
