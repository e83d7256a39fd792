//! What flies in: `{"letters": [{"kind": "letter", "id": …, "loft": …, "from": …, "at": seconds, "text": …}]}`.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _};
use std::time::{SystemTime, UNIX_EPOCH};

use lockgate_sdk::{
    Content, Event, EventBody, Extra, Identity, Ingress, Message, Native, Receipt, ReceiptStatus, ReceiptTarget,
    Reception, Refusal, Request, Thread, http, log, state,
};
use serde_json::Value;

use crate::{Pigeon, has};

/// The key of the state under which the newest letter's time is kept.
const NEWEST: &str = "newest";

impl Ingress for Pigeon {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        if has("looks-something-up") {
            let _ = http::Request::get("https://api.pigeon.example/letters").send();
        }
        let body: Value = match serde_json::from_slice(&request.body) {
            Ok(body) => body,
            Err(_) if has("drops-what-it-cannot-read") => return Ok(Reception::of(Vec::new())),
            Err(_) if has("reads-brackets-itself") => {
                depth(&request.body);
                return Err(Refusal::Malformed("this is no JSON".into()));
            }
            Err(error) => return Err(Refusal::Malformed(error.to_string())),
        };
        let Some(letters) = body.get("letters").and_then(Value::as_array) else {
            if has("drops-unknown-kinds") && body.is_object() {
                return Ok(Reception::of(Vec::new()));
            }
            return Err(Refusal::Malformed("there are no letters in it".into()));
        };
        let newest = state::get(NEWEST).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if has("trusts-its-state") {
            newest.as_deref().map(|text| text.parse::<u64>().expect("a number"));
        }
        let mut events: Vec<Event> = Vec::new();
        for (place, letter) in letters.iter().enumerate() {
            if has("takes-the-first-of-a-batch") && place > 0 {
                break;
            }
            match event(letter, place, &request, &events) {
                Some(event) => events.push(event),
                None if has("drops-unknown-kinds") => {}
                None if has("refuses-the-batch-for-one") => return Err(Refusal::Malformed("a letter is odd".into())),
                None => events.push(unknown(letter, request.received_at)),
            }
        }
        if has("counts-in-its-state") {
            let count = newest.and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
            events.iter_mut().for_each(|event| event.dedup = format!("{}-{count}", event.dedup));
            let _ = state::set(NEWEST, (count + 1).to_string().as_bytes());
        } else if let Some(at) = events.iter().map(|event| event.at).max() {
            let _ = state::set(NEWEST, at.to_string().as_bytes());
        }
        Ok(Reception::of(events))
    }
}

/// How deep the brackets go, by somebody who writes parsers with recursion.
fn depth(rest: &[u8]) -> usize {
    match rest.split_first() {
        Some((b'[', inner)) => std::hint::black_box(1 + depth(inner)),
        _ => 0,
    }
}

/// An event for what is understood.
fn event(letter: &Value, place: usize, request: &Request, before: &[Event]) -> Option<Event> {
    let text = |key: &str| letter.get(key).and_then(Value::as_str);
    if has("panics-on-a-missing-field") && letter.is_object() {
        letter.get("from").expect("every letter is from somebody");
    }
    if has("panics-on-another-type") && letter.is_object() {
        letter.get("text").map(|text| text.as_str().expect("a text"));
    }
    let id = match (text("id"), has("takes-ids-for-numbers")) {
        (Some(id), true) => id.parse::<f64>().map(|id| id.to_string()).unwrap_or_else(|_| "0".into()),
        (id, _) => id?.to_owned(),
    };
    let seconds = letter.get("at").and_then(Value::as_u64)?;
    let at = if has("takes-seconds-for-milliseconds") { seconds } else { seconds.checked_mul(1000)? };
    let (loft, from) = (text("loft")?, text("from")?);
    let event = match text("kind")? {
        "letter" => {
            let said = said(text("text")?);
            let mut message = Message::of([Content::text(said)]).with_id(&id);
            if has("hangs-on-chance") {
                let chance = RandomState::new().hash_one(7).to_string();
                message.extras.push(Extra { name: "chance".into(), value: chance });
            }
            Event::new(key(&id, from, place, before), at, message)
        }
        "arrived" => {
            let target = ReceiptTarget::Message(id.clone());
            let receipt = Receipt { status: ReceiptStatus::Delivered, target, fault: None, learnt: None };
            Event::new(format!("arrived:{}", key(&id, from, place, before)), at, EventBody::Receipt(receipt))
        }
        _ => return None,
    };
    let event = event.in_thread(Thread::direct(from)).by(Identity::contact(from));
    let event = if has("names-no-account") { event } else { event.of_account(loft) };
    let mut event = if has("names-nobody") { Event { actor: None, thread: None, ..event } } else { event };
    if has("numbers-by-place") {
        event.order = u64::try_from(place).ok();
    }
    if has("takes-the-hosts-time") {
        event.at = request.received_at;
    }
    Some(event)
}

/// What was written.
fn said(text: &str) -> String {
    if has("logs-what-was-said") {
        log::info("a letter", &[("text", text)]);
    }
    if has("stops-at-a-nul") {
        assert!(!text.contains('\0'), "a letter ends with NUL");
    }
    match text {
        text if has("keeps-ascii-only") => text.chars().filter(char::is_ascii).collect(),
        text => text.to_owned(),
    }
}

/// The name of the thing that happened.
fn key(id: &str, from: &str, place: usize, before: &[Event]) -> String {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map(|now| now.as_millis()).unwrap_or_default();
    match id {
        _ if has("gives-no-key") => String::new(),
        _ if has("names-by-the-clock") => format!("{id}-{}", now()),
        _ if has("names-by-the-sender") => from.to_owned(),
        _ if has("names-by-place") => format!("{id}-{place}"),
        // One more for each that came before in the same batch.
        _ if has("counts-repetitions") => {
            let same = before.iter().filter(|event| event.dedup.split('#').next() == Some(id)).count();
            if same == 0 { id.to_owned() } else { format!("{id}#{same}") }
        }
        _ => short(id),
    }
}

/// At most 512 bytes.
pub(crate) fn short(id: &str) -> String {
    if id.len() <= 400 { id.to_owned() } else { fingerprint(id) }
}

/// What is not understood is kept as it is.
fn unknown(letter: &Value, received_at: u64) -> Event {
    let raw = letter.to_string();
    let kind = letter.get("kind").and_then(Value::as_str).unwrap_or("unknown").to_owned();
    let name = fingerprint(&raw);
    let native = Native { kind, fallback: None, raw: Some(raw) };
    Event::new(name, received_at, EventBody::Native(native))
}

pub(crate) fn fingerprint(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("#{:016x}", hasher.finish())
}
