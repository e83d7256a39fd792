//! What an event asked to be done afterwards.

use std::sync::Arc;

use lockgate_model::id::Owner;
use lockgate_store::{Broke, ClaimedFollowUp, IngestError, StoreError};

use super::call::{self, Done};
use super::{FOLLOW_UPS, SHARE, lease, room};
use crate::host::Host;
use crate::seams::FailPoint;
use crate::under_way::UnderWay;

/// How often it is run where another call changed the state that it read.
const STATE_ATTEMPTS: u32 = 3;

/// Begins what is due.
pub(super) async fn begin(host: &Host, under_way: &Arc<UnderWay<Owner>>) {
    let free = room(under_way, FOLLOW_UPS);
    let (now, busy) = (host.seams.clock.now_ms(), under_way.counts());
    let claimed = host.store.claim_follow_ups(&host.config.node, now, lease(host), free, SHARE, busy).await;
    let claimed = claimed.unwrap_or_else(|error| {
        tracing::warn!(%error, "what is to be done afterwards cannot be read");
        Vec::new()
    });
    for one in claimed {
        let (host, run) = (host.clone(), under_way.begin(one.owner));
        host.clone().spawn_work(async move {
            follow_up(&host, &one).await;
            drop(run);
        });
    }
}

async fn follow_up(host: &Host, claimed: &ClaimedFollowUp) {
    let mounted = match call::mounted(host, claimed.owner).await {
        Ok(mounted) => mounted,
        Err(until) => return put_off(host, claimed, until).await,
    };
    for round in 1..=STATE_ATTEMPTS {
        let (envelope, at) = (call::envelope(host), host.seams.clock.now_ms());
        let what = claimed.what.clone();
        let done = call::make(host, &mounted, ("follow-up", envelope), async |plugin, call| {
            plugin.follow_up(call, what).await
        })
        .await;
        let (events, effects) = match done {
            Done::Found(events, effects) => (events, effects),
            Done::Broke(broke) => return fail(host, claimed, broke).await,
            Done::Later(until) => return put_off(host, claimed, until).await,
        };
        host.seams.reached(FailPoint::BeforeIngest);
        match host.store.finish_follow_up(claimed, call::worked(envelope, at, events, effects)).await {
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
                tracing::error!(follow_up = %claimed.id, %error, "what a follow-up found could not be committed; it is run again");
                return;
            }
        }
    }
}

async fn fail(host: &Host, claimed: &ClaimedFollowUp, broke: Broke) {
    if let Err(error) = host.store.fail_follow_up(claimed, broke).await {
        tracing::warn!(follow_up = %claimed.id, %error, "why a follow-up failed could not be written down; it is run again when its lease ends");
    }
}

async fn put_off(host: &Host, claimed: &ClaimedFollowUp, until: u64) {
    if let Err(error) = host.store.put_off_follow_up(claimed, until).await {
        tracing::warn!(follow_up = %claimed.id, %error, "a follow-up could not be put off; it is run again when its lease ends");
    }
}
