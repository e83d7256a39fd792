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
use crate::token_file::{self, TokenFileError};

/// The setting that names the file of the first token, as it is typed.
const ADMIN_TOKEN_FILE: &str = "--admin-token-file";

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
    /// The file of the first admin token.
    #[error(transparent)]
    TokenFile(#[from] TokenFileError),
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

/// Opens database and engine. The first start makes key and admin token; the token last, when nothing else can fail any more.
pub(crate) async fn open(config: &Config, seams: &Seams) -> Result<Opened, StartError> {
    let database = database(config);
    let empty = Store::is_empty_database(&database).await?;
    if let (true, Some(path)) = (empty, &config.admin_token_file) {
        token_file::check(ADMIN_TOKEN_FILE, path)?;
    }
    key::data_folder(&config.data_dir)?;
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
    let folder = config.media_dir.clone().unwrap_or_else(|| config.data_dir.join("media"));
    let media = Media::open(&folder, store.clone(), config.media, seams.clone())?;
    let first_token = match first_token(config, &store).await {
        Ok(token) => token,
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    };
    Ok(Opened { store, runtime, media, seeds, shares, first_token })
}

/// The admin token of a host that never had a token.
///
/// Where it goes into a file, it is there before the database knows it: a token that opens everything and that nobody has would
/// lock everybody out. A death in between leaves a file with a token that opens nothing; the next start refuses to write over
/// it, because by its looks the file could as well be the only token of another host.
async fn first_token(config: &Config, store: &Store) -> Result<Option<Secret>, StartError> {
    if !store.tokens().await?.is_empty() {
        return Ok(None);
    }
    let (token, secret) = store.draft_token("first admin", [Scope::Admin].into());
    if let Some(path) = &config.admin_token_file {
        token_file::write(ADMIN_TOKEN_FILE, path, &secret)?;
    }
    if let Err(error) = store.keep_token(&token, &secret).await {
        if let Some(path) = &config.admin_token_file {
            token_file::remove(path);
        }
        return Err(error.into());
    }
    Ok(Some(secret))
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
