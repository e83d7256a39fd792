//! Envelopes that the provider was answered for and that are not events yet: run again with back-off, a dead letter only
//! after that.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use lockgate_model::conduct::Leave;
use lockgate_model::contract::inbound::Request;
use lockgate_model::id::{EnvelopeId, Owner};
use lockgate_store::{IngestError, IntakeOutcome, PendingEnvelope, StoreError};
use serde_json::json;

use super::{Attempt, STATE_ATTEMPTS, attempt};
use crate::directory::Mounted;
use crate::host::Host;
use crate::under_way::UnderWay;

/// After so many runs a pending envelope becomes a dead letter.
const MOST_RUNS: u32 = 8;

/// Before the first run again, doubled with each.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// Envelopes that are run again at once, and of one app or channel.
const AT_ONCE: usize = 32;
const SHARE: usize = 4;

/// When a run that found no room is made again.
const CROWDED: Duration = Duration::from_secs(2);

/// Runs again what is due, until the host stops.
pub async fn run(host: Host) {
    let mut stopping = host.stopping();
    let under_way = Arc::new(UnderWay::default());
    loop {
        let (free, busy) = room(&under_way);
        let due = host.store.pending_envelopes(host.seams.clock.now_ms(), free, SHARE, busy).await;
        let due = due.unwrap_or_else(|error| {
            tracing::warn!(%error, "pending envelopes cannot be read");
            Vec::new()
        });
        let found = !due.is_empty();
        for envelope in due {
            let (host, run) = (host.clone(), under_way.begin(envelope.owner));
            host.clone().spawn_work(async move {
                again(&host, envelope).await;
                drop(run);
            });
        }
        tokio::select! {
            () = under_way.ended(), if found || free == 0 => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stopping.changed() => return,
        }
    }
}

/// How many more may be begun, and of whom none.
fn room(under_way: &UnderWay<Owner>) -> (usize, BTreeSet<Owner>) {
    let counts = under_way.counts();
    let runs: usize = counts.values().map(|count| *count as usize).sum();
    (AT_ONCE.saturating_sub(runs), counts.into_keys().collect())
}

async fn again(host: &Host, envelope: PendingEnvelope) {
    let mounted = match host.directory.owner(envelope.owner).await {
        Ok(Some(mounted)) => mounted,
        // The channel or app is gone: nobody can read it any more, and the bytes stay.
        Ok(None) => {
            finish(host, envelope.id, IntakeOutcome::Dead { code: "owner-gone".into(), params: json!({}) }).await;
            return;
        }
        Err(error) => {
            tracing::warn!(envelope = %envelope.id, %error, "a pending envelope waits");
            return;
        }
    };
    let now = host.seams.clock.now_ms();
    let leave = host.conducts.ask(envelope.owner, now);
    if let Leave::Wait(until) = leave {
        let pause = Duration::from_millis(until.saturating_sub(now));
        return put_off(host, envelope.id, envelope.runs, "paused", pause).await;
    }
    let request = envelope.request(mounted.hooks.get(&envelope.route).cloned().unwrap_or_default());
    let done = attempt(host, &mounted, leave, envelope.id, request.clone()).await;
    settle(host, &mounted, envelope.id, envelope.runs.saturating_add(1), done, request).await;
}

/// Commits what a run of a pending envelope came to. `runs` counts this one.
pub async fn settle(
    host: &Host,
    mounted: &Arc<Mounted>,
    id: EnvelopeId,
    runs: u32,
    mut done: Attempt,
    request: Request,
) {
    for round in 1..=STATE_ATTEMPTS {
        let outcome = match done {
            Attempt::Events { outcome, .. } | Attempt::Dead(outcome) => outcome,
            // The provider was answered already: to drop it now would lose what may be a message.
            Attempt::Unauthentic => IntakeOutcome::Dead { code: "unauthentic".into(), params: json!({}) },
            Attempt::Passing { reason, counts: false, .. } => {
                return put_off(host, id, runs.saturating_sub(1), reason, CROWDED).await;
            }
            Attempt::Passing { reason, .. } if runs >= MOST_RUNS => {
                IntakeOutcome::Dead { code: "gave-up".into(), params: json!({ "reason": reason, "runs": runs }) }
            }
            Attempt::Passing { reason, retry_after, .. } => return postpone(host, id, runs, reason, retry_after).await,
        };
        match host.store.complete(id, outcome).await {
            Ok(ingested) => return crate::metrics::ingested(&ingested),
            Err(IngestError::StateConflict) if round < STATE_ATTEMPTS => {
                done = attempt(host, mounted, Leave::Go, id, request.clone()).await;
            }
            Err(IngestError::Store(StoreError::Refused(why))) => {
                return finish(host, id, attempt::refused_state(&why)).await;
            }
            Err(IngestError::StateConflict) => return postpone(host, id, runs, "state-conflict", FIRST_PAUSE).await,
            Err(error) => {
                tracing::error!(envelope = %id, %error, "a pending envelope could not be completed; it is run again");
                return;
            }
        }
    }
}

async fn finish(host: &Host, id: EnvelopeId, outcome: IntakeOutcome) {
    if let Err(error) = host.store.complete(id, outcome).await {
        tracing::error!(envelope = %id, %error, "a pending envelope could not be completed; it is run again");
    }
}

async fn postpone(host: &Host, id: EnvelopeId, runs: u32, reason: &str, retry_after: Duration) {
    put_off(host, id, runs, reason, FIRST_PAUSE.saturating_mul(1 << runs.min(10)).max(retry_after)).await;
}

async fn put_off(host: &Host, id: EnvelopeId, runs: u32, reason: &str, pause: Duration) {
    let next = host.seams.clock.now_ms().saturating_add(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX));
    if let Err(error) = host.store.postpone(id, runs, next, reason).await {
        tracing::warn!(envelope = %id, %error, "a pending envelope could not be postponed; it is run again when its lease ends");
    }
}
