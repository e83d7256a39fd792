//! Apps: what an admin registered once at a provider, and connects channels through.

mod change;
mod create;
mod delete;
mod list;
mod resume;
mod show;

use std::collections::BTreeMap;

use lockgate_model::config::{Health, HealthState};
use lockgate_model::id::{AppId, Owner, PluginName};
use lockgate_model::manifest::Level;
use lockgate_store::AppRecord;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::channels::HealthView;
use super::hooks;
use super::hosts::{self, SettingHost};
use super::problem::Problem;
use super::settings::{self, SecretMask};
use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new()
        .routes(routes!(list::list_apps, create::create_app))
        .routes(routes!(show::show_app, change::change_app, delete::delete_app))
        .routes(routes!(resume::resume_app))
}

/// What an admin registered once at a provider.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AppView {
    /// Its id.
    id: AppId,
    /// Its plugin.
    plugin: PluginName,
    /// As people are shown it.
    name: String,
    /// How its own calls go; its channels have a health of their own.
    health: HealthView,
    /// Settings by key, as the plugin declares them.
    #[schema(value_type = BTreeMap<String, Object>, example = json!({"graph_version": "v25.0"}))]
    settings: BTreeMap<String, serde_json::Value>,
    /// Hosts that settings hold, and whether the plugin may call them.
    hosts: Vec<SettingHost>,
    /// Which secrets are there; never their values. A mask that is sent back leaves the secret as it is.
    secrets: BTreeMap<String, SecretMask>,
    /// The addresses to enter at the provider, by the name of the plugin's route.
    #[schema(example = json!({"events": "https://hooks.example.org/hooks/…/events"}))]
    hooks: BTreeMap<String, String>,
    /// Since when there is one.
    created_at: Moment,
}

async fn view(host: &Host, app: AppRecord) -> Result<AppView, Problem> {
    let plugin = host.store.plugin(&app.plugin).await?;
    let manifest = plugin.as_ref().map(|record| &*record.manifest);
    let conduct = host.store.conduct(Owner::App(app.id)).await?;
    let until = conduct.as_ref().and_then(|conduct| conduct.until);
    let well = || Health { state: HealthState::Connected, why: None, since: app.created_at };
    Ok(AppView {
        id: app.id,
        health: HealthView::of(conduct.map_or_else(well, |conduct| conduct.health()), until),
        hooks: hooks::addresses(host, manifest, Owner::App(app.id)).await?,
        hosts: hosts::show(manifest, Level::App, &app.settings, &app.confirmed_hosts),
        secrets: settings::masks(manifest, Level::App, &app.credentials),
        settings: settings::show(&app.settings),
        plugin: app.plugin,
        name: app.name,
        created_at: Moment::from_ms(app.created_at),
    })
}
