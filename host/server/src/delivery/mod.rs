//! Answers on their way out: rows are claimed with a lease, the plugin renders and sends, and its outcome settles them.
//!
//! Nothing here decides what an outcome means; `lockgate_model::delivery` does. What this module adds is the order of things:
//! the departing mark is committed before a request's first byte leaves (`departure`), so that a crash at any point leaves
//! either a delivery that may be tried again or one of which it is honestly said that nobody can know.

mod act;
pub mod admit;
mod departure;
mod draft;
pub mod signal;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lockgate_model::conduct::Leave;
use lockgate_model::contract::common::{Fault, Passing};
use lockgate_model::contract::outbound::{Outcome, PartOutcome};
use lockgate_model::id::ChannelId;
use lockgate_runtime::{CallFailure, Called, Departure};
use lockgate_store::{ClaimedDelivery, Finished};
use tokio::sync::Semaphore;

use crate::call::call;
use crate::conduct::Told;
use crate::directory::Mounted;
use crate::host::Host;
use crate::seams::FailPoint;
use crate::under_way::UnderWay;
use departure::Marks;

/// How long a claim holds. Longer than the longest `send` may take, so that nobody else sends at the same time.
const LEASE: Duration = Duration::from_secs(150);

/// Of one channel so many are under way at once, as many as its plugin may run: a channel whose provider hangs, or with thousands
/// waiting, leaves room for the others.
const SHARE: u32 = 8;

/// How long until what is due and held back by something is looked at again.
const HELD_BACK: Duration = Duration::from_millis(100);

/// The longest sleep between two looks at the outbox: another node may have put something there.
const LONGEST_SLEEP: Duration = Duration::from_secs(2);

/// Claims and sends until the host stops; then returns what it holds.
pub async fn run(host: Host) {
    let permits = Arc::new(Semaphore::new(host.config.delivery_concurrency));
    let under_way = Arc::new(UnderWay::<ChannelId>::default());
    let mut stopping = host.stopping();
    let signal = host.store.outbox_signal();
    loop {
        let woken = signal.notified();
        let free = permits.available_permits();
        let busy = under_way.counts();
        let claimed = if free == 0 { Vec::new() } else { claim(&host, free, busy).await };
        let full = claimed.len() == free;
        for delivery in claimed {
            // There are at least as many permits as rows were claimed; nobody else takes any.
            let Ok(permit) = permits.clone().try_acquire_owned() else { break };
            let (host, run) = (host.clone(), under_way.begin(delivery.channel));
            host.clone().spawn_work(async move {
                deliver(&host, delivery).await;
                drop((run, permit));
            });
        }
        if full {
            tokio::select! {
                _ = permits.acquire() => {}
                _ = stopping.changed() => break,
            }
            continue;
        }
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(until_due(&host).await) => {}
            _ = stopping.changed() => break,
        }
    }
}

async fn claim(host: &Host, most: usize, busy: BTreeMap<ChannelId, u32>) -> Vec<ClaimedDelivery> {
    let now = host.seams.clock.now_ms();
    let lease = u64::try_from(LEASE.as_millis()).unwrap_or(u64::MAX);
    let most = u32::try_from(most).unwrap_or(u32::MAX).min(64);
    host.store.claim_deliveries(&host.config.node, now, lease, most, SHARE, busy).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the outbox cannot be read");
        Vec::new()
    })
}

async fn until_due(host: &Host) -> Duration {
    let now = host.seams.clock.now_ms();
    match host.store.next_due(now).await {
        // What is due and was not claimed waits for something else: its end wakes this loop.
        Ok(Some(due)) if due <= now => HELD_BACK,
        Ok(Some(due)) => Duration::from_millis(due.saturating_sub(now).max(10)).min(LONGEST_SLEEP),
        Ok(None) | Err(_) => LONGEST_SLEEP,
    }
}

/// Sends one claimed delivery and settles what came of it.
async fn deliver(host: &Host, claimed: ClaimedDelivery) {
    let (id, fence) = (claimed.delivery, claimed.fence);
    let mounted = match host.directory.channel(claimed.channel).await {
        Ok(mounted) => mounted,
        Err(error) => {
            tracing::warn!(delivery = %id, %error, "a delivery waits: its channel cannot be read");
            None
        }
    };
    let finished = match mounted {
        Some(mounted) => send(host, &mounted, &claimed).await,
        None => passing(&claimed, "the channel cannot be read now").into(),
    };
    host.seams.reached(FailPoint::BeforeOutcome);
    match host.store.finish_delivery(id, fence, finished).await {
        Ok(settled) => crate::metrics::settled(&settled),
        // Without a committed outcome the lease ends, and what departed is *unknown*: honest, and never sent twice.
        Err(error) => tracing::error!(delivery = %id, %error, "the outcome of a delivery could not be committed"),
    }
}

