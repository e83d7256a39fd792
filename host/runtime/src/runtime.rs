//! The sandbox as a whole: its engine, its threads, and the plugins it prepares.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};

use crate::bindings::lockgate::channel as wit;
use crate::call::{Call, CallLabel, NoSecrets, NoState};
use crate::config::{RuntimeConfig, StartError};
use crate::egress::{Gate, NotRead};
use crate::engine::{self, Ticker};
use crate::guest::Guest;
use crate::image::Images;
use crate::inspect::{Inspection, InstallRefusal, inspect};
use crate::media::NoMedia;
use crate::places::Places;
use crate::plugin::{Loaded, Plugin};
use crate::threads::GuestThreads;

/// The sandbox. Clones are the same sandbox.
#[derive(Clone)]
pub struct Runtime {
    sandbox: Arc<Sandbox>,
    linker: Arc<Linker<Guest>>,
    images: Arc<Images>,
    pagemap_scan: bool,
}

/// What every call needs of the sandbox.
pub(crate) struct Sandbox {
    pub(crate) config: RuntimeConfig,
    pub(crate) guests: GuestThreads,
    pub(crate) places: Places,
    pub(crate) ticker: Ticker,
    pub(crate) gate: Arc<Gate>,
    _driver: Driver,
}

/// What drives timers and sockets. It may be dropped by a task, also where a start fails, so it is not waited for.
struct Driver {
    handle: Handle,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Driver {
    fn start() -> Result<Self, StartError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("lockgate-egress")
            .enable_all()
            .build()
            .map_err(StartError::Threads)?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
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
    /// Makes the engine, its threads and the folder of compiled images. Can be called with or without a tokio runtime.
    ///
    /// # Errors
    ///
    /// What is wrong with the configuration or the machine.
    pub fn start(config: RuntimeConfig) -> Result<Self, StartError> {
        check(&config)?;
        let driver = Driver::start()?;
        let engine::Made { engine, pagemap_scan } = engine::make(&config)?;
        let images = Images::open(&config.cache_dir, engine.clone(), config.seal.clone())
            .map_err(|source| StartError::Cache { path: config.cache_dir.clone(), source })?;
        let linker = link(&engine).map_err(|error| StartError::Engine(format!("{error:#}")))?;
        let sandbox = Sandbox {
            guests: GuestThreads::start(config.guest_threads, &driver.handle)?,
            places: Places::new(&config),
            ticker: Ticker::start(&engine)?,
            gate: Arc::new(Gate::new(&config.egress, driver.handle.clone())?),
            _driver: driver,
            config,
        };
        Ok(Self { sandbox: Arc::new(sandbox), linker: Arc::new(linker), images: Arc::new(images), pagemap_scan })
    }

    /// How the engine and the gate are set up on this machine.
    pub fn settings_report(&self) -> Vec<EngineSetting> {
        let config = &self.sandbox.config;
        let most = config.maximum.calls;
        let plain = |name, value: String| EngineSetting { name, value, advice: None };
        let mut report = vec![
            plain("guest threads", format!("{} and a spare one", config.guest_threads)),
            plain(
                "calls of one channel or app at once",
                format!("{}, and where a plugin asks for more {most}", config.defaults.calls.min(most)),
            ),
            plain(
                "instances",
                format!("{}, {} of them kept for receive", config.max_instances, config.reserved_for_receive),
            ),
            plain("compiled images", config.cache_dir.display().to_string()),
            EngineSetting {
                name: "reset of used memory",
                value: if self.pagemap_scan { "touched pages only (PAGEMAP_SCAN)" } else { "whole memories" }.into(),
                advice: (!self.pagemap_scan)
                    .then(|| "Linux 6.7 or newer makes each call of a plugin about twice as fast".into()),
            },
        ];
        let roots = self.sandbox.gate.without_roots();
        report.push(EngineSetting {
            name: "certificates of providers",
            value: if roots.is_none() { "verified by the system's authorities" } else { "none can be verified" }.into(),
            advice: roots.map(|why| format!("install the system's certificates (package ca-certificates): {why}")),
        });
        let servers: Vec<String> = config.egress.name_servers.iter().map(ToString::to_string).collect();
        let asked =
            if servers.is_empty() { "by the system".into() } else { format!("by {} alone", servers.join(", ")) };
        report.push(plain("names of providers", format!("looked up {asked}; each address must be public")));
        if let Some(proxy) = &config.egress.proxy {
            report.push(plain("proxy to providers", format!("{proxy}, which is told addresses and no names")));
        }
        report.extend(config.egress.maps.iter().map(|map| EngineSetting {
            name: "mapped host",
            value: format!("{} is reached at {}", map.host, map.address),
            advice: Some("for tests and the demo: the provider itself is not reached".into()),
        }));
        report
    }

    /// Takes a new file in: looks at it, compiles it (in a process of its own), keeps its image, and instantiates it once with its
    /// limits, loading every ability it exports.
    ///
    /// # Errors
    ///
    /// The reason why it is not installed.
    pub async fn install(&self, bytes: Arc<[u8]>) -> Result<Arc<Plugin>, InstallRefusal> {
        let plugin = self.prepare(bytes).await?;
        plugin.probe(nothing(plugin.digest())).await?;
        Ok(plugin)
    }

    /// Loads a plugin that was installed before, from its image; compiles it anew where that is missing or of another engine. For
    /// the start of a node, never on a request.
    ///
    /// # Errors
    ///
    /// The reason why it cannot be loaded.
    pub async fn load(&self, bytes: Arc<[u8]>) -> Result<Arc<Plugin>, InstallRefusal> {
        self.prepare(bytes).await
    }

    /// Reads something public for the host itself, through the egress gate: the body of `GET https://{host}{path}`, at most
    /// `most` bytes of it, within `within`. No redirect is followed.
    ///
    /// # Errors
    ///
    /// Why it was not read, without detail of the network.
    pub async fn read_public(&self, host: &str, path: &str, most: u64, within: Duration) -> Result<Vec<u8>, NotRead> {
        self.sandbox.gate.read(host, path, most, within).await
    }

    async fn prepare(&self, bytes: Arc<[u8]>) -> Result<Arc<Plugin>, InstallRefusal> {
        let this = self.clone();
        let work = move || {
            let inspection = inspect(&bytes)?;
            let component = this.component(&inspection, &bytes)?;
            let loaded = Loaded::link(inspection, &component, &this.linker, Arc::clone(&this.sandbox))?;
            Ok(Arc::new(Plugin { loaded: Arc::new(loaded) }))
        };
        let prepared = tokio::task::spawn_blocking(work).await;
        prepared.unwrap_or_else(|error| Err(InstallRefusal::Host(error.to_string())))
    }

    /// The compiled component: its image where there is one, so that its pages are the file's.
    fn component(&self, inspection: &Inspection, bytes: &[u8]) -> Result<Component, InstallRefusal> {
        if let Some(component) = self.images.find(&inspection.digest) {
            return Ok(component);
        }
        let image = self.sandbox.config.compiler.compile(bytes)?;
        self.images
            .keep(&inspection.digest, &image)
            .map_err(|error| InstallRefusal::Host(format!("its image could not be kept: {error}")))?;
        // The folder's file is better, because its pages are shared; without it (somebody is clearing the folder) this will do.
        let damaged = |error: wasmtime::Error| InstallRefusal::Host(format!("its image cannot be loaded: {error:#}"));
        self.images.find(&inspection.digest).map_or_else(|| self.images.in_memory(&image).map_err(damaged), Ok)
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("config", &self.sandbox.config).finish_non_exhaustive()
    }
}

fn check(config: &RuntimeConfig) -> Result<(), StartError> {
    let refuse = |words: &str| Err(StartError::Setting(words.to_owned()));
    if config.guest_threads == 0 {
        return refuse("there must be at least one thread for plugins");
    }
    if config.max_instances == 0 || config.max_instances > 4096 {
        return refuse("there must be 1 to 4096 instances of plugins");
    }
    if config.reserved_for_receive >= config.max_instances {
        return refuse("fewer instances must be kept for receive than there are");
    }
    if config.defaults.calls == 0 || config.maximum.calls == 0 {
        return refuse("at least one call of a channel must be allowed at once");
    }
    if config.maximum.memory_bytes > 4 << 30 || config.maximum.memory_bytes < 1 << 20 {
        return refuse("the most memory that a plugin may have must be from 1 MiB to 4 GiB");
    }
    Ok(())
}

/// Everything that a plugin may import. What is not granted answers with a denial when it is called.
fn link(engine: &Engine) -> wasmtime::Result<Linker<Guest>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    crate::guest::clock::link(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    wit::common::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::inbound::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::outbound::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::log::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::settings::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::state::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::credentials::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::hooks::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::delivery::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    wit::media_store::add_to_linker::<_, HasSelf<Guest>>(&mut linker, |guest| guest)?;
    Ok(linker)
}

/// A call outside of any channel.
pub(crate) fn nothing(digest: &str) -> Call {
    Call {
        now_ms: 0,
        seed: [0; 32],
        settings: Arc::new([]),
        credentials: Arc::new([]),
        hooks: Arc::new(BTreeMap::new()),
        state: Arc::new(NoState),
        grants: Arc::new(BTreeSet::new()),
        confirmed_hosts: Arc::default(),
        secrets: Arc::new(NoSecrets),
        departure: None,
        media: Arc::new(NoMedia),
        alone: false,
        label: CallLabel { call: digest.to_owned(), ..CallLabel::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::Runtime;
    use crate::config::{HostMap, RuntimeConfig};

    /// Whoever starts it may be a task, in which nothing that blocks may be dropped.
    #[tokio::test]
    async fn a_start_that_fails_says_why_wherever_it_was_tried() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = RuntimeConfig { cache_dir: folder.path().to_owned(), ..RuntimeConfig::default() };
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        config.egress.maps = vec![HostMap { host: "a".into(), address, ca_pem: Vec::new() }];
        let refused = Runtime::start(config).map(drop).unwrap_err();
        assert!(!refused.to_string().is_empty());
    }
}
