//! `lockgate plugin install`

use serde_json::Value;

use super::file;
use crate::cli::client::{ApiArgs, CliError, print, print_json, progress};
use crate::cli::sheet::{self, Wish};

pub(super) async fn run(plugin: &str, wish: &Wish, api: &ApiArgs) -> Result<(), CliError> {
    let client = api.client()?;
    let bytes = file::read(plugin)?;
    let inspected = client.upload("/api/v1/plugins/inspect", &[], &bytes).await?;
    if !api.json {
        print(sheet::show(&inspected));
    }
    let grants = sheet::decide(&inspected, wish)?;
    let digest = inspected.get("digest").and_then(Value::as_str).unwrap_or_default();
    let query: Vec<(&str, &str)> =
        grants.iter().map(|grant| ("grant", grant.as_str())).chain([("digest", digest)]).collect();
    progress(
        "Installing: the host compiles it now, which takes half a minute for a language that brings an engine along …",
    );
    let installed = client.upload("/api/v1/plugins", &query, &bytes).await?;
    if api.json {
        print_json(&installed);
        return Ok(());
    }
    let text = |key: &str| installed.get(key).and_then(Value::as_str).unwrap_or_default();
    let granted = if grants.is_empty() { "nothing".to_owned() } else { grants.join(", ") };
    print(format_args!("\nInstalled {} {}, granted {granted}.", text("id"), text("version")));
    let next = if has_app(&inspected) {
        format!("lockgate app create {} --name \"…\"", text("id"))
    } else {
        format!("lockgate channel create --plugin {} --name \"…\"", text("id"))
    };
    print(format_args!("Next: {next}"));
    Ok(())
}

/// Whether channels of a plugin are connected through an app, by its sheet.
fn has_app(inspected: &Value) -> bool {
    ["settings", "credentials", "hooks"].iter().any(|list| {
        let items = inspected.pointer(&format!("/sheet/{list}")).and_then(Value::as_array);
        items.into_iter().flatten().any(|item| item.get("level").and_then(Value::as_str) == Some("app"))
    })
}
