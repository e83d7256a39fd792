//! Looking something up at a provider while somebody waits: one call of a plugin's `directory`, and what follows from its answer.
//!
//! Each question is one call, made now or not at all; nothing of an answer is remembered here, so that what is shown is what the
//! provider says. The call goes on where who asked went away: a fault that it meets is written down all the same.

use std::sync::Arc;

use lockgate_model::contract::common::{Fault, Identity, IdentityKind, Thread};
use lockgate_model::contract::directory::{Resolved, TemplateDefinition};
use lockgate_model::id::{ChannelId, EnvelopeId};
use lockgate_model::profile::comparable;
use lockgate_runtime::{Call, Called, Effects, Plugin};
use lockgate_store::{Broke, Kept, KnownPerson, KnownThread, StoreError};
use tokio::sync::oneshot;

use crate::background::call::{Done, envelope, make};
use crate::directory::Mounted;
use crate::host::Host;
use crate::under_way::UnderWay;

/// Questions of one channel that are under way at once: a part of what a plugin may run, so that answers have the rest.
const SHARE: u32 = 2;
/// Questions of all channels that are under way at once.
const MOST: u32 = 32;

/// What is under way.
#[derive(Debug, Default)]
pub struct Lookups(Arc<UnderWay<ChannelId>>);

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    /// Which templates there are.
    Templates,
    /// Whether a conversation can be begun with an address.
    Resolve(IdentityKind, String),
    /// What is told of a person.
    Profile(KnownPerson),
    /// What is told of a thread, by the provider's name of it.
    About(KnownThread, String),
}

/// What was answered.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made for each question, and moved twice")]
pub(crate) enum Answer {
    /// All templates.
    Templates(Vec<TemplateDefinition>),
    /// As whom, or that nobody can be reached there.
    Resolved(Option<Resolved>),
    /// It is kept; or there was nothing to keep.
    Profile(Option<Identity>),
    /// It is kept; or there was nothing to keep.
    About(Option<Thread>),
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// There is no such channel any more.
    NoChannel,
    /// Its plugin is switched off or cannot be loaded.
    NoPlugin,
    /// It is switched off.
    Off,
    /// Its provider asked to be left alone until then.
    Rests(u64),
    /// Its plugin looks nothing up.
    Unable,
    /// It is paused, or found no place: not before then.
    Waits(u64),
    /// As much is under way as may be.
    Busy,
    /// The provider would not.
    Fault(Fault),
    /// The plugin failed.
    Failed,
    /// The plugin answered about somebody or something else.
    Other,
    /// The database.
    Store(StoreError),
}

impl From<StoreError> for Unanswered {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Question {
    fn name(&self) -> &'static str {
        match self {
            Self::Templates => "templates",
            Self::Resolve(..) => "resolve",
            Self::Profile(_) => "profile",
            Self::About(..) => "about",
        }
    }
}

/// Asks a channel's plugin, and keeps of the answer what is to be kept.
///
/// # Errors
///
/// Why there is no answer. A fault has moved the channel's health by then.
pub(crate) async fn look_up(host: &Host, channel: ChannelId, question: Question) -> Result<Answer, Unanswered> {
    let mounted = host.directory.channel(channel).await?.ok_or(Unanswered::NoChannel)?;
    let plugin = mounted.plugin.as_ref().ok_or(Unanswered::NoPlugin)?;
    if !plugin.plugin.abilities().directory {
        return Err(Unanswered::Unable);
    }
    let place = host.store.lookup_place(channel).await?.ok_or(Unanswered::NoChannel)?;
    if !place.is_on {
        return Err(Unanswered::Off);
    }
    if let Some(until) = place.rests_until {
        return Err(Unanswered::Rests(until));
    }
    let run = host.lookups.0.begin_within(channel, SHARE, MOST).ok_or(Unanswered::Busy)?;
    let (answered, answer) = oneshot::channel();
    let worker = host.clone();
    host.spawn_work(async move {
        let came = ask(&worker, &mounted, channel, question).await;
        drop(run);
        // Who asked may have gone.
        let _ = answered.send(came);
    });
    answer.await.unwrap_or(Err(Unanswered::Failed))
}

async fn ask(host: &Host, mounted: &Mounted, channel: ChannelId, question: Question) -> Result<Answer, Unanswered> {
    let envelope = envelope(host);
    let named = (question.name(), envelope);
    let done = make(host, mounted, named, async |plugin, call| put(plugin, call, &question).await).await;
    let (answer, effects) = match done {
        Done::Found(answer, effects) => (answer, effects),
        Done::Later(until) => return Err(Unanswered::Waits(until)),
        Done::Broke(Broke::Fault(fault, captured)) => {
            if let Err(error) = host.store.lookup_failed(channel, fault.clone(), captured).await {
                tracing::warn!(%channel, %error, "what follows from a provider's fault could not be written down");
            }
            return Err(Unanswered::Fault(fault));
        }
        Done::Broke(Broke::Failed(_) | Broke::Never(_)) => return Err(Unanswered::Failed),
    };
    keep(host, (channel, envelope), &question, answer, effects).await
}

async fn keep(
    host: &Host,
    (channel, envelope): (ChannelId, EnvelopeId),
    question: &Question,
    answer: Answer,
    effects: Effects,
) -> Result<Answer, Unanswered> {
    let kept = match (question, &answer) {
        (Question::Profile(known), Answer::Profile(Some(told))) => {
            if comparable(told.kind, &told.key) != comparable(known.kind, &known.key) {
                return Err(Unanswered::Other);
            }
            Kept::Person(known.identity, Box::new(told.clone()))
        }
        (Question::About(known, key), Answer::About(Some(told))) => {
            if told.key != *key {
                return Err(Unanswered::Other);
            }
            Kept::Thread(known.conversation, Box::new(told.clone()))
        }
        _ => Kept::Nothing,
    };
    if host.store.looked_up(channel, envelope, kept, effects.captured).await? {
        Ok(answer)
    } else {
        Err(Unanswered::Other)
    }
}

async fn put(plugin: &Plugin, call: Call, question: &Question) -> Called<Result<Answer, Fault>> {
    match question.clone() {
        Question::Templates => as_answer(plugin.templates(call).await, Answer::Templates),
        Question::Resolve(kind, address) => as_answer(plugin.resolve(call, kind, address).await, Answer::Resolved),
        Question::Profile(known) => as_answer(plugin.profile(call, known.key, known.thread).await, Answer::Profile),
        Question::About(_, key) => as_answer(plugin.about(call, key).await, Answer::About),
    }
}

fn as_answer<T>(called: Called<Result<T, Fault>>, answer: fn(T) -> Answer) -> Called<Result<Answer, Fault>> {
    Called { result: called.result.map(|came| came.map(answer)), effects: called.effects }
}
