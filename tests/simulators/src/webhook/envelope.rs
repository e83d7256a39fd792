//! Webhook bodies: events in entries, written the way Meta writes JSON, signed, or spoilt on purpose.

use std::io;

use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Value, json};

use super::event::Event;
use crate::signature;

/// One element of `entry`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The page.
    pub page_id: String,
    /// Whether the list is called `standby`.
    pub standby: bool,
    /// What happened, in this order.
    pub events: Vec<Event>,
}

/// What one webhook request tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// In this order; a page may have several.
    pub entries: Vec<Entry>,
}

impl Envelope {
    /// One event.
    #[must_use]
    pub fn one(event: Event) -> Self {
        Self::batch([event])
    }

    /// Many events; neighbours of the same page share an entry.
    #[must_use]
    pub fn batch(events: impl IntoIterator<Item = Event>) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for event in events {
            match entries.last_mut() {
                Some(entry) if entry.page_id == event.page_id && entry.standby == event.standby => {
                    entry.events.push(event);
                }
                _ => {
                    entries.push(Entry { page_id: event.page_id.clone(), standby: event.standby, events: vec![event] })
                }
            }
        }
        Self { entries }
    }

    /// Every event.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.entries.iter().flat_map(|entry| &entry.events)
    }

    /// The body as it travels; `time_ms` is when Meta sends it.
    #[must_use]
    pub fn body(&self, time_ms: u64) -> Bytes {
        let entries: Vec<Value> = self
            .entries
            .iter()
            .map(|entry| {
                let items: Vec<&Value> = entry.events.iter().map(|event| &event.value).collect();
                let list = if entry.standby { "standby" } else { "messaging" };
                json!({"id": entry.page_id, "time": time_ms, list: items})
            })
            .collect();
        write(&json!({"object": "page", "entry": entries}))
    }

    /// The body signed with the app's secret.
    #[must_use]
    pub fn signed(&self, app_secret: &str, time_ms: u64) -> HookRequest {
        let mut request = HookRequest::signed(self.body(time_ms), app_secret);
        request.events =
            self.events().map(|event| (event.key.clone(), event.kind.to_owned(), event.mid.clone())).collect();
        request
    }
}

/// A webhook request ready to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookRequest {
    /// The body.
    pub body: Bytes,
    /// `X-Hub-Signature-256`; `None`: without.
    pub signature: Option<String>,
    /// `Content-Type`.
    pub content_type: String,
    /// Whether a host ought to believe it.
    pub genuine: bool,
    /// Key, kind and message of each event in it, for the books.
    pub(crate) events: Vec<(String, String, Option<String>)>,
}

/// How a genuine request is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// No signature at all.
    Unsigned,
    /// Signed with another secret.
    OtherSecret,
    /// One byte of the body changed after signing.
    Altered,
    /// The second half of the body is missing.
    TruncatedBody,
    /// The last digits of the signature are missing.
    TruncatedSignature,
    /// The signature without its `sha256=`.
    WithoutPrefix,
    /// The right digits under the name of the old scheme.
    OldScheme,
}

impl Forgery {
    /// Every one of them.
    pub const ALL: [Self; 7] = [
        Self::Unsigned,
        Self::OtherSecret,
        Self::Altered,
        Self::TruncatedBody,
        Self::TruncatedSignature,
        Self::WithoutPrefix,
        Self::OldScheme,
    ];
}

impl HookRequest {
    /// Any body under a genuine signature: also what no parser can read.
    #[must_use]
    pub fn signed(body: impl Into<Bytes>, app_secret: &str) -> Self {
        let body = body.into();
        Self {
            signature: Some(signature::sign(app_secret, &body)),
            body,
            content_type: "application/json".to_owned(),
            genuine: true,
            events: Vec::new(),
        }
    }

