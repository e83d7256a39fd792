//! Checks of what events say.

use lockgate_model::contract::inbound::{Direction, Event, EventBody};
use lockgate_model::manifest::Level;
use serde_json::{Value, json};

use super::payload::{Payload, all_numbers, all_texts, numbers, odd_number, texts};
use super::subject::{Received, Subject, died, logged, shown};
use super::{Finding, NO_DATA, NO_EVENTS, Trials};

/// 2001-09-09T01:46:40Z: before any provider's time in milliseconds, and far behind any in seconds.
const EARLIEST_MS: u64 = 1_000_000_000_000;
const DAY_MS: u64 = 86_400_000;

/// The ids of an event: of messages, people and threads.
pub(super) fn ids(event: &Event) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    ids.extend(event.actor.iter().map(|actor| actor.key.as_str()));
    ids.extend(event.thread.iter().map(|thread| thread.key.as_str()));
    match &event.body {
        EventBody::Message(message) => ids.extend(message.id.as_deref()),
        EventBody::Edited(edit) => ids.push(&edit.message),
        EventBody::Reaction(reaction) => ids.push(&reaction.message),
        EventBody::Deleted(deletion) => ids.extend(deletion.messages.iter().map(String::as_str)),
        _ => {}
    }
    ids
}

/// R16
///
/// An id that stands in the body as it stands in the events, or as a part of one, is another one everywhere: the events must be the
/// same with that one id changed.
pub(super) async fn ids_opaque(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        let Some(payload) = &one.payload else { continue };
        let events = json!(shown(&one.reception.events));
        let ids: Vec<&str> = one.reception.events.iter().flat_map(ids).collect();
        let is_one = |text: &str| ids.iter().any(|id| *id == text || id.split(':').any(|part| part == text));

        let settings = json!(one.world.settings);
        let mut found: Vec<&str> = all_texts(&payload.value).into_iter().filter(|text| is_one(text)).collect();
        found.sort_unstable();
        found.dedup();
        for id in found {
            // What the admin filled in is known to the plugin.
            if id.is_empty() || all_texts(&settings).contains(&id) {
                continue;
            }
            // Longer than any number, and of letters only where there were letters before: a telephone number has none.
            let digits = id.bytes().all(|byte| byte.is_ascii_digit());
            let odd = if digits {
                "90071992547409930000000000000".into()
            } else {
                format!("{id}.kit-Ωé/+%$=.{}", "x".repeat(120))
            };
            let change = |text: &str| if text == id { odd.clone() } else { text.to_owned() };
            let expected = texts(&events, &|text| renamed_in(text, id, &odd));
            let changed = payload.with(texts(&payload.value, &change));
            trials.add(
                differs(subject, one, &changed, &expected)
                    .await
                    .map(|words| format!("{}: with the id {odd:?} for {id:?}: {words}", one.case.name)),
            );
        }
        for id in all_numbers(&payload.value) {
            let text = id.to_string();
            if id < 1_000 || !is_one(&text) {
                continue;
            }
            let odd = odd_number(id);
            let expected = texts(&numbers(&events, id, odd), &|whole| renamed_in(whole, &text, &odd.to_string()));
            let changed = payload.with(numbers(&payload.value, id, odd));
            trials.add(
                differs(subject, one, &changed, &expected)
                    .await
                    .map(|words| format!("{}: with the id {odd} for {id}: {words}", one.case.name)),
            );
        }
    }
    trials.finding("no case shows an id that stands in the webhook's body and in its events")
}

/// The text with one id for another: as a whole, between colons, or as a JSON text within.
pub(super) fn renamed_in(text: &str, from: &str, to: &str) -> String {
    if from.len() >= 4 {
        return text.replace(from, to);
    }
    text.split(':').map(|part| if part == from { to } else { part }).collect::<Vec<_>>().join(":")
}

async fn differs(subject: &Subject<'_>, one: &Received<'_>, changed: &Payload, expected: &Value) -> Option<String> {
    match subject.events(one, changed).await {
        Ok(events) => differ(expected, &one.reception.events, &events),
        Err(why) => Some(why),
    }
}

/// Where the events differ from what is expected of a change.
pub(super) fn differ(expected: &Value, before: &[Event], after: &[Event]) -> Option<String> {
    let expected = &renamed_anew(expected, before, after);
    // Raw copies of the body are not looked into: their spelling is the plugin's.
    let differences = crate::compare::compare("events", expected, &json!(shown(after)));
    let told =
        differences.iter().find(|difference| !difference.at.ends_with(".raw") && !difference.at.contains("extras"));
    told.map(ToString::to_string)
}

