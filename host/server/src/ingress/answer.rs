//! What a provider is answered.
//!
//! Whatever it is, it is a stranger's text under our name: it runs nothing, is not guessed at and not kept, and tells nobody the
//! address that it came from, which holds a key.

mod own;

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use lockgate_model::manifest::Route;
use lockgate_model::manifest::answer::answer_type;

use super::verify::Unauthentic;
use crate::directory::Mounted;
use crate::ingest::Answer;
pub use own::Told;

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
    text(StatusCode::OK, content_type, body)
}

/// The answer to what was taken in.
pub(super) fn provider(told: &Told, mounted: &Mounted, route: &Route, answer: Answer) -> Result<Response, Refused> {
    match answer {
        Answer::Default => Ok(default(route)),
        Answer::Own(answer) => {
            let (response, dropped) = own::pass(&route.own_answer, &mounted.settings, answer);
            if !dropped.is_empty() {
                told.tell(mounted, route, &dropped);
            }
            Ok(response.map_or_else(|| default(route), harden))
        }
        Answer::Unauthentic => Err(Refused::PluginSaysUnauthentic),
        Answer::Unavailable { retry_after } => Err(Refused::Unavailable(retry_after)),
    }
}

fn default(route: &Route) -> Response {
    let answer = &route.answer;
    text(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK), &answer.content_type, &answer.body)
}

/// What a manifest or a sender has answered. A media type that is none of the list was refused at install.
fn text(status: StatusCode, content_type: &str, body: &str) -> Response {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = status;
    if status != StatusCode::NO_CONTENT {
        let media_type = answer_type(content_type).unwrap_or("text/plain");
        response.headers_mut().insert(header::CONTENT_TYPE, own::written(media_type));
    }
    harden(response)
}

/// What every answer of a hook has.
pub(super) fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(answer: &str) -> Route {
        let route =
            format!(r#"{{"name": "r", "level": "app", "methods": ["POST"], "verify": "none", "answer": {answer}}}"#);
        serde_json::from_str(&route).expect("a route")
    }

    #[test]
    fn every_answer_runs_nothing_and_is_kept_nowhere() {
        let answers = [
            Refused::UnknownKey.respond(),
            Refused::Unavailable(Duration::from_secs(5)).respond(),
            challenge("text/plain; charset=utf-8", "<script>"),
            default(&route(r#"{"status": 202, "content_type": "text/html", "body": "<script>"}"#)),
            harden(Response::new(Body::empty())),
        ];
        for answer in answers {
            let headers = answer.headers();
            assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["referrer-policy"], "no-referrer");
            assert_eq!(headers["cache-control"], "no-store");
        }
    }

    #[test]
    fn what_a_plugin_says_of_keeping_stands() {
        let mut response = Response::new(Body::empty());
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=60"));
        assert_eq!(harden(response).headers()["cache-control"], "max-age=60");
    }

    #[test]
    fn nothing_but_a_media_type_of_the_list_goes_out() {
        for written in ["text/javascript", "text/html\r\nset-cookie: a=b", ""] {
            let answer = default(&route(&serde_json::json!({ "content_type": written }).to_string()));
            assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8", "{written}");
        }
    }
}
