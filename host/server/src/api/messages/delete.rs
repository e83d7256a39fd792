//! `DELETE /api/v1/messages/{id}`

use axum::extract::State;
use axum::response::Response;
use lockgate_model::contract::actions::Action;
use lockgate_model::id::MessageId;

use super::action::{ActionView, asked, ours};
use crate::api::acting::permitted;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Take back a message that was sent
///
/// Kept and queued, then told to the provider in its turn; the message is shown as deleted once the provider took it back. Refused
/// where the conversation's `capabilities` have no `delete`, for a message that the contact wrote, and for one that went out as
/// several of the provider's.
#[utoipa::path(
    delete,
    path = "/api/v1/messages/{id}",
    tag = "messages",
    params(("id" = MessageId, Path, description = "The message")),
    security(("token" = ["inbox:write"])),
    responses(
        (status = 202, description = "It is on its way", body = ActionView),
        (status = 204, description = "It is gone already"),
    )
)]
pub(crate) async fn delete_message(
    State(host): State<Host>,
    PathId(id): PathId<MessageId>,
) -> Result<Response, Problem> {
    let message = ours(&host, id).await?;
    permitted(&host, message.channel, &Action::Delete).await?;
    asked(&host, id, Action::Delete).await
}
