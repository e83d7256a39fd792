//! What a handler takes from a request. Each extractor answers with a problem document where it cannot.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::{FieldError, Kind, Problem};

/// A JSON body. Unknown members are refused where the type says so, and every refusal points to its place.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let WholeBody(bytes) = WholeBody::from_request(request, state).await?;
        parse_json(&bytes).map(Self)
    }
}

/// The whole body, of the size and media type that the operation declares: the gate (`super::gate`) has read and checked it.
pub(crate) struct WholeBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for WholeBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        // Not by the extractor of axum, which has a limit of its own.
        match axum::body::to_bytes(request.into_body(), usize::MAX).await {
            Ok(bytes) => Ok(Self(bytes)),
            Err(_) => Err(Problem::new(Kind::MalformedBody, "The body did not arrive whole.")),
        }
    }
}

/// Query parameters.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => Err(Problem::new(
                Kind::BadRequest,
                format!("The query cannot be understood: {}.", super::problem::chain(&error)),
            )),
            Err(_) => Err(Problem::new(Kind::BadRequest, "The query cannot be understood.")),
        }
    }
}

/// An id in the path. One that is no id names nothing: 404.
pub(crate) struct PathId<T>(pub(crate) T);

impl<S: Send + Sync, T: std::str::FromStr + Send> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        match text {
            Ok(axum::extract::Path(text)) => text.parse().map(Self).map_err(|_| Problem::not_found(thing(parts))),
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Problem::not_found(thing(parts))),
            Err(error) => Err(Problem::internal(&error)),
        }
    }
}

/// What an id in this path would name, by the word before it.
fn thing(parts: &Parts) -> &'static str {
    const THINGS: [(&str, &str); 10] = [
        ("actions", "action"),
        ("apps", "app"),
        ("channels", "channel"),
        ("contacts", "contact"),
        ("conversations", "conversation"),
        ("dead-letters", "dead letter"),
        ("envelopes", "envelope"),
        ("inboxes", "inbox"),
        ("messages", "message"),
        ("tokens", "token"),
    ];
    let path = parts.uri.path();
    let below = path.strip_prefix("/api/v1").unwrap_or(path).trim_start_matches('/');
    let kind = below.split('/').next().unwrap_or_default();
    THINGS.iter().find(|(plural, _)| *plural == kind).map_or("thing", |(_, one)| one)
}

/// An id in the path with a text behind it, decoded once.
pub(crate) struct PathIdAnd<T>(pub(crate) T, pub(crate) String);

impl<S: Send + Sync, T: std::str::FromStr + Send> FromRequestParts<S> for PathIdAnd<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let texts = axum::extract::Path::<(String, String)>::from_request_parts(parts, state).await;
        match texts {
            Ok(axum::extract::Path((id, text))) => {
                id.parse().map(|id| Self(id, text)).map_err(|_| Problem::not_found(thing(parts)))
            }
            Err(PathRejection::FailedToDeserializePathParams(_)) => Err(Problem::not_found(thing(parts))),
            Err(error) => Err(Problem::internal(&error)),
        }
    }
}

/// Reads JSON; a fault of form is 400, one of meaning 422 with the pointer to it.
fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => {
                Problem::invalid(vec![FieldError { pointer, detail: words(&inner.to_string()) }])
            }
            _ => Problem::new(Kind::MalformedBody, format!("The body is no JSON: {inner}.")),
        }
    })?;
    reader.end().map_err(|error| Problem::new(Kind::MalformedBody, format!("The body is no JSON: {error}.")))?;
    Ok(value)
}

/// What is wrong at a place, without what stands there: it may be a secret that was written into the wrong field. The place is in the
/// pointer; a line and column of a body that a program wrote help nobody.
fn words(error: &str) -> String {
    let error = error.rsplit_once(" at line ").map_or(error, |(words, _)| words);
    let repeats = ["invalid type: string ", "invalid value: string ", "unknown variant "];
    match error.rsplit_once(", expected ") {
        Some((_, expected)) if repeats.iter().any(|start| error.starts_with(start)) => format!("expected {expected}"),
        _ => error.to_owned(),
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escape(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// A key as RFC 6901 writes it.
pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[allow(dead_code, reason = "only its shape matters here")]
        parts: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[allow(dead_code, reason = "only its shape matters here")]
        size: u32,
    }

    fn refused(body: &str) -> serde_json::Value {
        let problem = parse_json::<Outer>(body.as_bytes()).err().unwrap();
        serde_json::to_value(problem.document_for_tests()).unwrap()
    }

    #[test]
    fn a_wrong_kind_is_pointed_to() {
        let shown = refused(r#"{"parts":[{"size":1},{"size":"x"}]}"#);
        assert_eq!(shown["status"], 422);
        assert_eq!(shown["errors"][0]["pointer"], "/parts/1/size");
        assert_eq!(shown["errors"][0]["detail"], "expected u32");
    }

    #[test]
    fn what_stands_in_a_wrong_place_is_not_repeated() {
        for body in
            [r#"{"parts":"EAAS-secret at line 1, expected"}"#, r#""EAAS-secret""#, r#"{"parts":["EAAS-secret"]}"#]
        {
            let shown = refused(body);
            assert_eq!(shown["status"], 422);
            assert!(!shown.to_string().contains("EAAS"), "{shown}");
        }
    }

    #[test]
    fn an_unknown_member_is_refused_by_name() {
        let shown = refused(r#"{"parts":[],"colour":1}"#);
        assert_eq!(shown["status"], 422);
        assert!(shown["errors"][0]["detail"].as_str().unwrap().contains("unknown field `colour`"), "{shown}");
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for body in ["", "{", "{\"parts\":[]} x", "\u{0}"] {
            assert_eq!(refused(body)["status"], 400, "{body:?}");
        }
    }

    #[test]
    fn a_pointer_escapes_what_the_rfc_says() {
        assert_eq!(escape("a/b~c"), "a~1b~0c");
    }
}
