//! `DELETE /api/v1/inboxes/{id}`

use axum::extract::State;
use http::StatusCode;
use lockgate_model::id::InboxId;

use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Delete an inbox
///
/// Refused while channels or conversations are in it.
#[utoipa::path(
    delete,
    path = "/api/v1/inboxes/{id}",
    tag = "inboxes",
    params(("id" = InboxId, Path, description = "The inbox")),
    security(("token" = ["config:write"])),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete_inbox(State(host): State<Host>, PathId(id): PathId<InboxId>) -> Result<StatusCode, Problem> {
    match host.store.delete_inbox(id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found("inbox")),
    }
}
