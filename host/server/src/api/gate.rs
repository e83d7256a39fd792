//! The gate before every operation: what the OpenAPI document says of it is what is enforced.
//!
//! There is one declaration a operation, the `#[utoipa::path]` above its handler: the scope that a token needs, the media type
//! and size of the body, whether an `Idempotency-Key` is taken. [`Operations`] reads them out of the finished document, and
//! [`enforce`] refuses whatever they do not allow. An operation without a declaration is refused to everybody, so forgetting one
//! closes a door instead of opening it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use lockgate_model::config::Scope;
use lockgate_store::ApiToken;
use utoipa::openapi::path::{Operation as Described, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::idempotency;
use super::problem::{Kind, Problem};
use crate::discard::discard;
use crate::host::Host;

/// The largest JSON body, in bytes.
pub(crate) const MAX_JSON: usize = 1 << 20;

/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(120);

/// How much of a refused body is read, so that its sender gets to see the answer: of a plugin that is a little too large, all.
const MOST_DISCARDED: usize = lockgate_runtime::MAX_FILE + (16 << 20);

/// The name of the security scheme in the document.
pub(crate) const SCHEME: &str = "token";

/// The header that makes a repeated request answer the same.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What the document says of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    access: Access,
    /// Media types of the body; none: it takes no body.
    media_types: Vec<String>,
    max_body: usize,
    idempotent: bool,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Everybody.
    Public,
    /// Whoever holds a token with this scope.
    Token(Scope),
    /// Nobody: the document does not say.
    Undeclared,
}

/// All operations of the document, by path and method.
#[derive(Clone, Debug)]
pub(crate) struct Operations(Arc<HashMap<String, HashMap<Method, Operation>>>);

impl Operations {
    /// Reads them out of the document.
    pub(crate) fn of(document: &OpenApi) -> Self {
        let mut all: HashMap<String, HashMap<Method, Operation>> = HashMap::new();
        for (path, item) in &document.paths.paths {
            let methods = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, described) in methods {
                if let Some(described) = described {
                    all.entry(path.clone()).or_default().insert(method, Operation::of(described));
                }
            }
        }
        Self(Arc::new(all))
    }

    fn find(&self, path: &str, method: &Method) -> Result<&Operation, Problem> {
        let methods = self.0.get(path).ok_or_else(no_such_route_problem)?;
        let asked = if *method == Method::HEAD { &Method::GET } else { method };
        methods.get(asked).ok_or_else(|| {
            let mut allowed: Vec<&str> = methods.keys().map(Method::as_str).collect();
            allowed.sort_unstable();
            let allowed = allowed.join(", ");
            Problem::new(Kind::MethodNotAllowed, format!("{method} is not known here; {allowed} is.")).allow(&allowed)
        })
    }
}

impl Operation {
    /// Whether its body is a file that passes by: what is taken of it is for the handler to say.
    fn streams(&self) -> bool {
        self.media_types == ["application/octet-stream"]
    }

    fn of(described: &Described) -> Self {
        let media_types: Vec<String> = match &described.request_body {
            Some(RefOr::T(body)) => body.content.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let max_body = if media_types.iter().any(|media_type| media_type == "application/wasm") {
            lockgate_runtime::MAX_FILE
        } else {
            MAX_JSON
        };
        let idempotent = described.parameters.iter().flatten().any(|parameter| {
            matches!(parameter, RefOr::T(parameter)
                if parameter.parameter_in == ParameterIn::Header && parameter.name.eq_ignore_ascii_case(IDEMPOTENCY_KEY))
        });
        Self { access: access(described), media_types, max_body, idempotent }
    }
}

/// Reads the security requirement the way it is written in the document: a list of which one must be met.
fn access(described: &Described) -> Access {
    let written = serde_json::to_value(&described.security).unwrap_or_default();
    let Some([one]) = written.as_array().map(Vec::as_slice) else {
        return Access::Undeclared;
    };
    match (one.as_object().map(serde_json::Map::len), one.get(SCHEME).and_then(|scopes| scopes.as_array())) {
        (Some(0), _) => Access::Public,
        (Some(1), Some(scopes)) => match scopes.as_slice() {
            [serde_json::Value::String(scope)] => scope.parse().map_or(Access::Undeclared, Access::Token),
            _ => Access::Undeclared,
        },
        _ => Access::Undeclared,
    }
}

/// What the gate needs.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) host: Host,
    pub(crate) operations: Operations,
}

/// Lets through what the document allows, with the body read and, where a token was needed, an [`ApiToken`] among the
/// request's extensions.
pub(crate) async fn enforce(State(gate): State<Gate>, path: MatchedPath, request: Request, next: Next) -> Response {
    let (mut head, mut body) = request.into_parts();
    match admit(&gate, path.as_str(), &mut head, &mut body).await {
        Ok((operation, token)) => {
            let request = Request::from_parts(head, body);
            match token {
                Some(token) if operation.idempotent => idempotency::once(&gate.host, &token, request, next).await,
                _ => next.run(request).await,
            }
        }
        Err(problem) => {
            discard(body, MOST_DISCARDED).await;
            problem.into_response()
        }
    }
}

