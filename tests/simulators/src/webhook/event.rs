//! Events as Messenger's webhooks carry them, their parts and attachments.

use serde_json::{Value, json};

/// One item of an entry's `messaging` (or `standby`) list.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The page it is about.
    pub page_id: String,
    /// What happened: `message`, `echo`, `edit`, `delete`, `reaction`, `delivery`, `read`, `postback` …
    pub kind: &'static str,
    /// The same for the same happening, however often it is told.
    pub key: String,
    /// The message it makes or is about, where it names one.
    pub mid: Option<String>,
    /// Whether another app owns the thread.
    pub standby: bool,
    /// The item itself.
    pub value: Value,
}

impl Event {
    /// The same event, told while another app owns the thread.
    #[must_use]
    pub fn in_standby(mut self) -> Self {
        self.standby = true;
        self
    }

    /// The same event with one field of the item set, to try what is not foreseen here.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        if let Some(item) = self.value.as_object_mut() {
            item.insert(key.to_owned(), value);
        }
        self
    }

    /// The same event with one field of its body (`message`, `postback` …) set.
    #[must_use]
    pub fn with_in(mut self, body: &str, key: &str, value: Value) -> Self {
        if let Some(body) = self.value.get_mut(body).and_then(Value::as_object_mut) {
            body.insert(key.to_owned(), value);
        }
        self
    }
}

/// A reaction as Messenger names it: its word and its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// `smile`, `angry`, `sad`, `wow`, `love`, `like`, `dislike`, `other`.
    pub word: &'static str,
    /// The emoji.
    pub emoji: &'static str,
}

/// The reactions that people use.
pub const REACTIONS: [Reaction; 8] = [
    Reaction { word: "smile", emoji: "\u{1f606}" },
    Reaction { word: "angry", emoji: "\u{1f620}" },
    Reaction { word: "sad", emoji: "\u{1f622}" },
    Reaction { word: "wow", emoji: "\u{1f62e}" },
    Reaction { word: "love", emoji: "\u{2764}" },
    Reaction { word: "like", emoji: "\u{1f44d}" },
    Reaction { word: "dislike", emoji: "\u{1f44e}" },
    Reaction { word: "other", emoji: "\u{1f389}" },
];

/// An attachment of type `image`, `audio`, `video`, `file`, `reel`, `ig_reel`, `post` …
#[must_use]
pub fn media(kind: &str, url: &str) -> Value {
    json!({"type": kind, "payload": {"url": url}})
}

/// A sticker, as it is told since September 2026: once, as a sticker.
#[must_use]
pub fn sticker(id: u64, url: &str) -> Value {
    json!({"type": "sticker", "payload": {"url": url, "sticker_id": id}})
}

/// A place, in the form that old clients send.
#[must_use]
pub fn location(title: &str, lat: f64, long: f64) -> Value {
    json!({"type": "location", "title": title, "payload": {"coordinates": {"lat": lat, "long": long}}})
}

/// A shared link; without an address it has no payload at all.
#[must_use]
pub fn fallback(title: &str, url: Option<&str>) -> Value {
    match url {
        Some(url) => json!({"type": "fallback", "payload": {"url": url, "title": title}}),
        None => json!({"type": "fallback", "title": title}),
    }
}

/// A booked appointment; times are **seconds** since 1970.
#[must_use]
pub fn appointment(id: &str, start_s: u64, end_s: u64) -> Value {
    json!({"type": "appointment_booking", "payload": {
        "booking_id": id, "status": "confirmed", "start_time": start_s, "end_time": end_s, "timezone": "Europe/Berlin",
    }})
}
