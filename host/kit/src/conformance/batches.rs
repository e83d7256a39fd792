//! Checks of bodies that hold several items.
//!
//! Which list of a body is a batch is not told: it is one where a case shows it with several records and expects at least as many
//! events.

use lockgate_model::contract::inbound::Event;
use serde_json::{Value, json};

use super::keys::lasts;
use super::payload::{Payload, at, put, renamed, ways};
use super::subject::{Received, Subject, keys, shown};
use super::{Finding, Trials};
use crate::terse::Step;

const NO_BATCH: &str =
    "no case shows a batch: a list with several items that gives as many events (write one, if the provider batches)";

/// Pairs of cases that are tried together, at most.
const PAIRS: usize = 60;

/// The way to a list that is a batch. Lists on the way have one element.
type Way = Vec<Step>;

/// The lists that cases show to be batches, outermost first.
fn batches(received: &[Received<'_>]) -> Vec<Way> {
    let mut found: Vec<Way> = Vec::new();
    for one in received {
        let (Some(payload), Some(expected)) = (&one.payload, &one.case.expect.events) else { continue };
        for way in ways(&payload.value) {
            let list = at(&payload.value, &way).and_then(Value::as_array);
            // A list of names is one thing's, not one of things.
            let items = list.map_or(0, |list| list.iter().filter(|item| item.is_object()).count());
            if items >= 2
                && expected.len() >= items
                && way.iter().all(|step| *step != Step::At(1))
                && !found.contains(&way)
            {
                found.push(way);
            }
        }
    }
    found.sort_by_key(Vec::len);
    found
}

/// The batch of a case's body, and the body around it.
fn split<'a>(one: &'a Received<'_>, way: &Way) -> Option<(&'a Payload, Vec<Value>, Value)> {
    let payload = one.payload.as_ref()?;
    let alone = |depth: usize| match way.get(depth) {
        Some(Step::At(_)) => {
            at(&payload.value, way.get(..depth)?).and_then(Value::as_array).map(|list| list.len() == 1)
        }
        _ => Some(true),
    };
    if !(0..way.len()).all(|depth| alone(depth) == Some(true)) {
        return None;
    }
    let items = at(&payload.value, way)?.as_array().filter(|items| !items.is_empty())?.clone();
    Some((payload, items, put(&payload.value, way, Value::Null)))
}

/// Two cases whose bodies differ in their batch alone.
fn pairs<'a, 'b>(received: &'a [Received<'b>], way: &Way) -> Vec<(&'a Received<'b>, &'a Received<'b>)> {
    let mut found = Vec::new();
    for (place, one) in received.iter().enumerate() {
        for other in received.iter().skip(place + 1) {
            let alike = match (split(one, way), split(other, way)) {
                (Some((_, _, one)), Some((_, _, other))) => one == other,
                _ => false,
            };
            let same = |one: &Received<'_>| {
                (
                    one.webhook.route.clone(),
                    one.webhook.path.clone(),
                    one.webhook.query.clone(),
                    one.webhook.account.clone(),
                )
            };
            if alike && same(one) == same(other) && one.world.settings == other.world.settings {
                found.push((one, other));
            }
        }
    }
    // From all over the cases, not the first with each other only.
    let step = found.len().div_ceil(PAIRS).max(1);
    found.into_iter().step_by(step).collect()
}

/// Events in one order, each once: what several items share is told once or with each.
fn set(mut events: Vec<Value>) -> Vec<Value> {
    events.sort_by_key(ToString::to_string);
    events.dedup();
    events
}

/// R06
pub(super) async fn whole(subject: &Subject<'_>) -> Finding {
    let received = subject.received().await;
    let mut trials = Trials::default();
    for way in batches(received) {
        for one in received {
            let Some((payload, items, _)) = split(one, &way).filter(|(_, items, _)| items.len() > 1) else { continue };
            let mut apart = Vec::new();
            for item in items {
                let alone = payload.with(put(&payload.value, &way, json!([item])));
                apart.extend(subject.events(one, &alone).await.unwrap_or_default());
            }
            let whole = shown(&one.reception.events);
            trials.holds(set(shown(&apart)) == set(whole.clone()), || {
                format!(
                    "{}: {} events together, {} when each item comes alone",
                    one.case.name,
                    whole.len(),
                    apart.len()
                )
            });
        }
        for (one, other) in pairs(received, &way) {
            let (Some((payload, items, _)), Some((_, more, _))) = (split(one, &way), split(other, &way)) else {
                continue;
            };
            let items: Vec<Value> = items.into_iter().chain(more).collect();
            let together = payload.with(put(&payload.value, &way, Value::Array(items)));
            let apart: Vec<Value> =
                shown(&one.reception.events).into_iter().chain(shown(&other.reception.events)).collect();
            let wrong = match subject.events(one, &together).await {
                Ok(events) if set(shown(&events)) == set(apart.clone()) => None,
                Ok(events) => Some(format!("{} events, and alone {}", events.len(), apart.len())),
                Err(why) => Some(why),
            };
            trials.add(wrong.map(|words| format!("{} and {} in one batch: {words}", one.case.name, other.case.name)));
        }
    }
    trials.finding(NO_BATCH)
}

