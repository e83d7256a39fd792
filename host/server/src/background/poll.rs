//! The look at what happened at the provider.

use std::sync::Arc;
use std::time::Duration;

use lockgate_model::background::after_page;
use lockgate_model::contract::common::Fault;
use lockgate_model::contract::inbound::Page;
use lockgate_model::id::Owner;
use lockgate_model::manifest::Polling;
use lockgate_runtime::{Call, Called, Plugin};
use lockgate_store::{Broke, ClaimedPoll, IngestError, Ingested, StoreError, Turned};

use super::call::{self, Found, Job};
use super::{POLLS, lease, room};
use crate::directory::Mounted;
use crate::host::Host;
use crate::under_way::UnderWay;

/// Over how long the first calls of those are spread that are polled for the first time.
const SPREAD_MS: u64 = 5_000;
/// When it is looked again whether a plugin polls by now.
const SILENT: Duration = Duration::from_millis(SILENT_MS);
const SILENT_MS: u64 = 600_000;

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
    call::begin(host, under_way, claimed, |one| one.owner, call::run);
}

impl Job for ClaimedPoll {
    type Found = Page;
    const ABILITY: &'static str = "poll";

    fn owner(&self) -> Owner {
        self.owner
    }

    /// Another version of the plugin may serve it by now, which is polled at the other level or not at all.
    fn is_ready(&self, host: &Host, mounted: &Mounted) -> Result<(), u64> {
        let silent = || call::after(host.seams.clock.now_ms(), SILENT);
        polling_of(mounted).map(drop).ok_or_else(silent)
    }

    async fn ask(&self, plugin: &Plugin, call: Call) -> Called<Result<Page, Fault>> {
        plugin.poll(call, self.cursor.clone()).await
    }

    async fn commit(&self, host: &Host, mounted: &Mounted, found: Found<Page>) -> Result<Ingested, IngestError> {
        let mut random = [0; 8];
        host.seams.entropy.fill(&mut random);
        let interval = polling_of(mounted).map_or(SILENT_MS, |polling| interval_ms(host, polling));
        let (now, jitter) = (host.seams.clock.now_ms(), u64::from_be_bytes(random));
        let (due_at, not_before) = after_page(&found.what, self.cursor.as_deref(), interval, now, jitter);
        let cursor = found.what.cursor.clone();
        let worked = found.worked(|page| page.events);
        host.store.turn_page(self, Turned { worked, cursor, due_at, not_before }).await
    }

    async fn fail(&self, host: &Host, broke: Broke) -> Result<(), StoreError> {
        host.store.fail_poll(self, broke).await
    }

    async fn put_off(&self, host: &Host, until: u64) -> Result<(), StoreError> {
        host.store.put_off_poll(self, until).await
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
