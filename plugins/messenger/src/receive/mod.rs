//! From a webhook's body to events: every entry, every item, nothing dropped.
//!
//! Nearly every body is as documented, so it is first read whole, in one pass. Where that fails anywhere it is read again with
//! care, item by item, so that one odd item becomes a `native` event and costs the others nothing.

mod attachment;
mod consent;
mod item;
mod json;
mod message;
mod referral;
mod shapes;
mod thread_control;

use lockgate_sdk::{Event, EventBody, Native, Refusal};
use serde_json::value::RawValue;

use item::Scene;
use json::{Number, Rest, Text};
use shapes::{Batch, Entry, Item, LooseBatch, LooseEntry};

/// The object that pages subscribe to.
const PAGE: &str = "page";
/// How much of the provider's text a `native` may carry, in bytes.
const RAW_LIMIT: usize = 64 * 1024;

/// Something that is not as documented; the item as a whole is kept as `native`.
#[derive(Debug)]
pub(crate) struct Odd;

/// The events of a body that came in at `received_at`.
///
/// # Errors
///
/// `malformed` where it is no JSON object with a list of entries.
pub(crate) fn body(body: &[u8], received_at: u64) -> Result<Vec<Event>, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::Malformed("the body is not UTF-8".into()))?;
    as_documented(text, received_at).or_else(|Odd| with_care(text, received_at))
}

/// Reads a body of which every part is as documented.
fn as_documented(text: &str, received_at: u64) -> Result<Vec<Event>, Odd> {
    let batch: Batch<'_> = serde_json::from_str(text).map_err(|_| Odd)?;
    if batch.object.is_none_or(|object| object.as_str() != PAGE) {
        return Err(Odd);
    }
    let entries = batch.entry.ok_or(Odd)?;
    let mut events = Vec::with_capacity(entries.iter().map(Entry::len).sum());
    for entry in entries {
        let Entry { id, time, messaging, standby, rest } = entry;
        let (Some(page), true) = (id, rest.is_empty()) else { return Err(Odd) };
        let scene = Scene { page: page.as_str(), at: moment(time).unwrap_or(received_at), standby: false };
        for item in messaging.unwrap_or_default() {
            item::events(&scene, item, &mut events)?;
        }
        let scene = Scene { standby: true, ..scene };
        for item in standby.unwrap_or_default() {
            item::events(&scene, item, &mut events)?;
        }
    }
    Ok(events)
}

/// Reads a body of which anything may be different.
fn with_care(text: &str, received_at: u64) -> Result<Vec<Event>, Refusal> {
    let malformed = |error: serde_json::Error| Refusal::Malformed(format!("not a batch of webhooks: {error}"));
    let batch: LooseBatch<'_> = serde_json::from_str(text).map_err(malformed)?;
    let entries = batch.entry.ok_or_else(|| Refusal::Malformed("not a batch of webhooks: it has no entries".into()))?;
    let object = batch.object.map(Text::into_string).unwrap_or_default();
    let mut events = Vec::new();
    for raw in entries {
        match serde_json::from_str::<LooseEntry<'_>>(raw.get()) {
            Ok(entry) if object == PAGE => one_entry(entry, received_at, &mut events),
            Ok(entry) => {
                let at = moment(entry.time).unwrap_or(received_at);
                events.push(native(entry.id.as_ref().map(Text::as_str), at, &object, raw.get()));
            }
            Err(_) => events.push(native(None, received_at, "entry", raw.get())),
        }
    }
    Ok(events)
}

fn one_entry(entry: LooseEntry<'_>, received_at: u64, events: &mut Vec<Event>) {
    let page = entry.id.as_ref().map(Text::as_str);
    let at = moment(entry.time).unwrap_or(received_at);
    for (list, kind, standby) in [(entry.messaging, "messaging", false), (entry.standby, "standby", true)] {
        let Some(list) = list else { continue };
        let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(list.get()) else {
            events.push(native(page, at, kind, list.get()));
            continue;
        };
        for raw in items {
            let before = events.len();
            let read = page.ok_or(Odd).and_then(|page| {
                let item: Item<'_> = serde_json::from_str(raw.get()).map_err(|_| Odd)?;
                item::events(&Scene { page, at, standby }, item, events)
            });
            if let Err(Odd) = read {
                events.truncate(before);
                events.push(native(page, at, &item::kind_of(raw), raw.get()));
            }
        }
    }
    for (kind, raw) in rest_by_kind(entry.rest) {
        events.push(native(page, at, &kind, raw));
    }
}

/// What an entry holds beside messages: each of `changes` by its field, anything else by its key.
fn rest_by_kind(rest: Rest<'_>) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    for (key, raw) in rest {
        match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
            Ok(changes) if key.as_str() == "changes" => {
                found.extend(changes.into_iter().map(|change| (item::field_of(change), change.get())));
            }
            _ => found.push((key.into_string(), raw.get())),
        }
    }
    found
}

/// Something that this plugin has no event for, with the provider's own text.
fn native(page: Option<&str>, at: u64, kind: &str, raw: &str) -> Event {
    let body = EventBody::Native(Native { kind: kind.into(), fallback: None, raw: Some(excerpt(raw)) });
    // Retries repeat the text to the byte, so its hash names the thing.
    let mut event = Event::new(format!("native:{:032x}", fingerprint(raw)), at, body);
    event.account = page.map(str::to_owned);
    event
}

/// As much of a text as a `native` may carry.
pub(crate) fn excerpt(raw: &str) -> String {
    raw.get(..raw.floor_char_boundary(RAW_LIMIT)).unwrap_or_default().to_owned()
}

/// FNV-1a with 128 bits. Names a thing that the provider gave no name; keeps nobody out.
pub(crate) fn fingerprint(text: &str) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    text.bytes().fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// A provider's time in milliseconds. Values below 10^12 are seconds: they were seen where milliseconds are documented.
pub(crate) fn moment(time: Option<Number>) -> Option<u64> {
    match time?.0 {
        0 => None,
        seconds if seconds < 1_000_000_000_000 => Some(seconds * 1000),
        milliseconds => Some(milliseconds),
    }
}
