//! One call in the background, or while somebody waits for what is looked up: leave, the sandbox, the books, and what a failure means.
//! Who is claimed is begun, the plugin is called and called again where its state changed meanwhile, and what it came to is committed
//! with the row's end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lockgate_model::conduct::Leave;
use lockgate_model::contract::common::Fault;
use lockgate_model::contract::inbound::Event;
use lockgate_model::id::{EnvelopeId, Owner};
use lockgate_runtime::{Call, CallFailure, Called, Effects, Plugin};
use lockgate_store::{Broke, IngestError, Ingested, StoreError, Worked};

use crate::call::call;
use crate::conduct::Told;
use crate::directory::Mounted;
use crate::host::Host;
use crate::seams::FailPoint;
use crate::under_way::UnderWay;

/// When who found no place, no plugin or no database is called again.
pub(crate) const CROWDED: Duration = Duration::from_secs(2);
const ABSENT: Duration = Duration::from_secs(60);

/// How often a call is made where another one changed the state that it read.
const STATE_ATTEMPTS: u32 = 3;

/// Something claimed for which a plugin is called.
pub(super) trait Job: Send + Sync + 'static {
    /// What the plugin finds.
    type Found: Send;
    /// What is asked, as logs and metrics name it.
    const ABILITY: &'static str;

    /// For whom.
    fn owner(&self) -> Owner;

    /// Asks the plugin's ability.
    fn ask(&self, plugin: &Plugin, call: Call) -> impl Future<Output = Called<Result<Self::Found, Fault>>> + Send;

    /// Commits what was found, together with the row's end.
    fn commit(
        &self,
        host: &Host,
        mounted: &Mounted,
        found: Found<Self::Found>,
    ) -> impl Future<Output = Result<Ingested, IngestError>> + Send;

    /// Writes down that the call came to nothing.
    fn fail(&self, host: &Host, broke: Broke) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Gives the claim back until this moment.
    fn put_off(&self, host: &Host, until: u64) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether it can be done as things stand; else when to look again.
    fn is_ready(&self, _host: &Host, _mounted: &Mounted) -> Result<(), u64> {
        Ok(())
    }
}

/// What a call found, before it is committed.
pub(super) struct Found<T> {
    envelope: EnvelopeId,
    at: u64,
    /// In the ability's terms.
    pub(super) what: T,
    effects: Effects,
}

impl<T> Found<T> {
    /// What the host found without a plugin.
    pub(super) fn of_the_host(host: &Host, at: u64, what: T) -> Self {
        Self { envelope: envelope(host), at, what, effects: Effects::default() }
    }

    /// As the store takes it in, with these events.
    pub(super) fn worked(self, events: impl FnOnce(T) -> Vec<Event>) -> Worked {
        Worked {
            envelope: self.envelope,
            at: self.at,
            events: events(self.what),
            state_reads: self.effects.state_reads,
            state_writes: self.effects.state_writes,
            captured: self.effects.captured,
        }
    }
}

/// Begins each of those that were claimed; `work` runs one.
pub(super) fn begin<J, F>(
    host: &Host,
    under_way: &Arc<UnderWay<Owner>>,
    claimed: Vec<J>,
    owner: impl Fn(&J) -> Owner,
    work: impl Fn(Host, J) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    for one in claimed {
        let run = under_way.begin(owner(&one));
        let work = work(host.clone(), one);
        host.spawn_work(async move {
            work.await;
            drop(run);
        });
    }
}

/// Calls the plugin for one claim, to its end.
pub(super) async fn run<J: Job>(host: Host, job: J) {
    let owner = job.owner();
    let until = match mounted(&host, owner).await {
        Ok(mounted) => match job.is_ready(&host, &mounted) {
            Ok(()) => match work(&host, &mounted, &job).await {
                Some(until) => until,
                None => return,
            },
            Err(until) => until,
        },
        Err(until) => until,
    };
    put_off(&host, &job, until).await;
}

/// Gives a claim back.
pub(super) async fn put_off<J: Job>(host: &Host, job: &J, until: u64) {
    if let Err(error) = job.put_off(host, until).await {
        tracing::warn!(owner = %job.owner(), ability = J::ABILITY, %error, "what is due in the background could not be put off; it is run again when its lease ends");
    }
}

