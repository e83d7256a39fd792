//! `POST /api/v1/conversations/{id}/typing`

use axum::extract::State;
use http::StatusCode;
use lockgate_model::contract::actions::Action;
use lockgate_model::id::ConversationId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::acting;
use crate::api::extract::{JsonBody, PathId};
use crate::api::problem::Problem;
use crate::host::Host;

/// Whether somebody writes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": true}))]
pub(crate) struct TypingBody {
    /// True: somebody began to write, or still does. False: nobody does any more.
    on: bool,
}

/// Tell the contact that somebody writes
///
/// Told once and not kept: ask again every few seconds while it lasts, as most providers take the sign down by themselves. Refused
/// where the conversation's `capabilities` have no `typing`.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/typing",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    request_body = TypingBody,
    security(("token" = ["inbox:write"])),
    responses((status = 202, description = "It is being told; whether the contact sees it nobody learns"))
)]
pub(crate) async fn tell_typing(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
    JsonBody(body): JsonBody<TypingBody>,
) -> Result<StatusCode, Problem> {
    acting::tell(&host, id, Action::Typing { on: body.on, author: None }).await?;
    Ok(StatusCode::ACCEPTED)
}
