//! The look at what happened at the provider.

use std::sync::Arc;
use std::time::Duration;

use lockgate_model::background::after_page;
use lockgate_model::id::Owner;
use lockgate_model::manifest::Polling;
use lockgate_store::{Broke, ClaimedPoll, IngestError, StoreError, Turned};

use super::call::{self, Done};
use super::{POLLS, lease, room};
use crate::directory::Mounted;
use crate::host::Host;
use crate::seams::FailPoint;
use crate::under_way::UnderWay;

/// How often it is run where another call changed the state that it read.
const STATE_ATTEMPTS: u32 = 3;
/// Over how long the first calls of those are spread that are polled for the first time.
const SPREAD_MS: u64 = 5_000;
/// When it is looked again whether a plugin polls by now.
const SILENT: Duration = Duration::from_secs(600);

/// Lets those be polled that were not before.
pub(super) async fn begin(host: &Host) {
    for plugin in host.directory.plugins() {
        let manifest = &plugin.record.manifest;
        let Some(polling) = &manifest.polling else { continue };
        let spread = SPREAD_MS.min(interval_ms(host, polling));
        if let Err(error) = host.store.begin_polling(&plugin.record.name, polling.level, spread).await {
            tracing::warn!(plugin = %plugin.record.name, %error, "who is to be polled cannot be read");
        }
    }
}

/// Begins what is due.
pub(super) async fn run(host: &Host, under_way: &Arc<UnderWay<Owner>>) {
    let now = host.seams.clock.now_ms();
    let claimed = host.store.claim_polls(&host.config.node, now, lease(host), room(under_way, POLLS)).await;
    let claimed = claimed.unwrap_or_else(|error| {
        tracing::warn!(%error, "who is to be polled now cannot be read");
        Vec::new()
    });
    for one in claimed {
        let (host, run) = (host.clone(), under_way.begin(one.owner));
        host.clone().spawn_work(async move {
            poll(&host, &one).await;
            drop(run);
        });
    }
}

async fn poll(host: &Host, claimed: &ClaimedPoll) {
    let mounted = match call::mounted(host, claimed.owner).await {
        Ok(mounted) => mounted,
        Err(until) => return put_off(host, claimed, until).await,
    };
    // Another version of the plugin may serve it by now, which is polled at the other level or not at all.
    let Some(polling) = polling_of(&mounted) else {
        return put_off(host, claimed, call::after(host.seams.clock.now_ms(), SILENT)).await;
    };
    for round in 1..=STATE_ATTEMPTS {
        let (envelope, at) = (call::envelope(host), host.seams.clock.now_ms());
        let cursor = claimed.cursor.clone();
        let done =
            call::make(host, &mounted, ("poll", envelope), async |plugin, call| plugin.poll(call, cursor).await).await;
        let (page, effects) = match done {
            Done::Found(page, effects) => (page, effects),
            Done::Broke(broke) => return fail(host, claimed, broke).await,
            Done::Later(until) => return put_off(host, claimed, until).await,
        };
        let mut random = [0; 8];
        host.seams.entropy.fill(&mut random);
        let (interval, now) = (interval_ms(host, polling), host.seams.clock.now_ms());
        let (due_at, not_before) =
            after_page(&page, claimed.cursor.as_deref(), interval, now, u64::from_be_bytes(random));
        let worked = call::worked(envelope, at, page.events, effects);
        host.seams.reached(FailPoint::BeforeIngest);
        match host.store.turn_page(claimed, Turned { worked, cursor: page.cursor, due_at, not_before }).await {
            Ok(ingested) => {
                host.seams.reached(FailPoint::AfterIngest);
                return crate::metrics::ingested(&ingested);
            }
            Err(IngestError::StateConflict) if round < STATE_ATTEMPTS => {}
            Err(IngestError::StateConflict) => {
                return fail(host, claimed, Broke::Failed("state-conflict".into())).await;
            }
            Err(IngestError::Store(StoreError::Refused(why))) => {
                return fail(host, claimed, Broke::Never(why.to_string())).await;
            }
            Err(error) => {
                tracing::error!(owner = %claimed.owner, %error, "a page could not be committed; it is polled again when its lease ends");
                return;
            }
        }
    }
}

fn polling_of(mounted: &Mounted) -> Option<&Polling> {
    let polling = mounted.plugin.as_ref()?.record.manifest.polling.as_ref()?;
    (polling.level == mounted.owner.level()).then_some(polling)
}

/// What the manifest asks for, or the operator's minimum where that is longer.
fn interval_ms(host: &Host, polling: &Polling) -> u64 {
    u64::from(polling.interval_seconds.max(host.config.min_poll_seconds)).saturating_mul(1000)
}

async fn fail(host: &Host, claimed: &ClaimedPoll, broke: Broke) {
    if let Err(error) = host.store.fail_poll(claimed, broke).await {
        tracing::warn!(owner = %claimed.owner, %error, "why a poll failed could not be written down; it is polled again when its lease ends");
    }
}

async fn put_off(host: &Host, claimed: &ClaimedPoll, until: u64) {
    if let Err(error) = host.store.put_off_poll(claimed, until).await {
        tracing::warn!(owner = %claimed.owner, %error, "a poll could not be put off; it is polled again when its lease ends");
    }
}
