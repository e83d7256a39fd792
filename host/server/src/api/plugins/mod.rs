//! Plugins: looked at, installed with grants, switched on and off, removed.

mod changes;
mod disable;
mod enable;
mod inspect;
mod install;
mod list;
mod remove;
mod sheet;
mod show;

use std::collections::BTreeSet;

use lockgate_model::id::PluginName;
use lockgate_runtime::InstallRefusal;
use lockgate_store::PluginRecord;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::{FieldError, Kind, Problem};
use super::time::Moment;
use crate::host::Host;

pub(crate) use inspect::Inspected;
pub(crate) use sheet::{PermissionSheet, sheet};

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new()
        .routes(routes!(list::list_plugins, install::install_plugin))
        .routes(routes!(inspect::inspect_plugin))
        .routes(routes!(show::show_plugin, remove::remove_plugin))
        .routes(routes!(enable::enable_plugin))
        .routes(routes!(disable::disable_plugin))
}

/// An installed plugin.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct PluginView {
    /// Names it over all its versions.
    id: PluginName,
    /// As people are shown it.
    name: String,
    /// The version that runs.
    version: String,
    /// One sentence.
    description: String,
    /// `sha256:` and the digest of its file.
    digest: String,
    /// Bytes of its file.
    size: u64,
    /// Whether it is switched on.
    enabled: bool,
    /// `running`, `disabled`, or `not_loaded`: switched on and its file could not be loaded; the log says why.
    health: PluginHealth,
    /// The permissions that were granted, by name.
    grants: BTreeSet<String>,
    /// Since when this version is the current one.
    installed_at: Moment,
}

/// How a plugin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PluginHealth {
    /// Its image is loaded.
    Running,
    /// It is switched off.
    Disabled,
    /// It is switched on and its image is not there.
    NotLoaded,
}

fn view(host: &Host, record: &PluginRecord) -> PluginView {
    let loaded = host.directory.plugin(&record.name).is_some_and(|loaded| loaded.record.digest == record.digest);
    let health = match (record.enabled, loaded) {
        (false, _) => PluginHealth::Disabled,
        (true, true) => PluginHealth::Running,
        (true, false) => PluginHealth::NotLoaded,
    };
    PluginView {
        id: record.name.clone(),
        name: record.manifest.plugin.name.clone(),
        version: record.version.clone(),
        description: record.manifest.plugin.description.clone(),
        digest: record.digest.clone(),
        size: record.size,
        enabled: record.enabled,
        health,
        grants: record.grants.clone(),
        installed_at: Moment::from_ms(record.installed_at),
    }
}

/// Why a file is refused, for whoever wrote or uploaded it.
fn refused(refusal: &InstallRefusal) -> Problem {
    match refusal {
        InstallRefusal::Host(_) => Problem::internal(refusal),
        InstallRefusal::Manifest(problems) => {
            let errors = problems
                .iter()
                .map(|problem| FieldError { pointer: String::new(), detail: problem.to_string() })
                .collect();
            Problem::new(Kind::PluginRefused, refusal.to_string()).with_errors(errors)
        }
        _ => Problem::new(Kind::PluginRefused, refusal.to_string()),
    }
}

/// Switches a plugin on or off.
async fn set_enabled(host: &Host, name: &PluginName, enabled: bool) -> Result<PluginView, Problem> {
    let record = host.store.set_plugin_enabled(name, enabled).await?.ok_or_else(|| Problem::not_found("plugin"))?;
    host.directory.refresh().await?;
    Ok(view(host, &record))
}