/// A message of a provider that has no names for them is named after its content: then what changes there is expected to change its
/// name, wherever that stands.
fn renamed_anew(expected: &Value, before: &[Event], after: &[Event]) -> Value {
    let nameless = |event: &Event| matches!(&event.body, EventBody::Message(message) if message.id.is_none());
    let pairs = before.iter().zip(after).filter(|(before, after)| nameless(before) && nameless(after));
    pairs.fold(expected.clone(), |expected, (before, after)| {
        texts(&expected, &|text| if text == before.dedup { after.dedup.clone() } else { text.to_owned() })
    })
}

/// The texts of messages as they stand in the events.
pub(super) fn said(events: &[Event]) -> Vec<String> {
    let messages = events.iter().filter_map(|event| match &event.body {
        EventBody::Message(message) => Some(&message.parts),
        EventBody::Edited(edit) => Some(&edit.parts),
        _ => None,
    });
    let texts = messages.flatten().filter_map(|part| match &part.content {
        lockgate_model::contract::common::Content::Text(text) => Some(text.plain.clone()),
        _ => None,
    });
    texts.filter(|text| !text.is_empty()).collect()
}

/// Text in many scripts, with what is written with two code units, joined, from right to left, and with what JSON and HTML escape.
pub(super) const ODD_TEXT: &str = "Grüße 👩‍👩‍👧 مرحبا \u{5d0}\u{5b8} 漢字 e\u{301} \"quoted\" <b>&amp;</b> \\n \u{1F3F4}";

/// R17
pub(super) async fn text_whole(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        let Some(payload) = &one.payload else { continue };
        let events = json!(shown(&one.reception.events));
        for text in said(&one.reception.events) {
            if !all_texts(&payload.value).contains(&text.as_str()) {
                continue;
            }
            let long = "wörter ".repeat(600).trim_end().to_owned();
            for odd in [ODD_TEXT.to_owned(), long] {
                let change = |whole: &str| if whole == text { odd.clone() } else { whole.to_owned() };
                let expected = texts(&events, &change);
                let changed = payload.with(texts(&payload.value, &change));
                let short: String = odd.chars().take(40).collect();
                let wrong = differs(subject, one, &changed, &expected).await;
                trials.add(wrong.map(|words| format!("{}: with the text {short:?}: {words}", one.case.name)));
                if payload.is_json() {
                    // The same in escapes: JSON knows no other characters than these.
                    let escaped: String = String::from_utf8_lossy(&changed.bytes()).chars().flat_map(escape).collect();
                    let same = subject.body(one, escaped.into_bytes()).await.result;
                    let same = same.is_ok_and(|result| result.is_ok_and(|reception| said_in(&reception.events, &odd)));
                    trials.holds(same, || format!("{}: written in escapes, the text is another", one.case.name));
                }
            }
        }
    }
    trials.finding("no case shows a text that stands in the webhook's body and in a message")
}

fn said_in(events: &[Event], text: &str) -> bool {
    all_texts(&json!(shown(events))).contains(&text)
}

fn escape(letter: char) -> Vec<char> {
    if letter.is_ascii() {
        return vec![letter];
    }
    let mut units = [0; 2];
    letter
        .encode_utf16(&mut units)
        .iter()
        .flat_map(|unit| format!("\\u{unit:04x}").chars().collect::<Vec<_>>())
        .collect()
}

/// R18
pub(super) async fn times(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        let name = &one.case.name;
        for event in &one.reception.events {
            let at = event.at;
            let sane = (EARLIEST_MS..=one.world.now_ms + DAY_MS).contains(&at);
            trials.holds(sane, || {
                format!("{name}: an event is at {at}, which is no time in milliseconds near the host's")
            });
        }
        let Some(payload) = &one.payload else { continue };
        let mut given = all_numbers(&payload.value);
        given.sort_unstable();
        given.dedup();
        for number in given {
            let (unit, as_ms) = if number >= EARLIEST_MS { (1, number) } else { (1000, number.saturating_mul(1000)) };
            // Whether it is a time the case says, not the plugin.
            let expected = one.case.expect.events.iter().flatten();
            let meant = expected.filter(|event| event.get("at").and_then(Value::as_u64) == Some(as_ms)).count();
            if meant == 0 {
                continue;
            }
            // An hour earlier there is an hour earlier here.
            let Some(earlier) = number.checked_sub(3_600_000 / unit) else { continue };
            let changed = payload.with(numbers(&payload.value, number, earlier));
            let seen = subject.events(one, &changed).await.unwrap_or_default();
            // That events are lost is another check's.
            let meant = meant.min(one.reception.events.len());
            let follows = seen.iter().filter(|event| event.at == as_ms - 3_600_000).count() >= meant;
            trials.holds(follows, || format!("{name}: with {earlier} for {number}, the events' times stay"));
        }
    }
    trials.finding(NO_EVENTS)
}

