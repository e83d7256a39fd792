//! `POST /api/v1/apps`

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use lockgate_model::id::PluginName;
use lockgate_model::manifest::Level;
use lockgate_store::NewApp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AppView, view};
use crate::api::check::check;
use crate::api::extract::JsonBody;
use crate::api::hosts;
use crate::api::names::name;
use crate::api::problem::Problem;
use crate::api::settings::{SecretsBody, SettingsBody, fill};
use crate::host::Host;

/// An app to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAppBody {
    /// An installed plugin's id.
    #[schema(example = "messenger")]
    plugin: PluginName,
    /// As people are shown it; 1 to 80 characters.
    #[schema(example = "Our Meta app")]
    name: String,
    /// Settings by key, as the plugin declares them at level `app`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>)]
    settings: SettingsBody,
    /// Secrets by name, as the plugin declares them at level `app`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    secrets: SecretsBody,
    /// Hosts that the plugin may call, of those that the settings hold. A host counts as confirmed while its setting holds it.
    #[serde(default)]
    #[schema(example = json!(["matrix.example.org"]))]
    confirm_hosts: Vec<String>,
}

/// Create an app
///
/// Settings and secrets are checked against the plugin's manifest, and by the plugin itself.
#[utoipa::path(
    post,
    path = "/api/v1/apps",
    tag = "apps",
    params(("Idempotency-Key" = Option<String>, Header, description = "Any text of your own; the same one again answers the same")),
    request_body = NewAppBody,
    security(("token" = ["config:write"])),
    responses((status = 201, body = AppView))
)]
pub(crate) async fn create_app(
    State(host): State<Host>,
    JsonBody(body): JsonBody<NewAppBody>,
) -> Result<(StatusCode, Json<AppView>), Problem> {
    let name = name(&body.name)?;
    let Some(plugin) = host.store.plugin(&body.plugin).await? else {
        return Err(Problem::field("/plugin", format!("No plugin called {} is installed.", body.plugin)));
    };
    if !plugin.manifest.has_app() {
        let detail = format!("{} needs no app; connect a channel right away.", plugin.manifest.plugin.name);
        return Err(Problem::field("/plugin", detail));
    }
    let filled = fill(&plugin.manifest, Level::App, &body.settings, body.secrets, &[]).map_err(Problem::invalid)?;
    check(&host, &plugin, Level::App, &BTreeMap::new(), &filled.settings).await?;
    let confirmed_hosts =
        hosts::confirm(&plugin.manifest, Level::App, &filled.settings, &BTreeMap::new(), &body.confirm_hosts)
            .map_err(Problem::invalid)?;
    let app = host
        .store
        .create_app(NewApp {
            plugin: body.plugin,
            name,
            settings: filled.settings,
            confirmed_hosts,
            secrets: filled.secrets,
        })
        .await?;
    host.directory.refresh().await?;
    Ok((StatusCode::CREATED, Json(view(&host, app).await?)))
}
