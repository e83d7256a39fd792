//! Reading JSON whose shape is known but not promised: a field that is missing, or of another kind, is told by its place.
//!
//! ```
//! use lockgate_sdk::json;
//!
//! let update = json::parse(br#"{"message":{"chat":{"id":42},"date":1780000000}}"#)?;
//! let message = update.object("message")?;
//! assert_eq!(message.object("chat")?.id("id")?, "42");
//! assert_eq!(message.seconds("date")?, 1_780_000_000_000);
//! assert_eq!(message.opt_text("text")?, None);
//! assert_eq!(message.text("text").unwrap_err().to_string(), "message.text is missing");
//! # Ok::<(), json::Unreadable>(())
//! ```
//!
//! [`Unreadable`] becomes the refusal *malformed* by `?`. Where one bad item among good ones must not cost the others, catch it and
//! keep the item as `native`. For bodies that are many and large a struct of serde's is faster.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{Extra, Refusal};

/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// Something that came in is not what it should be; the text says where and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl From<Unreadable> for Refusal {
    fn from(unreadable: Unreadable) -> Self {
        Self::Malformed(unreadable.0)
    }
}

/// A JSON object that knows its place.
///
/// Each reader exists twice: `text(key)` refuses a field that is missing or null, `opt_text(key)` gives none there. Both refuse
/// one of another kind.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    place: String,
    raw: &'a str,
    fields: Vec<(String, &'a str)>,
}

/// A body that is a JSON object.
///
/// # Errors
///
/// Where it is none, or not UTF-8.
pub fn parse(body: &[u8]) -> Result<Object<'_>, Unreadable> {
    let text = std::str::from_utf8(body).map_err(|_| Unreadable("the body is not UTF-8".into()))?;
    let raw: &RawValue =
        serde_json::from_str(text).map_err(|error| Unreadable(format!("the body is no JSON: {error}")))?;
    Object::read(raw.get(), String::new())
        .ok_or_else(|| Unreadable(format!("the body must be an object, is {}", kind(raw.get()))))
}

impl<'a> Object<'a> {
    fn read(raw: &'a str, place: String) -> Option<Self> {
        let fields = serde_json::from_str::<Fields<'a>>(raw).ok()?.0;
        Some(Self { place, raw, fields })
    }

