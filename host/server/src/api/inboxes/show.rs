//! `GET /api/v1/inboxes/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::InboxId;

use super::InboxView;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// An inbox
#[utoipa::path(
    get,
    path = "/api/v1/inboxes/{id}",
    tag = "inboxes",
    params(("id" = InboxId, Path, description = "The inbox")),
    security(("token" = ["config:read"])),
    responses((status = 200, body = InboxView))
)]
pub(crate) async fn show_inbox(
    State(host): State<Host>,
    PathId(id): PathId<InboxId>,
) -> Result<Json<InboxView>, Problem> {
    let inbox = host.store.inbox(id).await?.ok_or_else(|| Problem::not_found("inbox"))?;
    Ok(Json(inbox.into()))
}
