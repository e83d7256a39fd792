//! Apps: what an admin registers once at a provider.

use std::collections::BTreeMap;

use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::{AppId, Owner, PluginName};
use lockgate_model::secret::Secret;

use crate::credentials::{self, CredentialInfo};
use crate::db::{Row, Tx, args};
use crate::error::{Conflict, StoreError};
use crate::open::Store;
use crate::page::{Page, Paged};
use crate::version::{self, LANE};
use crate::{hooks, json, plugins};

/// An app.
#[derive(Clone, Debug, PartialEq)]
pub struct AppRecord {
    /// Its id.
    pub id: AppId,
    /// Its plugin.
    pub plugin: PluginName,
    /// As people are shown it.
    pub name: String,
    /// By key, as the manifest declares them.
    pub settings: BTreeMap<String, SettingValue>,
    /// The hosts that an admin confirmed, by the setting that held them then.
    pub confirmed_hosts: BTreeMap<String, String>,
    /// Which credentials are set.
    pub credentials: Vec<CredentialInfo>,
    /// Since when there is one.
    pub created_at: u64,
}

/// An app to create.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// Its plugin.
    pub plugin: PluginName,
    /// As people are shown it.
    pub name: String,
    /// By key.
    pub settings: BTreeMap<String, SettingValue>,
    /// The hosts that an admin confirmed, by the setting that held them then.
    pub confirmed_hosts: BTreeMap<String, String>,
    /// By name.
    pub secrets: BTreeMap<String, Secret>,
}

/// What changes of an app; what is `None` or not named stays.
#[derive(Clone, Debug, Default)]
pub struct AppChange {
    /// As people are shown it.
    pub name: Option<String>,
    /// All settings, in place of the earlier ones.
    pub settings: Option<BTreeMap<String, SettingValue>>,
    /// All hosts that are confirmed from now on, by their setting.
    pub confirmed_hosts: Option<BTreeMap<String, String>>,
    /// The secrets that get a new value.
    pub secrets: BTreeMap<String, Secret>,
}

impl Store {
    /// Creates an app with a hook of its own.
    ///
    /// # Errors
    ///
    /// [`Conflict::Missing`] plugin, [`Conflict::NameTaken`] by another app of it; the database's.
    pub async fn create_app(&self, new: NewApp) -> Result<AppRecord, StoreError> {
        let now = self.now_ms();
        let id = AppId::new(now, &*self.seams().entropy);
        self.db()
            .write(LANE, (self.clone(), id, new, now), |tx, (store, id, new, now)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    plugins::must_exist(tx, &new.plugin).await?;
                    let sql = "INSERT INTO apps (id, plugin, name, settings, confirmed_hosts, created_at)
                        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (plugin, name) DO NOTHING";
                    let (settings, hosts) = (json::text(&new.settings)?, json::text(&new.confirmed_hosts)?);
                    if tx.execute(sql, args![id, new.plugin, new.name, settings, hosts, now]).await? == 0 {
                        return Err(Conflict::NameTaken.into());
                    }
                    let owner = Owner::App(*id);
                    hooks::create(tx, store, owner, &new.plugin).await?;
                    credentials::set(tx, store, owner, &new.secrets, *now).await?;
                    app(tx, *id).await?.ok_or(StoreError::corrupt("apps"))
                })
            })
            .await
    }

    /// One app.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn app(&self, id: AppId) -> Result<Option<AppRecord>, StoreError> {
        app(&mut self.db().read().await?, id).await
    }

    /// Apps, oldest first.
    ///
    /// # Errors
    ///
    /// [`crate::Refused::Cursor`]; the database's.
    pub async fn apps(&self, page: Page) -> Result<Paged<AppRecord>, StoreError> {
        let mut tx = self.db().read().await?;
        let sql = "SELECT id, plugin, name, settings, confirmed_hosts, created_at FROM apps
            WHERE id > COALESCE($1, '') ORDER BY id LIMIT $2";
        let rows = tx.rows(sql, args![page.after::<AppId>()?, page.rows()]).await?;
        let mut apps = Vec::with_capacity(rows.len());
        for row in rows {
            apps.push(record(&mut tx, row).await?);
        }
        Ok(Paged::of(&page, apps, |app| app.id.to_string()))
    }

    /// Changes an app; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`Conflict::NameTaken`]; the database's.
    pub async fn change_app(&self, id: AppId, change: AppChange) -> Result<Option<AppRecord>, StoreError> {
        let now = self.now_ms();
        self.db()
            .write(LANE, (self.clone(), id, change, now), |tx, (store, id, change, now)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    let Some(before) = app(tx, *id).await? else { return Ok(None) };
                    if let Some(name) = &change.name {
                        let sql = "SELECT 1 AS found FROM apps WHERE plugin = $1 AND name = $2 AND id <> $3";
                        if tx.row(sql, args![before.plugin, name, id]).await?.is_some() {
                            return Err(Conflict::NameTaken.into());
                        }
                        tx.execute("UPDATE apps SET name = $2 WHERE id = $1", args![id, name]).await?;
                    }
                    if let Some(settings) = &change.settings {
                        let sql = "UPDATE apps SET settings = $2 WHERE id = $1";
                        tx.execute(sql, args![id, json::text(settings)?]).await?;
                    }
                    if let Some(hosts) = &change.confirmed_hosts {
                        let sql = "UPDATE apps SET confirmed_hosts = $2 WHERE id = $1";
                        tx.execute(sql, args![id, json::text(hosts)?]).await?;
                    }
                    credentials::set(tx, store, Owner::App(*id), &change.secrets, *now).await?;
                    app(tx, *id).await
                })
            })
            .await
    }

    /// Deletes an app with its credentials, hook and state; whether there was one.
    ///
    /// # Errors
    ///
    /// [`Conflict::InUse`] by channels; the database's.
    pub async fn delete_app(&self, id: AppId) -> Result<bool, StoreError> {
        self.db()
            .write(LANE, id, |tx, id| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    if tx.row("SELECT 1 AS found FROM channels WHERE app = $1 LIMIT 1", args![id]).await?.is_some() {
                        return Err(Conflict::InUse { by: "channels" }.into());
                    }
                    credentials::forget_owner(tx, Owner::App(*id)).await?;
                    Ok(tx.execute("DELETE FROM apps WHERE id = $1", args![id]).await? > 0)
                })
            })
            .await
    }
}

async fn app(tx: &mut Tx, id: AppId) -> Result<Option<AppRecord>, StoreError> {
    let sql = "SELECT id, plugin, name, settings, confirmed_hosts, created_at FROM apps WHERE id = $1";
    match tx.row(sql, args![id]).await? {
        Some(row) => record(tx, row).await.map(Some),
        None => Ok(None),
    }
}

async fn record(tx: &mut Tx, row: Row) -> Result<AppRecord, StoreError> {
    let id = row.get("id")?;
    Ok(AppRecord {
        id,
        plugin: row.get("plugin")?,
        name: row.get("name")?,
        settings: row.json("settings")?,
        confirmed_hosts: row.json("confirmed_hosts")?,
        credentials: credentials::infos(tx, Owner::App(id)).await?,
        created_at: row.get("created_at")?,
    })
}
