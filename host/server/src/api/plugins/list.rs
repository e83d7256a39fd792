//! `GET /api/v1/plugins`

use axum::Json;
use axum::extract::State;

use super::{PluginView, view};
use crate::api::page::Listed;
use crate::api::problem::Problem;
use crate::host::Host;

/// All plugins
///
/// In the order of their ids; one page holds them all.
#[utoipa::path(
    get,
    path = "/api/v1/plugins",
    tag = "plugins",
    security(("token" = ["config:read"])),
    responses((status = 200, body = Listed<PluginView>))
)]
pub(crate) async fn list_plugins(State(host): State<Host>) -> Result<Json<Listed<PluginView>>, Problem> {
    let records = host.store.plugins().await?;
    let items = records.iter().map(|record| view(&host, record)).collect();
    Ok(Json(Listed { items, next_cursor: None }))
}
