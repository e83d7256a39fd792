//! Signals: that somebody writes, or has read. Worth nothing a minute later, so nothing of them is kept: each is one call, and one
//! that is not possible now is not made later.

use std::sync::Arc;

use async_trait::async_trait;
use lockgate_model::conduct::Leave;
use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::contract::outbound::Outcome;
use lockgate_model::id::{ChannelId, DeliveryId};
use lockgate_runtime::{Called, Departure, DepartureRefused};
use lockgate_store::SignalPlace;

use crate::call::call;
use crate::conduct::Told;
use crate::directory::Mounted;
use crate::host::Host;
use crate::under_way::UnderWay;

/// Signals of one channel that are under way at once: half of what a plugin may run, so that answers have the other half.
const SHARE: u32 = 4;
/// Signals of all channels that are under way at once.
const MOST: u32 = 64;

/// What is under way.
#[derive(Debug, Default)]
pub struct Signals(Arc<UnderWay<ChannelId>>);

/// So many are under way that no further one is begun.
#[derive(Debug)]
pub(crate) struct Busy;

/// Begins a signal. That it may be asked for was looked at before.
///
/// # Errors
///
/// [`Busy`]; nothing was done then.
pub(crate) fn signal(host: &Host, mounted: Arc<Mounted>, place: SignalPlace, action: Action) -> Result<(), Busy> {
    let run = host.signals.0.begin_within(place.channel, SHARE, MOST).ok_or(Busy)?;
    let worker = host.clone();
    host.spawn_work(async move {
        send(&worker, &mounted, place, action).await;
        drop(run);
    });
    Ok(())
}

async fn send(host: &Host, mounted: &Mounted, place: SignalPlace, action: Action) {
    let Some(loaded) = &mounted.plugin else { return };
    let now = host.seams.clock.now_ms();
    let leave = host.conducts.ask(mounted.owner, now);
    if matches!(leave, Leave::Wait(_)) {
        return;
    }
    let name = DeliveryId::new(now, host.seams.entropy.as_ref()).to_string();
    let mut call = call(host, mounted, now, &name, Some(Arc::new(Once)));
    call.alone = leave.is_alone();
    let target = Target {
        thread: place.thread.clone(),
        message: place.newest.clone(),
        client_ref: name,
        contexts: place.contexts.clone(),
    };
    let ability = action.name();
    let Called { result, effects } = loaded.plugin.act(call, target, action).await;
    let now = host.seams.clock.now_ms();
    let (plugin, failure) = (&mounted.plugin_name, result.as_ref().err());
    let told = Told { owner: mounted.owner, plugin, leave, is_vouched_for: true, failure, now };
    host.conducts.told(&host.store, told).await;
    crate::metrics::called(ability, plugin.as_str(), &result, &effects);
    crate::logging::guest(mounted, &effects);
    host.denials.note(mounted, &effects, now);
    match result {
        Ok(outcome) if matches!(outcome, Outcome::Failed(_)) || !effects.captured.is_empty() => {
            if let Err(error) = host.store.settle_signal(&place, outcome, effects.captured).await {
                tracing::warn!(channel = %place.channel, ability, %error, "what follows from a refused signal could not be written down");
            }
        }
        Ok(_) => {}
        Err(failure) => {
            tracing::warn!(channel = %place.channel, ability, failure = failure.code(), "a plugin failed over a signal");
        }
    }
}

/// The departure of a call that the host makes once, whatever comes of it: there is no second time that a mark could prevent.
#[derive(Debug)]
struct Once;

#[async_trait]
impl Departure for Once {
    async fn depart(&self, _: Option<Vec<u32>>) -> Result<(), DepartureRefused> {
        Ok(())
    }

    async fn settle(&self, _: Vec<u32>, _: Option<String>) -> Result<(), DepartureRefused> {
        Ok(())
    }
}
