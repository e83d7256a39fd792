//! Connecting an account.

use std::collections::BTreeMap;

use lockgate_model::config::HealthState;
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::{AppId, ChannelId, InboxId, Owner, PluginName};
use lockgate_model::secret::Secret;

use super::{ChannelRecord, channel};
use crate::db::{Tx, args};
use crate::error::{Conflict, StoreError};
use crate::open::Store;
use crate::version::{self, LANE};
use crate::{credentials, hooks, inboxes, json, plugins};

/// A channel to create.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// Its plugin.
    pub plugin: PluginName,
    /// The app to connect through, where its plugin has apps.
    pub app: Option<AppId>,
    /// Where its conversations appear.
    pub inbox: InboxId,
    /// The account, as the provider names it; without one the host makes a name.
    pub account: Option<String>,
    /// As people are shown it.
    pub name: String,
    /// By key.
    pub settings: BTreeMap<String, SettingValue>,
    /// The hosts that an admin confirmed, by the setting that held them then.
    pub confirmed_hosts: BTreeMap<String, String>,
    /// By name.
    pub secrets: BTreeMap<String, Secret>,
}

impl Store {
    /// Connects an account, with a hook of its own.
    ///
    /// # Errors
    ///
    /// [`Conflict::AccountConnected`]; [`Conflict::Missing`] plugin, app (of this plugin) or inbox; the database's.
    pub async fn create_channel(&self, new: NewChannel) -> Result<ChannelRecord, StoreError> {
        let now = self.now_ms();
        let id = ChannelId::new(now, &*self.seams().entropy);
        self.db()
            .write(LANE, (self.clone(), id, new, now), |tx, (store, id, new, now)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    plugins::must_exist(tx, &new.plugin).await?;
                    inboxes::must_exist(tx, new.inbox).await?;
                    if let Some(app) = new.app {
                        app_must_exist(tx, app, &new.plugin).await?;
                    }
                    insert(tx, *id, new, *now).await?;
                    let owner = Owner::Channel(*id);
                    hooks::create(tx, store, owner, &new.plugin).await?;
                    credentials::set(tx, store, owner, &new.secrets, *now).await?;
                    channel(tx, *id).await?.ok_or(StoreError::corrupt("channels"))
                })
            })
            .await
    }
}

async fn insert(tx: &mut Tx, id: ChannelId, new: &NewChannel, now: u64) -> Result<(), StoreError> {
    // The channel's own id is a name that no other account has.
    let account = new.account.clone().unwrap_or_else(|| id.to_string());
    let sql = "INSERT INTO channels (id, plugin, app, inbox, account, name, enabled, settings, health, health_since, connected_at,
            confirmed_hosts)
        VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $9, $10)
        ON CONFLICT (plugin, account) WHERE deleted_at IS NULL DO NOTHING";
    let settings = json::text(&new.settings)?;
    let state = HealthState::Connected.as_str();
    let hosts = json::text(&new.confirmed_hosts)?;
    let args = args![id, new.plugin, new.app, new.inbox, account, new.name, settings, state, now, hosts];
    if tx.execute(sql, args).await? > 0 {
        return Ok(());
    }
    let sql = "SELECT id FROM channels WHERE plugin = $1 AND account = $2 AND deleted_at IS NULL";
    let held = tx.row(sql, args![new.plugin, account]).await?.ok_or(StoreError::corrupt("channels"))?;
    Err(Conflict::AccountConnected { channel: held.get("id")? }.into())
}

async fn app_must_exist(tx: &mut Tx, app: AppId, plugin: &PluginName) -> Result<(), StoreError> {
    match tx.row("SELECT 1 AS found FROM apps WHERE id = $1 AND plugin = $2", args![app, plugin]).await? {
        Some(_) => Ok(()),
        None => Err(Conflict::Missing { what: "app" }.into()),
    }
}
