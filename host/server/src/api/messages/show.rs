//! `GET /api/v1/messages/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::MessageId;

use super::MessageView;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// A message
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}",
    tag = "messages",
    params(("id" = MessageId, Path, description = "The message")),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = MessageView))
)]
pub(crate) async fn show_message(
    State(host): State<Host>,
    PathId(id): PathId<MessageId>,
) -> Result<Json<MessageView>, Problem> {
    let message = host.store.message(id).await?.ok_or_else(|| Problem::not_found("message"))?;
    Ok(Json(message.into()))
}
