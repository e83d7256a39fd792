//! Plugins: their versions, of which one is current, and what was granted to them.

use std::collections::BTreeSet;
use std::sync::Arc;

use lockgate_model::id::PluginName;
use lockgate_model::manifest::Manifest;

use crate::db::{Row, Tx, args};
use crate::error::{Conflict, Refused, StoreError};
use crate::open::Store;
use crate::version::{self, LANE};

/// An installed plugin in its current version.
#[derive(Clone, Debug, PartialEq)]
pub struct PluginRecord {
    /// Names it over all its versions.
    pub name: PluginName,
    /// The manifest's.
    pub version: String,
    /// Of its file.
    pub digest: String,
    /// What it says of itself, checked.
    pub manifest: Arc<Manifest>,
    /// The same as it was written.
    pub manifest_text: String,
    /// Bytes of its file.
    pub size: u64,
    /// Whether it runs.
    pub enabled: bool,
    /// Since when this version is the current one.
    pub installed_at: u64,
    /// Names of the manifest's egress rules that an admin granted.
    pub grants: BTreeSet<String>,
}

/// A plugin to install. It has been inspected; the store checks the manifest only.
#[derive(Clone, Debug)]
pub struct NewPlugin {
    /// `channel.toml` as the file holds it.
    pub manifest_text: String,
    /// Of the file.
    pub digest: String,
    /// The file.
    pub component: Vec<u8>,
    /// Names of the egress rules that are granted; others are not.
    pub grants: BTreeSet<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT p.name, p.enabled, v.version, v.digest, v.manifest, v.size, v.installed_at
            FROM plugins p JOIN plugin_versions v ON v.plugin = p.name AND v.is_current = 1 ",
            $rest
        )
    };
}

impl Store {
    /// Makes a file the plugin's current version, with these grants in place of earlier ones. The same file again changes
    /// nothing but the grants. Whether the plugin is switched on stays as it was.
    ///
    /// # Errors
    ///
    /// [`Refused::Manifest`]; the database's.
    pub async fn install_plugin(&self, new: NewPlugin) -> Result<PluginRecord, StoreError> {
        let manifest = parse(&new.manifest_text)?;
        let name: PluginName = manifest.plugin.id.parse().map_err(|error| Refused::Manifest(format!("{error}")))?;
        let now = self.now_ms();
        self.db()
            .write(LANE, (name, manifest, new, now), |tx, (name, manifest, new, now)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    let sql = "INSERT INTO plugins (name, enabled) VALUES ($1, 1) ON CONFLICT (name) DO NOTHING";
                    tx.execute(sql, args![name]).await?;
                    let sql = "UPDATE plugin_versions SET is_current = 0 WHERE plugin = $1 AND is_current = 1 AND digest <> $2";
                    tx.execute(sql, args![name, new.digest]).await?;
                    let sql = "INSERT INTO plugin_versions
                            (digest, plugin, version, is_current, installed_at, manifest, size, component)
                        VALUES ($1, $2, $3, 1, $4, $5, $6, $7)
                        ON CONFLICT (digest) DO UPDATE SET is_current = 1, installed_at = CASE plugin_versions.is_current
                            WHEN 1 THEN plugin_versions.installed_at ELSE excluded.installed_at END";
                    let version = &manifest.plugin.version;
                    let size = new.component.len();
                    tx.execute(sql, args![new.digest, name, version, now, new.manifest_text, size, new.component]).await?;
                    tx.execute("DELETE FROM grants WHERE plugin = $1", args![name]).await?;
                    for rule in manifest.egress.iter().filter(|rule| new.grants.contains(&rule.name)) {
                        let sql = "INSERT INTO grants (plugin, rule, granted_at) VALUES ($1, $2, $3)";
                        tx.execute(sql, args![name, rule.name, now]).await?;
                    }
                    plugin(tx, name).await?.ok_or(StoreError::corrupt("plugins"))
                })
            })
            .await
    }

    /// All plugins by name, each in its current version.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn plugins(&self) -> Result<Vec<PluginRecord>, StoreError> {
        let mut tx = self.db().read().await?;
        let rows = tx.rows(select!("ORDER BY p.name"), args![]).await?;
        let mut plugins = Vec::with_capacity(rows.len());
        for row in rows {
            plugins.push(record(&mut tx, row).await?);
        }
        Ok(plugins)
    }

    /// One plugin.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn plugin(&self, name: &PluginName) -> Result<Option<PluginRecord>, StoreError> {
        plugin(&mut self.db().read().await?, name).await
    }

    /// The file of a version.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn plugin_component(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT component FROM plugin_versions WHERE digest = $1";
        let row = self.db().glance().await?.row(sql, args![digest]).await?;
        row.map(|row| row.get("component")).transpose()
    }

    /// Switches a plugin on or off; `None` where there is none of this name.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn set_plugin_enabled(
        &self,
        name: &PluginName,
        enabled: bool,
    ) -> Result<Option<PluginRecord>, StoreError> {
        self.db()
            .write(LANE, (name.clone(), enabled), |tx, (name, enabled)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    tx.execute("UPDATE plugins SET enabled = $2 WHERE name = $1", args![name, enabled]).await?;
                    plugin(tx, name).await
                })
            })
            .await
    }

    /// Removes a plugin with all its versions; whether there was one.
    ///
    /// # Errors
    ///
    /// [`Conflict::InUse`] by apps or channels; the database's.
    pub async fn remove_plugin(&self, name: &PluginName) -> Result<bool, StoreError> {
        self.db()
            .write(LANE, name.clone(), |tx, name| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    let sql = "SELECT 1 AS found FROM channels WHERE plugin = $1 AND deleted_at IS NULL LIMIT 1";
                    if tx.row(sql, args![name]).await?.is_some() {
                        return Err(Conflict::InUse { by: "channels" }.into());
                    }
                    if tx.row("SELECT 1 AS found FROM apps WHERE plugin = $1 LIMIT 1", args![name]).await?.is_some() {
                        return Err(Conflict::InUse { by: "apps" }.into());
                    }
                    Ok(tx.execute("DELETE FROM plugins WHERE name = $1", args![name]).await? > 0)
                })
            })
            .await
    }
}

