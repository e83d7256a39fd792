//! Channels: one connected account each.
//!
//! A provider's account is connected once (a constraint of the database). A deleted channel stays as a row for its conversations;
//! here it is not there.

mod change;
mod create;
mod health;

use std::collections::BTreeMap;

use lockgate_model::config::{Health, HealthState};
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::{AppId, ChannelId, InboxId, Owner, PluginName};

use crate::conduct;
use crate::credentials::{self, CredentialInfo};
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::open::Store;
use crate::page::{Page, Paged};

pub use change::ChannelChange;
pub use create::NewChannel;
pub(crate) use health::set_health;

/// A channel.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelRecord {
    /// Its id.
    pub id: ChannelId,
    /// Its plugin.
    pub plugin: PluginName,
    /// The app that it is connected through.
    pub app: Option<AppId>,
    /// Where its conversations appear.
    pub inbox: InboxId,
    /// The account, as the provider names it.
    pub account: String,
    /// As people are shown it.
    pub name: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// How it is, as measured last.
    pub health: Health,
    /// By key, as the manifest declares them.
    pub settings: BTreeMap<String, SettingValue>,
    /// The hosts that an admin confirmed, by the setting that held them then.
    pub confirmed_hosts: BTreeMap<String, String>,
    /// Which credentials are set.
    pub credentials: Vec<CredentialInfo>,
    /// Since when it is connected.
    pub connected_at: u64,
    /// Nothing is sent through it before then.
    pub paused_until: Option<u64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, plugin, app, inbox, account, name, enabled, settings, confirmed_hosts, health, health_why, health_since,
                connected_at, paused_until
            FROM channels WHERE deleted_at IS NULL AND ",
            $rest
        )
    };
}

impl Store {
    /// One channel.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn channel(&self, id: ChannelId) -> Result<Option<ChannelRecord>, StoreError> {
        channel(&mut self.db().read().await?, id).await
    }

    /// Channels, oldest first.
    ///
    /// # Errors
    ///
    /// [`crate::Refused::Cursor`]; the database's.
    pub async fn channels(&self, page: Page) -> Result<Paged<ChannelRecord>, StoreError> {
        let mut tx = self.db().read().await?;
        let sql = select!("id > COALESCE($1, '') ORDER BY id LIMIT $2");
        let rows = tx.rows(sql, args![page.after::<ChannelId>()?, page.rows()]).await?;
        let mut channels = Vec::with_capacity(rows.len());
        for row in rows {
            channels.push(record(&mut tx, row).await?);
        }
        Ok(Paged::of(&page, channels, |channel| channel.id.to_string()))
    }
}

async fn channel(tx: &mut Tx, id: ChannelId) -> Result<Option<ChannelRecord>, StoreError> {
    match tx.row(select!("id = $1"), args![id]).await? {
        Some(row) => record(tx, row).await.map(Some),
        None => Ok(None),
    }
}

async fn record(tx: &mut Tx, row: Row) -> Result<ChannelRecord, StoreError> {
    let id = row.get("id")?;
    let enabled: bool = row.get("enabled")?;
    let mut health =
        Health { state: row.parse("health")?, why: row.get("health_why")?, since: row.get("health_since")? };
    let mut paused_until: Option<u64> = row.get("paused_until")?;
    // What the plugin does wrong is shown over what the provider said, save where that asks an admin for something.
    let conduct = conduct::of(tx, Owner::Channel(id)).await?.filter(|_| enabled);
    if let Some(conduct) = conduct
        && matches!(health.state, HealthState::Connected | HealthState::Degraded | HealthState::Paused)
    {
        health = conduct.health();
        paused_until = conduct.until.or(paused_until);
    }
    Ok(ChannelRecord {
        id,
        plugin: row.get("plugin")?,
        app: row.get("app")?,
        inbox: row.get("inbox")?,
        account: row.get("account")?,
        name: row.get("name")?,
        enabled,
        health,
        settings: row.json("settings")?,
        confirmed_hosts: row.json("confirmed_hosts")?,
        credentials: credentials::infos(tx, Owner::Channel(id)).await?,
        connected_at: row.get("connected_at")?,
        paused_until,
    })
}
