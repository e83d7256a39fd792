//! `PATCH /api/v1/inboxes/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::InboxId;

use super::{InboxBody, InboxView};
use crate::api::extract::{JsonBody, PathId};
use crate::api::names::name;
use crate::api::problem::Problem;
use crate::host::Host;

/// Rename an inbox
#[utoipa::path(
    patch,
    path = "/api/v1/inboxes/{id}",
    tag = "inboxes",
    params(("id" = InboxId, Path, description = "The inbox")),
    request_body = InboxBody,
    security(("token" = ["config:write"])),
    responses((status = 200, body = InboxView))
)]
pub(crate) async fn rename_inbox(
    State(host): State<Host>,
    PathId(id): PathId<InboxId>,
    JsonBody(body): JsonBody<InboxBody>,
) -> Result<Json<InboxView>, Problem> {
    let name = name(&body.name)?;
    let renamed = host.store.rename_inbox(id, &name).await.map_err(|error| super::taken(&name, error))?;
    let inbox = renamed.ok_or_else(|| Problem::not_found("inbox"))?;
    Ok(Json(inbox.into()))
}
