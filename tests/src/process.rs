//! A host as a process of its own: an executable that is started, killed with `-9` and started again in the same folder.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use serde::Deserialize;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::api::Api;
use crate::database::Database;
use crate::outside::Outside;
use crate::wait::until;

/// The product's executable: `LOCKGATE_BIN`, else built beside this one.
pub fn product() -> PathBuf {
    std::env::var_os("LOCKGATE_BIN").map_or_else(|| built("lockgate"), PathBuf::from)
}

/// The named test build's executable: `LOCKGATE_TEST_HOST`, else built beside this one.
pub fn test_host() -> PathBuf {
    std::env::var_os("LOCKGATE_TEST_HOST").map_or_else(|| built("test-host"), PathBuf::from)
}

/// Lets cargo bring an executable up to date in the profile and target folder of the one that runs.
fn built(bin: &str) -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let folder = this.ancestors().find(|folder| folder.ends_with("release") || folder.ends_with("debug")).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = std::process::Command::new(cargo);
    // With the package that the running driver is of: alone, the product's would be built with other features, engine and all.
    build.args(["build", "--quiet", "--package", "lockgate-tests", "--package", "lockgate", "--bin", bin]);
    build.arg("--target-dir").arg(folder.parent().unwrap());
    // What cargo told the driver of the driver's package, ring's build script would take for news, and half of all be compiled again.
    let of_this = |name: &OsString| {
        name.to_str().is_some_and(|name| {
            name == "OUT_DIR" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        })
    };
    std::env::vars_os().map(|(name, _)| name).filter(of_this).for_each(|name| {
        build.env_remove(name);
    });
    if folder.ends_with("release") {
        build.arg("--release");
    }
    let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null()).status().unwrap();
    assert!(status.success(), "{bin} cannot be built");
    folder.join(bin)
}

/// How a process is started.
#[derive(Clone)]
pub struct ProcessPlan {
    executable: PathBuf,
    database: Database,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    may_fill_up: bool,
    folder: Arc<TempDir>,
}

/// A host that runs.
pub struct HostProcess {
    child: Child,
    pid: u32,
    api: Api,
    plan: ProcessPlan,
}

#[derive(Deserialize)]
struct Ready {
    pid: u32,
    api_url: String,
}

impl ProcessPlan {
    /// This executable on a database, in a new folder.
    pub fn new(executable: PathBuf, database: Database) -> Self {
        let folder = tempfile::Builder::new().prefix("lockgate-process-").tempdir().unwrap();
        Self {
            executable,
            database,
            arguments: Vec::new(),
            environment: Vec::new(),
            may_fill_up: false,
            folder: Arc::new(folder),
        }
    }

    /// The same, looking for a host name at a loopback address.
    #[must_use]
    pub fn with_map(mut self, host: &str, address: SocketAddr, ca_pem: &str) -> Self {
        let file = self.folder.path().join(format!("{host}.pem"));
        std::fs::write(&file, ca_pem).unwrap();
        self.arguments.extend(["--map-host".to_owned(), format!("{host}={address},ca={}", file.display())]);
        self
    }

    /// The same with another argument.
    #[must_use]
    pub fn with_argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// The same with a variable in its environment.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(given, _)| given != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with a file of this content, whose path a variable in its environment names.
    #[must_use]
    pub fn with_file(self, name: &str, content: &str, variable: &str) -> Self {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        self.with_env(variable, &file.display().to_string())
    }

    /// The same, started so that a file which may not grow any more is an error to it and not the end.
    #[must_use]
    pub fn that_may_fill_up(mut self) -> Self {
        self.may_fill_up = true;
        self
    }

    fn command(&self) -> Command {
        if !self.may_fill_up {
            return Command::new(&self.executable);
        }
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", r#"trap "" XFSZ; exec "$@""#, "sh"]).arg(&self.executable);
        shell
    }

    /// The folder that it keeps its data in.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The database, read from outside.
    pub async fn outside(&self) -> Outside {
        Outside::of(&self.database, &self.data_dir()).await
    }

    /// Starts it and waits until it listens.
    pub async fn start(&self) -> HostProcess {
        let (ready, token) = (self.folder.path().join("ready.json"), self.folder.path().join("token"));
        drop(std::fs::remove_file(&ready));
        let log = std::fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        let mut child = self
            .command()
            .arg("serve")
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(["--database", &self.database.setting(), "--listen", "127.0.0.1:0"])
            .arg("--ready-file")
            .arg(&ready)
            .arg("--admin-token-file")
            .arg(&token)
            .arg("--exit-with-parent")
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.executable.display()));
        let child_ref = std::cell::RefCell::new(&mut child);
        let listening: Ready = until("the process listens", async || {
            if let Ok(Some(status)) = child_ref.borrow_mut().try_wait() {
                panic!("the host ended ({status}):\n{}", std::fs::read_to_string(self.log_file()).unwrap_or_default());
            }
            serde_json::from_slice(&std::fs::read(&ready).ok()?).ok()
        })
        .await;
        let token = std::fs::read_to_string(&token).unwrap();
        let api = Api::new(listening.api_url, token.trim());
        HostProcess { child, pid: listening.pid, api, plan: self.clone() }
    }

    /// The file that it logs to.
    pub fn log_file(&self) -> PathBuf {
        self.folder.path().join("host.log")
    }

    /// What it logged, all its lives together.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap()
    }
}

impl HostProcess {
    /// Its API, with the admin token.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// How it was started.
    pub fn plan(&self) -> &ProcessPlan {
        &self.plan
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Processor time that it has used, in milliseconds.
    pub fn cpu_ms(&self) -> u64 {
        spent_ms(&std::fs::read_to_string(Path::new("/proc").join(self.pid.to_string()).join("stat")).unwrap())
    }

    /// The same of its threads whose names begin so, those that ended left out.
    pub fn cpu_ms_of(&self, thread: &str) -> u64 {
        let tasks = std::fs::read_dir(Path::new("/proc").join(self.pid.to_string()).join("task")).unwrap();
        let stats = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok());
        let named = stats.filter(|stat| stat.split_once('(').is_some_and(|(_, name)| name.starts_with(thread)));
        named.map(|stat| spent_ms(&stat)).sum()
    }

    /// From now on none of its files may grow beyond so many bytes; none: any may.
    pub fn limit_file_size(&self, bytes: Option<u64>) {
        let resource = rustix::process::Resource::Fsize;
        let maximum = rustix::process::getrlimit(resource).maximum;
        let limit = rustix::process::Rlimit { current: bytes.or(maximum), maximum };
        rustix::process::prlimit(Some(pid(self.pid)), resource, limit).unwrap();
    }

    /// Kills it with `-9`.
    pub async fn kill(mut self) -> ProcessPlan {
        self.child.kill().await.unwrap();
        self.plan
    }

    /// Waits until it ends by itself.
    pub async fn ended(mut self) -> ProcessPlan {
        tokio::time::timeout(crate::wait::PATIENCE, self.child.wait()).await.expect("the process ends").unwrap();
        self.plan
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(self) -> ProcessPlan {
        rustix::process::kill_process(pid(self.pid), rustix::process::Signal::TERM).unwrap();
        self.ended().await
    }
}

/// Processor time of a process or thread in milliseconds (proc(5), `stat`).
fn spent_ms(stat: &str) -> u64 {
    // The second field may hold anything; what follows its last bracket does not.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    ticks * 1000 / rustix::param::clock_ticks_per_second()
}

fn pid(number: u32) -> rustix::process::Pid {
    i32::try_from(number).ok().and_then(rustix::process::Pid::from_raw).unwrap()
}
