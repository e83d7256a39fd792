//! `POST /api/v1/channels/{id}/resume`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::{ChannelId, Owner};

use super::{ChannelView, view};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Try a paused channel at once
///
/// Ends the slowing and the pause that followed from calls of its plugin that kept failing. What waited goes on; should it keep
/// failing, it is paused again. A pause that the provider asked for stays.
#[utoipa::path(
    post,
    path = "/api/v1/channels/{id}/resume",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    security(("token" = ["config:write"])),
    responses((status = 200, body = ChannelView))
)]
pub(crate) async fn resume_channel(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
) -> Result<Json<ChannelView>, Problem> {
    if host.store.channel(id).await?.is_none() {
        return Err(Problem::not_found("channel"));
    }
    host.conducts.resume(&host.store, Owner::Channel(id)).await?;
    let channel = host.store.channel(id).await?.ok_or_else(|| Problem::not_found("channel"))?;
    view(&host, channel).await.map(Json)
}
