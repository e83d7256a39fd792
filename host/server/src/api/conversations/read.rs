//! `POST /api/v1/conversations/{id}/read`

use axum::extract::State;
use http::StatusCode;
use lockgate_model::contract::actions::Action;
use lockgate_model::id::ConversationId;

use crate::api::acting;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Tell the contact that what they wrote was read
///
/// Up to and with the newest message that came in. Told once and not kept. Refused where the conversation's `capabilities` have no
/// `mark_read`.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/read",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    security(("token" = ["inbox:write"])),
    responses((status = 202, description = "It is being told; whether the contact sees it nobody learns"))
)]
pub(crate) async fn tell_read(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
) -> Result<StatusCode, Problem> {
    acting::tell(&host, id, Action::MarkRead).await?;
    Ok(StatusCode::ACCEPTED)
}
