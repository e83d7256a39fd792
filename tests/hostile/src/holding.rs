//! Holds more than it may have: resources of the host, keys of its state.

use lockgate_sdk::{Reception, Refusal, Request, state};

/// None where the case is not of this kind.
pub(crate) fn receive(case: &str, request: &Request) -> Option<Result<Reception, Refusal>> {
    let told = match case {
        "hold-fields" => host::fields(),
        "hold-requests" => host::requests(),
        "hold-timers" => host::timers(),
        "fat-fields-20" => host::fat(20),
        "fat-fields-40" => host::fat(40),
        "state-keys" => {
            // As many as it is let; every one is a short key without a value.
            let kept = (0..1_000_000_u32).take_while(|n| state::set(&format!("{n:x}"), b"").is_ok()).count();
            format!("kept {kept}")
        }
        // What fits into one call, and not twice into what is kept.
        "state-fill" => {
            let key = |n: u32| format!("{}-{n}", request.received_at);
            let kept = (0..15).filter(|n| state::set(&key(*n), &[0; 60 << 10]).is_ok()).count();
            format!("kept {kept}")
        }
        _ => return None,
    };
    Some(Ok(crate::told(request, told)))
}

#[cfg(target_arch = "wasm32")]
mod host {
    use lockgate_sdk::bindings::imports::wasi::clocks::monotonic_clock::subscribe_duration;
    use lockgate_sdk::bindings::imports::wasi::http::types::{Fields, OutgoingRequest};

    fn hoard<T>(mut make: impl FnMut() -> T) -> ! {
        let mut hoard = Vec::new();
        loop {
            hoard.push(make());
        }
    }

    pub(super) fn fields() -> String {
        hoard(Fields::new)
    }

    pub(super) fn requests() -> String {
        hoard(|| OutgoingRequest::new(Fields::new()))
    }

    pub(super) fn timers() -> String {
        hoard(|| subscribe_duration(3_600_000_000_000))
    }

    /// So many headers of a kilobyte in one of them.
    pub(super) fn fat(count: u32) -> String {
        let fields = Fields::new();
        let kept = (0..count).take_while(|n| fields.append(&format!("x-{n}"), &[b'x'; 1000]).is_ok()).count();
        format!("kept {kept}")
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod host {
    pub(super) fn fields() -> String {
        String::new()
    }

    pub(super) fn requests() -> String {
        String::new()
    }

    pub(super) fn timers() -> String {
        String::new()
    }

    pub(super) fn fat(_: u32) -> String {
        String::new()
    }
}
