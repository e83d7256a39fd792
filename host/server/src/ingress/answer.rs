//! What a provider is answered.

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use lockgate_model::contract::inbound;
use lockgate_model::manifest::Route;

use super::verify::Unauthentic;
use crate::ingest::Answer;

/// Headers that a plugin's own answer may have. No cookies, nothing that changes how a browser treats this origin.
const ALLOWED: [HeaderName; 4] =
    [header::CONTENT_TYPE, header::CONTENT_LANGUAGE, header::CACHE_CONTROL, header::RETRY_AFTER];

/// Why a request does not reach a plugin. Each is counted by its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    UnknownKey,
    UnknownRoute,
    Method(String),
    MediaType,
    TooLarge,
    TooSlow,
    Broken,
    WrongToken,
    Unauthentic(Unauthentic),
    PluginSaysUnauthentic,
    Unavailable(Duration),
}

impl Refused {
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::UnknownKey => "unknown-key",
            Self::UnknownRoute => "unknown-route",
            Self::Method(_) => "method",
            Self::MediaType => "media-type",
            Self::TooLarge => "too-large",
            Self::TooSlow => "too-slow",
            Self::Broken => "broken",
            Self::WrongToken => "wrong-token",
            Self::Unauthentic(Unauthentic::Unsigned) => "unsigned",
            Self::Unauthentic(_) | Self::PluginSaysUnauthentic => "forged",
            Self::Unavailable(_) => "unavailable",
        }
    }

    /// One word and nothing of the inside: whoever knocks learns only what they must change.
    pub(super) fn respond(self) -> Response {
        let (status, words) = match &self {
            Self::UnknownKey | Self::UnknownRoute => (StatusCode::NOT_FOUND, "not found"),
            Self::Method(_) => (StatusCode::METHOD_NOT_ALLOWED, "method not allowed"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported media type"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too large"),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too slow"),
            Self::Broken => (StatusCode::BAD_REQUEST, "broken body"),
            Self::WrongToken => (StatusCode::FORBIDDEN, "wrong token"),
            Self::Unauthentic(_) | Self::PluginSaysUnauthentic => (StatusCode::UNAUTHORIZED, "not authentic"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "try again"),
        };
        let mut response = harden((status, words).into_response());
        match self {
            Self::Method(allowed) => {
                if let Ok(value) = HeaderValue::from_str(&allowed) {
                    response.headers_mut().insert(header::ALLOW, value);
                }
            }
            Self::Unavailable(after) => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
            }
            _ => {}
        }
        response
    }
}

/// The answer to a handshake: the challenge, or what the manifest has for it, as the whole body.
pub(super) fn challenge(content_type: &str, body: &str) -> Response {
    harden(([(header::CONTENT_TYPE, content_type)], body.to_owned()).into_response())
}

/// The answer to what was taken in.
pub(super) fn provider(route: &Route, answer: Answer) -> Result<Response, Refused> {
    match answer {
        Answer::Default => Ok(default(route)),
        Answer::Own(response) => Ok(own(response).unwrap_or_else(|| default(route))),
        Answer::Unauthentic => Err(Refused::PluginSaysUnauthentic),
        Answer::Unavailable { retry_after } => Err(Refused::Unavailable(retry_after)),
    }
}

fn default(route: &Route) -> Response {
    let answer = &route.answer;
    let mut response = Response::new(Body::from(answer.body.clone()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    if let Ok(value) = HeaderValue::from_str(&answer.content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    harden(response)
}

/// A plugin's own answer, through the list of headers that it may have. None where its status is no final one.
fn own(answer: inbound::Response) -> Option<Response> {
    let status = StatusCode::from_u16(answer.status).ok().filter(|status| !status.is_informational())?;
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = status;
    for pair in answer.headers {
        let (Ok(name), Ok(value)) = (pair.name.parse::<HeaderName>(), HeaderValue::from_str(&pair.value)) else {
            continue;
        };
        if ALLOWED.contains(&name) {
            response.headers_mut().insert(name, value);
        }
    }
    Some(harden(response))
}

/// What a plugin answers is a stranger's page on our origin: it runs nothing and is not guessed at.
fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use lockgate_model::contract::common::Pair;

    #[test]
    fn a_plugin_sets_no_cookies_and_lifts_no_guard() {
        let header = |name: &str, value: &str| Pair { name: name.into(), value: value.into() };
        let answer = inbound::Response {
            status: 200,
            headers: vec![
                header("Set-Cookie", "session=x"),
                header("Content-Security-Policy", "default-src *"),
                header("Access-Control-Allow-Origin", "*"),
                header("Content-Type", "text/html"),
                header("bad name", "x"),
                header("cache-control", "a\r\nset-cookie: b"),
            ],
            body: b"<script>".to_vec(),
        };
        let response = own(answer).expect("an answer");
        let names: Vec<&str> = response.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["content-type", "content-security-policy", "x-content-type-options"]);
        assert_eq!(response.headers()["content-security-policy"], "sandbox; default-src 'none'");
    }
}
