//! `lockgate doctor`: what is wrong with this installation, and how to mend it.
//!
//! Works with and without a running host. It reads the same configuration as `serve`; a database that a host holds is looked at
//! through that host.

mod data;
mod finding;
mod machine;
mod running;

use std::path::PathBuf;
use std::process::ExitCode;

use lockgate_store::{OpenError, Store, StoreConfig};
use serde_json::json;

use self::data::Books;
use self::finding::{Finding, Verdict};
use super::client::{print, print_json};
use super::serve::chain;
use crate::config::{Config, ConfigFlags};
use crate::seams::Seams;
use crate::{key, start};

/// Say what is wrong with this installation and how to mend it.
///
/// Takes the settings of `serve`: run it with the same flags, environment and file. Nothing is changed, but that a database of
/// an older version is brought up to date where no host runs. Ends with 1 when something fails, with 0 when there are warnings
/// at most. A running host is found by its data folder, whatever LOCKGATE_URL says.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate doctor --data-dir /var/lib/lockgate\n  LOCKGATE_TOKEN=lg_… lockgate doctor      looks at channels through the running host too\n  lockgate doctor --json | jq '.findings[] | select(.verdict != \"ok\")'"
)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    flags: ConfigFlags,

    /// File that holds an API token, to look at channels and deliveries through a running host; or set LOCKGATE_TOKEN
    #[arg(long, env = "LOCKGATE_TOKEN_FILE", value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Looks, tells, and ends with 1 where something fails.
pub(crate) async fn run(args: DoctorArgs, seams: Seams) -> ExitCode {
    let findings = match Config::load(&args.flags) {
        Ok(config) => examine(&config, &args, &seams).await,
        Err(problems) => problems
            .into_iter()
            .map(|problem| {
                Finding::fail(
                    "configuration",
                    problem.to_string(),
                    "correct this setting; `lockgate serve --help` lists them all",
                )
            })
            .collect(),
    };
    let worst = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
    if args.json {
        print_json(&json!({"verdict": worst, "findings": findings}));
    } else {
        findings.iter().for_each(print);
        let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
        print(format_args!(
            "\n{} to mend, {} to know of, {} fine",
            count(Verdict::Fail),
            count(Verdict::Warn),
            count(Verdict::Ok)
        ));
    }
    if worst == Verdict::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

async fn examine(config: &Config, args: &DoctorArgs, seams: &Seams) -> Vec<Finding> {
    let now = seams.clock.now_ms();
    let mut findings = vec![Finding::ok("configuration", "all settings can be understood")];
    findings.extend(machine::addresses(config));
    findings.extend(machine::maps(config));
    findings.push(machine::clock(now));
    findings.extend(machine::folder(&config.data_dir));
    findings.extend(machine::key(&config.key));
    findings.extend(engine(config));
    findings.extend(database(config, args, seams, now).await);
    findings
}

/// Starts the engine as a host would, with its images in a folder of its own.
fn engine(config: &Config) -> Vec<Finding> {
    let started = || -> Result<_, String> {
        let folder = tempfile::tempdir().map_err(|error| chain(&error))?;
        let mut runtime = start::runtime_config(config).map_err(|error| chain(&error))?;
        runtime.cache_dir = folder.path().to_owned();
        let runtime = lockgate_runtime::Runtime::start(runtime).map_err(|error| chain(&error))?;
        Ok(runtime.settings_report())
    };
    match started() {
        Ok(settings) => settings
            .into_iter()
            // Mapped hosts are told of already, and the images' folder is not the one of a host.
            .filter(|setting| !matches!(setting.name, "mapped host" | "compiled images"))
            .map(|setting| match setting.advice {
                Some(advice) => Finding::warn("engine", format!("{}: {}", setting.name, setting.value), advice),
                None => Finding::ok("engine", format!("{}: {}", setting.name, setting.value)),
            })
            .collect(),
        Err(why) => vec![Finding::fail("engine", why, "the sandbox cannot start on this machine with these settings")],
    }
}

/// Opens the database, or asks the host that holds it.
async fn database(config: &Config, args: &DoctorArgs, seams: &Seams, now: u64) -> Vec<Finding> {
    let database = start::database(config);
    match Store::is_empty_database(&database).await {
        Ok(true) => return vec![Finding::ok("database", "there is none yet; the first start makes it")],
        Ok(false) => {}
        Err(error) => return vec![unopened(&error)],
    }
    let vault_key = match key::vault_key(&config.key, false, seams.entropy.as_ref()) {
        Ok(key) => key,
        // What is wrong with the key was told already.
        Err(_) => return Vec::new(),
    };
    let node = format!("doctor-{}", std::process::id());
    let seams = lockgate_store::Seams { clock: seams.clock.clone(), entropy: seams.entropy.clone() };
    let store = match Store::open(StoreConfig { database, key: vault_key, node, pg_lanes: 1 }, seams).await {
        Ok(store) => store,
        Err(OpenError::InUse) => return running::examine(config, args.token_file.as_deref()).await,
        Err(error) => return vec![unopened(&error)],
    };
    let findings = match store.probe().await {
        Ok(()) => {
            let mut findings = vec![Finding::ok(
                "database",
                format!("{} takes a write and gives it back, and the key fits", store.kind()),
            )];
            findings.extend(match Books::of_store(&store).await {
                Ok(books) => books.findings(now),
                Err(error) => vec![Finding::fail("database", chain(&error), "look at the database's own log")],
            });
            findings
        }
        Err(error) => {
            let mend = "look whether the disk is full, the file is locked by another program, or the server is down";
            vec![Finding::fail("database", chain(&error), mend)]
        }
    };
    store.close().await;
    findings
}

fn unopened(error: &OpenError) -> Finding {
    let words = error.to_string();
    match words.split_once(": ") {
        Some((what, mend)) => Finding::fail("database", what, mend),
        None => Finding::fail("database", words, "look at the database's own log"),
    }
}
