//! `GET /api/v1/conversations/{id}/messages`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::ConversationId;

use super::MessageView;
use crate::api::extract::{PathId, Query};
use crate::api::page::{Listed, PageQuery};
use crate::api::problem::Problem;
use crate::host::Host;

/// The messages of a conversation, oldest first
#[utoipa::path(
    get,
    path = "/api/v1/conversations/{id}/messages",
    tag = "messages",
    params(("id" = ConversationId, Path, description = "The conversation"), PageQuery),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = Listed<MessageView>))
)]
pub(crate) async fn list_messages(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Listed<MessageView>>, Problem> {
    let page = query.page()?;
    if host.store.conversation(id).await?.is_none() {
        return Err(Problem::not_found("conversation"));
    }
    let messages = host.store.messages(id, page).await?;
    Ok(Json(Listed::of(messages, MessageView::from)))
}
