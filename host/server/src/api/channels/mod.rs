//! Channels: connected accounts.

mod change;
mod create;
mod delete;
mod disable;
mod enable;
mod list;
mod move_to;
mod resolve;
mod resume;
mod show;
mod templates;

use std::collections::BTreeMap;

use lockgate_model::config::{Health, HealthState};
use lockgate_model::id::{AppId, ChannelId, InboxId, Owner, PluginName};
use lockgate_model::manifest::Level;
use lockgate_store::{ChannelChange, ChannelRecord};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hooks;
use super::hosts::{self, SettingHost};
use super::problem::Problem;
use super::settings::{self, SecretMask};
use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new()
        .routes(routes!(list::list_channels, create::create_channel))
        .routes(routes!(show::show_channel, change::change_channel, delete::delete_channel))
        .routes(routes!(enable::enable_channel))
        .routes(routes!(disable::disable_channel))
        .routes(routes!(resume::resume_channel))
        .routes(routes!(move_to::move_channel))
        .routes(routes!(templates::list_templates))
        .routes(routes!(resolve::resolve_address))
}

/// One connected account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ChannelView {
    /// Its id.
    id: ChannelId,
    /// Its plugin.
    plugin: PluginName,
    /// The app that it is connected through, where its plugin has apps.
    app_id: Option<AppId>,
    /// Where its conversations appear.
    inbox_id: InboxId,
    /// As people are shown it.
    name: String,
    /// The account at the provider, as the provider names it.
    account: String,
    /// Whether it is switched on.
    enabled: bool,
    /// How it is, as measured.
    health: HealthView,
    /// Settings by key, as the plugin declares them.
    #[schema(value_type = BTreeMap<String, Object>, example = json!({"page_id": "104857"}))]
    settings: BTreeMap<String, serde_json::Value>,
    /// Hosts that settings hold, and whether the plugin may call them.
    hosts: Vec<SettingHost>,
    /// Which secrets are there; never their values. A mask that is sent back leaves the secret as it is.
    secrets: BTreeMap<String, SecretMask>,
    /// The addresses to enter at the provider, by the name of the plugin's route, where each channel has its own.
    hooks: BTreeMap<String, String>,
    /// Since when it is connected. What happened before that fires nothing.
    connected_at: Moment,
}

/// How a channel is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct HealthView {
    /// What was measured last.
    state: HealthState,
    /// Why, where it is not connected.
    why: Option<String>,
    /// Since when.
    since: Moment,
    /// Where it is paused: when it is tried again by itself.
    until: Option<Moment>,
}

impl HealthView {
    pub(super) fn of(health: Health, paused_until: Option<u64>) -> Self {
        let until = paused_until.filter(|_| health.state == HealthState::Paused).map(Moment::from_ms);
        Self { state: health.state, why: health.why, since: Moment::from_ms(health.since), until }
    }
}

async fn view(host: &Host, channel: ChannelRecord) -> Result<ChannelView, Problem> {
    let plugin = host.store.plugin(&channel.plugin).await?;
    let manifest = plugin.as_ref().map(|record| &*record.manifest);
    Ok(ChannelView {
        hooks: hooks::addresses(host, manifest, Owner::Channel(channel.id)).await?,
        hosts: hosts::show(manifest, Level::Channel, &channel.settings, &channel.confirmed_hosts),
        secrets: settings::masks(manifest, Level::Channel, &channel.credentials),
        settings: settings::show(&channel.settings),
        id: channel.id,
        plugin: channel.plugin,
        app_id: channel.app,
        inbox_id: channel.inbox,
        name: channel.name,
        account: channel.account,
        enabled: channel.enabled,
        health: HealthView::of(channel.health, channel.paused_until),
        connected_at: Moment::from_ms(channel.connected_at),
    })
}

/// Applies a change that needs no look at the plugin.
async fn apply(host: &Host, id: ChannelId, change: ChannelChange) -> Result<ChannelView, Problem> {
    let channel = host.store.change_channel(id, change).await?.ok_or_else(|| Problem::not_found("channel"))?;
    host.directory.refresh().await?;
    view(host, channel).await
}