    /// Its text, as the provider wrote it.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The names of its fields that are not null, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|(_, raw)| *raw != "null").map(|(key, _)| key.as_str())
    }

    /// Whether a field is there and not null.
    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// A field's JSON text, as the provider wrote it. None where it is missing or null.
    pub fn value(&self, key: &str) -> Option<&'a str> {
        // Of a name that comes twice the last one counts.
        let (_, raw) = self.fields.iter().rev().find(|(name, _)| name == key)?;
        (*raw != "null").then_some(*raw)
    }

    /// What to answer where a field is not as it should be: `Err(update.wrong("kind", "one of a, b"))`.
    pub fn wrong(&self, key: &str, wanted: &str) -> Unreadable {
        let place = self.at(key);
        Unreadable(match self.value(key) {
            None => format!("{place} is missing"),
            Some(raw) => format!("{place} must be {wanted}, is {}", kind(raw)),
        })
    }

    fn at(&self, key: &str) -> String {
        if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) }
    }

    fn opt<T>(
        &self,
        key: &str,
        wanted: &str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, Unreadable> {
        let Some(raw) = self.value(key) else { return Ok(None) };
        read(raw).map(Some).ok_or_else(|| self.wrong(key, wanted))
    }

    /// Every other field as an extra, so that nothing is dropped: its name, and its value as the provider wrote it.
    pub fn rest(&self, known: &[&str]) -> Vec<Extra> {
        let others = self.fields.iter().filter(|(key, raw)| *raw != "null" && !known.contains(&key.as_str()));
        others.map(|(key, raw)| Extra { name: key.clone(), value: (*raw).to_owned() }).collect()
    }

    /// A text. Half of a surrogate pair, which JSON can spell and text cannot hold, becomes U+FFFD.
    ///
    /// # Errors
    ///
    /// Where it is missing or null, or of another kind.
    pub fn text(&self, key: &str) -> Result<String, Unreadable> {
        self.opt_text(key)?.ok_or_else(|| self.wrong(key, "a text"))
    }

    /// As [`Object::text`]; none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Where it is of another kind.
    pub fn opt_text(&self, key: &str) -> Result<Option<String>, Unreadable> {
        self.opt(key, "a text", text)
    }

    /// An id: a text that is not empty, or a whole number as the text that it is written as.
    ///
    /// # Errors
    ///
    /// Where it is missing or null, or of another kind.
    pub fn id(&self, key: &str) -> Result<String, Unreadable> {
        self.opt_id(key)?.ok_or_else(|| self.wrong(key, "an id"))
    }

    /// As [`Object::id`]; none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Where it is of another kind.
    pub fn opt_id(&self, key: &str) -> Result<Option<String>, Unreadable> {
        self.opt(key, "an id", id)
    }

    /// A whole number, which may be negative.
    ///
    /// # Errors
    ///
    /// Where it is missing or null, or of another kind.
    pub fn integer(&self, key: &str) -> Result<i64, Unreadable> {
        self.opt_integer(key)?.ok_or_else(|| self.wrong(key, "a whole number"))
    }

    /// As [`Object::integer`]; none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Where it is of another kind.
    pub fn opt_integer(&self, key: &str) -> Result<Option<i64>, Unreadable> {
        self.opt(key, "a whole number", integer)
    }

    /// A number.
    ///
    /// # Errors
    ///
    /// Where it is missing or null, or of another kind.
    pub fn number(&self, key: &str) -> Result<f64, Unreadable> {
        self.opt_number(key)?.ok_or_else(|| self.wrong(key, "a number"))
    }

    /// As [`Object::number`]; none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Where it is of another kind.
    pub fn opt_number(&self, key: &str) -> Result<Option<f64>, Unreadable> {
        self.opt(key, "a number", |raw| raw.parse().ok())
    }

    /// True or false.
    ///
    /// # Errors
    ///
    /// Where it is missing or null, or of another kind.
    pub fn boolean(&self, key: &str) -> Result<bool, Unreadable> {
        self.opt_boolean(key)?.ok_or_else(|| self.wrong(key, "true or false"))
    }

    /// As [`Object::boolean`]; none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Where it is of another kind.
    pub fn opt_boolean(&self, key: &str) -> Result<Option<bool>, Unreadable> {
        self.opt(key, "true or false", |raw| raw.parse().ok())
    }

    /// A moment that is given in seconds since 1970, as the contract has it: in milliseconds.
    ///
    /// # Errors
    ///
    /// Where it is missing or null, or of another kind.
    pub fn seconds(&self, key: &str) -> Result<u64, Unreadable> {
        self.opt_seconds(key)?.ok_or_else(|| self.wrong(key, "a time in seconds"))
    }

    /// As [`Object::seconds`]; none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Where it is of another kind.
    pub fn opt_seconds(&self, key: &str) -> Result<Option<u64>, Unreadable> {
        self.opt(key, "a time in seconds", seconds)
    }

    /// An object.
    ///
    /// # Errors
    ///
    /// Where it is missing or null, or of another kind.
    pub fn object(&self, key: &str) -> Result<Object<'a>, Unreadable> {
        self.opt_object(key)?.ok_or_else(|| self.wrong(key, "an object"))
    }

    /// As [`Object::object`]; none where it is missing or null.
    ///
    /// # Errors
    ///
    /// Where it is of another kind.
    pub fn opt_object(&self, key: &str) -> Result<Option<Object<'a>>, Unreadable> {
        self.opt(key, "an object", |raw| Self::read(raw, self.at(key)))
    }

    /// A list of objects; empty where it is missing or null.
    ///
    /// # Errors
    ///
    /// Where it is no list, or one of its elements no object.
    pub fn objects(&self, key: &str) -> Result<Vec<Object<'a>>, Unreadable> {
        let list = self.opt(key, "a list", |raw| serde_json::from_str::<Vec<&'a RawValue>>(raw).ok())?;
        let elements = list.unwrap_or_default().into_iter().enumerate();
        elements
            .map(|(number, raw)| {
                let place = format!("{}[{number}]", self.at(key));
                let words = format!("{place} must be an object, is {}", kind(raw.get()));
                Self::read(raw.get(), place).ok_or(Unreadable(words))
            })
            .collect()
    }
}

/// What a JSON text is, in words.
fn kind(raw: &str) -> &'static str {
    match raw.bytes().next() {
        Some(b'"') => "a text",
        Some(b'[') => "a list",
        Some(b'{') => "an object",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}

fn text(raw: &str) -> Option<String> {
    serde_json::from_str(raw).or_else(|_| serde_json::from_str(&mended(raw))).ok()
}

fn id(raw: &str) -> Option<String> {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(raw.to_owned());
    }
    text(raw).filter(|text| !text.is_empty())
}

fn integer(raw: &str) -> Option<i64> {
    // Some providers write whole numbers as 5.0; beyond 2^53 such a one is not exact.
    let whole = |number: f64| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0;
    raw.parse().ok().or_else(|| raw.parse().ok().filter(|number| whole(*number)).map(|number| number as i64))
}

fn seconds(raw: &str) -> Option<u64> {
    u64::try_from(integer(raw)?).ok().filter(|seconds| *seconds <= LAST_SECOND).map(|seconds| seconds * 1000)
}

/// A JSON string with `\ufffd` in place of each half of a surrogate pair.
fn mended(raw: &str) -> String {
    let mut mended = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, escape)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        mended.push_str(before);
        let length = if escape.starts_with("\\u") { 6 } else { 2 };
        let Some((first, behind)) = escape.split_at_checked(length) else { break };
        let second = behind.split_at_checked(6).filter(|(second, _)| matches!(unit(second), Some(0xdc00..=0xdfff)));
        rest = match (unit(first), second) {
            (Some(0xd800..=0xdbff), Some((second, behind))) => {
                mended.extend([first, second]);
                behind
            }
            (Some(0xd800..=0xdfff), _) => {
                mended.push_str("\\ufffd");
                behind
            }
            _ => {
                mended.push_str(first);
                behind
            }
        };
    }
    mended.push_str(rest);
    mended
}

/// The unit of UTF-16 that an escape stands for.
fn unit(escape: &str) -> Option<u16> {
    u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok()
}

/// The fields of an object, in order, each with its text.
struct Fields<'a>(Vec<(String, &'a str)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;

        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? {
                    fields.push((text(key.get()).unwrap_or_default(), value.get()));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(FieldsVisitor)
    }
}
