//! The simulated CDN: what a person sent along, at a signed address that everybody may read and that does not last.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response, StatusCode, header};
use http_body_util::Full;

/// The host that the addresses are on. The real ones are named nowhere.
pub const CDN_HOST: &str = "scontent.example.net";

/// What was asked of it.
#[derive(Debug, Default)]
pub(super) struct Cdn(Mutex<Vec<String>>);

/// The address of a picture. One whose name begins with `expired` is not given out any more.
#[must_use]
pub fn address(name: &str) -> String {
    format!("https://{CDN_HOST}/v/{name}.jpg?oh=1&oe=2")
}

/// The bytes of the picture at that address: a JPEG by its beginning, and no other's.
#[must_use]
pub fn picture(name: &str) -> Vec<u8> {
    [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00".as_slice(), name.as_bytes(), b"\xff\xd9"].concat()
}

impl Cdn {
    /// Whether a request is meant for it.
    pub(super) fn is_meant(head: &Parts) -> bool {
        head.headers.get(header::HOST).is_some_and(|host| host.as_bytes() == CDN_HOST.as_bytes())
    }

    /// Paths and queries that were asked for, in order; a `!` before those that came with a credential.
    pub(super) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn answer(&self, head: &Parts) -> Response<Full<Bytes>> {
        let asked = head.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        let name = head.uri.path().strip_prefix("/v/").and_then(|file| file.strip_suffix(".jpg"));
        let signed = head.uri.query().is_some_and(|query| query.contains("oh="));
        let told = [header::AUTHORIZATION, header::COOKIE].iter().any(|name| head.headers.contains_key(name));
        let (status, body) = match name {
            _ if told || head.method != Method::GET => (StatusCode::BAD_REQUEST, Bytes::from_static(b"Bad request")),
            Some(name) if signed && !name.starts_with("expired") => (StatusCode::OK, picture(name).into()),
            Some(_) => (StatusCode::FORBIDDEN, Bytes::from_static(b"URL signature expired")),
            None => (StatusCode::NOT_FOUND, Bytes::from_static(b"Content not found")),
        };
        let mark = if told { "!" } else { "" };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{mark}{asked}"));
        let mut answer = Response::new(Full::new(body));
        *answer.status_mut() = status;
        answer
    }
}
