//! Sends at the wrong time, twice, or without waiting for what comes of it.

use lockgate_sdk::{Draft, Fault, Outcome, delivery, http, state};

use crate::plain;

/// None where the case is not of this kind.
pub(crate) fn send(case: &str, argument: &str, draft: &Draft) -> Option<Outcome> {
    let outcome = match case {
        "post" => plain::post(&format!("https://provider.example.com{argument}"), "posted"),
        "twice" => {
            let _ = plain::send("once");
            plain::send("twice")
        }
        "many" => {
            (0..100).map(|_| plain::post("https://provider.example.com/look/1", "again")).reduce(|_, last| last)?
        }
        "trap-before" => trap(),
        "trap-after" => {
            let _ = plain::send("before the trap");
            trap()
        }
        "spin-after" => {
            let _ = plain::send("before the spin");
            loop {
                std::hint::black_box(0);
            }
        }
        "lie" => {
            let _ = plain::send("sent all the same");
            Outcome::Failed(Fault::passing("nothing was sent", None))
        }
        "abandon" => abandon(),
        // By the time that the others are answered the first one is there.
        "abandon-late" => {
            let _ = abandon();
            (0..3).map(|_| plain::post("https://provider.example.com/look/1", "again")).reduce(|_, last| last)?
        }
        "timers" => Outcome::Failed(Fault::rejected(None, crate::surroundings::timers(1_000_000))),
        "begin" => {
            delivery::begin(&draft.parts.iter().map(|part| part.id).take(1).collect::<Vec<_>>());
            plain::send("of one part")
        }
        // As many parts as nobody has.
        "begin-many" => {
            delivery::begin(&(0..1025).collect::<Vec<_>>());
            plain::send("of no part")
        }
        "settle-many" => {
            let outcome = plain::send("settled");
            delivery::settle(&(0..1025).collect::<Vec<_>>(), Some("settled-id"));
            outcome
        }
        "settle" => {
            let outcome = plain::send("settled");
            delivery::settle(&draft.parts.iter().map(|part| part.id).collect::<Vec<_>>(), Some("settled-id"));
            outcome
        }
        "write-state" => Outcome::Failed(Fault::rejected(None, format!("{:?}", state::set("key", b"value")))),
        "large" => {
            let size = argument.parse().unwrap_or_default();
            answered(http::Request::post("https://provider.example.com/look/large").body(vec![b'x'; size]).send())
        }
        _ => return None,
    };
    Some(outcome)
}

fn answered(answer: Result<http::Response, http::SendError>) -> Outcome {
    Outcome::Failed(Fault::rejected(None, format!("{:?}", answer.map(|answer| (answer.status, answer.body.len())))))
}

#[allow(clippy::panic, reason = "a trap is the case")]
fn trap() -> ! {
    panic!("trapped on request")
}

/// Begins a request and does not wait for it.
#[cfg(target_arch = "wasm32")]
fn abandon() -> Outcome {
    use lockgate_sdk::bindings::imports::wasi::http::outgoing_handler::handle;
    use lockgate_sdk::bindings::imports::wasi::http::types::{Fields, Method, OutgoingRequest, Scheme};

    let request = OutgoingRequest::new(Fields::new());
    let prepared = request
        .set_method(&Method::Post)
        .and_then(|()| request.set_scheme(Some(&Scheme::Https)))
        .and_then(|()| request.set_authority(Some("provider.example.com")))
        .and_then(|()| request.set_path_with_query(Some("/messages")));
    if prepared.is_ok() {
        // Kept for ever, so that dropping it does not call the request back.
        std::mem::forget(handle(request, None));
    }
    Outcome::Failed(Fault::passing("nothing was sent", None))
}

#[cfg(not(target_arch = "wasm32"))]
fn abandon() -> Outcome {
    Outcome::NotTried
}
