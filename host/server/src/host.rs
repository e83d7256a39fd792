//! The running host: what it is made of, how it starts and how it stops.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use lockgate_runtime::Runtime;
use lockgate_store::{Secret, Store};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::call::SeedKey;
use crate::conduct::Conducts;
use crate::config::Config;
use crate::delivery::signal::Signals;
use crate::denials::Denials;
use crate::directory::Directory;
use crate::ingress::answer::Told;
use crate::ingress::key_sets::KeySets;
use crate::ingress::refusals::Refusals;
use crate::lookup::Lookups;
use crate::media::Media;
use crate::media::share::ShareKey;
use crate::seams::Seams;
use crate::start::{self, Opened, StartError};
use crate::{api, background, delivery, housekeeping, ingest, ingress};

/// How long a shutdown waits for what is under way. What is not done by then is found again by the next start.
const PATIENCE: Duration = Duration::from_secs(20);

/// The parts of a running host that requests and workers share. Cheap to clone.
#[derive(Clone)]
pub struct Host(Arc<Parts>);

/// What a [`Host`] is made of.
pub struct Parts {
    /// How it was configured.
    pub config: Config,
    /// Where everything is kept.
    pub store: Store,
    /// Where plugins run.
    pub runtime: Runtime,
    /// Hooks, settings and images, remembered.
    pub directory: Directory,
    /// Who is slowed or paused.
    pub conducts: Conducts,
    /// Refused requests, counted.
    pub refusals: Refusals,
    /// Keys that providers publish, remembered.
    pub key_sets: KeySets,
    /// What the gate refused plugins, remembered.
    pub denials: Denials,
    /// Signals that are under way.
    pub signals: Signals,
    /// What is being looked up at providers.
    pub lookups: Lookups,
    /// What was dropped of plugins' answers and told of already.
    pub told: Told,
    /// What is counted, as text for a scraper.
    pub metrics: PrometheusHandle,
    /// Files.
    pub media: Media,
    /// Time, randomness, stand-ins.
    pub seams: Seams,
    /// Guests' randomness.
    pub(crate) seeds: SeedKey,
    /// What opens a file to a provider.
    pub(crate) shares: ShareKey,
    stop: watch::Sender<bool>,
    work: TaskTracker,
}

impl std::ops::Deref for Host {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Host {
    /// Starts a host: opens the database, loads every plugin's image, listens, and begins to work.
    ///
    /// # Errors
    ///
    /// What keeps it from starting, and what to do about it.
    pub async fn start(config: Config, seams: Seams) -> Result<RunningHost, StartError> {
        // First of all: a start that finds its address taken must have made nothing.
        let listeners = Listeners::bind(&config).await?;
        let Opened { store, runtime, media, seeds, shares, first_token } = start::open(&config, &seams).await?;
        let origin = match &config.public_url {
            Some(_) => config.hook_origin(),
            None => format!("http://{}", listeners.hook_address()),
        };
        let host = Self(Arc::new(Parts {
            directory: Directory::new(store.clone(), runtime.clone(), seams.native.clone(), origin),
            conducts: Conducts::new(config.pause_failing_channels),
            refusals: Refusals::default(),
            key_sets: KeySets::default(),
            denials: Denials::default(),
            signals: Signals::default(),
            lookups: Lookups::default(),
            told: Told::default(),
            metrics: start::metrics(),
            stop: watch::Sender::new(false),
            work: TaskTracker::new(),
            config,
            store,
            runtime,
            media,
            seams,
            seeds,
            shares,
        }));
        if let Err(error) = host.directory.refresh().await {
            tracing::warn!(%error, "the configuration cannot be read yet; trying again");
        }
        // Before anything runs: who was paused stays paused.
        if let Err(error) = host.conducts.keep(&host.store).await {
            tracing::warn!(%error, "who is paused cannot be read yet; trying again");
        }
        let workers = vec![
            tokio::spawn(delivery::run(host.clone())),
            tokio::spawn(background::run(host.clone())),
            tokio::spawn(ingest::pending::run(host.clone())),
            tokio::spawn(housekeeping::run(host.clone())),
        ];
        Ok(listeners.serve(host, workers, first_token))
    }

