//! What happens before a host listens: folder, key, database, engine. Each step that fails says what to do.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::OnceLock;

use lockgate_model::config::Scope;
use lockgate_runtime::{EgressConfig, HostMap, Runtime, RuntimeConfig};
use lockgate_store::{Database, OpenError, Secret, Store, StoreConfig, StoreError};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::call::{SeedKey, image_seal};
use crate::config::{Config, DatabaseSetting};
use crate::key::{self, KeyError};
use crate::media::share::ShareKey;
use crate::media::{FolderError, Media};
use crate::seams::Seams;

/// What keeps a host from starting.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The vault's key, or the folder that it lies in.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database failed right after it was opened.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The engine cannot be started.
    #[error(transparent)]
    Runtime(#[from] lockgate_runtime::StartError),
    /// The folder of files cannot be used.
    #[error(transparent)]
    Media(#[from] FolderError),
    /// A CA file of a host mapping cannot be read.
    #[error("map_host: {} cannot be read", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An address cannot be listened on.
    #[error("{setting}: cannot listen on {address}; choose another address or stop what listens there")]
    Bind {
        /// The setting.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// What a host is put together from.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) runtime: Runtime,
    pub(crate) media: Media,
    pub(crate) seeds: SeedKey,
    pub(crate) shares: ShareKey,
    pub(crate) first_token: Option<Secret>,
}

/// Opens database and engine. The first start makes key and admin token.
pub(crate) async fn open(config: &Config, seams: &Seams) -> Result<Opened, StartError> {
    key::data_folder(&config.data_dir)?;
    let database = database(config);
    let empty = Store::is_empty_database(&database).await?;
    let vault_key = key::vault_key(&config.key, empty, seams.entropy.as_ref())?;
    let seeds = SeedKey::derive(vault_key.bytes());
    let shares = ShareKey::derive(vault_key.bytes());
    let runtime = Runtime::start(RuntimeConfig {
        seal: image_seal(vault_key.bytes()),
        compiler: seams.compiler.clone(),
        ..runtime_config(config)?
    })?;
    let store = Store::open(
        StoreConfig { database, key: vault_key, node: config.node.clone(), pg_lanes: 4 },
        lockgate_store::Seams { clock: seams.clock.clone(), entropy: seams.entropy.clone() },
    )
    .await?;
    let first_token = if store.tokens().await?.is_empty() {
        Some(store.create_token("first admin", [Scope::Admin].into()).await?.1)
    } else {
        None
    };
    let folder = config.media_dir.clone().unwrap_or_else(|| config.data_dir.join("media"));
    let media = Media::open(&folder, store.clone(), config.media, seams.clone())?;
    Ok(Opened { store, runtime, media, seeds, shares, first_token })
}

/// The database that a configuration names.
pub(crate) fn database(config: &Config) -> Database {
    match &config.database {
        DatabaseSetting::Sqlite => Database::Sqlite(config.sqlite_path()),
        DatabaseSetting::Postgres(url) => Database::Postgres(url.expose().to_owned()),
    }
}

/// The engine's configuration.
///
/// # Errors
///
/// Where a CA file cannot be read.
pub(crate) fn runtime_config(config: &Config) -> Result<RuntimeConfig, StartError> {
    let maps = config
        .maps
        .iter()
        .map(|map| {
            let ca_pem = std::fs::read(&map.ca_file)
                .map_err(|source| StartError::CaFile { path: map.ca_file.clone(), source })?;
            Ok(HostMap { host: map.host.clone(), address: map.address, ca_pem })
        })
        .collect::<Result<Vec<_>, StartError>>()?;
    Ok(RuntimeConfig {
        cache_dir: config.data_dir.join("images"),
        guest_threads: config.guest_threads,
        max_instances: config.max_instances,
        // A share, so that a smaller host keeps one for what comes in as well.
        reserved_for_receive: config.max_instances / 4,
        egress: EgressConfig {
            maps,
            name_servers: config.egress_name_servers.clone(),
            proxy: config.egress_proxy.clone(),
            ..EgressConfig::default()
        },
        maximum: config.maximum.clone(),
        ..RuntimeConfig::default()
    })
}

/// The process's registry of metrics. There is one: a second host in the same process (tests) counts into it too.
pub(crate) fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new().build_recorder();
            let handle = recorder.handle();
            // Another recorder of the same process would keep what it counts; this one then shows nothing.
            drop(metrics::set_global_recorder(recorder));
            handle
        })
        .clone()
}
