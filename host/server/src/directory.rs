//! What a request or a delivery needs to know before it can start: whose hook it is, its settings, its plugin's image.
//!
//! Read from the database once and kept until the configuration's version changes; a change made through this process is seen
//! at once, one made by another node within the poll's period. Nothing here decides: it only remembers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use lockgate_model::id::{ChannelId, Owner, PluginName};
use lockgate_model::manifest::Route;
use lockgate_runtime::{InstallRefusal, Plugin, Runtime};
use lockgate_store::{OwnerContext, PluginRecord, Secret, Store, StoreError};
use tokio::sync::Mutex;

use crate::seams::{NativeLookup, NativeReceive};

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
    /// Settings, names of credentials, grants.
    pub context: OwnerContext,
    /// The values of credentials that verification needs, by name.
    pub verify_keys: HashMap<String, Secret>,
    /// Public addresses of its routes, by name.
    pub hooks: Arc<std::collections::BTreeMap<String, String>>,
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

/// Why something could not be looked up.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The database cannot be read now.
    #[error("the configuration cannot be read now")]
    Store(#[from] StoreError),
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

    /// Whose hook this is; none where nobody's.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn hook(&self, key: &str) -> Result<Option<Arc<Mounted>>, LookupError> {
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
    pub async fn owner(&self, owner: Owner) -> Result<Option<Arc<Mounted>>, LookupError> {
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
    pub async fn channel(&self, channel: ChannelId) -> Result<Option<Arc<Mounted>>, LookupError> {
        self.owner(Owner::Channel(channel)).await
    }

    async fn mount(&self, owner: Owner) -> Result<Option<Mounted>, StoreError> {
        let Some(context) = self.store.owner_context(owner).await? else {
            return Ok(None);
        };
        let plugin = self.plugin(&context.plugin);
        let mut verify_keys = HashMap::new();
        let mut hooks = std::collections::BTreeMap::new();
        if let Some(plugin) = &plugin {
            let manifest = &plugin.record.manifest;
            for field in manifest.credentials_of(owner.level()) {
                if field.uses.contains(&lockgate_model::manifest::CredentialUse::Verify)
                    && let Some(secret) = self.store.secret(owner, &field.name).await?
                {
                    verify_keys.insert(field.name.clone(), secret);
                }
            }
            if let Some(key) = self.store.hook_key(owner).await?
                && let Ok(key) = std::str::from_utf8(key.expose())
            {
                for route in manifest.routes.iter().filter(|route| route.level == owner.level()) {
                    hooks.insert(route.name.clone(), format!("{}/hooks/{key}/{}", self.origin, route.name));
                }
            }
        }
        Ok(Some(Mounted { owner, plugin, plugin_name: context.plugin.clone(), context, verify_keys, hooks: Arc::new(hooks) }))
    }
}
