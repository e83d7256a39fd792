//! The command line: `serve` and `demo` run a host, `doctor` looks at an installation, everything else speaks to a running host
//! over its API, as any other program could.

mod app;
mod channel;
mod client;
mod demo;
mod doctor;
mod fields;
mod inbox;
mod named;
mod plugin;
mod serve;
mod sheet;
mod table;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use lockgate_runtime::Compiler;

use crate::seams::Seams;
use client::CliError;

/// A host for sandboxed channel connectors: what customers write on any channel becomes conversations in one inbox.
///
/// Begin with `lockgate demo`, which plays a conversation on this machine and explains each step. To set up a host of your own:
///
///   lockgate serve                      prints an admin token once
///   export LOCKGATE_TOKEN=lg_…
///   lockgate plugin install messenger   shows what it asks for, then asks you
///   lockgate inbox create Support
///   lockgate app create messenger --name "Our Meta app"
///   lockgate channel create --app ID --name "Our page"
///   lockgate doctor                     says what is still missing
#[derive(Debug, Parser)]
#[command(name = "lockgate", version, verbatim_doc_comment, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::ServeArgs>),
    Demo(Box<demo::DemoArgs>),
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    #[command(subcommand)]
    App(app::AppCommand),
    #[command(subcommand)]
    Channel(channel::ChannelCommand),
    #[command(subcommand)]
    Inbox(inbox::InboxCommand),
    #[command(subcommand)]
    Token(token::TokenCommand),
    Doctor(Box<doctor::DoctorArgs>),
}

/// The one argument with which this executable starts itself to compile a plugin. Not a command: nobody types it.
const COMPILE: &str = "--compile-a-plugin-from-standard-input";

/// Runs the command that this process was started with.
pub fn main(mut seams: Seams) -> ExitCode {
    // First of all, while there is no thread yet that the limits would not hold for.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == COMPILE) {
        return lockgate_runtime::compile_from_stdin();
    }
    let cli = Cli::parse();
    seams.compiler = Compiler::Process(COMPILE);
    // The one cryptography of this program. An error means that it was chosen already.
    drop(rustls::crypto::ring::default_provider().install_default());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("lockgate: threads cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(run(cli.command, seams))
}

async fn run(command: Command, seams: Seams) -> ExitCode {
    let outcome = match command {
        Command::Serve(args) => return serve::run(*args, seams).await,
        Command::Demo(args) => return demo::run(*args, seams).await,
        Command::Doctor(args) => return doctor::run(*args, seams).await,
        Command::Plugin(command) => plugin::run(command, &seams).await,
        Command::App(command) => app::run(command).await,
        Command::Channel(command) => channel::run(command).await,
        Command::Inbox(command) => inbox::run(command).await,
        Command::Token(command) => token::run(command, &seams).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lockgate: {error}");
            match error {
                CliError::Usage(_) => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_tree_of_commands_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_help_teaches_with_an_example() {
        fn walk(command: &clap::Command, path: &str, without: &mut Vec<String>) {
            let path = format!("{path} {}", command.get_name());
            let leaves: Vec<_> = command.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            if leaves.is_empty() && !after.contains("Example") {
                without.push(path.clone());
            }
            leaves.into_iter().for_each(|leaf| walk(leaf, &path, without));
        }
        let mut without = Vec::new();
        walk(&Cli::command(), "", &mut without);
        assert_eq!(without, Vec::<String>::new(), "commands whose help has no example");
    }
}
