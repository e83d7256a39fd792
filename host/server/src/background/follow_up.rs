//! What an event asked to be done afterwards.

use std::sync::Arc;

use lockgate_model::contract::common::Fault;
use lockgate_model::contract::inbound::Event;
use lockgate_model::id::Owner;
use lockgate_runtime::{Call, Called, Plugin};
use lockgate_store::{Broke, ClaimedFollowUp, IngestError, Ingested, StoreError};

use super::call::{self, Found, Job};
use super::{FOLLOW_UPS, SHARE, claimer, lease};
use crate::directory::Mounted;
use crate::host::Host;
use crate::under_way::UnderWay;

/// Begins what is due.
pub(super) async fn begin(host: &Host, under_way: &Arc<UnderWay<Owner>>) {
    let claimed = host.store.claim_follow_ups(claimer(host, under_way, lease(host), FOLLOW_UPS, SHARE)).await;
    let claimed = claimed.unwrap_or_else(|error| {
        tracing::warn!(%error, "what is to be done afterwards cannot be read");
        Vec::new()
    });
    call::begin(host, under_way, claimed, |one| one.owner, call::run);
}

impl Job for ClaimedFollowUp {
    type Found = Vec<Event>;
    const ABILITY: &'static str = "follow-up";

    fn owner(&self) -> Owner {
        self.owner
    }

    async fn ask(&self, plugin: &Plugin, call: Call) -> Called<Result<Vec<Event>, Fault>> {
        plugin.follow_up(call, self.what.clone()).await
    }

    async fn commit(&self, host: &Host, _: &Mounted, found: Found<Vec<Event>>) -> Result<Ingested, IngestError> {
        host.store.finish_follow_up(self, found.worked(|events| events)).await
    }

    async fn fail(&self, host: &Host, broke: Broke) -> Result<(), StoreError> {
        host.store.fail_follow_up(self, broke).await.map(drop)
    }

    async fn put_off(&self, host: &Host, until: u64) -> Result<(), StoreError> {
        host.store.put_off_follow_up(self, until).await
    }
}
