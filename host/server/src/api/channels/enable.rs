//! `POST /api/v1/channels/{id}/enable`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::ChannelId;
use lockgate_store::ChannelChange;

use super::{ChannelView, apply};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Switch a channel on
///
/// What waits to be sent goes out.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/enable",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    security(("token" = ["config:write"])),
    responses((status = 200, body = ChannelView))
)]
pub(crate) async fn enable_channel(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
) -> Result<Json<ChannelView>, Problem> {
    apply(&host, id, ChannelChange { enabled: Some(true), ..ChannelChange::default() }).await.map(Json)
}
