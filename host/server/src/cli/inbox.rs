//! `lockgate inbox …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{ApiArgs, CliError, print, print_json};
use super::table::{Column, table};

/// Inboxes: where a team's conversations appear
#[derive(Debug, Subcommand)]
pub(crate) enum InboxCommand {
    /// Create an inbox
    #[command(after_help = "Example:\n  lockgate inbox create Support")]
    Create {
        /// As people are shown it
        name: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// List inboxes
    #[command(after_help = "Example:\n  lockgate inbox list")]
    List {
        #[command(flatten)]
        api: ApiArgs,
    },
}

const COLUMNS: [Column; 3] = [("ID", "/id"), ("NAME", "/name"), ("SINCE", "/created_at")];

pub(crate) async fn run(command: InboxCommand) -> Result<(), CliError> {
    match command {
        InboxCommand::Create { name, api } => {
            let inbox = api.client()?.post("/api/v1/inboxes", Some(&json!({"name": name}))).await?;
            if api.json { print_json(&inbox) } else { print(table(&COLUMNS, &[inbox])) }
        }
        InboxCommand::List { api } => {
            let items = api.client()?.all("/api/v1/inboxes").await?;
            if api.json { print_json(&Value::Array(items)) } else { print(table(&COLUMNS, &items)) }
        }
    }
    Ok(())
}
