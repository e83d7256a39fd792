//! The generator's expectation against a second reading: the bodies alone, folded in whatever order they are told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Cut, Direction, Expected, Mix, Order, Script, ScriptConfig, Status};

/// What is known of a message from the bodies alone.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    echo: bool,
    at: u64,
    text: Option<String>,
    num_edit: u64,
    deleted: bool,
    /// By whom: when, and the emoji that stands.
    reactions: BTreeMap<String, (u64, Option<String>)>,
    delivered: bool,
    read: bool,
}

/// Reads bodies one event at a time; watermarks are applied last, since they concern what comes later too.
fn fold(plan: &[Vec<crate::webhook::Envelope>]) -> BTreeMap<String, Seen> {
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let mut threads: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut watermarks: Vec<(String, String, u64, bool)> = Vec::new();
    let bodies = plan.iter().flatten().map(|envelope| envelope.body(0));
    for body in bodies {
        let body: Value = serde_json::from_slice(&body).unwrap();
        for (entry, item) in body["entry"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|entry| entry["messaging"].as_array().unwrap().iter().map(move |item| (entry, item)))
        {
            let page = entry["id"].as_str().unwrap().to_owned();
            let ends = [&item["sender"]["id"], &item["recipient"]["id"]].map(|id| id.as_str().unwrap().to_owned());
            assert!(ends.contains(&page), "an entry holds events of its page");
            let person = ends.into_iter().find(|id| *id != page).unwrap();
            let at = item["timestamp"].as_u64().unwrap();
            let mid = |body: &Value| body["mid"].as_str().unwrap().to_owned();
            if let Some(body) = item.get("message") {
                let message = seen.entry(mid(body)).or_default();
                if body["is_deleted"] == true {
                    message.deleted = true;
                    continue;
                }
                message.echo = body["is_echo"] == true;
                message.at = at;
                if message.num_edit == 0 {
                    message.text = body["text"].as_str().map(str::to_owned);
                }
                threads.insert(mid(body), (page, person));
            } else if let Some(body) = item.get("message_edit") {
                let number = body["num_edit"].as_u64().or_else(|| body["num_edit"].as_str()?.parse().ok()).unwrap();
                let message = seen.entry(mid(body)).or_default();
                if number > message.num_edit {
                    message.num_edit = number;
                    message.text = body["text"].as_str().map(str::to_owned);
                }
            } else if let Some(body) = item.get("reaction") {
                let emoji = (body["action"] == "react").then(|| body["emoji"].as_str().unwrap().to_owned());
                let stands = seen.entry(mid(body)).or_default().reactions.entry(person).or_default();
                if at > stands.0 {
                    *stands = (at, emoji);
                }
            } else if let Some(body) = item.get("delivery") {
                for mid in body["mids"].as_array().into_iter().flatten() {
                    seen.entry(mid.as_str().unwrap().to_owned()).or_default().delivered = true;
                }
                watermarks.push((page, person, body["watermark"].as_u64().unwrap(), false));
            } else {
                watermarks.push((page, person, item["read"]["watermark"].as_u64().unwrap(), true));
            }
        }
    }
    for (mid, message) in seen.iter_mut().filter(|(_, message)| message.echo) {
        for (page, person, watermark, read) in &watermarks {
            if threads[mid] == (page.clone(), person.clone()) && message.at <= *watermark {
                message.delivered = true;
                message.read |= read;
            }
        }
    }
    seen
}

fn assert_agrees(expected: &Expected, mut seen: BTreeMap<String, Seen>) {
    for message in expected.messages() {
        let seen = seen.remove(&message.mid).unwrap();
        assert_eq!(seen.echo, message.direction == Direction::Echo);
        assert_eq!(seen.deleted, message.deleted);
        if message.deleted {
            continue;
        }
        assert_eq!((seen.at, &seen.text), (message.at_ms, &message.text), "{message:?}");
        assert_eq!(seen.num_edit, u64::from(message.num_edit));
        let reactions: BTreeMap<_, _> =
            seen.reactions.into_iter().filter_map(|(actor, (_, emoji))| Some((actor, emoji?))).collect();
        let stands = message.reactions.iter().map(|(actor, one)| (actor.clone(), one.emoji.clone())).collect();
        assert_eq!(reactions, stands, "{message:?}");
        let status = message.status.map(|status| (status >= Status::Delivered, status == Status::Read));
        assert_eq!((seen.delivered, seen.read), status.unwrap_or_default(), "{message:?}");
    }
    assert!(seen.is_empty(), "nothing was said that is not expected");
}

