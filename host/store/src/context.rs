//! What a call for an app or a channel has to know, read as of one moment.

use std::collections::{BTreeMap, BTreeSet};

use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::{AppId, Owner, PluginName};

use crate::credentials::{self, CredentialInfo};
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::open::Store;
use crate::plugins;

/// Settings, credentials and grants of an app or a channel. Good until [`Store::config_version`] changes.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnerContext {
    /// Whose.
    pub owner: Owner,
    /// The plugin.
    pub plugin: PluginName,
    /// The app: itself, or the one that the channel is connected through.
    pub app: Option<AppId>,
    /// The channel's account; none for an app.
    pub account: Option<String>,
    /// Whether it is switched on; an app always is.
    pub enabled: bool,
    /// The app's settings; none without an app.
    pub app_settings: BTreeMap<String, SettingValue>,
    /// The channel's settings; none for an app.
    pub channel_settings: BTreeMap<String, SettingValue>,
    /// The hosts that were confirmed for the channel and its app, by the setting that held them then.
    pub confirmed_hosts: BTreeMap<String, String>,
    /// Which credentials the app has.
    pub app_credentials: Vec<CredentialInfo>,
    /// Which credentials the channel has.
    pub channel_credentials: Vec<CredentialInfo>,
    /// Names of the egress rules that were granted to the plugin.
    pub grants: BTreeSet<String>,
}

impl Store {
    /// The context of an app or a channel; `None` where there is none.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn owner_context(&self, owner: Owner) -> Result<Option<OwnerContext>, StoreError> {
        let mut tx = self.db().read().await?;
        let sql = match owner {
            Owner::App(_) => "SELECT plugin, id AS app, settings, confirmed_hosts FROM apps WHERE id = $1",
            Owner::Channel(_) => {
                "SELECT plugin, app, settings, confirmed_hosts, account, enabled FROM channels
                    WHERE id = $1 AND deleted_at IS NULL"
            }
        };
        let id = match owner {
            Owner::App(id) => id.to_string(),
            Owner::Channel(id) => id.to_string(),
        };
        let Some(row) = tx.row(sql, args![id]).await? else { return Ok(None) };
        let plugin: PluginName = row.get("plugin")?;
        let app: Option<AppId> = row.get("app")?;
        let settings = row.json("settings")?;
        let grants = plugins::grants(&mut tx, &plugin).await?;
        let app_credentials = match app {
            Some(app) => credentials::infos(&mut tx, Owner::App(app)).await?,
            None => Vec::new(),
        };
        let context = OwnerContext {
            owner,
            plugin,
            app,
            account: None,
            enabled: true,
            app_settings: BTreeMap::new(),
            channel_settings: BTreeMap::new(),
            confirmed_hosts: row.json("confirmed_hosts")?,
            app_credentials,
            channel_credentials: Vec::new(),
            grants,
        };
        Ok(Some(match owner {
            Owner::App(_) => OwnerContext { app_settings: settings, ..context },
            Owner::Channel(_) => {
                let (app_settings, mut confirmed_hosts) = of_app(&mut tx, app).await?;
                confirmed_hosts.extend(context.confirmed_hosts);
                OwnerContext {
                    account: row.get("account")?,
                    enabled: row.get("enabled")?,
                    app_settings,
                    channel_settings: settings,
                    confirmed_hosts,
                    channel_credentials: credentials::infos(&mut tx, owner).await?,
                    ..context
                }
            }
        }))
    }
}

/// Settings and confirmed hosts of a channel's app.
async fn of_app(
    tx: &mut Tx,
    app: Option<AppId>,
) -> Result<(BTreeMap<String, SettingValue>, BTreeMap<String, String>), StoreError> {
    let Some(app) = app else { return Ok(Default::default()) };
    let row = tx.row("SELECT settings, confirmed_hosts FROM apps WHERE id = $1", args![app]).await?;
    let row = row.ok_or(StoreError::corrupt("channels.app"))?;
    Ok((row.json("settings")?, row.json("confirmed_hosts")?))
}
