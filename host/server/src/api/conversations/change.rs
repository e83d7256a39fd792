//! `PATCH /api/v1/conversations/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::conversation::ConversationStatus;
use lockgate_model::id::ConversationId;
use lockgate_store::ConversationChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::ConversationView;
use crate::api::extract::{JsonBody, PathId};
use crate::api::problem::Problem;
use crate::host::Host;

/// What is to be changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationChangeBody {
    /// `open` or `closed`. A new message from the contact opens it again.
    status: Option<ConversationStatus>,
}

/// Open or close a conversation
#[utoipa::path(
    patch,
    path = "/api/v1/conversations/{id}",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    request_body = ConversationChangeBody,
    security(("token" = ["inbox:write"])),
    responses((status = 200, body = ConversationView))
)]
pub(crate) async fn change_conversation(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
    JsonBody(body): JsonBody<ConversationChangeBody>,
) -> Result<Json<ConversationView>, Problem> {
    let change = ConversationChange { status: body.status };
    let conversation =
        host.store.change_conversation(id, change).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    Ok(Json(conversation.into()))
}