async fn send(host: &Host, mounted: &Arc<Mounted>, claimed: &ClaimedDelivery) -> Finished {
    let Some(loaded) = &mounted.plugin else {
        return passing(claimed, "the plugin is disabled or cannot be loaded").into();
    };
    let now = host.seams.clock.now_ms();
    let leave = host.conducts.ask(mounted.owner, now);
    if let Leave::Wait(until) = leave {
        return paused(claimed, until.saturating_sub(now)).into();
    }
    host.seams.reached(FailPoint::BeforeDeparture);
    let marks = Arc::new(Marks::new(host, claimed));
    let name = format!("{}/{}", claimed.delivery, claimed.attempt);
    let departure: Arc<dyn Departure> = marks.clone();
    let mut call = call(host, mounted, now, &name, Some(departure));
    call.alone = leave.is_alone();
    let ability = claimed.action.as_ref().map_or("send", |asked| asked.action.name());
    let Called { result, effects } = match &claimed.action {
        None => loaded.plugin.send(call, draft::draft(claimed)).await,
        Some(asked) => act::act(loaded, call, claimed, asked).await,
    };
    let now = host.seams.clock.now_ms();
    let (plugin, failure) = (&mounted.plugin_name, result.as_ref().err());
    let told = Told { owner: mounted.owner, plugin, leave, is_vouched_for: true, failure, now };
    host.conducts.told(&host.store, told).await;
    crate::metrics::called(ability, mounted.plugin_name.as_str(), &result, &effects);
    crate::logging::guest(mounted, &effects);
    host.denials.note(mounted, &effects, now);
    match result {
        Ok(outcomes) => Finished { outcomes: complete(claimed, outcomes), captured: effects.captured },
        Err(failure) => {
            tracing::warn!(delivery = %claimed.delivery, failure = failure.code(), departed = effects.departed, "a plugin failed while sending");
            failed(claimed, &failure, &marks.departed()).into()
        }
    }
}

/// A plugin owes an outcome for every part that was open. For one it forgot nobody can say what came of it.
fn complete(claimed: &ClaimedDelivery, mut outcomes: Vec<PartOutcome>) -> Vec<PartOutcome> {
    let told: Vec<u32> = outcomes.iter().flat_map(|outcome| outcome.parts.iter().copied()).collect();
    let forgotten: Vec<u32> = claimed.open_parts().filter(|part| !told.contains(part)).collect();
    if !forgotten.is_empty() {
        outcomes.push(PartOutcome { parts: forgotten, outcome: Outcome::Unknown("the plugin told no outcome".into()) });
    }
    outcomes
}

/// A trap or time-out: what departed is unknown, the rest is tried again.
fn failed(claimed: &ClaimedDelivery, failure: &CallFailure, departed: &[u32]) -> Vec<PartOutcome> {
    let (gone, here): (Vec<u32>, Vec<u32>) = claimed.open_parts().partition(|part| departed.contains(part));
    let mut outcomes = Vec::new();
    if !gone.is_empty() {
        outcomes.push(PartOutcome { parts: gone, outcome: Outcome::Unknown(format!("after it left, {failure}")) });
    }
    if !here.is_empty() {
        outcomes.push(PartOutcome { parts: here, outcome: again(&failure.to_string()) });
    }
    outcomes
}

/// Claimed just before its channel was paused, or while another is the trial.
fn paused(claimed: &ClaimedDelivery, wait_ms: u64) -> Vec<PartOutcome> {
    let why = "the channel is paused because its plugin kept failing".to_owned();
    let fault = Fault::Passing(Passing { why, retry_after: Some(wait_ms) });
    vec![PartOutcome { parts: claimed.open_parts().collect(), outcome: Outcome::Failed(fault) }]
}

fn passing(claimed: &ClaimedDelivery, why: &str) -> Vec<PartOutcome> {
    vec![PartOutcome { parts: claimed.open_parts().collect(), outcome: again(why) }]
}

fn again(why: &str) -> Outcome {
    Outcome::Failed(Fault::Passing(Passing { why: why.to_owned(), retry_after: None }))
}