/// R07
pub(super) async fn repeated(subject: &Subject<'_>) -> Finding {
    let received = subject.received().await;
    let mut trials = Trials::default();
    for way in batches(received) {
        for one in received {
            let Some((payload, items, _)) = split(one, &way) else { continue };
            let twice: Vec<Value> = items.iter().chain(&items).cloned().collect();
            // What is not understood may be named after the whole body.
            let named = |events: &[Event]| keys(events.iter().filter(|event| lasts(event)));
            let before = named(&one.reception.events);
            let wrong = match subject.events(one, &payload.with(put(&payload.value, &way, Value::Array(twice)))).await {
                Ok(events) => {
                    let after = named(&events);
                    let new = after.iter().any(|key| !before.contains(key));
                    let lost = before.iter().any(|key| !after.contains(key));
                    (new || lost).then(|| format!("{after:?} instead of {before:?}"))
                }
                Err(why) => Some(why),
            };
            trials.add(wrong.map(|words| format!("{} twice in one batch: {words}", one.case.name)));
        }
    }
    trials.finding(NO_BATCH)
}

/// R08
pub(super) async fn any_order(subject: &Subject<'_>) -> Finding {
    let received = subject.received().await;
    let mut trials = Trials::default();
    for way in batches(received) {
        for (one, other) in pairs(received, &way) {
            let (Some((payload, items, _)), Some((_, more, _))) = (split(one, &way), split(other, &way)) else {
                continue;
            };
            let items: Vec<Value> = more.into_iter().rev().chain(items.into_iter().rev()).collect();
            let backwards = payload.with(put(&payload.value, &way, Value::Array(items)));
            let apart = shown(&one.reception.events).into_iter().chain(shown(&other.reception.events)).collect();
            // That it takes them at all is another check's.
            if let Ok(events) = subject.events(one, &backwards).await {
                let forwards: Vec<Value> = set(apart);
                let changed = shown(&events).iter().any(|event| !forwards.contains(event));
                trials.holds(!changed, || {
                    format!("{} and {} the other way round give other events", one.case.name, other.case.name)
                });
            }
        }
    }
    trials.finding(NO_BATCH)
}

/// R09
pub(super) async fn bad_item(subject: &Subject<'_>) -> Finding {
    let received = subject.received().await;
    let mut trials = Trials::default();
    for way in batches(received) {
        for one in received {
            let Some((payload, items, _)) = split(one, &way) else { continue };
            let mut bad = vec![Value::Null, json!(7), json!("seven"), json!(["seven"]), json!({ "kit_unknown": 1 })];
            // An item of a kind that nobody knows: whatever holds its content has another name.
            for key in items.first().and_then(Value::as_object).into_iter().flat_map(serde_json::Map::keys) {
                bad.extend(items.first().and_then(|item| renamed(item, &[Step::Key(key.clone())])));
            }
            // What is not understood may be named after the whole body.
            if !one.reception.events.iter().any(lasts) {
                continue;
            }
            let good = shown(&one.reception.events);
            for bad in bad {
                let alone = payload.with(put(&payload.value, &way, json!([bad])));
                let alone = subject.events(one, &alone).await.map(|events| shown(&events)).unwrap_or_default();
                for first in [false, true] {
                    let mut mixed = items.clone();
                    mixed.insert(if first { 0 } else { mixed.len() }, bad.clone());
                    let together = payload.with(put(&payload.value, &way, Value::Array(mixed)));
                    let wrong = match subject.events(one, &together).await {
                        Ok(events) => {
                            let seen = shown(&events);
                            let kept = good.iter().all(|event| seen.contains(event));
                            // Alone it may be refused; where it gives something, that must be there too.
                            let told = alone.iter().all(|event| seen.contains(event));
                            match (kept, told && (seen.len() > good.len() || !alone.is_empty())) {
                                (true, true) => None,
                                (false, _) => Some("a good item is lost".to_owned()),
                                (true, false) => Some("the bad item is lost".to_owned()),
                            }
                        }
                        Err(why) => Some(why),
                    };
                    trials.add(wrong.map(|words| format!("{} beside {bad}: {words}", one.case.name)));
                    if trials.enough() {
                        return trials.finding(NO_BATCH);
                    }
                }
            }
        }
    }
    trials.finding(NO_BATCH)
}