async fn admit<'a>(
    gate: &'a Gate,
    path: &str,
    head: &mut Parts,
    body: &mut Body,
) -> Result<(&'a Operation, Option<ApiToken>), Problem> {
    let operation = gate.operations.find(path, &head.method)?;
    let token = match operation.access {
        Access::Public => None,
        Access::Token(scope) => Some(authorize(&gate.host, &head.headers, scope).await?),
        Access::Undeclared => return Err(Problem::new(Kind::Forbidden, "No token opens this.")),
    };
    if let Some(token) = &token {
        head.extensions.insert(token.clone());
    }
    if operation.streams() {
        expect_type(operation, &head.headers)?;
    } else if !operation.media_types.is_empty() {
        *body = Body::from(read_body(operation, &head.headers, body).await?);
    }
    Ok((operation, token))
}

/// Finds the token and checks its scope.
async fn authorize(host: &Host, headers: &HeaderMap, scope: Scope) -> Result<ApiToken, Problem> {
    let Some(secret) = bearer(headers) else {
        let detail = "Send an API token: Authorization: Bearer lg_…";
        return Err(Problem::new(Kind::Unauthenticated, detail).challenge("Bearer realm=\"lockgate\""));
    };
    let Some(token) = host.store.token_by_secret(secret).await? else {
        let challenge = "Bearer realm=\"lockgate\", error=\"invalid_token\"";
        return Err(Problem::new(Kind::Unauthenticated, "This token is not known or was revoked.").challenge(challenge));
    };
    if !scope.is_given_by(&token.scopes) {
        let detail = format!("This needs a token with the scope {scope}.");
        let challenge = format!("Bearer realm=\"lockgate\", error=\"insufficient_scope\", scope=\"{scope}\"");
        return Err(Problem::new(Kind::Forbidden, detail).challenge(&challenge));
    }
    Ok(token)
}

/// The token of a request that has exactly one `Authorization` header, of the scheme Bearer.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(one), None) = (all.next(), all.next()) else { return None };
    let (scheme, secret) = one.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !secret.trim().is_empty()).then(|| secret.trim())
}

/// Checks type and size before anything is read, and the size again while reading.
async fn read_body(operation: &Operation, headers: &HeaderMap, body: &mut Body) -> Result<Bytes, Problem> {
    expect_type(operation, headers)?;
    let too_large = || Problem::new(Kind::TooLarge, format!("At most {} bytes are taken here.", operation.max_body));
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > operation.max_body as u64) {
        return Err(too_large());
    }
    let reading = Limited::new(body, operation.max_body).collect();
    match tokio::time::timeout(BODY_WITHIN, reading).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(Kind::MalformedBody, "The body did not arrive whole.")),
        Err(_) => {
            let detail = format!("The body did not arrive within {} seconds.", BODY_WITHIN.as_secs());
            Err(Problem::new(Kind::TooSlow, detail))
        }
    }
}

/// Refuses a body of another type than the operation declares.
fn expect_type(operation: &Operation, headers: &HeaderMap) -> Result<(), Problem> {
    let expected = operation.media_types.join(" or ");
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let media_type = match (types.next().map(|value| value.to_str()), types.next()) {
        (Some(Ok(value)), None) => value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase(),
        _ => String::new(),
    };
    if !operation.media_types.contains(&media_type) {
        return Err(Problem::new(Kind::UnsupportedMediaType, format!("Send a body of the type {expected}.")));
    }
    Ok(())
}

/// What an address that there is not is answered.
pub(crate) async fn no_such_route() -> Problem {
    no_such_route_problem()
}

fn no_such_route_problem() -> Problem {
    Problem::new(Kind::NoSuchRoute, "There is no such address. /api/openapi.json lists those that there are.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, http::HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_bearer_token_is_taken_in_one_header_only() {
        assert_eq!(bearer(&headers(&["Bearer lg_a"])), Some("lg_a"));
        assert_eq!(bearer(&headers(&["bearer lg_a"])), Some("lg_a"));
        for other in [&[][..], &["lg_a"], &["Basic lg_a"], &["Bearer "], &["Bearer lg_a", "Bearer lg_b"]] {
            assert_eq!(bearer(&headers(other)), None, "{other:?}");
        }
    }

    #[test]
    fn an_operation_without_a_declaration_is_open_to_nobody() {
        let declared = |security: serde_json::Value| {
            let written = serde_json::json!({"responses": {}, "security": security});
            access(&serde_json::from_value::<Described>(written).unwrap())
        };
        assert_eq!(access(&Described::new()), Access::Undeclared);
        assert_eq!(declared(serde_json::json!([])), Access::Undeclared);
        assert_eq!(declared(serde_json::json!([{"token": []}])), Access::Undeclared);
        assert_eq!(declared(serde_json::json!([{"token": ["no:such"]}])), Access::Undeclared);
        assert_eq!(declared(serde_json::json!([{}, {"token": ["admin"]}])), Access::Undeclared);
        assert_eq!(declared(serde_json::json!([{}])), Access::Public);
        assert_eq!(declared(serde_json::json!([{"token": ["inbox:read"]}])), Access::Token(Scope::InboxRead));
    }
}
