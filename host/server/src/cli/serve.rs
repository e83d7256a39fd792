//! `lockgate serve`: the host itself.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{Config, ConfigFlags};
use crate::host::{Host, RunningHost};
use crate::logging;
use crate::seams::Seams;

/// Run the host: take in what providers send, deliver answers, serve the API.
///
/// The first start makes the database, a key for the vault and an admin token, which is shown once.
///
/// Every setting can stand in a file (--config), in the environment (LOCKGATE_DATA_DIR …) or on the command line, which wins.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Example:\n  lockgate serve --data-dir /var/lib/lockgate --hooks-listen 127.0.0.1:8081 --public-url https://hooks.example.org"
)]
pub struct ServeArgs {
    #[command(flatten)]
    flags: ConfigFlags,

    /// Write addresses and process id to this file, as JSON, once the host listens
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,

    /// Stop when the process that started this one ends
    #[arg(long, hide = true)]
    exit_with_parent: bool,
}

/// What `--ready-file` holds.
#[derive(Serialize)]
struct Ready {
    pid: u32,
    api_url: String,
    hooks_url: String,
}

/// Runs until a signal asks it to stop.
pub async fn run(args: ServeArgs, seams: Seams) -> ExitCode {
    let config = match Config::load(&args.flags) {
        Ok(config) => config,
        Err(problems) => {
            eprintln!("lockgate: the configuration has {} problem(s):", problems.len());
            for problem in problems {
                eprintln!("  {problem}");
            }
            return ExitCode::from(2);
        }
    };
    logging::start(&config.log, config.log_format);
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in Config::unknown_variables(variables) {
        tracing::warn!(name, "this variable of the environment is no setting of Lockgate; nobody heeds it");
    }
    if args.exit_with_parent
        && let Err(error) = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM))
    {
        tracing::warn!(%error, "this host will not notice the end of the process that started it");
    }
    let token_file = config.admin_token_file.clone();
    let running = match Host::start(config, seams).await {
        Ok(running) => running,
        Err(error) => {
            eprintln!("lockgate: {}", chain(&error));
            return ExitCode::FAILURE;
        }
    };
    match announce(&running, token_file.as_deref(), args.ready_file.as_deref()) {
        Ok(()) => {
            stop_signal().await;
            tracing::info!("stopping");
            running.stop().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("lockgate: {error}");
            running.stop().await;
            ExitCode::FAILURE
        }
    }
}

fn announce(running: &RunningHost, token_file: Option<&Path>, ready_file: Option<&Path>) -> std::io::Result<()> {
    let directory = &running.host.directory;
    let mut out = std::io::stdout();
    let reached = match running.host.config.public_url {
        Some(_) => format!(", reached at {}", directory.origin()),
        None => String::new(),
    };
    writeln!(out, "Lockgate listens on http://{} (API) and http://{} (hooks){reached}", running.api, running.hooks)?;
    if let Some(token) = &running.first_token {
        match token_file {
            Some(path) => writeln!(out, "The admin token is in {}", path.display())?,
            None => {
                let token = token.expose_str().unwrap_or_default();
                writeln!(out, "Admin token, shown this once: {token}").and_then(|()| out.flush()).map_err(|error| {
                    let words = "the admin token could not be shown; make another: lockgate token create NAME --scope admin --data-dir DIR";
                    std::io::Error::new(error.kind(), format!("{words}: {error}"))
                })?;
                writeln!(
                    out,
                    "Next: export LOCKGATE_URL=http://{} LOCKGATE_TOKEN=…; lockgate plugin install messenger",
                    running.api
                )?;
            }
        }
    }
    out.flush()?;
    if let Some(path) = ready_file {
        let ready = Ready {
            pid: std::process::id(),
            api_url: format!("http://{}", running.api),
            hooks_url: directory.origin().to_owned(),
        };
        // Whoever waits for the file must find it whole.
        let unfinished = path.with_extension("unfinished");
        std::fs::write(&unfinished, serde_json::to_vec(&ready)?)?;
        std::fs::rename(&unfinished, path)?;
    }
    Ok(())
}

async fn stop_signal() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be received; stop this process with SIGKILL");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// An error with its sources, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
