//! `GET /api/v1/channels/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::ChannelId;

use super::{ChannelView, view};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// A channel, with its health
#[utoipa::path(
    get,
    path = "/api/v1/channels/{id}",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    security(("token" = ["config:read"])),
    responses((status = 200, body = ChannelView))
)]
pub(crate) async fn show_channel(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
) -> Result<Json<ChannelView>, Problem> {
    let channel = host.store.channel(id).await?.ok_or_else(|| Problem::not_found("channel"))?;
    view(&host, channel).await.map(Json)
}
