//! `POST /api/v1/channels`

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::{AppId, InboxId, PluginName};
use lockgate_model::manifest::Level;
use lockgate_store::{NewChannel, Page, PluginRecord};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ChannelView, view};
use crate::api::check::check;
use crate::api::extract::JsonBody;
use crate::api::hosts;
use crate::api::names::name;
use crate::api::problem::Problem;
use crate::api::settings::{SecretsBody, SettingsBody, fill};
use crate::host::Host;

/// A channel to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChannelBody {
    /// An installed plugin's id; may be left out where `app_id` is given.
    #[schema(example = "messenger")]
    plugin: Option<PluginName>,
    /// The app to connect through; needed where the plugin has apps.
    app_id: Option<AppId>,
    /// Where its conversations appear; may be left out while there is only one inbox.
    inbox_id: Option<InboxId>,
    /// As people are shown it; 1 to 80 characters.
    #[schema(example = "Our page")]
    name: String,
    /// Settings by key, as the plugin declares them at level `channel`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Object>, example = json!({"page_id": "104857"}))]
    settings: SettingsBody,
    /// Secrets by name, as the plugin declares them at level `channel`.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, example = json!({"page_token": "EAAB…"}))]
    secrets: SecretsBody,
    /// Hosts that the plugin may call, of those that the settings hold. A host counts as confirmed while its setting holds it.
    #[serde(default)]
    #[schema(example = json!(["matrix.example.org"]))]
    confirm_hosts: Vec<String>,
}

/// Connect a channel
///
/// Settings and secrets are checked against the plugin's manifest, and by the plugin itself. An account is connected once:
/// a second channel for it is refused with 409.
#[utoipa::path(
    post,
    path = "/api/v1/channels",
    tag = "channels",
    params(("Idempotency-Key" = Option<String>, Header, description = "Any text of your own; the same one again answers the same")),
    request_body = NewChannelBody,
    security(("token" = ["config:write"])),
    responses((status = 201, body = ChannelView))
)]
pub(crate) async fn create_channel(
    State(host): State<Host>,
    JsonBody(body): JsonBody<NewChannelBody>,
) -> Result<(StatusCode, Json<ChannelView>), Problem> {
    let name = name(&body.name)?;
    let (plugin, app_settings) = through(&host, body.plugin, body.app_id).await?;
    let inbox = match body.inbox_id {
        Some(inbox) => inbox,
        None => only_inbox(&host).await?,
    };
    let filled = fill(&plugin.manifest, Level::Channel, &body.settings, body.secrets, &[]).map_err(Problem::invalid)?;
    check(&host, &plugin, Level::Channel, &app_settings, &filled.settings).await?;
    let confirmed_hosts =
        hosts::confirm(&plugin.manifest, Level::Channel, &filled.settings, &BTreeMap::new(), &body.confirm_hosts)
            .map_err(Problem::invalid)?;
    let account = plugin.manifest.account.as_ref().and_then(|rule| match filled.settings.get(&rule.setting) {
        Some(SettingValue::Text(account)) => Some(account.clone()),
        _ => None,
    });
    let channel = host
        .store
        .create_channel(NewChannel {
            plugin: plugin.name,
            app: body.app_id,
            inbox,
            account,
            name,
            settings: filled.settings,
            confirmed_hosts,
            secrets: filled.secrets,
        })
        .await?;
    host.directory.refresh().await?;
    Ok((StatusCode::CREATED, Json(view(&host, channel).await?)))
}

/// The plugin, and the settings of the app where it has apps.
async fn through(
    host: &Host,
    plugin: Option<PluginName>,
    app: Option<AppId>,
) -> Result<(PluginRecord, BTreeMap<String, SettingValue>), Problem> {
    let app = match app {
        Some(id) => Some(host.store.app(id).await?.ok_or_else(|| Problem::field("/app_id", "There is no such app."))?),
        None => None,
    };
    let name = match (plugin, &app) {
        (Some(plugin), Some(app)) if plugin != app.plugin => {
            return Err(Problem::field("/app_id", format!("This app is one of {}, not of {plugin}.", app.plugin)));
        }
        (None, Some(app)) => app.plugin.clone(),
        (Some(plugin), _) => plugin,
        (None, None) => return Err(Problem::field("/plugin", "Name a plugin, or an app to connect through.")),
    };
    let Some(record) = host.store.plugin(&name).await? else {
        return Err(Problem::field("/plugin", format!("No plugin called {name} is installed.")));
    };
    match (record.manifest.has_app(), app) {
        (true, None) => {
            Err(Problem::field("/app_id", format!("{name} connects channels through an app; create one first.")))
        }
        (false, Some(_)) => Err(Problem::field("/app_id", format!("{name} has no apps; leave it out."))),
        (_, app) => Ok((record, app.map(|app| app.settings).unwrap_or_default())),
    }
}

async fn only_inbox(host: &Host) -> Result<InboxId, Problem> {
    let inboxes = host.store.inboxes(Page { cursor: None, limit: 2 }).await?;
    match inboxes.items.as_slice() {
        [one] => Ok(one.id),
        [] => Err(Problem::field("/inbox_id", "There is no inbox yet; create one first.")),
        _ => Err(Problem::field("/inbox_id", "There are several inboxes; name the one for this channel.")),
    }
}
