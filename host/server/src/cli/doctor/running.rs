//! An installation whose host runs: it is asked over its API, as any other program could.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::data::{Books, ChannelLine};
use super::finding::Finding;
use crate::cli::channel::refused;
use crate::cli::client::{ApiArgs, CliError};
use crate::config::Config;

/// Asks the host that listens where this configuration says.
pub(super) async fn examine(config: &Config, token_file: Option<&Path>) -> Vec<Finding> {
    let url = format!("http://{}", reachable(config.listen));
    let mut findings = vec![ready(&url).await];
    let token = std::env::var("LOCKGATE_TOKEN").ok();
    if token.is_none() && token_file.is_none() {
        findings.push(Finding::warn(
            "channels",
            "the running host holds the database, so channels and deliveries could not be looked at",
            "set LOCKGATE_TOKEN or give --token-file, and look again",
        ));
        return findings;
    }
    let args = ApiArgs::of(url, token, token_file.map(Into::into));
    match books(&args).await {
        Ok(books) => findings.extend(books.findings(u64::MAX)),
        Err(error) => {
            findings.push(Finding::warn("channels", error.to_string(), "give a token with the scope config:read"))
        }
    }
    findings
}

/// Where to reach a listener on all addresses.
fn reachable(mut address: std::net::SocketAddr) -> std::net::SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}

async fn ready(url: &str) -> Finding {
    drop(rustls::crypto::ring::default_provider().install_default());
    let asked = async {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
        let answer = client.get(format!("{url}/readyz")).send().await?;
        let ready = answer.status().is_success();
        Ok::<_, reqwest::Error>((ready, answer.json::<Value>().await.unwrap_or_default()))
    };
    match asked.await {
        Ok((true, _)) => Finding::ok("host", format!("runs at {url} and is ready")),
        Ok((false, readiness)) => {
            let not = |key: &str| readiness.get(key) == Some(&Value::Bool(false));
            let (words, mend) = match (not("database"), not("plugins")) {
                (true, _) => (
                    "its database does not answer",
                    "look whether the disk is full or the server is down; the host recovers by itself",
                ),
                (_, true) => ("a plugin's image is not loaded", "its log says which and why; install the plugin anew"),
                _ => ("it is stopping, or what listens there is another program", "look at the host's log"),
            };
            Finding::fail("host", format!("runs at {url} and is not ready: {words}"), mend)
        }
        Err(error) => Finding::fail(
            "host",
            format!(
                "another process holds the database, and nobody answers at {url}: {}",
                crate::cli::serve::chain(&error)
            ),
            "run this with the settings of that host, or end the process that holds the file",
        ),
    }
}

async fn books(args: &ApiArgs) -> Result<Books, CliError> {
    let client = args.client()?;
    let text = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
    let channels = client.all("/api/v1/channels").await?;
    let plugins = client.all("/api/v1/plugins").await?;
    let apps = client.all("/api/v1/apps").await?;
    let failing = apps.iter().filter(|app| text(app, "/health/state").is_some_and(|state| state != "connected"));
    let failing = failing.map(|app| ChannelLine {
        name: format!("the app {}", text(app, "/name").unwrap_or_default()),
        id: text(app, "/id").unwrap_or_default(),
        enabled: true,
        state: text(app, "/health/state").unwrap_or_default(),
        why: text(app, "/health/why"),
    });
    let counts = client.get("/api/v1/counts").await?;
    let count = |pointer: &str| counts.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    Ok(Books {
        channels: channels
            .iter()
            .map(|channel| ChannelLine {
                name: text(channel, "/name").unwrap_or_default(),
                id: text(channel, "/id").unwrap_or_default(),
                enabled: channel.get("enabled") == Some(&Value::Bool(true)),
                state: text(channel, "/health/state").unwrap_or_default(),
                why: text(channel, "/health/why"),
            })
            .chain(failing)
            .collect(),
        plugins_off: plugins
            .iter()
            .filter(|plugin| plugin.get("enabled") == Some(&Value::Bool(false)))
            .filter_map(|plugin| text(plugin, "/id"))
            .collect(),
        dead_letters: count("/inbound/dead_letters"),
        unknown: count("/outbound/unknown"),
        failed: count("/outbound/failed"),
        refused: ["channel", "app"]
            .into_iter()
            .zip([&channels, &apps])
            .flat_map(|(kind, items)| items.iter().map(move |item| (kind, item)))
            .filter_map(|(kind, item)| {
                let id = text(item, "/id")?;
                let words = refused(&counts, if kind == "app" { "app_id" } else { "channel_id" }, &id)?;
                let name = text(item, "/name").unwrap_or_default();
                let name = if kind == "app" { format!("the app {name}") } else { name };
                Some((name, format!("lockgate {kind} change {id}"), words))
            })
            .collect(),
        locked_out: false,
        newest_at: None,
    })
}
