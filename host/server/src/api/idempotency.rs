//! Idempotency keys: a creating request that is repeated answers as it did the first time, and creates nothing again.
//!
//! An answer can hold what is shown once (a new token, the address of a hook). It is kept sealed with a key that is derived from
//! the token which asked, and which the database does not hold: only who could ask again can read it.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, Payload};
use hmac::{Hmac, KeyInit, Mac};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, StatusCode};
use lockgate_store::{ApiToken, Begin};
use sha2::{Digest, Sha256};

use super::gate::{IDEMPOTENCY_KEY, bearer};
use super::problem::{Kind, Problem, chain};
use crate::host::Host;

/// The answer says so when it is a repeated one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Bytes of the largest answer that is kept.
const MAX_ANSWER: usize = 4 << 20;

/// Bytes of a nonce.
const NONCE: usize = 24;

/// The longest key, in bytes.
const MAX_KEY: usize = 255;

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
    let seal = Seal::of(bearer(request.headers()).unwrap_or_default(), &key)?;
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
        Begin::Replay { status, body } => return replay(status, &seal.open(&body)?),
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
        keep(&host, &token, &key, &seal, response).await
    });
    match work.await {
        Ok(response) => Ok(response),
        Err(error) => Err(Problem::internal(&error)),
    }
}

/// Keeps the answer for repetitions. A refusal is not kept: what it complained of may be mended. After a fault of the host's
/// own nobody knows what was done, so the key stays taken: nothing is done twice.
async fn keep(host: &Host, token: &ApiToken, key: &str, seal: &Seal, response: Response) -> Response {
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
    let (parts, body) = response.into_parts();
    let body = match to_bytes(body, MAX_ANSWER).await {
        Ok(body) => body,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let mut nonce = [0; NONCE];
    host.seams.entropy.fill(&mut nonce);
    let kept = match seal.seal(nonce, &body) {
        Ok(sealed) => {
            host.store.idempotency_finish(token.id, key, status.as_u16(), sealed).await.map_err(|error| chain(&error))
        }
        Err(DoesNotOpen) => Err("it cannot be sealed".to_owned()),
    };
    if let Err(error) = kept {
        tracing::warn!(error, "an answer could not be kept for repetitions");
    }
    Response::from_parts(parts, Body::from(body))
}

fn replay(status: u16, body: &[u8]) -> Result<Response, Problem> {
    let status = StatusCode::from_u16(status).map_err(|error| Problem::internal(&error))?;
    let headers = [(CONTENT_TYPE, "application/json"), (REPLAYED, "true")];
    Ok((status, headers, body.to_vec()).into_response())
}

/// Seals the answer to one key of one token.
struct Seal {
    cipher: XChaCha20Poly1305,
    key: String,
}

/// A kept answer that is not what was sealed.
#[derive(Debug, thiserror::Error)]
#[error("a kept answer does not open")]
struct DoesNotOpen;

impl Seal {
    fn of(secret: &str, key: &str) -> Result<Self, Problem> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| Problem::internal(&error))?;
        mac.update(b"lockgate idempotent answer");
        let derived: [u8; 32] = mac.finalize().into_bytes().into();
        Ok(Self { cipher: XChaCha20Poly1305::new(&derived.into()), key: key.to_owned() })
    }

    fn seal(&self, nonce: [u8; NONCE], answer: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let payload = Payload { msg: answer, aad: self.key.as_bytes() };
        let sealed = self.cipher.encrypt(&nonce.into(), payload).map_err(|_| DoesNotOpen)?;
        Ok([&nonce[..], &sealed].concat())
    }

    fn open(&self, kept: &[u8]) -> Result<Vec<u8>, Problem> {
        let opened = kept.split_first_chunk::<NONCE>().and_then(|(nonce, sealed)| {
            self.cipher.decrypt(&(*nonce).into(), Payload { msg: sealed, aad: self.key.as_bytes() }).ok()
        });
        opened.ok_or_else(|| Problem::internal(&DoesNotOpen))
    }
}

/// The key, where there is one that can be taken.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut all = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (first, second) = (all.next(), all.next());
    match (first.map(|value| value.to_str()), second) {
        (None, _) => Ok(None),
        (Some(Ok(key)), None) if !key.is_empty() && key.len() <= MAX_KEY => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(
            Kind::BadRequest,
            format!("Idempotency-Key must be one text of 1 to {MAX_KEY} visible ASCII characters."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_kept_answer_opens_for_the_same_token_and_key_alone() {
        let seal = |secret, key| Seal::of(secret, key).unwrap();
        let kept = seal("lg_a", "k").seal([7; NONCE], b"lg_new").unwrap();
        assert!(!kept.windows(6).any(|window| window == b"lg_new"));
        assert_eq!(seal("lg_a", "k").open(&kept).unwrap(), b"lg_new");
        assert!(seal("lg_b", "k").open(&kept).is_err());
        assert!(seal("lg_a", "other").open(&kept).is_err());
        assert!(seal("lg_a", "k").open(b"short").is_err());
    }

    #[test]
    fn a_key_is_one_short_visible_text() {
        let headers = |values: &[&str]| -> HeaderMap {
            values
                .iter()
                .map(|value| (http::HeaderName::from_static(IDEMPOTENCY_KEY), HeaderValue::from_str(value).unwrap()))
                .collect()
        };
        assert_eq!(key(&headers(&[])).unwrap(), None);
        assert_eq!(key(&headers(&["a"])).unwrap().as_deref(), Some("a"));
        for bad in [&["a", "b"][..], &[""], &[&"x".repeat(256)]] {
            assert!(key(&headers(bad)).is_err(), "{bad:?}");
        }
    }
}
