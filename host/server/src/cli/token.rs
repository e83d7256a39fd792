//! `lockgate token …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{ApiArgs, CliError, print, print_json, segment};
use super::table::{Column, table};

/// API tokens: what programs and people speak to the host with
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Create a token; it is shown this once
    #[command(
        after_help = "Scopes:\n  inbox:read    read conversations, messages, contacts, dead letters, the live stream\n  inbox:write   also send messages and change conversations\n  config:read   read plugins, apps, channels, inboxes, metrics\n  config:write  also change them\n  admin         everything, tokens too\n\nExample:\n  lockgate token create Reporting --scope inbox:read"
    )]
    Create {
        /// As people are shown it
        name: String,
        /// What it may do. May be repeated
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<String>,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// List tokens, without their secrets
    #[command(after_help = "Example:\n  lockgate token list")]
    List {
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Revoke a token: from the next request on it is worth nothing
    #[command(after_help = "Example:\n  lockgate token revoke 0198c1f2-1c3e-7f55-8a92-e4d6c7b8a901")]
    Revoke {
        /// The token's id
        id: String,
        #[command(flatten)]
        api: ApiArgs,
    },
}

const COLUMNS: [Column; 5] = [
    ("ID", "/id"),
    ("NAME", "/name"),
    ("SCOPES", "/scopes"),
    ("LAST USED", "/last_used_at"),
    ("REVOKED", "/revoked_at"),
];

pub(crate) async fn run(command: TokenCommand) -> Result<(), CliError> {
    match command {
        TokenCommand::Create { name, scopes, api } => {
            let token = api.client()?.post("/api/v1/tokens", Some(&json!({"name": name, "scopes": scopes}))).await?;
            if api.json {
                print_json(&token);
            } else {
                print(table(&COLUMNS, std::slice::from_ref(&token)));
                let secret = token.get("secret").and_then(Value::as_str).unwrap_or_default();
                print(format_args!("\nThe token, shown this once: {secret}"));
            }
        }
        TokenCommand::List { api } => {
            let items = api.client()?.all("/api/v1/tokens").await?;
            if api.json { print_json(&Value::Array(items)) } else { print(table(&COLUMNS, &items)) }
        }
        TokenCommand::Revoke { id, api } => {
            api.client()?.delete(&format!("/api/v1/tokens/{}", segment(&id))).await?;
            print(format_args!("the token {id} is revoked"));
        }
    }
    Ok(())
}
