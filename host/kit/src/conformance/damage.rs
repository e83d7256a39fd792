//! Checks of bodies that are not as the provider should write them.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::payload::{Payload, at, put, renamed, ways, without};
use super::subject::{Received, Subject, died};
use super::{Finding, NO_DATA, NO_EVENTS, Trials};
use crate::terse::Step;

/// Changed bodies of one check, at most.
const BODIES: usize = 1500;
/// Random changes that are tried.
const MUTATIONS: u64 = 400;
/// Cases that are blown up.
const FEW: usize = 4;
/// The largest body that is tried, where the route takes as much.
const HUGE: usize = 1 << 20;

/// The bodies of all cases, each changed in every way that `change` knows; evenly thinned out where there are too many.
fn changed<'a, 'b>(
    received: &'a [Received<'b>],
    change: impl Fn(&Value, &[Step]) -> Vec<Value>,
) -> Vec<(&'a Received<'b>, Payload, Vec<Step>)> {
    let mut found = Vec::new();
    for one in received {
        let Some(payload) = &one.payload else { continue };
        for way in ways(&payload.value) {
            found.extend(change(&payload.value, &way).into_iter().map(|value| (one, payload.with(value), way.clone())));
        }
    }
    let step = found.len().div_ceil(BODIES).max(1);
    found.into_iter().step_by(step).collect()
}

/// A way as people read it.
pub(super) fn words(way: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Key(key) => format!(".{key}"),
        Step::At(at) => format!("[{at}]"),
    };
    if way.is_empty() {
        "the whole".into()
    } else {
        way.iter().map(step).collect::<String>().trim_start_matches('.').into()
    }
}

/// R10
pub(super) async fn unknown_kept(subject: &Subject<'_>) -> Finding {
    let received = subject.received().await;
    let mut trials = Trials::default();
    let change = |value: &Value, way: &[Step]| {
        let unknown = matches!(at(value, way), Some(Value::String(_))).then(|| put(value, way, json!("kit_unknown")));
        renamed(value, way).into_iter().chain(unknown).collect()
    };
    for (one, payload, way) in changed(received, change) {
        let called = subject.body(one, payload.bytes()).await;
        let lost = called.result.is_ok_and(|result| result.is_ok_and(|reception| reception.events.is_empty()));
        trials.holds(!lost, || {
            format!("{}: with something unknown at {}, it gives no event and no refusal", one.case.name, words(&way))
        });
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_DATA)
}

async fn survives(
    subject: &Subject<'_>,
    received: &[Received<'_>],
    what: &str,
    change: impl Fn(&Value, &[Step]) -> Vec<Value>,
) -> Finding {
    let mut trials = Trials::default();
    for (one, payload, way) in changed(received, change) {
        let failure = subject.body(one, payload.bytes()).await.result.err().filter(died);
        trials.add(failure.map(|failure| format!("{}: {what} at {}: {failure}", one.case.name, words(&way))));
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_DATA)
}

/// R11
pub(super) async fn missing(subject: &Subject<'_>) -> Finding {
    let received = subject.received().await;
    survives(subject, received, "nothing", |value, way| without(value, way).into_iter().collect()).await
}

/// R12
pub(super) async fn wrong_types(subject: &Subject<'_>) -> Finding {
    let received = subject.received().await;
    let others = [json!(null), json!(-1), json!(1.5), json!(u64::MAX), json!("x"), json!(true), json!([]), json!({})];
    let change = move |value: &Value, way: &[Step]| others.iter().map(|other| put(value, way, other.clone())).collect();
    survives(subject, received, "another type", change).await
}

/// R13
pub(super) async fn unreadable(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        let Some(payload) = one.payload.as_ref().filter(|payload| payload.is_json()) else { continue };
        let whole = payload.bytes();
        let cut = whole.get(..whole.len() / 2).unwrap_or_default().to_vec();
        for body in [Vec::new(), b" ".to_vec(), b"{".to_vec(), vec![0xff, 0xfe, 0x00], b"<html></html>".to_vec(), cut] {
            let told = String::from_utf8_lossy(body.get(..body.len().min(40)).unwrap_or_default()).into_owned();
            let wrong = match subject.body(one, body).await.result {
                Ok(Err(_)) => None,
                Ok(Ok(reception)) if reception.events.is_empty() => Some("it is taken and gives nothing".to_owned()),
                Ok(Ok(_)) => None,
                Err(failure) => died(&failure).then(|| failure.to_string()),
            };
            trials.add(wrong.map(|words| format!("{} with the body {told:?}: {words}", one.webhook.route)));
        }
        if trials.enough() {
            break;
        }
    }
    trials.finding("no case shows a webhook with JSON in its body that gives events")
}

