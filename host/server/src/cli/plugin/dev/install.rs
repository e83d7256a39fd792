//! Into a running host, beside the sandbox of this process: with the permissions that are granted there already, and never more.

use serde_json::Value;

use super::tell::Said;
use crate::cli::client::{CliError, Client};

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
