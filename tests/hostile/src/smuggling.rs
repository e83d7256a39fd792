//! Requests put together piece by piece, so that nothing between plugin and host tidies them up first.

use lockgate_sdk::{Fault, Outcome};
use serde::Deserialize;

/// `raw {"target": "/look/1"}`: the pieces of a request, as they are handed to the host.
#[derive(Deserialize)]
#[serde(default)]
struct Raw {
    method: String,
    authority: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    trailers: Vec<(String, String)>,
}

impl Default for Raw {
    fn default() -> Self {
        Self {
            method: "POST".into(),
            authority: "provider.example.com".into(),
            target: "/look/1".into(),
            headers: Vec::new(),
            body: String::new(),
            trailers: Vec::new(),
        }
    }
}

/// Tells which piece was refused, or what came of the whole.
pub(crate) fn send(case: &str, argument: &str) -> Option<Outcome> {
    if case != "raw" {
        return None;
    }
    let told = match serde_json::from_str(argument) {
        Ok(raw) => attempt(&raw).unwrap_or_else(|refused| refused),
        Err(error) => error.to_string(),
    };
    Some(Outcome::Failed(Fault::rejected(None, told)))
}

#[cfg(target_arch = "wasm32")]
fn attempt(raw: &Raw) -> Result<String, String> {
    use lockgate_sdk::bindings::imports::wasi::http::outgoing_handler::handle;
    use lockgate_sdk::bindings::imports::wasi::http::types::{Fields, Method, OutgoingBody, OutgoingRequest, Scheme};

    let refused = |piece: &str| format!("piece refused: {piece}");
    let fields = |of: &[(String, String)]| {
        let list: Vec<_> = of.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
        Fields::from_list(&list)
    };
    let request = OutgoingRequest::new(fields(&raw.headers).map_err(|_| refused("headers"))?);
    request.set_method(&Method::Other(raw.method.clone())).map_err(|()| refused("method"))?;
    request.set_scheme(Some(&Scheme::Https)).map_err(|()| refused("scheme"))?;
    request.set_authority(Some(&raw.authority)).map_err(|()| refused("authority"))?;
    request.set_path_with_query(Some(&raw.target)).map_err(|()| refused("target"))?;
    let body = request.body().map_err(|()| refused("body"))?;
    let answer = handle(request, None).map_err(|code| format!("request refused: {code:?}"))?;
    if let Ok(stream) = body.write() {
        for piece in raw.body.as_bytes().chunks(4096) {
            if stream.blocking_write_and_flush(piece).is_err() {
                break;
            }
        }
    }
    let trailers = match raw.trailers.is_empty() {
        true => None,
        false => Some(fields(&raw.trailers).map_err(|_| refused("trailers"))?),
    };
    if OutgoingBody::finish(body, trailers).is_err() {
        return Err(refused("body"));
    }
    answer.subscribe().block();
    match answer.get() {
        Some(Ok(Ok(answer))) => Ok(format!("answered: {}", answer.status())),
        Some(Ok(Err(code))) => Err(format!("request refused: {code:?}")),
        Some(Err(())) | None => Err("no answer".into()),
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn attempt(raw: &Raw) -> Result<String, String> {
    Err(format!("{} {} {} {:?} {} {:?}", raw.method, raw.authority, raw.target, raw.headers, raw.body, raw.trailers))
}
