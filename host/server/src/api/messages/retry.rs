//! `POST /api/v1/messages/{id}/retry`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::MessageId;
use lockgate_store::{Conflict, StoreError};

use super::MessageView;
use crate::api::extract::PathId;
use crate::api::problem::{Kind, Problem};
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
pub(crate) async fn retry_message(
    State(host): State<Host>,
    PathId(id): PathId<MessageId>,
) -> Result<Json<MessageView>, Problem> {
    match host.store.retry_message(id).await {
        Ok(Some(message)) => Ok(Json(message.into())),
        Ok(None) => Err(Problem::not_found("message")),
        Err(StoreError::Conflict(Conflict::Changed)) => {
            let detail =
                "Only a message from here that failed or was cancelled, or whose fate is unknown, can be tried again.";
            Err(Problem::new(Kind::Conflict, detail))
        }
        Err(error) => Err(error.into()),
    }
}