/// R19
pub(super) async fn accounts(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        if subject.manifest.route(&one.webhook.route).is_none_or(|route| route.level != Level::App) {
            continue;
        }
        for event in &one.reception.events {
            let needs = !matches!(
                event.body,
                EventBody::EraseRequested(_)
                    | EventBody::PollNow
                    | EventBody::FollowUp(_)
                    | EventBody::RenewNow
                    | EventBody::Ignored(_)
                    | EventBody::Native(_)
            );
            if needs {
                let named = event.account.as_ref().is_some_and(|account| !account.is_empty());
                trials.holds(named, || format!("{}: an event names no account", one.case.name));
            }
        }
    }
    trials.finding("no route belongs to the app")
}

/// R20
pub(super) async fn actors(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        for event in &one.reception.events {
            let EventBody::Message(message) = &event.body else { continue };
            let named = match message.direction {
                // Who withholds a name has a thread all the same.
                Direction::Incoming => {
                    let actor = event.actor.as_ref().map(|actor| &actor.key);
                    let thread = event.thread.as_ref().map(|thread| &thread.key);
                    actor.or(thread).is_some_and(|key| !key.is_empty())
                }
                Direction::Echo => {
                    event.thread.is_some() || !message.recipients.is_empty() || message.client_ref.is_some()
                }
            };
            trials.holds(named, || format!("{}: a message names nobody", one.case.name));
            let says = !message.parts.is_empty() || message.subject.is_some();
            trials.holds(says, || format!("{}: a message has no part", one.case.name));
        }
    }
    trials.finding("no case gives a message")
}

/// R21
pub(super) async fn pure(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        let asked = one.effects.requests > 0 || !one.effects.denials.is_empty();
        trials.holds(!asked, || format!("{}: it asks for requests {:?}", one.case.name, one.effects.denials));
    }
    trials.finding(NO_EVENTS)
}

/// What nobody else would write.
pub(super) const MARK: &str = "kit-private-Zebrafink-58231";

/// R22
pub(super) async fn log_silent(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        let Some(payload) = &one.payload else { continue };
        let said = said(&one.reception.events);
        if said.is_empty() {
            continue;
        }
        let change = |text: &str| if said.iter().any(|said| said == text) { MARK.to_owned() } else { text.to_owned() };
        let called = subject.body(one, payload.with(texts(&payload.value, &change)).bytes()).await;
        trials.holds(!logged(&called.effects).contains(MARK), || {
            format!("{}: what was said stands in the log", one.case.name)
        });
    }
    trials.finding(NO_DATA)
}

/// R23
pub(super) async fn foreign_state(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.received().await {
        let read = one.effects.state_reads.iter().filter_map(state_key);
        let keys: Vec<String> = read.chain(one.effects.state_writes.iter().map(|(key, _)| key.clone())).collect();
        if keys.is_empty() {
            continue;
        }
        for value in [&b""[..], b"\xff\xfe\x00", b"{\"kit\":[1,2]}", b"-99999999999999999999"] {
            let mut world = one.world.clone();
            world.state.extend(keys.iter().map(|key| (key.clone(), value.to_vec())));
            let failure = subject.receive(&world, one.request.clone()).await.result.err().filter(died);
            trials.add(failure.map(|failure| format!("{}: with {value:?} in its state: {failure}", one.case.name)));
        }
    }
    trials.finding("it neither reads nor writes state while it receives")
}

fn state_key(read: &lockgate_runtime::StateRead) -> Option<String> {
    match read {
        lockgate_runtime::StateRead::Key { key, .. } => Some(key.clone()),
        _ => None,
    }
}
