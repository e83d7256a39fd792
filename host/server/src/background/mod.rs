//! What runs without being asked from outside: what an event wanted done afterwards, files that messages name, and the look at what
//! happened at the provider. Rows are claimed with a lease, the plugin runs, and what it found is committed with the row's end.
//!
//! Nothing here decides what a fault means or when a page is followed; `lockgate_model::background` does.

pub(crate) mod address;
pub(crate) mod call;
mod fetch;
mod follow_up;
mod poll;

use std::sync::Arc;
use std::time::Duration;

use lockgate_model::id::Owner;
use lockgate_store::Claimer;
use tokio::time::Instant;

use crate::host::Host;
use crate::under_way::UnderWay;

/// Follow-ups under way on this node at once, and of one channel or app.
const FOLLOW_UPS: u32 = 32;
const SHARE: u32 = 2;
/// Files that are fetched on this node at once, and of one channel.
const FETCHES: u32 = 16;
const SHARE_OF_FETCHES: u32 = 4;
/// Polls under way on this node at once. After a long stop all are due: they come in turns of this many.
const POLLS: u32 = 16;

/// How much longer a claim holds than the longest call: what waits for a place, and the commit.
const BEYOND: Duration = Duration::from_secs(60);
/// The longest sleep between two looks: another node may have put something there, or let go what was held back.
const LONGEST_SLEEP: Duration = Duration::from_secs(2);
/// Between two looks for who is polled for the first time.
const NEWCOMERS: Duration = Duration::from_secs(1);

/// Runs what is due until the host stops; then it waits for what is under way, as a shutdown does.
pub async fn run(host: Host) {
    let mut stopping = host.stopping();
    let signal = host.store.work_signal();
    let (follow_ups, polls) = (Arc::new(UnderWay::<Owner>::default()), Arc::new(UnderWay::<Owner>::default()));
    let fetches = Arc::new(UnderWay::<Owner>::default());
    let mut newcomers = Instant::now();
    loop {
        let woken = signal.notified();
        if newcomers <= Instant::now() {
            newcomers = Instant::now() + NEWCOMERS;
            poll::begin(&host).await;
        }
        follow_up::begin(&host, &follow_ups).await;
        fetch::begin(&host, &fetches).await;
        poll::run(&host, &polls).await;
        tokio::select! {
            () = woken => {}
            () = follow_ups.ended() => {}
            () = fetches.ended() => {}
            () = polls.ended() => {}
            () = tokio::time::sleep(until_due(&host).await) => {}
            _ = stopping.changed() => return,
        }
    }
}

/// How many more of a kind may be begun.
fn room(under_way: &UnderWay<Owner>, most: u32) -> u32 {
    most.saturating_sub(under_way.counts().values().sum())
}

/// As whom this node claims what waits.
fn claimer(host: &Host, under_way: &UnderWay<Owner>, lease_ms: u64, most: u32, share: u32) -> Claimer {
    Claimer {
        node: host.config.node.clone(),
        now: host.seams.clock.now_ms(),
        lease_ms,
        limit: room(under_way, most),
        share,
        busy: under_way.counts(),
    }
}

/// How long a claim holds, in milliseconds: longer than any call of it takes, so that nobody else makes the same call meanwhile.
fn lease(host: &Host) -> u64 {
    u64::try_from((host.config.maximum.wall + BEYOND).as_millis()).unwrap_or(u64::MAX)
}

async fn until_due(host: &Host) -> Duration {
    let now = host.seams.clock.now_ms();
    match host.store.next_work(now).await {
        Ok(Some(due)) => Duration::from_millis(due.saturating_sub(now).max(10)).min(LONGEST_SLEEP),
        Ok(None) | Err(_) => LONGEST_SLEEP,
    }
}
