//! `POST /api/v1/conversations/{id}/refresh`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::ConversationId;

use super::ConversationView;
use crate::api::extract::PathId;
use crate::api::looking_up::look_up;
use crate::api::problem::{Kind, Problem};
use crate::host::Host;
use crate::lookup::Question;

/// Ask the provider about a conversation
///
/// What it is about, and what else the provider tells of its thread, as if the provider had told it by itself; what it does not tell
/// stays.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/refresh",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    security(("token" = ["inbox:write"])),
    responses((status = 200, body = ConversationView))
)]
pub(crate) async fn refresh_conversation(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
) -> Result<Json<ConversationView>, Problem> {
    let gone = || Problem::not_found("conversation");
    let known = host.store.known_thread(id).await?.ok_or_else(gone)?;
    let unnamed = || Problem::new(Kind::Conflict, "The provider has no name for this conversation's thread.");
    let key = known.key.clone().ok_or_else(unnamed)?;
    look_up(&host, known.channel, Question::About(known, key)).await?;
    Ok(Json(host.store.conversation(id).await?.ok_or_else(gone)?.into()))
}
