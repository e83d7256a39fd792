//! `DELETE /api/v1/channels/{id}`

use axum::extract::State;
use http::StatusCode;
use lockgate_model::id::ChannelId;

use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Delete a channel
///
/// Its secrets are erased, its addresses answer 404, and its account can be connected anew. Its conversations stay.
#[utoipa::path(
    delete,
    path = "/api/v1/channels/{id}",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    security(("token" = ["config:write"])),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete_channel(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
) -> Result<StatusCode, Problem> {
    if !host.store.delete_channel(id).await? {
        return Err(Problem::not_found("channel"));
    }
    host.directory.refresh().await?;
    Ok(StatusCode::NO_CONTENT)
}
