//! Requests as they are written, without the SDK's help: several in a row, each told with the very code of its refusal.
//!
//! `wire [{"method", "scheme", "authority", "path", "headers": [[name, value]], "body", "repeat", "pad",
//! "follow"}]`. What is left out is
//! `GET https`, no header and no body; `repeat` writes the body so often; `pad` adds a header of so
//! many bytes; `follow` goes where a redirect leads. What came of each
//! is told as one JSON array: `{"status", "headers", "body", "length"}`, `{"error"}` of a request that the host took, or
//! `{"unusable"}`, the part of the request that could not even be written.

use lockgate_sdk::{Fault, Outcome, log};
use serde::{Deserialize, Serialize};

/// Characters that are told of an answer's body.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "used where a host answers"))]
const SHOWN: usize = 1500;

/// One request.
#[derive(Clone, Deserialize)]
#[serde(default)]
struct Knock {
    method: String,
    scheme: String,
    authority: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    repeat: usize,
    pad: usize,
    follow: bool,
}

impl Default for Knock {
    fn default() -> Self {
        Self {
            method: "GET".into(),
            scheme: "https".into(),
            authority: String::new(),
            path: "/".into(),
            headers: Vec::new(),
            body: String::new(),
            repeat: 1,
            pad: 0,
            follow: false,
        }
    }
}

/// What came of it.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "used where a host answers"))]
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Told {
    Error(String),
    Unusable(String),
    #[serde(untagged)]
    Answer {
        status: u16,
        headers: Vec<(String, String)>,
        body: String,
        length: usize,
    },
}

/// None where the case is not of this kind. `wire-log` logs what it found, `wire-panic` ends with it.
pub(crate) fn send(case: &str, argument: &str) -> Option<Outcome> {
    if !matches!(case, "wire" | "wire-log" | "wire-panic") {
        return None;
    }
    let told = match serde_json::from_str::<Vec<Knock>>(argument) {
        Ok(knocks) => serde_json::to_string(&knocks.into_iter().map(knock).collect::<Vec<_>>()),
        Err(error) => Ok(format!("cannot be read: {error}")),
    };
    let told = told.unwrap_or_default();
    match case {
        "wire-log" => {
            log::warn(&told, &[("found", &told)]);
            println!("{told}");
        }
        "wire-panic" => crate::token::shout(&told),
        _ => {}
    }
    Some(Outcome::Failed(Fault::rejected(None, told)))
}

fn knock(knock: Knock) -> Told {
    let follow = knock.follow;
    let told = exchange(&knock);
    let Told::Answer { status: 300..=399, headers, .. } = &told else { return told };
    let location = headers.iter().find(|(name, _)| name == "location").map(|(_, value)| value.as_str());
    match location.and_then(|location| location.split_once("://")) {
        Some((scheme, rest)) if follow => {
            let (authority, path) = rest.find('/').map_or((rest, "/"), |slash| rest.split_at(slash));
            exchange(&Knock {
                scheme: scheme.into(),
                authority: authority.into(),
                path: path.into(),
                ..Knock::default()
            })
        }
        _ => told,
    }
}

#[cfg(target_arch = "wasm32")]
fn exchange(knock: &Knock) -> Told {
    use lockgate_sdk::bindings::imports::wasi::http::outgoing_handler::handle;
    use lockgate_sdk::bindings::imports::wasi::http::types::{Fields, Method, OutgoingBody, OutgoingRequest, Scheme};

    let unusable = |part: &str| Told::Unusable(part.to_owned());
    let mut headers: Vec<(String, Vec<u8>)> =
        knock.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
    if knock.pad > 0 {
        headers.push(("x-pad".into(), vec![b'x'; knock.pad]));
    }
    let Ok(fields) = Fields::from_list(&headers) else { return unusable("headers") };
    let request = OutgoingRequest::new(fields);
    let method = match knock.method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "DELETE" => Method::Delete,
        "CONNECT" => Method::Connect,
        "TRACE" => Method::Trace,
        other => Method::Other(other.to_owned()),
    };
    let scheme = match knock.scheme.as_str() {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        other => Scheme::Other(other.to_owned()),
    };
    if request.set_method(&method).is_err() {
        return unusable("method");
    }
    if request.set_scheme(Some(&scheme)).is_err() {
        return unusable("scheme");
    }
    if request.set_authority(Some(&knock.authority)).is_err() {
        return unusable("authority");
    }
    if request.set_path_with_query(Some(&knock.path)).is_err() {
        return unusable("path");
    }
    let Ok(sink) = request.body() else { return unusable("body") };
    let future = match handle(request, None) {
        Ok(future) => future,
        Err(code) => return Told::Error(format!("{code:?}")),
    };
    let written = sink.write().is_ok_and(|stream| {
        let body = knock.body.repeat(knock.repeat);
        body.as_bytes().chunks(4096).all(|piece| stream.blocking_write_and_flush(piece).is_ok())
    });
    if written {
        drop(OutgoingBody::finish(sink, None));
    } else {
        drop(sink);
    }
    future.subscribe().block();
    match future.get() {
        Some(Ok(Ok(answer))) => read(answer),
        Some(Ok(Err(code))) => Told::Error(format!("{code:?}")),
        Some(Err(())) | None => Told::Error("no answer was there".into()),
    }
}

#[cfg(target_arch = "wasm32")]
fn read(answer: lockgate_sdk::bindings::imports::wasi::http::types::IncomingResponse) -> Told {
    use lockgate_sdk::bindings::imports::wasi::io::streams::StreamError;

    let status = answer.status();
    let headers = answer.headers().entries().into_iter();
    let headers = headers.map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())).collect();
    let mut body = Vec::new();
    if let Ok(incoming) = answer.consume() {
        let Ok(stream) = incoming.stream() else { return Told::Error("its body was taken twice".into()) };
        loop {
            match stream.blocking_read(64 * 1024) {
                Ok(chunk) => body.extend_from_slice(&chunk),
                Err(StreamError::Closed) => break,
                Err(StreamError::LastOperationFailed(error)) => return Told::Error(error.to_debug_string()),
            }
        }
    }
    let length = body.len();
    Told::Answer { status, headers, body: String::from_utf8_lossy(&body).chars().take(SHOWN).collect(), length }
}

#[cfg(not(target_arch = "wasm32"))]
fn exchange(_knock: &Knock) -> Told {
    Told::Unusable("outside of a sandbox".into())
}
