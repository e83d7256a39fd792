//! `POST /api/v1/channels/{id}/move`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::{ChannelId, InboxId};
use lockgate_store::ChannelChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ChannelView, apply};
use crate::api::extract::{JsonBody, PathId};
use crate::api::problem::Problem;
use crate::host::Host;

/// Where to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveBody {
    /// The inbox in which its conversations appear from now on.
    inbox_id: InboxId,
}

/// Move a channel to another inbox
///
/// New conversations appear there; those that there are stay where they are.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/move",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    request_body = MoveBody,
    security(("token" = ["config:write"])),
    responses((status = 200, body = ChannelView))
)]
pub(crate) async fn move_channel(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
    JsonBody(body): JsonBody<MoveBody>,
) -> Result<Json<ChannelView>, Problem> {
    apply(&host, id, ChannelChange { inbox: Some(body.inbox_id), ..ChannelChange::default() }).await.map(Json)
}
