//! What the API answers instead of doing it: RFC 9457 problem documents, one shape for every refusal.
//!
//! What the outside sees and what the log sees are two texts. A fault of the host's own is answered with a correlation id and
//! nothing else; its cause goes to the log once, here, under the same id (see [`finish`]).

use std::borrow::Cow;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};
use lockgate_model::message::Failure;
use lockgate_model::seam::Entropy;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::Host;

/// The media type of a problem document.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// The header that names a request in answers and in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What kind of problem it is. The code stands for good: programs compare it, people read the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The body is no JSON, or not all of it arrived.
    MalformedBody,
    /// A query parameter, a cursor or a header cannot be understood.
    BadRequest,
    /// No valid token came with the request.
    Unauthenticated,
    /// The token lacks the scope.
    Forbidden,
    /// There is no such thing (that this token may see).
    NotFound,
    /// There is no such address.
    NoSuchRoute,
    /// The API was asked under the name of the hooks.
    Misdirected,
    /// The address does not know this method.
    MethodNotAllowed,
    /// What is there forbids it.
    Conflict,
    /// A request with the same idempotency key is under way.
    IdempotencyInProgress,
    /// The body did not arrive in time.
    TooSlow,
    /// The body is larger than is taken here.
    TooLarge,
    /// The body is of another media type than is taken here.
    UnsupportedMediaType,
    /// The body was understood and some of it cannot be so.
    Invalid,
    /// The idempotency key was used with another body.
    IdempotencyMismatch,
    /// A file is no plugin that this host can run.
    PluginRefused,
    /// A permission that a plugin does not ask for.
    UnknownGrant,
    /// The channel cannot send this, or not now.
    NotSendable,
    /// The database cannot be reached at the moment.
    Unavailable,
    /// The provider has nothing like it.
    NotSupported,
    /// The provider was asked, and would not.
    ProviderRefused,
    /// A plugin that was asked failed.
    PluginFailed,
    /// A fault of the host's own.
    Internal,
}

impl Kind {
    /// Code, status and title.
    fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::MalformedBody => ("malformed-body", StatusCode::BAD_REQUEST, "The body cannot be read"),
            Self::BadRequest => ("bad-request", StatusCode::BAD_REQUEST, "The request cannot be understood"),
            Self::Unauthenticated => ("unauthenticated", StatusCode::UNAUTHORIZED, "A valid API token is needed"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "The token lacks a scope"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "Not found"),
            Self::NoSuchRoute => ("no-such-route", StatusCode::NOT_FOUND, "No such address"),
            Self::Misdirected => ("misdirected", StatusCode::MISDIRECTED_REQUEST, "Not the API's address"),
            Self::MethodNotAllowed => ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "Method not allowed"),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, "What is there forbids it"),
            Self::IdempotencyInProgress => {
                ("idempotency-in-progress", StatusCode::CONFLICT, "The same request is under way")
            }
            Self::TooSlow => ("too-slow", StatusCode::REQUEST_TIMEOUT, "The body did not arrive in time"),
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is of another media type")
            }
            Self::Invalid => ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "Some fields cannot be so"),
            Self::IdempotencyMismatch => (
                "idempotency-mismatch",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The idempotency key was used with another request",
            ),
            Self::PluginRefused => {
                ("plugin-refused", StatusCode::UNPROCESSABLE_ENTITY, "This is no plugin that can run here")
            }
            Self::UnknownGrant => ("unknown-grant", StatusCode::UNPROCESSABLE_ENTITY, "This cannot be granted"),
            Self::NotSendable => ("not-sendable", StatusCode::UNPROCESSABLE_ENTITY, "This cannot be sent here now"),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Not available at the moment"),
            Self::NotSupported => {
                ("not-supported", StatusCode::UNPROCESSABLE_ENTITY, "This channel has nothing like it")
            }
            Self::ProviderRefused => ("provider-refused", StatusCode::BAD_GATEWAY, "The provider did not answer"),
            Self::PluginFailed => ("plugin-failed", StatusCode::BAD_GATEWAY, "The plugin failed"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here"),
        }
    }
}

/// One field that cannot be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// A JSON pointer (RFC 6901) into the body; the empty text is the whole body.
    pub(crate) pointer: String,
    /// What is wrong with it, in words.
    pub(crate) detail: String,
}

/// An `application/problem+json` document (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ProblemDocument {
    /// `urn:lockgate:problem:` and a code that stands for good.
    #[serde(rename = "type")]
    #[schema(example = "urn:lockgate:problem:not-found")]
    pub(crate) kind: String,
    /// The same for every problem of this type.
    pub(crate) title: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// What happened this time.
    pub(crate) detail: String,
    /// The fields that cannot be so.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) errors: Vec<FieldError>,
    /// Of a provider's fault: its code and words, as those of a message that failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) failure: Option<Failure>,
    /// Of a fault of the host's own: what its log calls it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) correlation_id: Option<String>,
}

/// A refusal on its way to becoming a [`ProblemDocument`].
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    failure: Option<Box<Failure>>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// For the log alone.
    cause: Option<String>,
}

