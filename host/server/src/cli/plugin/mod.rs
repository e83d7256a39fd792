//! `lockgate plugin …`

mod build;
mod check;
mod dev;
mod file;
mod install;
mod language;
mod new;
mod project;
mod record;
mod sources;
mod test;

use clap::Subcommand;
use serde_json::Value;

use super::client::{ApiArgs, CliError, print, print_json, segment};
use super::sheet::{self, Wish};
use super::table::{Column, table};
use crate::api::Inspected;
use crate::seams::Seams;

/// Plugins: make one, check, build and test it; look at a file, install it with grants, list, show, switch on and off, remove
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Make a new plugin's project: manifest, code, cases, and the SDK
    New(Box<new::NewArgs>),
    /// Compile a project to the one file that is the plugin, and show what it asks for
    Build(build::BuildArgs),
    /// Work on a project: build and reload it whenever it changes, and make calls of it from a console
    Dev(Box<dev::DevArgs>),
    /// Run a plugin's cases and the conformance suite; no provider and no network is needed
    Test(test::TestArgs),
    /// Make a case of a webhook or an answer that really came, with stand-ins for everything that is somebody's own
    Record(Box<record::RecordArgs>),
    /// Say what is wrong or odd with a project or a plugin's file
    Check(check::CheckArgs),
    /// Show what a plugin's file asks for; nothing is installed or run, and no host is needed
    #[command(
        after_help = "Examples:\n  lockgate plugin inspect messenger\n  lockgate plugin inspect ./pigeon.wasm --json"
    )]
    Inspect {
        /// A plugin's file, or the name of a bundled plugin (form, messenger)
        plugin: String,
        /// Print JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Install a plugin, or another version of one: shows what it asks for, then asks you
    #[command(
        after_help = "Examples:\n  lockgate plugin install messenger\n  lockgate plugin install ./pigeon.wasm --grant fly\n  lockgate plugin install messenger --yes      where nobody can be asked"
    )]
    Install {
        /// A plugin's file, or the name of a bundled plugin (form, messenger)
        plugin: String,
        /// Grant every permission that it asks for, without asking
        #[arg(long, conflicts_with = "grants")]
        yes: bool,
        /// Grant this permission and, of the others, only those named too. May be repeated
        #[arg(long = "grant", value_name = "NAME")]
        grants: Vec<String>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// List the installed plugins
    #[command(after_help = "Example:\n  lockgate plugin list")]
    List {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Show a plugin: its version, health, grants and permission sheet
    #[command(
        after_help = "Examples:\n  lockgate plugin show messenger\n  lockgate plugin show messenger --json | jq .manifest"
    )]
    Show {
        /// The plugin's id
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Switch a plugin on
    #[command(after_help = "Example:\n  lockgate plugin enable messenger")]
    Enable {
        /// The plugin's id
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Switch a plugin off: providers are told to try again later, answers wait
    #[command(after_help = "Example:\n  lockgate plugin disable messenger")]
    Disable {
        /// The plugin's id
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Remove a plugin through which nothing is connected any more
    #[command(after_help = "Example:\n  lockgate plugin remove messenger")]
    Remove {
        /// The plugin's id
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
}

const COLUMNS: [Column; 6] = [
    ("ID", "/id"),
    ("NAME", "/name"),
    ("VERSION", "/version"),
    ("HEALTH", "/health"),
    ("GRANTS", "/grants"),
    ("DIGEST", "/digest"),
];

pub(crate) async fn run(command: PluginCommand, seams: &Seams) -> Result<(), CliError> {
    match command {
        PluginCommand::New(args) => new::run(*args),
        PluginCommand::Build(args) => build::run(args, seams),
        PluginCommand::Check(args) => check::run(args),
        PluginCommand::Dev(args) => Box::pin(dev::run(*args, seams)).await,
        PluginCommand::Record(args) => Box::pin(record::run(*args, seams)).await,
        PluginCommand::Test(args) => test::run(args, seams).await,
        PluginCommand::Inspect { plugin, json } => {
            let refused = |error: &dyn std::fmt::Display| CliError::Refused(format!("{plugin}: {error}"));
            let inspection = lockgate_runtime::inspect(&file::read(&plugin)?).map_err(|error| refused(&error))?;
            let inspected = Inspected::of(inspection, None).map_err(|error| refused(&error))?;
            let inspected = serde_json::to_value(inspected).map_err(|error| refused(&error))?;
            if json {
                print_json(&inspected)
            } else {
                print(sheet::show(&inspected))
            }
            Ok(())
        }
        PluginCommand::Install { plugin, yes, grants, api } => {
            install::run(&plugin, &Wish { all: yes, named: grants }, &api).await
        }
        PluginCommand::List { api } => {
            let items = api.client()?.all("/api/v1/plugins").await?;
            if api.json {
                print_json(&Value::Array(items))
            } else {
                print(table(&COLUMNS, &items))
            }
            Ok(())
        }
        PluginCommand::Show { id, api } => {
            let plugin = api.client()?.get(&format!("/api/v1/plugins/{}", segment(&id))).await?;
            if api.json {
                print_json(&plugin);
            } else {
                print(table(&COLUMNS, std::slice::from_ref(&plugin)));
                print(format_args!("\n{}", sheet::show(&plugin)));
            }
            Ok(())
        }
        PluginCommand::Enable { id, api } => switch(&id, "enable", "is on", &api).await,
        PluginCommand::Disable { id, api } => switch(&id, "disable", "is off", &api).await,
        PluginCommand::Remove { id, api } => {
            api.client()?.delete(&format!("/api/v1/plugins/{}", segment(&id))).await?;
            print(format_args!("{id} is removed"));
            Ok(())
        }
    }
}

async fn switch(id: &str, verb: &str, done: &str, api: &ApiArgs) -> Result<(), CliError> {
    let plugin = api.client()?.post(&format!("/api/v1/plugins/{}/{verb}", segment(id)), None).await?;
    if api.json {
        print_json(&plugin)
    } else {
        print(format_args!("{id} {done}"))
    }
    Ok(())
}
