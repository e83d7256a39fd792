//! `POST /api/v1/messages/{id}/retry`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::MessageId;

use super::MessageView;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Try a failed message again
///
/// Only what failed is sent. Of one whose fate is `unknown` this sends again what may have arrived: look at the provider first.
#[utoipa::path(
    post,
    path = "/api/v1/messages/{id}/retry",
    tag = "messages",
    params(
        ("id" = MessageId, Path, description = "The message"),
        ("Idempotency-Key" = Option<String>, Header, description = "Any text of your own; the same one again answers the same and sends nothing"),
    ),
    security(("token" = ["inbox:write"])),
    responses((status = 200, body = MessageView))
)]
pub(crate) async fn retry_message(State(host): State<Host>, PathId(id): PathId<MessageId>) -> Result<Json<MessageView>, Problem> {
    let message = host.store.retry_message(id).await?.ok_or_else(|| Problem::not_found("message"))?;
    Ok(Json(message.into()))
}
