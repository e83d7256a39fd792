//! One call in the background, or while somebody waits for what is looked up: leave, the sandbox, the books, and what its failure means.

use std::sync::Arc;
use std::time::Duration;

use lockgate_model::conduct::Leave;
use lockgate_model::contract::common::Fault;
use lockgate_model::id::{EnvelopeId, Owner};
use lockgate_runtime::{Call, CallFailure, Called, Effects, Plugin};
use lockgate_store::{Broke, Worked};

use crate::call::call;
use crate::conduct::Told;
use crate::directory::Mounted;
use crate::host::Host;

/// When who found no place, no plugin or no database is called again.
pub(crate) const CROWDED: Duration = Duration::from_secs(2);
const ABSENT: Duration = Duration::from_secs(60);

/// What a call in the background came to.
pub(crate) enum Done<T> {
    /// It found something.
    Found(T, Effects),
    /// It came to nothing.
    Broke(Broke),
    /// It was not made, and does not count: again at this moment.
    Later(u64),
}

/// The owner's plugin, where it can be called.
pub(crate) async fn mounted(host: &Host, owner: Owner) -> Result<Arc<Mounted>, u64> {
    let now = host.seams.clock.now_ms();
    match host.directory.owner(owner).await {
        Ok(Some(mounted)) if mounted.plugin.is_some() => Ok(mounted),
        Ok(_) => Err(after(now, ABSENT)),
        Err(error) => {
            tracing::warn!(%owner, %error, "what is due in the background waits: who it is for cannot be read");
            Err(after(now, CROWDED))
        }
    }
}

/// Makes one call; `ask` hands it to the plugin's ability.
pub(crate) async fn make<T: Send>(
    host: &Host,
    mounted: &Mounted,
    (ability, envelope): (&'static str, EnvelopeId),
    ask: impl AsyncFnOnce(&Plugin, Call) -> Called<Result<T, Fault>>,
) -> Done<T> {
    let now = host.seams.clock.now_ms();
    let Some(loaded) = &mounted.plugin else { return Done::Later(after(now, ABSENT)) };
    let leave = host.conducts.ask(mounted.owner, now);
    if let Leave::Wait(until) = leave {
        return Done::Later(until);
    }
    let mut call = call(host, mounted, now, &envelope.to_string(), None);
    call.alone = leave.is_alone();
    let Called { result, effects } = ask(&loaded.plugin, call).await;
    let now = host.seams.clock.now_ms();
    let (plugin, failure) = (&mounted.plugin_name, result.as_ref().err());
    let told = Told { owner: mounted.owner, plugin, leave, is_vouched_for: true, failure, now };
    host.conducts.told(&host.store, told).await;
    crate::metrics::called(ability, plugin.as_str(), &result, &effects);
    crate::logging::guest(mounted, &effects);
    host.denials.note(mounted, &effects, now);
    match result {
        Ok(Ok(found)) => Done::Found(found, effects),
        Ok(Err(fault)) => Done::Broke(Broke::Fault(fault, effects.captured)),
        Err(CallFailure::Overloaded | CallFailure::Busy) => Done::Later(after(now, CROWDED)),
        Err(CallFailure::NotExported) => Done::Broke(Broke::Never(CallFailure::NotExported.code().into())),
        Err(failure) => {
            tracing::warn!(owner = %mounted.owner, ability, failure = failure.code(), "a plugin failed in the background");
            Done::Broke(Broke::Failed(format!("{}: {failure}", failure.code())))
        }
    }
}

/// What a call found, as the store takes it in.
pub(crate) fn worked(
    envelope: EnvelopeId,
    at: u64,
    events: Vec<lockgate_model::contract::inbound::Event>,
    effects: Effects,
) -> Worked {
    Worked {
        envelope,
        at,
        events,
        state_reads: effects.state_reads,
        state_writes: effects.state_writes,
        captured: effects.captured,
    }
}

/// A new envelope's name: also that of the call, from which its randomness is derived.
pub(crate) fn envelope(host: &Host) -> EnvelopeId {
    EnvelopeId::new(host.seams.clock.now_ms(), host.seams.entropy.as_ref())
}

pub(crate) fn after(now: u64, wait: Duration) -> u64 {
    now.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}
