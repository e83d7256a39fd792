//! `POST /api/v1/plugins/{id}/disable`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::PluginName;

use super::{PluginView, set_enabled};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Switch a plugin off
///
/// What arrives for it meanwhile is answered 503, so that providers try again; what is to be sent waits.
#[utoipa::path(
    post,
    path = "/api/v1/plugins/{id}/disable",
    tag = "plugins",
    params(("id" = String, Path, description = "The plugin's id", example = "messenger")),
    security(("token" = ["config:write"])),
    responses((status = 200, body = PluginView))
)]
pub(crate) async fn disable_plugin(
    State(host): State<Host>,
    PathId(name): PathId<PluginName>,
) -> Result<Json<PluginView>, Problem> {
    set_enabled(&host, &name, false).await.map(Json)
}
