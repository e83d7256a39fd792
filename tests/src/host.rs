//! A host in this process: the product's own code from configuration to sockets, with a clock that a test can put forward.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use lockgate::config::{Config, ConfigFlags};
use lockgate::host::{Host, RunningHost};
use lockgate::seams::Seams;
use tempfile::TempDir;

use crate::api::Api;
use crate::clock::TestClock;
use crate::database::Database;
use crate::{logs, outside};

/// How a host is to be started.
#[derive(Clone)]
pub struct HostPlan {
    database: Database,
    clock: TestClock,
    node: String,
    maps: Vec<String>,
    hooks_at: Option<String>,
    name_servers: Vec<String>,
    pauses: bool,
}

/// A running host and the folder that it keeps its data in.
pub struct TestHost {
    running: RunningHost,
    api: Api,
    folder: Arc<TempDir>,
    plan: HostPlan,
}

impl HostPlan {
    /// A host on a database of its own.
    pub fn on(database: Database) -> Self {
        Self {
            database,
            clock: TestClock::default(),
            node: "node-1".into(),
            maps: Vec::new(),
            hooks_at: None,
            name_servers: Vec::new(),
            pauses: true,
        }
    }

    /// The same with this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: TestClock) -> Self {
        self.clock = clock;
        self
    }

    /// The same under this name among others on one database.
    #[must_use]
    pub fn named(mut self, node: &str) -> Self {
        self.node = node.into();
        self
    }

    /// The same, looking for a host name at a loopback address.
    #[must_use]
    pub fn with_map(mut self, host: &str, address: SocketAddr, ca_file: &Path) -> Self {
        self.maps.push(format!("{host}={address},ca={}", ca_file.display()));
        self
    }

    /// The same with hooks on a listener of their own, which providers reach under this origin.
    #[must_use]
    pub fn with_hooks_at(mut self, origin: &str) -> Self {
        self.hooks_at = Some(origin.into());
        self
    }

    /// The same, asking this name server alone where requests of plugins go.
    #[must_use]
    pub fn with_name_server(mut self, address: SocketAddr) -> Self {
        self.name_servers.push(address.to_string());
        self
    }

    /// The same, never pausing a channel whose calls keep failing.
    #[must_use]
    pub fn without_pausing(mut self) -> Self {
        self.pauses = false;
        self
    }

    /// Starts it in a new folder.
    pub async fn start(self) -> TestHost {
        let folder = tempfile::Builder::new().prefix("lockgate-test-").tempdir().unwrap();
        share_images(folder.path());
        TestHost::start(self, Arc::new(folder), None).await
    }

    /// Starts it in a folder that was used before, and stops it at once.
    ///
    /// # Errors
    ///
    /// What the operator is told where it does not start.
    pub async fn try_start(&self, folder: &Path) -> Result<(), String> {
        let seams = Seams { clock: Arc::new(self.clock.clone()), ..Seams::real() };
        match Box::pin(Host::start(self.config(folder), seams)).await {
            Ok(running) => {
                running.stop().await;
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn config(&self, folder: &Path) -> Config {
        let flags = ConfigFlags {
            data_dir: Some(folder.to_owned()),
            database: Some(self.database.setting()),
            listen: Some("127.0.0.1:0".into()),
            node: Some(self.node.clone()),
            guest_threads: Some(2),
            max_instances: Some(64),
            map_host: self.maps.clone(),
            hooks_listen: self.hooks_at.as_ref().map(|_| "127.0.0.1:0".into()),
            public_url: self.hooks_at.clone(),
            egress_name_server: self.name_servers.clone(),
            pause_failing_channels: Some(self.pauses),
            ..ConfigFlags::default()
        };
        Config::load(&flags).unwrap_or_else(|problems| panic!("{problems:?}"))
    }
}

impl TestHost {
    /// Starts a host on this database, with nothing set up.
    pub async fn start_on(database: Database) -> Self {
        HostPlan::on(database).start().await
    }

    async fn start(plan: HostPlan, folder: Arc<TempDir>, token: Option<String>) -> Self {
        logs::keep();
        let seams = Seams { clock: Arc::new(plan.clock.clone()), ..Seams::real() };
        let running = Box::pin(Host::start(plan.config(folder.path()), seams)).await;
        let running = running.unwrap_or_else(|error| panic!("the host does not start: {error:?}"));
        let shown = running.first_token.as_ref().and_then(|token| token.expose_str()).map(str::to_owned);
        let token = token.or(shown).expect("the first start shows a token");
        let api = Api::new(format!("http://{}", running.api), token);
        Self { running, api, folder, plan }
    }

    /// Another node on the same database, with the same key.
    pub async fn another_node(&self, node: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("lockgate-test-").tempdir().unwrap();
        share_images(folder.path());
        std::fs::copy(self.data_dir().join("lockgate.key"), folder.path().join("lockgate.key")).unwrap();
        let token = Some(self.api.token().to_owned());
        Self::start(self.plan.clone().named(node), Arc::new(folder), token).await
    }

    /// Stops it.
    pub async fn stop(self) {
        self.running.stop().await;
    }

    /// Stops it and starts it again in the same folder. Its port is another one.
    pub async fn restart(self) -> Self {
        let Self { running, api, folder, plan } = self;
        running.stop().await;
        Self::start(plan, folder, Some(api.token().to_owned())).await
    }

    /// Its API, with the admin token.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The running host itself: for what the API does not tell.
    pub fn host(&self) -> &Host {
        &self.running.host
    }

    /// Where hooks are served.
    pub fn hooks_address(&self) -> SocketAddr {
        self.running.hooks
    }

    /// How it was started.
    pub fn plan(&self) -> HostPlan {
        self.plan.clone()
    }

    /// Its clock.
    pub fn clock(&self) -> &TestClock {
        &self.plan.clock
    }

    /// The folder that it keeps its data in.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Keeps the folder, also when the host is gone.
    pub fn keep_folder(&self) -> Arc<TempDir> {
        self.folder.clone()
    }

    /// The database that it is on.
    pub fn database(&self) -> &Database {
        &self.plan.database
    }

    /// The database, read from outside.
    pub async fn outside(&self) -> outside::Outside {
        outside::Outside::of(&self.plan.database, &self.data_dir()).await
    }
}

/// Lets the hosts of this process share one folder of compiled images, so that a plugin is compiled once and not once a story, and
/// one key, because an image bears the seal of its installation.
fn share_images(data_dir: &Path) {
    let key = data_dir.join("lockgate.key");
    std::fs::write(&key, "5ea1".repeat(16)).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    static IMAGES: OnceLock<TempDir> = OnceLock::new();
    let images = IMAGES.get_or_init(|| tempfile::Builder::new().prefix("lockgate-images-").tempdir().unwrap());
    std::os::unix::fs::symlink(images.path(), data_dir.join("images")).unwrap();
}
