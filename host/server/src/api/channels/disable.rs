//! `POST /api/v1/channels/{id}/disable`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::ChannelId;
use lockgate_store::ChannelChange;

use super::{ChannelView, apply};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Switch a channel off
///
/// What arrives for it is still kept; what is to be sent waits.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/disable",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    security(("token" = ["config:write"])),
    responses((status = 200, body = ChannelView))
)]
pub(crate) async fn disable_channel(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
) -> Result<Json<ChannelView>, Problem> {
    apply(&host, id, ChannelChange { enabled: Some(false), ..ChannelChange::default() }).await.map(Json)
}
