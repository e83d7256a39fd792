//! `DELETE /api/v1/plugins/{id}`

use axum::extract::State;
use http::StatusCode;
use lockgate_model::id::PluginName;

use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Remove a plugin
///
/// Refused while apps or channels are connected through it.
#[utoipa::path(
    delete,
    path = "/api/v1/plugins/{id}",
    tag = "plugins",
    params(("id" = String, Path, description = "The plugin's id", example = "messenger")),
    security(("token" = ["config:write"])),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn remove_plugin(
    State(host): State<Host>,
    PathId(name): PathId<PluginName>,
) -> Result<StatusCode, Problem> {
    if !host.store.remove_plugin(&name).await? {
        return Err(Problem::not_found("plugin"));
    }
    host.directory.refresh().await?;
    Ok(StatusCode::NO_CONTENT)
}
