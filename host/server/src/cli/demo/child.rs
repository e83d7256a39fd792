//! The host of the demo: `lockgate serve`, a process of its own.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde::Deserialize;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use super::DemoError;

/// How long a host may take until it listens.
const START_WITHIN: Duration = Duration::from_secs(60);

/// A host that listens.
pub(super) struct Child {
    process: tokio::process::Child,
    pid: u32,
    api_url: String,
    token: String,
    data_dir: PathBuf,
    log: PathBuf,
}

#[derive(Deserialize)]
struct Ready {
    pid: u32,
    api_url: String,
}

impl Child {
    /// Starts the host and waits until it listens. Its log goes to a file in `scratch`.
    pub(super) async fn start(scratch: &Path, data_dir: &Path, maps: &[String]) -> Result<Self, DemoError> {
        let (ready, token, log) = (scratch.join("ready.json"), scratch.join("token"), scratch.join("host.log"));
        let mut process = Command::new(std::env::current_exe()?)
            .arg("serve")
            .arg("--data-dir")
            .arg(data_dir)
            .args(["--listen", "127.0.0.1:0"])
            .args(maps.iter().flat_map(|map| ["--map-host", map]))
            .arg("--ready-file")
            .arg(&ready)
            .arg("--admin-token-file")
            .arg(&token)
            .arg("--exit-with-parent")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log)?)
            .kill_on_drop(true)
            .spawn()?;
        let listening = async {
            loop {
                if let Some(status) = process.try_wait()? {
                    let log = std::fs::read_to_string(&log).unwrap_or_default();
                    return Err(DemoError::Host(format!("the host did not start ({status}):\n{}", log.trim_end())));
                }
                if let Ok(text) = std::fs::read(&ready) {
                    return serde_json::from_slice::<Ready>(&text).map_err(|error| DemoError::Host(error.to_string()));
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let Ready { pid, api_url } = tokio::time::timeout(START_WITHIN, listening).await.map_err(|_| {
            DemoError::Host(format!(
                "the host did not listen within {} seconds; see {}",
                START_WITHIN.as_secs(),
                log.display()
            ))
        })??;
        let token = match std::fs::read_to_string(&token) {
            Ok(token) => token.trim().to_owned(),
            Err(_) => {
                return Err(DemoError::Host(
                    "the data folder was used before, and its admin token was shown then: choose an empty folder"
                        .into(),
                ));
            }
        };
        Ok(Self { process, pid, api_url, token, data_dir: data_dir.to_owned(), log })
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn api_url(&self) -> &str {
        &self.api_url
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    /// Waits until the process ends by itself.
    pub(super) async fn ended(&mut self) -> String {
        self.process.wait().await.map_or_else(|error| error.to_string(), |status: ExitStatus| status.to_string())
    }

    /// Asks the host to stop, and waits until it has.
    pub(super) async fn stop(&mut self) {
        let pid = i32::try_from(self.pid).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid
            && rustix::process::kill_process(pid, rustix::process::Signal::TERM).is_ok()
            && tokio::time::timeout(Duration::from_secs(30), self.process.wait()).await.is_ok()
        {
            return;
        }
        drop(self.process.kill().await);
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn stop_asked() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
