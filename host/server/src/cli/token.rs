//! `lockgate token …`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use lockgate_model::config::Scope;
use lockgate_store::{Secret, Store, StoreConfig};
use serde_json::{Value, json};

use super::client::{ApiArgs, CliError, print, print_json, segment};
use super::serve::chain;
use super::table::{Column, table};
use crate::config::{Config, ConfigFlags};
use crate::seams::Seams;
use crate::{key, start, token_file};

/// The option that names the file of a new token.
const NEW_TOKEN_FILE: &str = "--to";

/// API tokens: what programs and people speak to the host with
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Create a token; it is shown this once
    #[command(
        after_help = "Scopes:\n  inbox:read    read conversations, messages, contacts, dead letters, the live stream\n  inbox:write   also send messages and change conversations\n  config:read   read plugins, apps, channels, inboxes, metrics\n  config:write  also change them\n  admin         everything, tokens too\n\nExamples:\n  lockgate token create Reporting --scope inbox:read --to reporting-token\n  lockgate token create \"New admin\" --scope admin --data-dir ./data      on the host's machine, while the host is stopped: where no token is left"
    )]
    Create {
        /// As people are shown it
        name: String,
        /// What it may do. May be repeated
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<String>,
        /// Write the token alone into this new file, for its owner alone, instead of showing it
        #[arg(long = "to", value_name = "FILE")]
        to: Option<PathBuf>,
        #[command(flatten)]
        installation: Installation,
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

/// An installation whose host is stopped. Who can read its folder needs no token to make one.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Installation {
    /// Make the token in the database of this data folder, without a host and without a token
    #[arg(long, value_name = "DIR", help_heading = "Without a host")]
    data_dir: Option<PathBuf>,

    /// The same with the settings of this file, as for `serve --config`
    #[arg(long, value_name = "FILE", help_heading = "Without a host")]
    config: Option<PathBuf>,

    /// The same in this database, as for `serve --database`
    #[arg(long, value_name = "ADDRESS", help_heading = "Without a host")]
    database: Option<String>,

    /// The vault's key, where it lies elsewhere than in the data folder, as for `serve --key-file`
    #[arg(long, value_name = "FILE", help_heading = "Without a host")]
    key_file: Option<PathBuf>,
}

impl Installation {
    /// The settings of the one that is meant, where one is named.
    fn flags(&self) -> Option<ConfigFlags> {
        let Self { data_dir, config, database, key_file } = self.clone();
        let named = data_dir.is_some() || config.is_some() || database.is_some() || key_file.is_some();
        // Where it is named by the environment it is the one of `serve` too.
        let config = config.or_else(|| std::env::var_os("LOCKGATE_CONFIG").map(PathBuf::from));
        named.then(|| ConfigFlags { data_dir, config, database, key_file, ..ConfigFlags::default() })
    }
}

const COLUMNS: [Column; 5] = [
    ("ID", "/id"),
    ("NAME", "/name"),
    ("SCOPES", "/scopes"),
    ("LAST USED", "/last_used_at"),
    ("REVOKED", "/revoked_at"),
];

pub(crate) async fn run(command: TokenCommand, seams: &Seams) -> Result<(), CliError> {
    match command {
        TokenCommand::Create { name, scopes, to, installation, api } => {
            if let Some(file) = &to {
                token_file::check(NEW_TOKEN_FILE, file).map_err(|error| CliError::Refused(chain(&error)))?;
            }
            let mut token = match installation.flags() {
                Some(flags) => offline(&flags, &name, &scopes, seams).await?,
                None => api.client()?.post("/api/v1/tokens", Some(&json!({"name": name, "scopes": scopes}))).await?,
            };
            if let Some(file) = &to {
                keep(&mut token, file)?;
            }
            if api.json {
                print_json(&token);
                return Ok(());
            }
            print(table(&COLUMNS, std::slice::from_ref(&token)));
            match (token.get("secret").and_then(Value::as_str), &to) {
                (Some(secret), _) => print(format_args!("\nThe token, shown this once: {secret}")),
                (None, Some(file)) => print(format_args!("\nThe token is in {}", file.display())),
                (None, None) => {}
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

/// Puts the secret into its file and takes it out of what is shown.
fn keep(token: &mut Value, file: &Path) -> Result<(), CliError> {
    let secret = token.as_object_mut().and_then(|token| token.remove("secret")).unwrap_or_default();
    let secret = Secret::new(secret.as_str().unwrap_or_default());
    token_file::write(NEW_TOKEN_FILE, file, &secret).map_err(|error| {
        let id = token.get("id").and_then(Value::as_str).unwrap_or_default();
        CliError::Refused(format!(
            "{}\n  Nobody has the token that was made: lockgate token revoke {id}",
            chain(&error)
        ))
    })
}

/// Makes a token in a database that no host has open, as the API would show it.
async fn offline(flags: &ConfigFlags, name: &str, scopes: &[String], seams: &Seams) -> Result<Value, CliError> {
    let scopes = scopes
        .iter()
        .map(|scope| serde_json::from_value(Value::from(scope.as_str())))
        .collect::<Result<BTreeSet<Scope>, _>>()
        .map_err(|_| {
            let words = "--scope: there are admin, config:read, config:write, inbox:read and inbox:write";
            CliError::Usage(words.into())
        })?;
    if name.trim().is_empty() || name.chars().count() > 80 || scopes.is_empty() {
        return Err(CliError::Usage("a name has 1 to 80 characters, and a token at least one scope".into()));
    }
    let config = Config::load(flags).map_err(|problems| {
        let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
        CliError::Usage(words.join("\n  "))
    })?;
    let refused = |error: &dyn std::error::Error| CliError::Refused(chain(error));
    let database = start::database(&config);
    if Store::is_empty_database(&database).await.map_err(|error| refused(&error))? {
        return Err(CliError::Usage(format!(
            "no host was ever started with {}: its first start makes an admin token",
            config.data_dir.display()
        )));
    }
    let vault_key = key::vault_key(&config.key, false, seams.entropy.as_ref()).map_err(|error| refused(&error))?;
    let node = format!("token-{}", std::process::id());
    let seams = lockgate_store::Seams { clock: seams.clock.clone(), entropy: seams.entropy.clone() };
    let opened = Store::open(StoreConfig { database, key: vault_key, node, pg_lanes: 1 }, seams).await;
    let store = opened.map_err(|error| refused(&error))?;
    let made = store.create_token(name, scopes).await;
    store.close().await;
    let (token, secret) = made.map_err(|error| refused(&error))?;
    Ok(json!({
        "id": token.id, "name": token.name, "scopes": token.scopes, "last_used_at": null, "revoked_at": null,
        "secret": secret.expose_str().unwrap_or_default(),
    }))
}
