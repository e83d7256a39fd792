//! Into a running host, beside the sandbox of this process: with the permissions that are granted there already, and never more.

use std::path::PathBuf;

use serde_json::Value;

use super::tell::Said;
use crate::cli::client::{ApiArgs, CliError, Client};

/// Whether, and into which host.
#[derive(Clone, clap::Args)]
pub(super) struct HostArgs {
    /// Install each build that holds into a running host, too. It must be installed there already; what was granted stays
    #[arg(long)]
    install: bool,
    /// Address of the host's API
    #[arg(
        long,
        env = "LOCKGATE_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL",
        help_heading = "Connection"
    )]
    url: String,
    /// API token. Other users of this machine can see a command line: set LOCKGATE_TOKEN, or use --token-file
    #[arg(long, env = "LOCKGATE_TOKEN", hide_env_values = true, value_name = "TOKEN", help_heading = "Connection")]
    token: Option<String>,
    /// File that holds the API token
    #[arg(long, env = "LOCKGATE_TOKEN_FILE", value_name = "FILE", help_heading = "Connection")]
    token_file: Option<PathBuf>,
}

impl std::fmt::Debug for HostArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostArgs").field("install", &self.install).field("url", &self.url).finish_non_exhaustive()
    }
}

impl HostArgs {
    /// A client of that host, where one is wanted.
    pub(super) fn open(self) -> Result<Option<Client>, CliError> {
        let api = self.install.then(|| ApiArgs::of(self.url, self.token, self.token_file));
        api.map(|api| Client::new(&api)).transpose()
    }
}

/// Installs it. A version that asks for more than the one that is there is for somebody to look at.
pub(super) async fn install(client: &Client, component: &[u8]) -> Result<Said, CliError> {
    let inspected = client.upload("/api/v1/plugins/inspect", &[], component).await?;
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (plugin, version) = (text(&inspected, "id"), text(&inspected, "version"));
    let look = "look at it and decide: lockgate plugin build, then lockgate plugin install dist/";
    let Some(installed) = inspected.get("installed").filter(|installed| installed.is_object()) else {
        return Err(CliError::Refused(format!(
            "{plugin} is not installed in that host yet, so nothing is granted to it\n  {look}{plugin}.wasm"
        )));
    };
    let changes = inspected.get("changes").and_then(Value::as_array).into_iter().flatten();
    if changes.into_iter().any(|change| text(change, "kind") != "gone") {
        return Err(CliError::Refused(format!(
            "it asks for more than the version in that host, and was not installed there\n  {look}{plugin}.wasm"
        )));
    }
    let asked: Vec<String> = inspected
        .pointer("/sheet/egress")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|rule| text(rule, "name"))
        .collect();
    let granted = installed.get("grants").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let grants: Vec<String> = granted.filter(|grant| asked.iter().any(|name| name == grant)).map(Into::into).collect();
    let digest = text(&inspected, "digest");
    let query: Vec<(&str, &str)> =
        grants.iter().map(|grant| ("grant", grant.as_str())).chain([("digest", digest.as_str())]).collect();
    client.upload("/api/v1/plugins", &query, component).await?;
    Ok(Said::Installed { plugin, version, grants })
}