/// R14
pub(super) async fn huge(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let received = subject.received().await;
    // A few will do, from all over the cases: each body is as large as may be.
    for one in received.iter().step_by(received.len().div_ceil(FEW).max(1)) {
        let Some(payload) = &one.payload else { continue };
        let most = subject.manifest.route(&one.webhook.route).map_or(HUGE as u64, |route| route.max_body);
        let most = usize::try_from(most).unwrap_or(HUGE).min(HUGE);
        let room = most.saturating_sub(one.webhook.body.len() + 64);
        let mut bodies = vec![("lists within lists", vec![b'['; most])];
        let all = ways(&payload.value);
        for way in all.iter().step_by(all.len().div_ceil(FEW * 2).max(1)).chain(lists(&all, payload)) {
            let put = |new| payload.with(put(&payload.value, way, new)).bytes();
            match at(&payload.value, way) {
                Some(Value::String(_)) => bodies.push(("a long text", put(json!("x".repeat(room))))),
                Some(Value::Array(items)) if !items.is_empty() && payload.is_json() => {
                    let size = items.iter().map(|item| item.to_string().len() + 1).sum::<usize>().max(1);
                    let many: Vec<&Value> = items.iter().cycle().take(room / size * items.len()).collect();
                    bodies.push(("many items", put(json!(many))));
                }
                _ => {}
            }
        }
        if payload.is_json() {
            // Deeper than any reader of JSON goes by itself.
            let deep = format!("{}{}", "[".repeat(room / 2), "]".repeat(room / 2));
            bodies.push(("a deep list", deep.into_bytes()));
        }
        for (what, body) in bodies {
            let size = body.len();
            let failure = subject.body(one, body).await.result.err().filter(died);
            trials.add(failure.map(|failure| format!("{}: {what}, {size} bytes: {failure}", one.case.name)));
        }
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_DATA)
}

/// The ways to lists that have something in them.
fn lists<'w>(all: &'w [Vec<Step>], payload: &'w Payload) -> impl Iterator<Item = &'w Vec<Step>> {
    let filled = |way: &&Vec<Step>| matches!(at(&payload.value, way), Some(Value::Array(items)) if !items.is_empty());
    all.iter().filter(filled)
}

/// R15
pub(super) async fn mutations(subject: &Subject<'_>) -> Finding {
    let received = subject.received().await;
    let mut trials = Trials::default();
    for seed in 0..MUTATIONS {
        // The same changes at every run: what fails once fails again.
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let Some(one) = received.get(random.random_range(0..received.len().max(1))) else { break };
        let body = mutated(&mut random, one);
        let told = String::from_utf8_lossy(body.get(..body.len().min(120)).unwrap_or_default()).into_owned();
        let failure = subject.body(one, body).await.result.err().filter(died);
        trials.add(failure.map(|failure| format!("{} (seed {seed}), as {told:?}: {failure}", one.case.name)));
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_EVENTS)
}

fn mutated(random: &mut ChaCha8Rng, one: &Received<'_>) -> Vec<u8> {
    let Some(payload) = one.payload.as_ref().filter(|_| random.random_bool(0.8)) else {
        let mut bytes = one.webhook.body.clone();
        for _ in 0..random.random_range(1..=4) {
            if bytes.is_empty() {
                break;
            }
            let place = random.random_range(0..bytes.len());
            match random.random_range(0..3) {
                0 => bytes.truncate(place),
                1 => drop(bytes.remove(place)),
                _ => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 1 << random.random_range(0..8)),
            }
        }
        return bytes;
    };
    let mut value = payload.value.clone();
    for _ in 0..random.random_range(1..=4) {
        let all = ways(&value);
        let (Some(way), Some(other)) =
            (all.get(random.random_range(0..all.len().max(1))), all.get(random.random_range(0..all.len().max(1))))
        else {
            break;
        };
        value = match random.random_range(0..5) {
            0 => without(&value, way).unwrap_or(value),
            1 => renamed(&value, way).unwrap_or(value),
            2 => put(&value, way, at(&value, other).cloned().unwrap_or_default()),
            3 => put(&value, way, json!(random.random::<i64>())),
            _ => put(&value, way, json!(["", "\u{0}", "é\u{301}𝔘", "-1", "null"].get(random.random_range(0..5_usize)))),
        };
    }
    payload.with(value).bytes()
}
