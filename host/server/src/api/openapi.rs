//! The OpenAPI document: made from the handlers' own descriptions, with what holds for all of them added here.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, PathItem, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::gate::SCHEME;
use super::problem::{FieldError, MEDIA_TYPE, ProblemDocument};

/// What the document says before any operation.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lockgate",
        description = "The API of a Lockgate host: plugins, what is connected through them, and the conversations that come of it.\n\n\
            Names are in snake_case, moments in RFC 3339 UTC, ids are UUIDs. Lists answer `{items, next_cursor}`; hand `next_cursor` in as \
            `cursor` for the next page. Every refusal is an `application/problem+json` document (RFC 9457) whose `type` stands for good. \
            A POST that creates takes an `Idempotency-Key`: the same key with the same body answers the same for 24 hours."
    ),
    components(schemas(ProblemDocument, FieldError)),
    modifiers(&TokenScheme),
    tags(
        (name = "plugins", description = "What teaches the host a provider's protocol"),
        (name = "apps", description = "What an admin registered once at a provider"),
        (name = "channels", description = "Connected accounts"),
        (name = "inboxes", description = "Where a team's conversations appear"),
        (name = "conversations", description = "Threads with contacts"),
        (name = "messages", description = "What was said"),
        (name = "contacts", description = "People"),
        (name = "dead-letters", description = "What arrived and could not become messages"),
        (name = "envelopes", description = "Webhooks as they arrived"),
        (name = "tokens", description = "API tokens"),
        (name = "events", description = "The live stream"),
        (name = "health", description = "For whoever operates the host"),
    )
)]
pub(crate) struct Described;

struct TokenScheme;

impl Modify for TokenScheme {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API token, `lg_…`. Each operation names the scope that it needs; `admin` gives every scope, and a scope to write gives the one to read.",
            ))
            .build();
        document.components.get_or_insert_default().add_security_scheme(SCHEME, SecurityScheme::Http(scheme));
    }
}

/// Adds to every operation what each may answer: a problem document.
pub(crate) fn complete(document: &mut Document) {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDocument"))).build();
            let response = ResponseBuilder::new()
                .description("Why it was not done; `type` and `status` say which kind of problem it is")
                .content(MEDIA_TYPE, problem)
                .build();
            operation.responses.responses.entry("default".into()).or_insert(RefOr::T(response));
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

/// The document as it is answered.
#[derive(Clone)]
pub(crate) struct Written(pub(crate) Arc<str>);

/// This document
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "health",
    security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json"))
)]
pub(crate) async fn show_document(axum::Extension(Written(document)): axum::Extension<Written>) -> Response {
    ([(CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}
