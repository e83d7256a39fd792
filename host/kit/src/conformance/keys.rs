//! Checks of how events are named, and that they are the same again.

use std::collections::BTreeMap;

use lockgate_model::contract::inbound::{Event, EventBody, Request};
use lockgate_runtime::Called;
use serde_json::{Value, json};

use super::subject::{Received, Subject, keys, kind, shown};
use super::{Finding, NO_EVENTS, Trials};
use crate::world::World;

/// The longest key, in bytes; see `event.dedup` of the contract.
pub(super) const LONGEST: usize = 512;

/// Whether an event of this kind is kept, so that it must have a name. The others are shown live, or ask the host for something.
pub(super) fn lasts(event: &Event) -> bool {
    !matches!(
        event.body,
        EventBody::Typing(_)
            | EventBody::Profile
            | EventBody::Account(_)
            | EventBody::PollNow
            | EventBody::FollowUp(_)
            | EventBody::RenewNow
            | EventBody::Writable(_)
            | EventBody::Ignored(_)
            | EventBody::Native(_)
    )
}

/// R01
pub(super) async fn given(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for received in subject.received().await {
        for event in received.reception.events.iter().filter(|event| lasts(event)) {
            let (name, key) = (&received.case.name, &event.dedup);
            trials.holds(!key.is_empty(), || format!("{name}: an event of the kind {} has no key", kind(event)));
            trials.holds(key.len() <= LONGEST, || format!("{name}: a key has {} bytes: {key}", key.len()));
        }
    }
    trials.finding(NO_EVENTS)
}

/// R02
pub(super) async fn stable(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for received in subject.received().await {
        let hour = 3_600_000;
        let world = World { now_ms: received.world.now_ms + hour, seed: [7; 32], ..received.world.clone() };
        let request = Request {
            received_at: received.request.received_at + hour,
            remote_address: Some("203.0.113.7".into()),
            ..received.request.clone()
        };
        let Ok(Ok(again)) = subject.receive(&world, request).await.result else {
            trials.add(Some(format!("{}: an hour later it gives no events", received.case.name)));
            continue;
        };
        let (before, after) = (keys(&received.reception.events), keys(&again.events));
        trials.holds(before == after, || format!("{}: {before:?} were an hour later {after:?}", received.case.name));
    }
    trials.finding(NO_EVENTS)
}

/// What an event is about, where two that are about different things must have different keys.
fn thing(event: &Event) -> Option<Value> {
    let actor = event.actor.as_ref().map(|actor| &actor.key);
    let thread = event.thread.as_ref().map(|thread| &thread.key);
    Some(match &event.body {
        EventBody::Message(message) => json!([message.id.as_ref()?]),
        EventBody::Edited(edit) => json!([edit.message, edit.parts]),
        EventBody::Deleted(deletion) => json!([deletion.messages]),
        EventBody::Reaction(reaction) => json!([reaction.message, reaction.change, actor]),
        EventBody::Receipt(receipt) => json!([receipt.status, receipt.target, actor, thread]),
        EventBody::Referral(_) | EventBody::Consent(_) | EventBody::Reachable(_) => json!([actor, event.at]),
        _ => return None,
    })
}

/// R03
pub(super) async fn distinct(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let mut known: BTreeMap<(Option<String>, String, String), (Value, String)> = BTreeMap::new();
    for received in subject.received().await {
        for event in &received.reception.events {
            let Some(thing) = thing(event).filter(|_| !event.dedup.is_empty()) else { continue };
            let name = (event.account.clone(), kind(event), event.dedup.clone());
            let case = received.case.name.clone();
            let (other, shown_in) = known.entry(name).or_insert_with(|| (thing.clone(), case.clone()));
            trials.holds(*other == thing, || {
                format!("{case} and {shown_in}: {thing} and {other} have the same key {:?}", event.dedup)
            });
        }
    }
    trials.finding(NO_EVENTS)
}

/// R04
pub(super) async fn redelivered(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for received in subject.received().await {
        let mut world = World { now_ms: received.world.now_ms + 60_000, seed: [9; 32], ..received.world.clone() };
        for (key, value) in &received.effects.state_writes {
            match value {
                Some(value) => drop(world.state.insert(key.clone(), value.clone())),
                None => drop(world.state.remove(key)),
            }
        }
        let before = keys(&received.reception.events);
        if let Ok(Ok(again)) = subject.receive(&world, received.request.clone()).await.result {
            let new: Vec<_> = keys(&again.events).into_iter().filter(|key| !before.contains(key)).collect();
            trials.holds(new.is_empty(), || {
                format!("{}: delivered again, it gives {new:?}, and gave {before:?}", received.case.name)
            });
        }
    }
    trials.finding(NO_EVENTS)
}

/// R05
pub(super) async fn same_again(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for received in subject.received().await {
        let Received { case, world, request, reception, effects, .. } = received;
        // The second time also with other chance: no event may hang on it.
        for seed in [world.seed, [3; 32]] {
            let world = World { seed, ..world.clone() };
            let Called { result, effects: again } = subject.receive(&world, request.clone()).await;
            let same = result.is_ok_and(|result| {
                result.is_ok_and(|result| {
                    shown(&result.events) == shown(&reception.events) && result.response == reception.response
                })
            }) && again.state_writes == effects.state_writes;
            trials.holds(same, || format!("{}: the same call came to something else", case.name));
        }
    }
    trials.finding(NO_EVENTS)
}
