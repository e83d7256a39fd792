//! `PATCH /api/v1/apps/{id}`

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use lockgate_model::id::AppId;
use lockgate_model::manifest::Level;
use lockgate_store::AppChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AppView, view};
use crate::api::check::check;
use crate::api::extract::{JsonBody, PathId};
use crate::api::hosts;
use crate::api::names::name;
use crate::api::problem::Problem;
use crate::api::settings::{SecretsBody, SettingsBody, fill, laid_over};
use crate::host::Host;

/// What is to be changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppChangeBody {
    /// 1 to 80 characters.
    name: Option<String>,
    /// Settings by key. Those left out stay, null takes one back to its default.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>)]
    settings: SettingsBody,
    /// Secrets by name: a text is a new value; one left out, null or its mask stays.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>)]
    secrets: SecretsBody,
    /// Hosts that the plugin may call, of those that the settings hold. A host counts as confirmed while its setting holds it.
    #[serde(default)]
    #[schema(example = json!(["matrix.example.org"]))]
    confirm_hosts: Vec<String>,
}

/// Change an app
#[utoipa::path(
    patch,
    path = "/api/v1/apps/{id}",
    tag = "apps",
    params(("id" = AppId, Path, description = "The app")),
    request_body = AppChangeBody,
    security(("token" = ["config:write"])),
    responses((status = 200, body = AppView))
)]
pub(crate) async fn change_app(
    State(host): State<Host>,
    PathId(id): PathId<AppId>,
    JsonBody(body): JsonBody<AppChangeBody>,
) -> Result<Json<AppView>, Problem> {
    let app = host.store.app(id).await?.ok_or_else(|| Problem::not_found("app"))?;
    let plugin = host.store.plugin(&app.plugin).await?.ok_or_else(|| Problem::not_found("plugin"))?;
    let mut change = AppChange { name: body.name.as_deref().map(name).transpose()?, ..AppChange::default() };
    if !body.settings.is_empty() || !body.secrets.is_empty() {
        let settings = laid_over(&plugin.manifest, Level::App, &app.settings, body.settings);
        let filled =
            fill(&plugin.manifest, Level::App, &settings, body.secrets, &app.credentials).map_err(Problem::invalid)?;
        check(&host, &plugin, Level::App, &BTreeMap::new(), &filled.settings).await?;
        change.settings = Some(filled.settings);
        change.secrets = filled.secrets;
    }
    if change.settings.is_some() || !body.confirm_hosts.is_empty() {
        let settings = change.settings.as_ref().unwrap_or(&app.settings);
        let confirmed =
            hosts::confirm(&plugin.manifest, Level::App, settings, &app.confirmed_hosts, &body.confirm_hosts);
        change.confirmed_hosts = Some(confirmed.map_err(Problem::invalid)?);
    }
    let app = host.store.change_app(id, change).await?.ok_or_else(|| Problem::not_found("app"))?;
    host.directory.refresh().await?;
    view(&host, app).await.map(Json)
}
