//! What a request or a delivery needs to know before it can start: whose hook it is, its settings, its plugin's image.
//!
//! Read from the database once and kept until the configuration's version changes; a change made through this process is seen
//! at once, one made by another node within the poll's period. Nothing here decides: it only remembers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use lockgate_model::contract::settings::{Credential, Setting, SettingValue};
use lockgate_model::id::{ChannelId, Owner, PluginName};
use lockgate_model::manifest::{CredentialUse, Level, Manifest, Route, SettingKind};
use lockgate_runtime::{InstallRefusal, Plugin, Runtime};
use lockgate_store::{OwnerContext, PluginRecord, Secret, Store, StoreError};
use tokio::sync::{Mutex, Semaphore};

use crate::ingest::Entrance;
use crate::seams::{NativeLookup, NativeReceive};

/// Forms with files of one app or channel that come in at once.
const UPLOADS: usize = 16;

/// A plugin's current version, its image loaded.
pub struct LoadedPlugin {
    /// What the database says of it.
    pub record: PluginRecord,
    /// Its image.
    pub plugin: Arc<Plugin>,
    /// What stands in for its `receive`, in the named test build only.
    pub native: Option<Arc<dyn NativeReceive>>,
}

/// An app or channel with all that a call for it needs.
pub struct Mounted {
    /// Which one.
    pub owner: Owner,
    /// Its plugin; none where that is disabled or could not be loaded.
    pub plugin: Option<Arc<LoadedPlugin>>,
    /// Its plugin's name.
    pub plugin_name: PluginName,
    /// What the database says of it.
    pub context: OwnerContext,
    /// Its settings and, of a channel, its app's; what is not filled in has the manifest's default.
    pub settings: Arc<[Setting]>,
    /// Which credentials are there.
    pub credentials: Arc<[Credential]>,
    /// Names of granted egress rules.
    pub grants: Arc<BTreeSet<String>>,
    /// Confirmed hosts, by the setting that held them then.
    pub confirmed_hosts: Arc<BTreeMap<String, String>>,
    /// The values of credentials that verification needs, by name.
    pub verify_keys: HashMap<String, Secret>,
    /// Public addresses of its routes, by name.
    pub hooks: Arc<BTreeMap<String, String>>,
    /// Where its requests come in. Made anew with a change of the configuration; who is inside then leaves by the old one.
    pub entrance: Entrance,
    /// Forms with files that come in at once; more are told to come again.
    pub uploads: Semaphore,
}

impl Mounted {
    /// The route of this name, where it is of the owner's level.
    pub fn route(&self, name: &str) -> Option<&Route> {
        let plugin = self.plugin.as_ref()?;
        plugin.record.manifest.route(name).filter(|route| route.level == self.owner.level())
    }
}

/// See the module.
pub struct Directory {
    store: Store,
    runtime: Runtime,
    native: Option<NativeLookup>,
    origin: String,
    known: RwLock<Known>,
    /// Held while the configuration is read anew, so that it is read once however many wait for it.
    refreshing: Mutex<()>,
    ready: AtomicBool,
}

#[derive(Default)]
struct Known {
    version: Option<u64>,
    plugins: HashMap<PluginName, Arc<LoadedPlugin>>,
    owners: HashMap<Owner, Arc<Mounted>>,
    hooks: HashMap<String, Owner>,
}

impl Directory {
    /// An empty one. `origin` is where providers reach the hooks.
    pub fn new(store: Store, runtime: Runtime, native: Option<NativeLookup>, origin: String) -> Self {
        Self {
            store,
            runtime,
            native,
            origin,
            known: RwLock::default(),
            refreshing: Mutex::new(()),
            ready: AtomicBool::new(false),
        }
    }