/// Whether there is a plugin of this name, for changes that hang something on it.
pub(crate) async fn must_exist(tx: &mut Tx, name: &PluginName) -> Result<(), StoreError> {
    match tx.row("SELECT 1 AS found FROM plugins WHERE name = $1", args![name]).await? {
        Some(_) => Ok(()),
        None => Err(Conflict::Missing { what: "plugin" }.into()),
    }
}

/// What was granted to a plugin.
pub(crate) async fn grants(tx: &mut Tx, name: &PluginName) -> Result<BTreeSet<String>, StoreError> {
    let rows = tx.rows("SELECT rule FROM grants WHERE plugin = $1", args![name]).await?;
    rows.iter().map(|row| row.get("rule")).collect()
}

async fn plugin(tx: &mut Tx, name: &PluginName) -> Result<Option<PluginRecord>, StoreError> {
    match tx.row(select!("WHERE p.name = $1"), args![name]).await? {
        Some(row) => record(tx, row).await.map(Some),
        None => Ok(None),
    }
}

async fn record(tx: &mut Tx, row: Row) -> Result<PluginRecord, StoreError> {
    let name: PluginName = row.get("name")?;
    let manifest_text: String = row.get("manifest")?;
    let manifest =
        parse(&manifest_text).map_err(|refused| StoreError::corrupt_because("plugin_versions.manifest", refused))?;
    Ok(PluginRecord {
        version: row.get("version")?,
        digest: row.get("digest")?,
        manifest: Arc::new(manifest),
        manifest_text,
        size: row.get("size")?,
        enabled: row.get("enabled")?,
        installed_at: row.get("installed_at")?,
        grants: grants(tx, &name).await?,
        name,
    })
}

fn parse(text: &str) -> Result<Manifest, Refused> {
    Manifest::parse(text).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Refused::Manifest(problems.join("; "))
    })
}
