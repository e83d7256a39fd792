//! `PATCH /api/v1/channels/{id}`

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use lockgate_model::config::{Health, HealthState};
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::ChannelId;
use lockgate_model::manifest::Level;
use lockgate_store::ChannelChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ChannelView, apply};
use crate::api::check::check;
use crate::api::extract::{JsonBody, PathId, escape};
use crate::api::hosts;
use crate::api::names::name;
use crate::api::problem::Problem;
use crate::api::settings::{SecretInput, SecretsBody, SettingsBody, fill, laid_over};
use crate::host::Host;

/// What is to be changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelChangeBody {
    /// 1 to 80 characters.
    name: Option<String>,
    /// Settings by key. Those left out stay, null takes one back to its default. The one that names the account cannot change.
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

/// Change a channel
///
/// A new secret is tried with the next message. A channel that waited for one counts as connected until something else is
/// measured.
#[utoipa::path(
    patch,
    path = "/api/v1/channels/{id}",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    request_body = ChannelChangeBody,
    security(("token" = ["config:write"])),
    responses((status = 200, body = ChannelView))
)]
pub(crate) async fn change_channel(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
    JsonBody(body): JsonBody<ChannelChangeBody>,
) -> Result<Json<ChannelView>, Problem> {
    let channel = host.store.channel(id).await?.ok_or_else(|| Problem::not_found("channel"))?;
    let plugin = host.store.plugin(&channel.plugin).await?.ok_or_else(|| Problem::not_found("plugin"))?;
    let renewed = body.secrets.values().any(|secret| matches!(secret, SecretInput::Value(_)));
    let mut change = ChannelChange { name: body.name.as_deref().map(name).transpose()?, ..ChannelChange::default() };
    if !body.settings.is_empty() || !body.secrets.is_empty() {
        let settings = laid_over(&plugin.manifest, Level::Channel, &channel.settings, body.settings);
        let filled = fill(&plugin.manifest, Level::Channel, &settings, body.secrets, &channel.credentials)
            .map_err(Problem::invalid)?;
        if let Some(rule) = &plugin.manifest.account
            && filled.settings.get(&rule.setting) != Some(&SettingValue::Text(channel.account.clone()))
        {
            let detail = "This names the account; connect another channel for another account.";
            return Err(Problem::field(&format!("/settings/{}", escape(&rule.setting)), detail));
        }
        let app_settings = match channel.app {
            Some(app) => host.store.app(app).await?.map(|app| app.settings).unwrap_or_default(),
            None => BTreeMap::new(),
        };
        check(&host, &plugin, Level::Channel, &app_settings, &filled.settings).await?;
        change.settings = Some(filled.settings);
        change.secrets = filled.secrets;
    }
    if change.settings.is_some() || !body.confirm_hosts.is_empty() {
        let settings = change.settings.as_ref().unwrap_or(&channel.settings);
        let confirmed =
            hosts::confirm(&plugin.manifest, Level::Channel, settings, &channel.confirmed_hosts, &body.confirm_hosts);
        change.confirmed_hosts = Some(confirmed.map_err(Problem::invalid)?);
    }
    let view = apply(&host, id, change).await?;
    if !renewed || !matches!(channel.health.state, HealthState::Reconnect | HealthState::PermissionMissing) {
        return Ok(Json(view));
    }
    // What waits for a new credential is to be tried with it; the outcome is measured anew.
    let since = host.seams.clock.now_ms();
    let why = Some("a new credential was given and not tried yet".to_owned());
    host.store.set_health(id, Health { state: HealthState::Connected, why, since }).await?;
    host.store.outbox_signal().notify_one();
    apply(&host, id, ChannelChange::default()).await.map(Json)
}