/// Ends a claim whose call came to nothing.
pub(super) async fn fail<J: Job>(host: &Host, job: &J, broke: Broke) {
    if let Err(error) = job.fail(host, broke).await {
        tracing::warn!(owner = %job.owner(), ability = J::ABILITY, %error, "why a call in the background failed could not be written down; it is made again when its lease ends");
    }
}

/// Commits what was found. False: the state that it read has changed.
pub(super) async fn commit<J: Job>(host: &Host, mounted: &Mounted, job: &J, found: Found<J::Found>) -> bool {
    host.seams.reached(FailPoint::BeforeIngest);
    match job.commit(host, mounted, found).await {
        Ok(ingested) => {
            host.seams.reached(FailPoint::AfterIngest);
            crate::metrics::ingested(&ingested);
        }
        Err(IngestError::StateConflict) => return false,
        Err(IngestError::Store(StoreError::Refused(why))) => fail(host, job, Broke::Never(why.to_string())).await,
        Err(error) => {
            tracing::error!(owner = %job.owner(), ability = J::ABILITY, %error, "what a call in the background found could not be committed; it is made again when its lease ends");
        }
    }
    true
}

/// Makes the call until its state held. Some: it was not made, and is to be at this moment.
async fn work<J: Job>(host: &Host, mounted: &Mounted, job: &J) -> Option<u64> {
    for _ in 0..STATE_ATTEMPTS {
        let (envelope, at) = (envelope(host), host.seams.clock.now_ms());
        let done = match enter(host, mounted, envelope) {
            Ok(Entered { plugin, call, leave }) => {
                let called = job.ask(plugin, call).await;
                came_back(host, mounted, J::ABILITY, leave, called).await
            }
            Err(until) => Done::Later(until),
        };
        match done {
            Done::Found(what, effects) => {
                if commit(host, mounted, job, Found { envelope, at, what, effects }).await {
                    return None;
                }
            }
            Done::Broke(broke) => {
                fail(host, job, broke).await;
                return None;
            }
            Done::Later(until) => return Some(until),
        }
    }
    fail(host, job, Broke::Failed("state-conflict".into())).await;
    None
}

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

/// Makes one call that is no claim's; `ask` hands it to the plugin's ability.
pub(crate) async fn make<T: Send>(
    host: &Host,
    mounted: &Mounted,
    (ability, envelope): (&'static str, EnvelopeId),
    ask: impl AsyncFnOnce(&Plugin, Call) -> Called<Result<T, Fault>>,
) -> Done<T> {
    match enter(host, mounted, envelope) {
        Ok(Entered { plugin, call, leave }) => {
            let called = ask(plugin, call).await;
            came_back(host, mounted, ability, leave, called).await
        }
        Err(until) => Done::Later(until),
    }
}

/// A call that may be made now.
struct Entered<'a> {
    plugin: &'a Plugin,
    call: Call,
    leave: Leave,
}

/// Leave for a call, or when to ask again.
fn enter<'a>(host: &Host, mounted: &'a Mounted, envelope: EnvelopeId) -> Result<Entered<'a>, u64> {
    let now = host.seams.clock.now_ms();
    let loaded = mounted.plugin.as_ref().ok_or_else(|| after(now, ABSENT))?;
    let leave = host.conducts.ask(mounted.owner, now);
    if let Leave::Wait(until) = leave {
        return Err(until);
    }
    let mut call = call(host, mounted, now, &envelope.to_string(), None);
    call.alone = leave.is_alone();
    Ok(Entered { plugin: &loaded.plugin, call, leave })
}

/// Tells everybody who has to know how a call went.
async fn came_back<T: Send>(
    host: &Host,
    mounted: &Mounted,
    ability: &'static str,
    leave: Leave,
    Called { result, effects }: Called<Result<T, Fault>>,
) -> Done<T> {
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

/// A new envelope's name: also that of the call, from which its randomness is derived.
pub(crate) fn envelope(host: &Host) -> EnvelopeId {
    EnvelopeId::new(host.seams.clock.now_ms(), host.seams.entropy.as_ref())
}

pub(crate) fn after(now: u64, wait: Duration) -> u64 {
    now.saturating_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
}
