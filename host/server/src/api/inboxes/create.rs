//! `POST /api/v1/inboxes`

use axum::Json;
use axum::extract::State;
use http::StatusCode;

use super::{InboxBody, InboxView};
use crate::api::extract::JsonBody;
use crate::api::names::name;
use crate::api::problem::Problem;
use crate::host::Host;

/// Create an inbox
#[utoipa::path(
    post,
    path = "/api/v1/inboxes",
    tag = "inboxes",
    params(("Idempotency-Key" = Option<String>, Header, description = "Any text of your own; the same one again answers the same")),
    request_body = InboxBody,
    security(("token" = ["config:write"])),
    responses((status = 201, body = InboxView))
)]
pub(crate) async fn create_inbox(
    State(host): State<Host>,
    JsonBody(body): JsonBody<InboxBody>,
) -> Result<(StatusCode, Json<InboxView>), Problem> {
    let name = name(&body.name)?;
    let inbox = host.store.create_inbox(&name).await.map_err(|error| super::taken(&name, error))?;
    Ok((StatusCode::CREATED, Json(inbox.into())))
}