    /// Whether the image of every enabled plugin is loaded.
    pub fn images_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    /// The origin under which providers reach the hooks.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Reads the configuration anew if it changed since it was read last, loading images that are missing.
    ///
    /// # Errors
    ///
    /// The database's; what was known stays known.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.refreshing.lock().await;
        let version = self.store.config_version().await?;
        if self.known.read().unwrap_or_else(PoisonError::into_inner).version == Some(version) && self.images_ready() {
            return Ok(());
        }
        let mut plugins = HashMap::new();
        let mut all_loaded = true;
        for record in self.store.plugins().await? {
            if !record.enabled {
                continue;
            }
            match self.load(record).await? {
                Some(loaded) => {
                    plugins.insert(loaded.record.name.clone(), loaded);
                }
                None => all_loaded = false,
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Known { version: Some(version), plugins, owners: HashMap::new(), hooks: HashMap::new() };
        drop(known);
        self.ready.store(all_loaded, Ordering::Release);
        Ok(())
    }

    async fn load(&self, record: PluginRecord) -> Result<Option<Arc<LoadedPlugin>>, StoreError> {
        let known = self.plugin(&record.name);
        let plugin = match known {
            Some(known) if known.record.digest == record.digest => known.plugin.clone(),
            _ => {
                let Some(component) = self.store.plugin_component(&record.digest).await? else {
                    tracing::error!(plugin = %record.name, digest = record.digest, "the plugin's file is missing from the database");
                    return Ok(None);
                };
                match self.runtime.load(component.into()).await {
                    Ok(plugin) => plugin,
                    Err(refusal) => {
                        self.report(&record, &refusal);
                        return Ok(None);
                    }
                }
            }
        };
        let native = self.native.as_ref().and_then(|find| find(record.name.as_str()));
        Ok(Some(Arc::new(LoadedPlugin { record, plugin, native })))
    }

    fn report(&self, record: &PluginRecord, refusal: &InstallRefusal) {
        tracing::error!(plugin = %record.name, digest = record.digest, error = %refusal, "the plugin cannot be loaded");
    }

    /// The enabled plugin of this name.
    pub fn plugin(&self, name: &PluginName) -> Option<Arc<LoadedPlugin>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).plugins.get(name).cloned()
    }

    /// All plugins that are enabled and loaded.
    pub fn plugins(&self) -> Vec<Arc<LoadedPlugin>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).plugins.values().cloned().collect()
    }

    /// Whose hook this is; none where nobody's.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn hook(&self, key: &str) -> Result<Option<Arc<Mounted>>, StoreError> {
        let (version, found) = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            (known.version, known.hooks.get(key).and_then(|owner| known.owners.get(owner)).cloned())
        };
        if found.is_some() {
            return Ok(found);
        }
        let Some(owner) = self.store.hook_owner(key).await? else {
            return Ok(None);
        };
        let Some(mounted) = self.owner(owner.owner).await? else {
            return Ok(None);
        };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.version == version {
            known.hooks.insert(key.to_owned(), owner.owner);
        }
        Ok(Some(mounted))
    }

    /// An app or channel with all that a call for it needs; none where it does not exist.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn owner(&self, owner: Owner) -> Result<Option<Arc<Mounted>>, StoreError> {
        let (version, found) = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            (known.version, known.owners.get(&owner).cloned())
        };
        if found.is_some() {
            return Ok(found);
        }
        let Some(mounted) = self.mount(owner).await? else {
            return Ok(None);
        };
        let mounted = Arc::new(mounted);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // What was read before a change must not be remembered after it.
        if known.version == version {
            known.owners.insert(owner, mounted.clone());
        }
        Ok(Some(mounted))
    }

    /// A channel, as [`Directory::owner`].
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn channel(&self, channel: ChannelId) -> Result<Option<Arc<Mounted>>, StoreError> {
        self.owner(Owner::Channel(channel)).await
    }

    async fn mount(&self, owner: Owner) -> Result<Option<Mounted>, StoreError> {
        let Some(context) = self.store.owner_context(owner).await? else {
            return Ok(None);
        };
        let plugin = self.plugin(&context.plugin);
        let manifest = plugin.as_ref().map(|plugin| plugin.record.manifest.clone());
        let mut mounted = Mounted {
            owner,
            plugin,
            plugin_name: context.plugin.clone(),
            settings: manifest.as_ref().map(|manifest| settings(manifest, &context)).unwrap_or_default().into(),
            credentials: credentials(&context).into(),
            grants: Arc::new(context.grants.clone()),
            confirmed_hosts: Arc::new(context.confirmed_hosts.clone()),
            verify_keys: HashMap::new(),
            hooks: Arc::default(),
            entrance: Entrance::default(),
            uploads: Semaphore::new(UPLOADS),
            context,
        };
        let Some(manifest) = manifest else { return Ok(Some(mounted)) };
        for name in verifying(&manifest, owner.level()) {
            if let Some(secret) = self.store.secret(owner, &name).await? {
                mounted.verify_keys.insert(name, secret);
            }
        }
        if let Some(key) = self.store.hook_key(owner).await? {
            mounted.hooks = Arc::new(self.addresses(&manifest, owner.level(), key.expose_str().unwrap_or_default()));
        }
        Ok(Some(mounted))
    }

    fn addresses(&self, manifest: &Manifest, level: Level, key: &str) -> BTreeMap<String, String> {
        let routes = manifest.routes.iter().filter(|route| route.level == level);
        routes.map(|route| (route.name.clone(), format!("{}/hooks/{key}/{}", self.origin, route.name))).collect()
    }
}

/// Names of the credentials that check what comes in at one level.
fn verifying(manifest: &Manifest, level: Level) -> Vec<String> {
    let fields = manifest.credentials_of(level).filter(|field| field.uses.contains(&CredentialUse::Verify));
    fields.map(|field| field.name.clone()).collect()
}

/// What a plugin is told of its settings: values, the manifest's defaults, and of secrets whether they are set.
fn settings(manifest: &Manifest, context: &OwnerContext) -> Vec<Setting> {
    let filled = |key: &str| context.channel_settings.get(key).or_else(|| context.app_settings.get(key)).cloned();
    let visible = |level: Level| context.account.is_some() || level == Level::App;
    let mut settings = Vec::new();
    for field in manifest.settings.iter().filter(|field| visible(field.level)) {
        let default = || field.default.clone().and_then(|text| default_of(field.kind, &text));
        if let Some(value) = filled(&field.key).or_else(default) {
            settings.push(Setting { key: field.key.clone(), value });
        }
    }
    let set =
        |name: &str| context.channel_credentials.iter().chain(&context.app_credentials).any(|info| info.name == name);
    for field in manifest.credentials.iter().filter(|field| visible(field.level)) {
        settings.push(Setting { key: field.name.clone(), value: SettingValue::Secret(set(&field.name)) });
    }
    settings
}

fn default_of(kind: SettingKind, text: &str) -> Option<SettingValue> {
    match kind {
        SettingKind::Text => Some(SettingValue::Text(text.to_owned())),
        SettingKind::Texts => Some(SettingValue::Texts(text.lines().map(str::to_owned).collect())),
        SettingKind::Number => text.parse().ok().map(SettingValue::Number),
        SettingKind::Boolean => text.parse().ok().map(SettingValue::Boolean),
    }
}

fn credentials(context: &OwnerContext) -> Vec<Credential> {
    let infos = context.channel_credentials.iter().chain(&context.app_credentials);
    infos
        .map(|info| Credential {
            name: info.name.clone(),
            since: info.set_at,
            expires: info.expires,
            generation: info.generation,
        })
        .collect()
}