    /// Runs something that a shutdown waits for.
    pub(crate) fn spawn_work(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.work.spawn(work);
    }

    /// Changes when the host is to stop.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }
}

/// A host that listens and works.
pub struct RunningHost {
    /// Its parts.
    pub host: Host,
    /// Where the API is served.
    pub api: SocketAddr,
    /// Where hooks are served.
    pub hooks: SocketAddr,
    /// Where metrics are served without a token.
    pub metrics: Option<SocketAddr>,
    /// The admin token that the first start made; in its file already where the configuration names one, else shown once.
    pub first_token: Option<Secret>,
    servers: Vec<JoinHandle<()>>,
    workers: Vec<JoinHandle<()>>,
}

impl RunningHost {
    /// Stops: no new requests, what is under way is finished, what is claimed is returned, the database is closed.
    pub async fn stop(self) {
        self.host.stop.send_replace(true);
        let all = async {
            for task in self.servers.into_iter().chain(self.workers) {
                if let Err(error) = task.await {
                    tracing::error!(%error, "a part of the host stopped unexpectedly");
                }
            }
            self.host.work.close();
            self.host.work.wait().await;
        };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            tracing::warn!("some work was still under way; the next start finds it again");
        }
        let store = &self.host.store;
        if let Err(error) = self.host.refusals.flush(store).await {
            tracing::warn!(%error, "the count of refused requests could not be written down");
        }
        if let Err(error) = store.release_claims(&self.host.config.node).await {
            tracing::warn!(%error, "claimed deliveries could not be returned; their leases end by themselves");
        }
        store.close().await;
    }
}

/// Bound sockets, before anything is served.
struct Listeners {
    api: (TcpListener, SocketAddr),
    hooks: Option<(TcpListener, SocketAddr)>,
    metrics: Option<(TcpListener, SocketAddr)>,
}

impl Listeners {
    async fn bind(config: &Config) -> Result<Self, StartError> {
        Ok(Self {
            api: bind("listen", config.listen).await?,
            hooks: match config.hooks_listen {
                Some(address) => Some(bind("hooks_listen", address).await?),
                None => None,
            },
            metrics: match config.metrics_listen {
                Some(address) => Some(bind("metrics_listen", address).await?),
                None => None,
            },
        })
    }

    fn hook_address(&self) -> SocketAddr {
        self.hooks.as_ref().unwrap_or(&self.api).1
    }

    fn serve(self, host: Host, workers: Vec<JoinHandle<()>>, first_token: Option<Secret>) -> RunningHost {
        let hook_address = self.hook_address();
        let mut servers = Vec::new();
        let mut app = api::router(host.clone());
        match self.hooks {
            Some((listener, _)) => servers.push(serve(listener, ingress::alone(host.clone()), &host)),
            None => app = app.merge(ingress::router(host.clone())),
        }
        let metrics = self.metrics.map(|(listener, address)| {
            servers.push(serve(listener, api::metrics_router(host.clone()), &host));
            address
        });
        let (listener, api) = self.api;
        servers.push(serve(listener, app, &host));
        RunningHost { api, hooks: hook_address, metrics, first_token, servers, workers, host }
    }
}

async fn bind(setting: &'static str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|source| StartError::Bind { setting, address, source })
}

fn serve(listener: TcpListener, router: Router, host: &Host) -> JoinHandle<()> {
    let mut stopping = host.stopping();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move {
        let stopped = async move {
            // An error means that the host is gone, which is a reason to stop too.
            drop(stopping.wait_for(|stop| *stop).await);
        };
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stopped).await {
            tracing::error!(%error, "a listener failed");
        }
    })
}
