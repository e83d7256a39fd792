//! Files that messages name and that are not here yet: by a plugin's own words, which it is asked for, or by an address, which the
//! host fetches itself.

use std::sync::Arc;

use lockgate_model::contract::common::{Fault, MediaHandle, MediaSource};
use lockgate_model::id::Owner;
use lockgate_runtime::{Call, Called, Plugin};
use lockgate_store::{Broke, ClaimedFetch, IngestError, Ingested, StoreError};

use super::call::{self, Found, Job};
use super::{FETCHES, SHARE_OF_FETCHES, address, claimer};
use crate::directory::Mounted;
use crate::host::Host;
use crate::under_way::UnderWay;

/// Begins what is due.
pub(super) async fn begin(host: &Host, under_way: &Arc<UnderWay<Owner>>) {
    let claimer = claimer(host, under_way, address::lease(host), FETCHES, SHARE_OF_FETCHES);
    let claimed = host.store.claim_fetches(claimer).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "which files are to be fetched cannot be read");
        Vec::new()
    });
    call::begin(host, under_way, claimed, |one| one.owner, run);
}

async fn run(host: Host, claimed: ClaimedFetch) {
    match &claimed.source {
        // Its day is over: why it was not fetched until now is told.
        _ if claimed.is_over => call::fail(&host, &claimed, Broke::Never("waited".into())).await,
        MediaSource::Address(address) => address::run(&host, &claimed, address).await,
        _ => call::run(host, claimed).await,
    }
}

impl Job for ClaimedFetch {
    type Found = MediaHandle;
    const ABILITY: &'static str = "fetch";

    fn owner(&self) -> Owner {
        self.owner
    }

    async fn ask(&self, plugin: &Plugin, call: Call) -> Called<Result<MediaHandle, Fault>> {
        let words = match &self.source {
            MediaSource::Deferred(words) => words.clone(),
            _ => String::new(),
        };
        plugin.fetch(call, words).await
    }

    async fn commit(&self, host: &Host, _: &Mounted, found: Found<MediaHandle>) -> Result<Ingested, IngestError> {
        let handle = found.what.clone();
        host.store.finish_fetch(self, handle, found.worked(|_| Vec::new())).await
    }

    async fn fail(&self, host: &Host, broke: Broke) -> Result<(), StoreError> {
        host.store.fail_fetch(self, broke).await.map(drop)
    }

    async fn put_off(&self, host: &Host, until: u64) -> Result<(), StoreError> {
        host.store.put_off_fetch(self, until).await
    }
}
