//! `POST /api/v1/plugins/{id}/enable`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::PluginName;

use super::{PluginView, set_enabled};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Switch a plugin on
///
/// Its image is loaded before this answers.
#[utoipa::path(
    post,
    path = "/api/v1/plugins/{id}/enable",
    tag = "plugins",
    params(("id" = String, Path, description = "The plugin's id", example = "messenger")),
    security(("token" = ["config:write"])),
    responses((status = 200, body = PluginView))
)]
pub(crate) async fn enable_plugin(
    State(host): State<Host>,
    PathId(name): PathId<PluginName>,
) -> Result<Json<PluginView>, Problem> {
    set_enabled(&host, &name, true).await.map(Json)
}
