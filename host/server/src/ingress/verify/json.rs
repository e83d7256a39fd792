//! Texts at a JSON pointer (RFC 6901), with where they stand in the body, and values as texts. A segment `*` is every element of an array.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Unauthentic;

/// A text.
pub(super) struct Text {
    /// Without escapes.
    pub(super) text: String,
    /// Where it stands in the body, without its quotes.
    pub(super) at: Range<usize>,
}

/// All texts at a pointer.
///
/// # Errors
///
/// `Unsigned` where an element has none or there is no element, `Malformed` where the body is no JSON, has a name twice on the
/// way (readers differ in which one they take), or has another kind of value there.
pub(super) fn texts_at(body: &[u8], pointer: &str) -> Result<Vec<Text>, Unauthentic> {
    let json = std::str::from_utf8(body).map_err(|_| Unauthentic::Malformed)?;
    let whole: &RawValue = serde_json::from_str(json).map_err(|_| Unauthentic::Malformed)?;
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let mut found = Vec::new();
    find(whole, &steps, &mut found)?;
    if found.is_empty() {
        return Err(Unauthentic::Unsigned);
    }
    let start = json.as_ptr().addr();
    found
        .into_iter()
        .map(|raw| {
            let text = serde_json::from_str(raw.get()).map_err(|_| Unauthentic::Malformed)?;
            // A raw value is a part of the text that it was read from; what is left of it and right of it are its quotes.
            let from = raw.get().as_ptr().addr() - start;
            Ok(Text { text, at: from + 1..from + raw.get().len() - 1 })
        })
        .collect()
}

/// A text as it is, anything else as its JSON text.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn find<'a>(value: &'a RawValue, steps: &[String], found: &mut Vec<&'a RawValue>) -> Result<(), Unauthentic> {
    let Some((step, rest)) = steps.split_first() else {
        found.push(value);
        return Ok(());
    };
    if value.get().starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(value.get()).map_err(|_| Unauthentic::Malformed)?;
        if step == "*" {
            return elements.into_iter().try_for_each(|element| find(element, rest, found));
        }
        let element = step.parse().ok().and_then(|index: usize| elements.get(index).copied());
        return find(element.ok_or(Unauthentic::Unsigned)?, rest, found);
    }
    let Members(members) = serde_json::from_str(value.get()).map_err(|_| Unauthentic::Malformed)?;
    let mut named = members.into_iter().filter(|(name, _)| name == step).map(|(_, value)| value);
    match (named.next(), named.next()) {
        (Some(value), None) => find(value, rest, found),
        (None, _) => Err(Unauthentic::Unsigned),
        (Some(_), Some(_)) => Err(Unauthentic::Malformed),
    }
}

/// An object's members in their order, one that is there twice included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
