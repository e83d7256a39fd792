//! Idempotency keys: a creating request that is repeated answers as it did the first time, and creates nothing again.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use lockgate_store::{ApiToken, Begin};
use sha2::{Digest, Sha256};

use super::gate::{IDEMPOTENCY_KEY, MAX_JSON};
use super::problem::{Kind, Problem};
use crate::host::Host;

/// The answer says so when it is a repeated one.
const REPLAYED: &str = "idempotency-replayed";

/// The longest key, in bytes.
const MAX_KEY: usize = 255;

/// What a repeated request is answered in place of the first answer, where that held a secret which is shown once.
#[derive(Clone, Debug)]
pub(crate) struct RepeatWith(pub(crate) serde_json::Value);

/// Runs the operation, or answers what it answered before. A request without the header simply runs.
pub(crate) async fn once(host: &Host, token: &ApiToken, request: Request, next: Next) -> Response {
    match guarded(host, token, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn guarded(host: &Host, token: &ApiToken, request: Request, next: Next) -> Result<Response, Problem> {
    let Some(key) = key(request.headers())? else {
        return Ok(next.run(request).await);
    };
    let (parts, body) = request.into_parts();
    // The gate has read the body already, within its limit.
    let body = to_bytes(body, usize::MAX).await.map_err(|error| Problem::internal(&error))?;
    let mut hash = Sha256::new();
    for part in [parts.method.as_str(), parts.uri.path(), parts.uri.query().unwrap_or_default()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(&body);
    let hash: [u8; 32] = hash.finalize().into();

    match host.store.idempotency_begin(token.id, &key, hash).await? {
        Begin::New => {}
        Begin::Replay { status, body } => return Ok(replay(status, body)),
        Begin::Mismatch => {
            let detail = "This idempotency key was used with another request. Take a new key for a new request.";
            return Err(Problem::new(Kind::IdempotencyMismatch, detail));
        }
        Begin::InProgress => {
            let detail = "A request with this idempotency key is under way, or was cut off and its outcome is not known. \
                Ask again in a moment; if it stays so, look at what is there before you take a new key.";
            return Err(Problem::new(Kind::IdempotencyInProgress, detail));
        }
    }
    // The work goes on when the caller hangs up: what was begun is finished or abandoned, never left in the dark.
    let (host, token, request) = (host.clone(), token.clone(), Request::from_parts(parts, Body::from(body)));
    let work = tokio::spawn(async move {
        let response = next.run(request).await;
        keep(&host, &token, &key, response).await
    });
    match work.await {
        Ok(response) => Ok(response),
        Err(error) => Err(Problem::internal(&error)),
    }
}

/// Keeps the answer for repetitions. A refusal is not kept: what it complained of may be mended. After a fault of the host's
/// own nobody knows what was done, so the key stays taken: nothing is done twice.
async fn keep(host: &Host, token: &ApiToken, key: &str, response: Response) -> Response {
    let status = response.status();
    if status.is_server_error() {
        return response;
    }
    if !status.is_success() {
        if let Err(error) = host.store.idempotency_abandon(token.id, key).await {
            tracing::warn!(error = super::problem::chain(&error), "an idempotency key could not be freed");
        }
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_JSON * 4).await else {
        return Problem::new(Kind::Internal, "").into_response();
    };
    let kept = match parts.extensions.remove::<RepeatWith>() {
        Some(RepeatWith(value)) => serde_json::to_vec(&value).unwrap_or_default(),
        None => body.to_vec(),
    };
    if let Err(error) = host.store.idempotency_finish(token.id, key, status.as_u16(), kept).await {
        tracing::warn!(error = super::problem::chain(&error), "an answer could not be kept for repetitions");
    }
    Response::from_parts(parts, Body::from(body))
}

fn replay(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, [(CONTENT_TYPE, "application/json")], body).into_response();
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// The key, where there is one that can be taken.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut all = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (first, second) = (all.next(), all.next());
    match (first.map(|value| value.to_str()), second) {
        (None, _) => Ok(None),
        (Some(Ok(key)), None) if !key.is_empty() && key.len() <= MAX_KEY => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(Kind::BadRequest, format!("Idempotency-Key must be one text of 1 to {MAX_KEY} visible ASCII characters."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_short_visible_text() {
        let headers = |values: &[&str]| -> HeaderMap {
            values.iter().map(|value| (http::HeaderName::from_static(IDEMPOTENCY_KEY), HeaderValue::from_str(value).unwrap())).collect()
        };
        assert_eq!(key(&headers(&[])).unwrap(), None);
        assert_eq!(key(&headers(&["a"])).unwrap().as_deref(), Some("a"));
        for bad in [&["a", "b"][..], &[""], &[&"x".repeat(256)]] {
            assert!(key(&headers(bad)).is_err(), "{bad:?}");
        }
    }
}