fn config(seed: u64) -> ScriptConfig {
    ScriptConfig::new(seed, 200, &["1001", "1002"], 2, 1_760_000_000_000)
}

#[test]
fn the_expectation_holds_in_every_order() {
    for seed in 0..100 {
        let script = Script::generate(&config(seed));
        assert_eq!(script.events.len(), 200);
        let cut = Cut { seed, connections: 4, largest_batch: 12, order: Order::Shuffled };
        assert_agrees(&script.expected, fold(&script.cut(&cut)));
        let cut = Cut { connections: 1, order: Order::AsHappened, ..cut };
        assert_agrees(&script.expected, fold(&script.cut(&cut)));
    }
}

#[test]
fn a_script_has_something_of_everything() {
    let script = Script::generate(&config(7));
    let kinds: BTreeSet<_> = script.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, BTreeSet::from(["delete", "delivery", "echo", "edit", "message", "reaction", "read"]));
    let keys: BTreeSet<_> = script.events.iter().map(|event| &event.key).collect();
    assert!(keys.len() < script.events.len(), "some are told twice");
    let statuses: Vec<_> = script.expected.messages().filter_map(|message| message.status).collect();
    assert!([Status::Sent, Status::Delivered, Status::Read].iter().all(|status| statuses.contains(status)));
    assert!(script.expected.messages().any(|message| !message.reactions.is_empty()));
    assert!(script.expected.messages().any(|message| message.num_edit > 0 && !message.deleted));
}

#[test]
fn no_two_happenings_share_key_or_time() {
    let script = Script::generate(&config(7));
    let mut keys = BTreeMap::new();
    let mut times = BTreeMap::new();
    for event in &script.events {
        let at = event.value["timestamp"].as_u64().unwrap();
        assert_eq!(*keys.entry(&event.key).or_insert(at), at, "a duplicate is the same event");
        assert_eq!(*times.entry(at).or_insert(&event.key), &event.key);
    }
}

#[test]
fn a_seed_repeats_itself_and_no_other() {
    let (one, same, other) = (config(7), config(7), config(8));
    let [one, same, other] = [one, same, other].map(|config| Script::generate(&config));
    assert_eq!(one.events, same.events);
    assert_eq!(one.expected, same.expected);
    let mids = |script: &Script| script.expected.messages().map(|message| message.mid.clone()).collect::<BTreeSet<_>>();
    assert!(mids(&one).is_disjoint(&mids(&other)));
    let cut = |seed| one.cut(&Cut { seed, connections: 4, largest_batch: 5, order: Order::Shuffled });
    assert_eq!(cut(1), cut(1));
    assert_ne!(cut(1), cut(2));
}

#[test]
fn every_event_is_told_once_in_batches_that_are_no_larger_than_asked() {
    let script = Script::generate(&config(7));
    let plan = script.cut(&Cut { seed: 7, connections: 4, largest_batch: 5, order: Order::Shuffled });
    assert_eq!(plan.len(), 4);
    assert!(plan.iter().all(|requests| !requests.is_empty()));
    let mut told: Vec<_> = plan.iter().flatten().flat_map(|envelope| envelope.events()).map(|one| &one.key).collect();
    let mut happened: Vec<_> = script.events.iter().map(|event| &event.key).collect();
    told.sort();
    happened.sort();
    assert_eq!(told, happened);
    assert!(plan.iter().flatten().all(|envelope| (1..=5).contains(&envelope.events().count())));
}

#[test]
fn texts_alone_and_nobody_to_talk_to() {
    let texts = Script::generate(&ScriptConfig { mix: Mix::TEXTS, ..config(7) });
    assert_eq!(texts.expected.messages().count(), 200);
    let nobody = Script::generate(&ScriptConfig { threads: Vec::new(), ..config(7) });
    assert!(nobody.events.is_empty() && nobody.expected.threads.is_empty());
}

#[test]
fn the_expectation_survives_its_file() {
    let expected = Script::generate(&config(7)).expected;
    let file = serde_json::to_string(&expected).unwrap();
    assert_eq!(serde_json::from_str::<Expected>(&file).unwrap(), expected);
}