    /// The same request, not to be believed any more.
    #[must_use]
    pub fn forged(mut self, how: Forgery) -> Self {
        self.genuine = false;
        let signed = self.signature.take().unwrap_or_default();
        self.signature = match how {
            Forgery::Unsigned => None,
            Forgery::OtherSecret => Some(signature::sign("somebody else's secret", &self.body)),
            Forgery::Altered => {
                let middle = self.body.len() / 2;
                self.body = self.body.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == middle)).collect();
                Some(signed)
            }
            Forgery::TruncatedBody => {
                self.body.truncate(self.body.len() / 2);
                Some(signed)
            }
            Forgery::TruncatedSignature => Some(signed.chars().take(signed.len().saturating_sub(2)).collect()),
            Forgery::WithoutPrefix => Some(signed.trim_start_matches("sha256=").to_owned()),
            Forgery::OldScheme => Some(signed.replace("sha256=", "sha1=")),
        };
        self
    }

    /// The bytes of the whole HTTP/1.1 request with keep-alive, for drivers that write to a socket themselves.
    #[must_use]
    pub fn http1(&self, host: &str, path: &str) -> Vec<u8> {
        let signature =
            self.signature.as_ref().map(|value| format!("X-Hub-Signature-256: {value}\r\n")).unwrap_or_default();
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {}\r\n{signature}Content-Length: {}\r\n\r\n",
            self.content_type,
            self.body.len()
        )
        .into_bytes();
        request.extend_from_slice(&self.body);
        request
    }
}

/// A JSON text that nests `depth` arrays.
#[must_use]
pub fn nested(depth: usize) -> Bytes {
    let mut body = "[".repeat(depth);
    body.push_str(&"]".repeat(depth));
    body.into()
}

/// JSON as Meta writes it: nothing but ASCII, other characters as `\u` with lowercase digits, and `/` as `\/`.
pub(crate) fn write(value: &Value) -> Bytes {
    let mut body = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut body, Escaped);
    match value.serialize(&mut serializer) {
        Ok(()) => body.into(),
        // A value in memory can always be written; the plain form is as true.
        Err(_) => value.to_string().into(),
    }
}

struct Escaped;

impl Formatter for Escaped {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        for character in fragment.chars() {
            match character {
                '/' => writer.write_all(b"\\/")?,
                ascii if ascii.is_ascii() => write!(writer, "{ascii}")?,
                other => {
                    for unit in other.encode_utf16(&mut [0; 2]) {
                        write!(writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Envelope, Forgery, HookRequest, write};
    use crate::webhook::Thread;

    #[test]
    fn writes_ascii_only_and_reads_back_the_same() {
        let value = json!({"text": "äöå 🎉 a/b \" \\ \n"});
        let body = write(&value);
        assert!(body.is_ascii());
        assert!(std::str::from_utf8(&body).unwrap().contains(r"\u00e4\u00f6\u00e5 \ud83c\udf89 a\/b"));
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), value);
    }

    #[test]
    fn neighbours_of_a_page_share_an_entry() {
        let (one, two) = (Thread::new("1", "7"), Thread::new("2", "7"));
        let events = [one.text("a", 1, "x"), one.text("b", 2, "x"), two.text("c", 3, "x"), one.read(4, 4)];
        let body: Value = serde_json::from_slice(&Envelope::batch(events).body(9)).unwrap();
        let lengths: Vec<_> = body["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| (entry["id"].as_str().unwrap(), entry["messaging"].as_array().unwrap().len()))
            .collect();
        assert_eq!(lengths, [("1", 2), ("2", 1), ("1", 1)]);
    }

    #[test]
    fn no_forgery_passes_for_genuine() {
        let genuine = Envelope::one(Thread::new("1", "7").text("a", 1, "hello")).signed("secret", 1);
        for how in Forgery::ALL {
            let forged = genuine.clone().forged(how);
            assert!(!forged.genuine);
            assert_ne!(forged.signature, HookRequest::signed(forged.body.clone(), "secret").signature, "{how:?}");
        }
    }
}
