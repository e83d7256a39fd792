//! What is asked for: news since a cursor, `{"letters": […], "next": …, "more": …}`, and one letter by its name.
//!
//! Both share their code, so a fault is named after which of them has it: `poll-` or `fetch-`.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use lockgate_sdk::{
    Background, Content, Event, EventBody, Fault, Identity, Message, Native, Page, Poller, RateLimited, Thread, http,
    state,
};
use serde_json::Value;

use crate::receive::{fingerprint, short};
use crate::{Pigeon, has};

const NEWS: &str = "https://api.pigeon.example/news";

impl Poller for Pigeon {
    fn poll(cursor: Option<String>) -> Result<Page, Fault> {
        if has("poll-trusts-its-cursor") {
            cursor.as_deref().map(|cursor| cursor.parse::<u64>().expect("a number"));
        }
        let answer = match asked("poll", &format!("{NEWS}?after={}", cursor.as_deref().unwrap_or("now")))? {
            Some(answer) => answer,
            None => return Ok(Page::default()),
        };
        let Some(letters) = answer.get("letters").and_then(Value::as_array) else {
            if has("poll-reads-nothing-for-empty") {
                return Ok(Page::default());
            }
            return Err(Fault::Malformed("there are no letters in it".into()));
        };
        let round = round("poll");
        let mut events: Vec<Event> = Vec::new();
        for letter in letters {
            match event("poll", letter, round, &events) {
                Some(event) => events.push(event),
                None if has("poll-drops-bad-items") => {}
                None if has("poll-refuses-the-page-for-one") => {
                    return Err(Fault::Malformed("a letter is odd".into()));
                }
                None => events.push(unknown(letter)),
            }
        }
        let cursor = answer.get("next").and_then(Value::as_str).map(str::to_owned);
        let more = answer.get("more").and_then(Value::as_bool).unwrap_or_default();
        Ok(Page {
            events,
            cursor: cursor.filter(|_| !(more && has("poll-stays-where-it-is"))),
            more,
            wait_at_least: has("poll-hangs-on-chance").then(|| RandomState::new().hash_one(7) % 1000 + 1),
        })
    }
}

impl Background for Pigeon {
    fn follow_up(what: String) -> Result<Vec<Event>, Fault> {
        let chance = match has("fetch-hangs-on-chance") {
            true => format!("?try={}", RandomState::new().hash_one(7)),
            false => String::new(),
        };
        let Some(letter) = asked("fetch", &format!("{NEWS}/{what}{chance}"))? else { return Ok(Vec::new()) };
        if !letter.is_object() {
            return match has("fetch-reads-nothing-for-empty") {
                true => Ok(Vec::new()),
                false => Err(Fault::Malformed("this is no letter".into())),
            };
        }
        let round = round("fetch");
        Ok(vec![event("fetch", &letter, round, &[]).unwrap_or_else(|| unknown(&letter))])
    }
}

/// Whether it is this one of the two that has the fault.
fn way_has(way: &str, fault: &str) -> bool {
    has(&format!("{way}-{fault}"))
}

/// The answer; none where there is nothing, which only a fault says.
fn asked(way: &str, url: &str) -> Result<Option<Value>, Fault> {
    let response = http::Request::get(url).send().map_err(http::SendError::into_fault)?;
    match response.status {
        404 if way_has(way, "takes-gone-for-done") => return Ok(None),
        429 if way_has(way, "does-not-read-how-long") => {
            return Err(Fault::RateLimited(RateLimited { retry_after: None, bucket: "loft".into() }));
        }
        503 if way_has(way, "takes-503-for-final") => return Err(Fault::rejected(None, "down")),
        401 if way_has(way, "takes-401-for-final") => return Err(Fault::rejected(None, "no")),
        _ => {}
    }
    if let Some(fault) = response.fault("loft") {
        return Err(fault);
    }
    match response.json::<Value>() {
        Err(_) if way_has(way, "reads-nothing-for-empty") => Ok(None),
        answer => answer.map(Some).map_err(|error| Fault::Malformed(error.to_string())),
    }
}

/// How often it was done, where that is counted.
fn round(way: &str) -> u64 {
    if !way_has(way, "counts-in-its-state") {
        return 0;
    }
    let before = state::get(way).and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<u64>().ok()).unwrap_or(0);
    let _ = state::set(way, (before + 1).to_string().as_bytes());
    before
}

/// An event for what is understood: a letter with everything that belongs to one.
fn event(way: &str, letter: &Value, round: u64, before: &[Event]) -> Option<Event> {
    let text = |key: &str| letter.get(key).and_then(Value::as_str);
    if way_has(way, "panics-on-another-type") {
        letter.get("at").map(|at| at.as_u64().expect("a moment"));
    }
    text("kind").filter(|kind| *kind == "letter")?;
    let at = letter.get("at").and_then(Value::as_u64)?.checked_mul(1000)?;
    let (id, from, said) = (text("id")?, text("from")?, text("text")?);
    let id = if way_has(way, "cuts-ids") { id.chars().take(40).collect() } else { id.to_owned() };
    let said = match way_has(way, "keeps-ascii-only") {
        true => said.chars().filter(char::is_ascii).collect(),
        false => said.to_owned(),
    };
    let repeated = before.iter().filter(|event| event.dedup.split('#').next() == Some(id.as_str())).count();
    let key = match short(&id) {
        _ if way_has(way, "gives-no-key") => String::new(),
        key if round > 0 => format!("{key}-{round}"),
        key if repeated > 0 && way_has(way, "counts-repetitions") => format!("{key}#{repeated}"),
        key => key,
    };
    let message = Message::of([Content::text(said)]).with_id(id);
    Some(Event::new(key, at, message).in_thread(Thread::direct(from)).by(Identity::contact(from)))
}

/// What is not understood is kept as it is.
fn unknown(letter: &Value) -> Event {
    let raw = letter.to_string();
    let name = fingerprint(&raw);
    let native = Native { kind: "unknown".into(), fallback: None, raw: Some(raw) };
    Event::new(name, 0, EventBody::Native(native))
}
