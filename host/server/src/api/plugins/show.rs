//! `GET /api/v1/plugins/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::PluginName;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PermissionSheet, PluginView, sheet, view};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// An installed plugin with all that it says about itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PluginDetail {
    #[serde(flatten)]
    plugin: PluginView,
    /// What it asks for, in words.
    sheet: PermissionSheet,
    /// Its `channel.toml`, as JSON.
    #[schema(value_type = Object)]
    manifest: serde_json::Value,
    /// Its `channel.toml` as it stands in the file.
    manifest_text: String,
}

/// A plugin
#[utoipa::path(
    get,
    path = "/api/v1/plugins/{id}",
    tag = "plugins",
    params(("id" = String, Path, description = "The plugin's id", example = "messenger")),
    security(("token" = ["config:read"])),
    responses((status = 200, body = PluginDetail))
)]
pub(crate) async fn show_plugin(
    State(host): State<Host>,
    PathId(name): PathId<PluginName>,
) -> Result<Json<PluginDetail>, Problem> {
    let record = host.store.plugin(&name).await?.ok_or_else(|| Problem::not_found("plugin"))?;
    let manifest = serde_json::to_value(&*record.manifest).map_err(|error| Problem::internal(&error))?;
    Ok(Json(PluginDetail {
        plugin: view(&host, &record),
        sheet: sheet(&record.manifest),
        manifest,
        manifest_text: record.manifest_text.clone(),
    }))
}