impl Problem {
    /// A problem of this kind; `detail` is shown to whoever asked.
    pub(crate) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), failure: None, headers: Vec::new(), cause: None }
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("There is no such {what}."))
    }

    /// Fields of the body that cannot be so.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => one.detail.clone(),
            several => format!("{} fields cannot be so; `errors` names each.", several.len()),
        };
        Self { errors, ..Self::new(Kind::Invalid, detail) }
    }

    /// One field of the body that cannot be so.
    pub(crate) fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// A fault of the host's own. The error's whole chain goes to the log, none of it outside.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        Self { cause: Some(chain(error)), ..Self::new(Kind::Internal, "") }
    }

    /// The database or another part cannot be reached at the moment; the chain goes to the log.
    pub(crate) fn unavailable(error: &(dyn std::error::Error + 'static)) -> Self {
        Self {
            cause: Some(chain(error)),
            ..Self::new(Kind::Unavailable, "The database cannot be reached at the moment. Try again shortly; what creates something, with the same Idempotency-Key.")
        }
        .header(RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// The host does as much as it can at the moment.
    pub(crate) fn busy(error: &(dyn std::error::Error + 'static)) -> Self {
        let detail = "The host does as much as it can at the moment. Try again shortly.";
        Self { cause: Some(chain(error)), ..Self::new(Kind::Unavailable, detail) }
            .header(RETRY_AFTER, HeaderValue::from_static("2"))
    }

    /// The same with these fields named.
    pub(crate) fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// The same with what the provider's fault was.
    pub(crate) fn with_failure(mut self, failure: Failure) -> Self {
        self.failure = Some(Box::new(failure));
        self
    }

    /// The same with a header.
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same with `WWW-Authenticate`, as 401 and 403 need it.
    pub(crate) fn challenge(self, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.header(WWW_AUTHENTICATE, value),
            Err(_) => self,
        }
    }

    /// The same with `Allow`, as 405 needs it.
    pub(crate) fn allow(self, methods: &str) -> Self {
        match HeaderValue::from_str(methods) {
            Ok(value) => self.header(ALLOW, value),
            Err(_) => self,
        }
    }

    #[cfg(test)]
    pub(crate) fn document_for_tests(&self) -> ProblemDocument {
        self.document(None)
    }

    fn document(&self, correlation_id: Option<String>) -> ProblemDocument {
        let (code, status, title) = self.kind.parts();
        ProblemDocument {
            kind: format!("urn:lockgate:problem:{code}"),
            title: title.into(),
            status: status.as_u16(),
            detail: self.detail.clone().into_owned(),
            errors: self.errors.clone(),
            failure: self.failure.as_deref().cloned(),
            correlation_id,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = render(&self.document(None));
        response.headers_mut().extend(self.headers.iter().cloned());
        if let Some(cause) = self.cause.clone() {
            response.extensions_mut().insert(Cause { text: cause, internal: self.kind == Kind::Internal });
        }
        response
    }
}

/// What the log says of a response, and nobody else.
#[derive(Clone)]
struct Cause {
    text: String,
    internal: bool,
}

/// Outermost layer: gives each request an id, logs the cause of a fault under it, and puts it into the answer to that fault.
pub(crate) async fn finish(
    axum::extract::State(host): axum::extract::State<Host>,
    request: Request,
    next: Next,
) -> Response {
    let id = request_id(&*host.seams.entropy);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if let Some(cause) = response.extensions_mut().remove::<Cause>() {
        if cause.internal {
            tracing::error!(request = %id, %method, path, cause = cause.text, "a request failed");
            let detail = format!("Something went wrong here. The log has it under {id}.");
            response = render(&Problem::new(Kind::Internal, detail).document(Some(id.clone())));
        } else {
            tracing::warn!(request = %id, %method, path, cause = cause.text, "a request could not be served now");
        }
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    // What customers wrote is kept by no cache, and taken for nothing but what it is declared to be.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// What a panic in a handler is answered with. Its message is in the log by the panic hook; here it only gets its id.
pub(crate) fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Problem { cause: Some("a handler panicked".into()), ..Problem::new(Kind::Internal, "") }.into_response()
}

fn request_id(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 12];
    entropy.fill(&mut bytes);
    hex::encode(bytes)
}

fn render(document: &ProblemDocument) -> Response {
    let status = StatusCode::from_u16(document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(document).unwrap_or_default();
    (status, [(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE))], body).into_response()
}

/// An error with all its sources, for the log.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot open the vault")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("key 7 does not fit")]
    struct Inner;

    #[test]
    fn a_fault_of_our_own_shows_nothing_of_its_cause() {
        let problem = Problem::internal(&Outer(Inner));
        assert_eq!(problem.cause.as_deref(), Some("cannot open the vault: key 7 does not fit"));
        let shown = serde_json::to_string(&problem.document(Some("abc".into()))).unwrap();
        assert!(!shown.contains("vault") && !shown.contains("key 7"), "{shown}");
        assert!(shown.contains("\"correlation_id\":\"abc\""), "{shown}");
    }

    #[test]
    fn a_document_has_the_members_of_the_rfc() {
        let document = Problem::field("/name", "A name has 1 to 80 characters.").document(None);
        assert_eq!(
            serde_json::to_value(document).unwrap(),
            serde_json::json!({
                "type": "urn:lockgate:problem:invalid",
                "title": "Some fields cannot be so",
                "status": 422,
                "detail": "A name has 1 to 80 characters.",
                "errors": [{"pointer": "/name", "detail": "A name has 1 to 80 characters."}]
            })
        );
    }
}
