//! What happened, counted by both sides: the host's database and the provider's books. Where they differ the demo fails.

use std::fmt;
use std::time::Duration;

use lockgate_simulators::graph::Provider;
use serde::Serialize;
use serde_json::Value;

use super::DemoError;
use super::setup::Connected;

/// How long the host may take to write down the last counts.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);

/// The counts.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    inbound: Inbound,
    outbound: Outbound,
    plugins: Vec<Plugin>,
}

#[derive(Debug, Serialize)]
struct Inbound {
    envelopes: u64,
    messages: u64,
    duplicates: u64,
    forged: u64,
}

#[derive(Debug, Serialize)]
struct Outbound {
    sent: u64,
    delivered: u64,
    failed: u64,
}

#[derive(Debug, Serialize)]
struct Plugin {
    id: String,
    version: String,
    digest: String,
    size: u64,
}

/// Counts, and compares.
pub(super) async fn count(connected: &Connected, provider: &Provider) -> Result<Report, DemoError> {
    let books = provider.books().counts();
    let settled = async {
        loop {
            let counts = connected.api.get("/counts").await?;
            if number(&counts, "/inbound/forged") >= books.forged_refused {
                return Ok::<Value, DemoError>(counts);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let counts = tokio::time::timeout(SETTLED_WITHIN, settled)
        .await
        .map_err(|_| DemoError::Story("the host did not count what it refused".into()))??;
    let listed = connected.api.get("/plugins").await?;
    let report = Report {
        inbound: Inbound {
            envelopes: number(&counts, "/inbound/envelopes"),
            messages: number(&counts, "/inbound/messages"),
            duplicates: number(&counts, "/inbound/duplicates"),
            forged: number(&counts, "/inbound/forged"),
        },
        outbound: Outbound {
            sent: number(&counts, "/outbound/sent"),
            delivered: number(&counts, "/outbound/delivered"),
            failed: number(&counts, "/outbound/failed"),
        },
        plugins: listed.get("items").and_then(Value::as_array).into_iter().flatten().map(plugin).collect(),
    };
    let agree = [
        ("webhooks answered 200 and envelopes kept", books.acknowledged, report.inbound.envelopes),
        ("forged webhooks refused", books.forged_refused, report.inbound.forged),
        ("messages accepted and messages sent", books.accepted, report.outbound.sent),
    ];
    for (what, theirs, ours) in agree {
        if theirs != ours {
            return Err(DemoError::Story(format!(
                "{what}: the provider's books say {theirs}, the host's database {ours}"
            )));
        }
    }
    Ok(report)
}

fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

fn plugin(value: &Value) -> Plugin {
    let get = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Plugin { id: get("id"), version: get("version"), digest: get("digest"), size: number(value, "/size") }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inbound, outbound, plugins } = self;
        writeln!(f, "Counted from the host's database and the provider's books, which agree:")?;
        writeln!(
            f,
            "  in    {} webhooks kept, {} messages, {} duplicates dropped, {} forged refused",
            inbound.envelopes, inbound.messages, inbound.duplicates, inbound.forged
        )?;
        write!(f, "  out   {} sent, {} delivered, {} failed", outbound.sent, outbound.delivered, outbound.failed)?;
        for plugin in plugins {
            write!(f, "\n  plugin {} {}, {} KB, {}", plugin.id, plugin.version, plugin.size / 1024, plugin.digest)?;
        }
        Ok(())
    }
}
