//! `GET /api/v1/counts`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::{AppId, ChannelId, Owner};
use lockgate_store::{InboundCounts, OutboundCounts, RefusalCount};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::problem::Problem;
use crate::host::Host;

/// What a host has done, counted from its database.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CountsView {
    /// The version of the host.
    version: String,
    /// `sqlite` or `postgres`.
    database: String,
    /// What came in.
    inbound: InboundView,
    /// What went out.
    outbound: OutboundView,
    /// All requests that were refused at the hooks, by reason. Nothing of them was kept but the count.
    refused: Vec<RefusedView>,
}

/// What came in.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct InboundView {
    /// Deliveries of providers that were kept.
    envelopes: u64,
    /// Of these, those whose events are still to come.
    pending: u64,
    /// Messages from contacts and echoes.
    messages: u64,
    /// Events that were there already.
    duplicates: u64,
    /// Envelopes and events that could not become messages.
    dead_letters: u64,
    /// Requests that were not signed, or not by whom they should be. Nothing of them was kept.
    forged: u64,
}

/// What went out: messages by their status now.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct OutboundView {
    /// Those that wait or are on their way.
    queued: u64,
    /// Those that the provider has, delivered and read ones too.
    sent: u64,
    /// Of these, those that reached the contact's device, read ones too.
    delivered: u64,
    /// Those that failed.
    failed: u64,
    /// Those of which nobody can know.
    unknown: u64,
}

/// One kind of refusal at one address.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct RefusedView {
    /// The app whose address it was.
    app_id: Option<AppId>,
    /// The channel whose address it was.
    channel_id: Option<ChannelId>,
    /// The route.
    route: String,
    /// Why: `forged`, `too-large` …
    reason: String,
    /// How often.
    count: u64,
}

/// What the host has done, counted from its database
#[utoipa::path(
    get,
    path = "/api/v1/counts",
    tag = "health",
    security(("token" = ["config:read"])),
    responses((status = 200, body = CountsView))
)]
pub(crate) async fn show_counts(State(host): State<Host>) -> Result<Json<CountsView>, Problem> {
    // Refusals are counted in memory first; what is shown includes them.
    host.refusals.flush(&host.store).await?;
    let refusals = host.store.refusals().await?;
    let forged = refusals
        .iter()
        .filter(|refusal| matches!(refusal.reason.as_str(), "unsigned" | "forged"))
        .map(|refusal| refusal.count)
        .sum();
    let counts = CountsView {
        version: env!("CARGO_PKG_VERSION").into(),
        database: host.store.kind().into(),
        inbound: InboundView::of(host.store.inbound_counts().await?, forged),
        outbound: host.store.outbound_counts().await?.into(),
        refused: refusals.into_iter().map(RefusedView::from).collect(),
    };
    Ok(Json(counts))
}

impl InboundView {
    fn of(counts: InboundCounts, forged: u64) -> Self {
        Self {
            forged,
            envelopes: counts.envelopes,
            pending: counts.pending,
            messages: counts.messages,
            duplicates: counts.duplicates,
            dead_letters: counts.dead_letters,
        }
    }
}

impl From<OutboundCounts> for OutboundView {
    fn from(counts: OutboundCounts) -> Self {
        Self {
            queued: counts.queued,
            sent: counts.sent,
            delivered: counts.delivered,
            failed: counts.failed,
            unknown: counts.unknown,
        }
    }
}

impl From<RefusalCount> for RefusedView {
    fn from(counted: RefusalCount) -> Self {
        let (app_id, channel_id) = match counted.owner {
            Some(Owner::App(app)) => (Some(app), None),
            Some(Owner::Channel(channel)) => (None, Some(channel)),
            None => (None, None),
        };
        Self { app_id, channel_id, route: counted.route, reason: counted.reason, count: counted.count }
    }
}
