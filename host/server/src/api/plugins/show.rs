//! `GET /api/v1/plugins/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::PluginName;
use serde::Serialize;
use utoipa::ToSchema;

use super::{PermissionSheet, PluginView, sheet, view};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::api::time::Moment;
use crate::denials::Denied;
use crate::host::Host;

/// An installed plugin with all that it says about itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PluginDetail {
    #[serde(flatten)]
    plugin: PluginView,
    /// What it asks for, in words.
    sheet: PermissionSheet,
    /// What it tried and was refused since this process started, the latest first; the log has all of it.
    denials: Vec<DenialView>,
    /// Its `channel.toml`, as JSON.
    #[schema(value_type = Object)]
    manifest: serde_json::Value,
    /// Its `channel.toml` as it stands in the file.
    manifest_text: String,
}

/// Something that a plugin tried and was refused.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DenialView {
    /// What was refused, and why.
    what: String,
    /// The permission that would allow it, by its name on the sheet; null where no grant would.
    grant: Option<String>,
    /// The app or channel for which it was tried last, by its id.
    owner: String,
    /// How often.
    count: u64,
    /// When last.
    last_at: Moment,
}

impl From<Denied> for DenialView {
    fn from(denied: Denied) -> Self {
        Self {
            what: denied.what,
            grant: denied.grant,
            owner: denied.owner.to_string(),
            count: denied.count,
            last_at: Moment::from_ms(denied.last_at),
        }
    }
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
        denials: host.denials.of(&name).into_iter().map(Into::into).collect(),
        manifest,
        manifest_text: record.manifest_text.clone(),
    }))
}
