//! What runs by itself: what an event asked for, the look at what happened, and files that messages name. All make requests and
//! write state.

use lockgate_model::contract::common::{Fault, MediaHandle};
use lockgate_model::contract::inbound::{Event, Page};
use wasmtime::Store;
use wasmtime::component::Instance;

use super::{Ability, Loaded, missing};
use crate::guest::{Guest, Mode};
use crate::inspect::Abilities;
use crate::run::Operation;

pub(super) struct FollowUp(pub(super) String);
pub(super) struct Poll(pub(super) Option<String>);
pub(super) struct Fetch(pub(super) String);

impl Ability for FollowUp {
    fn exported(abilities: Abilities) -> bool {
        abilities.background
    }
}

impl Operation for FollowUp {
    type Output = Result<Vec<Event>, Fault>;
    const MODE: Mode = Mode::Work;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.background.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let done = guest.call_follow_up(store, &self.0).await?;
        Ok(done.map(|events| events.into_iter().map(Into::into).collect()).map_err(Into::into))
    }
}

impl Ability for Poll {
    fn exported(abilities: Abilities) -> bool {
        abilities.poller
    }
}

impl Operation for Poll {
    type Output = Result<Page, Fault>;
    const MODE: Mode = Mode::Work;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.poller.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let polled = guest.call_poll(store, self.0.as_deref()).await?;
        Ok(polled.map(Into::into).map_err(Into::into))
    }
}

impl Ability for Fetch {
    fn exported(abilities: Abilities) -> bool {
        abilities.media_fetcher
    }
}

impl Operation for Fetch {
    type Output = Result<MediaHandle, Fault>;
    const MODE: Mode = Mode::Work;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.media_fetcher.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let fetched = guest.call_fetch(store, &self.0).await?;
        Ok(fetched.map_err(Into::into))
    }
}
