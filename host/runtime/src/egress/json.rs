//! One field of a JSON body: whether the guest wrote it, and how the host adds it. Nothing else of the body is touched, so that
//! numbers, order and spelling stay the guest's.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::form::folded;

/// Why a field cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unwritable {
    /// The body, or what the pointer leads through, is something else.
    #[error("it is no JSON object there")]
    NoObject,
    /// The guest wrote the field, or two that a provider may read as one.
    #[error("the plugin wrote that field itself")]
    Taken,
}

/// Where a field can be added to an object.
struct Gap<'a> {
    /// The byte behind the object's opening brace.
    at: usize,
    /// Whether the object holds fields.
    others: bool,
    /// The keys that are still missing, outermost first.
    missing: &'a [String],
}

/// Checks that a field is not there and can be added.
///
/// # Errors
///
/// See [`Unwritable`].
pub(super) fn check(body: &[u8], keys: &[String]) -> Result<(), Unwritable> {
    gap(body, keys).map(drop)
}

/// The body with a text in that field; objects on the way to it that are missing are added.
///
/// # Errors
///
/// See [`Unwritable`].
pub(super) fn add(body: &[u8], keys: &[String], value: &str) -> Result<Zeroizing<Vec<u8>>, Unwritable> {
    let Gap { at, others, missing } = gap(body, keys)?;
    let mut field = quoted(value)?;
    for (depth, key) in missing.iter().rev().enumerate() {
        let key = quoted(key)?;
        let (open, close) = if depth == 0 { ("", "") } else { ("{", "}") };
        field = Zeroizing::new([key.as_str(), ":", open, field.as_str(), close].concat());
    }
    let (before, behind) = body.split_at_checked(at).ok_or(Unwritable::NoObject)?;
    let comma: &[u8] = if others { b"," } else { b"" };
    Ok(Zeroizing::new([before, field.as_bytes(), comma, behind].concat()))
}

fn quoted(text: &str) -> Result<Zeroizing<String>, Unwritable> {
    serde_json::to_string(text).map(Zeroizing::new).map_err(|_| Unwritable::NoObject)
}

fn gap<'k>(body: &[u8], keys: &'k [String]) -> Result<Gap<'k>, Unwritable> {
    let text = std::str::from_utf8(body).map_err(|_| Unwritable::NoObject)?;
    let mut object: &RawValue = serde_json::from_str(text).map_err(|_| Unwritable::NoObject)?;
    let mut missing = keys;
    loop {
        let fields: Fields<'_> = serde_json::from_str(object.get()).map_err(|_| Unwritable::NoObject)?;
        let (key, deeper) = missing.split_first().ok_or(Unwritable::NoObject)?;
        let wanted = folded(key);
        // Some parsers do not tell upper from lower case, and of two equal fields some take the first, others the last.
        let mut same = fields.0.iter().filter(|(name, _)| folded(name) == wanted);
        match (same.next(), same.next()) {
            (None, _) => {
                // What was borrowed from the body stands in it.
                let start = object.get().as_ptr().addr().checked_sub(body.as_ptr().addr());
                let at = start.and_then(|start| start.checked_add(1)).ok_or(Unwritable::NoObject)?;
                return Ok(Gap { at, others: !fields.0.is_empty(), missing });
            }
            (Some((name, inner)), None) if name == key && !deeper.is_empty() => {
                object = *inner;
                missing = deeper;
            }
            _ => return Err(Unwritable::Taken),
        }
    }
}

/// The fields of an object in order, repetition kept.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collects;
        impl<'de> Visitor<'de> for Collects {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Collects).map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn keys(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn added(body: &str, names: &[&str], value: &str) -> Result<String, Unwritable> {
        add(body.as_bytes(), &keys(names), value).map(|body| String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn a_field_is_added_and_the_rest_stays_as_it_was() {
        assert_eq!(added("{}", &["token"], "s").unwrap(), r#"{"token":"s"}"#);
        assert_eq!(
            added(" { \"n\" : 123456789012345678901.50, \"b\":1,\"b\":2 } ", &["token"], "s").unwrap(),
            " {\"token\":\"s\", \"n\" : 123456789012345678901.50, \"b\":1,\"b\":2 } "
        );
        assert_eq!(added("{}", &["a", "b", "c"], "s").unwrap(), r#"{"a":{"b":{"c":"s"}}}"#);
        assert_eq!(
            added(r#"{"x":{"token":1},"a":{"b":1}}"#, &["a", "c"], "s").unwrap(),
            r#"{"x":{"token":1},"a":{"c":"s","b":1}}"#
        );
        assert_eq!(added(r#"{"\u0061":{}}"#, &["a", "c"], "s").unwrap(), r#"{"\u0061":{"c":"s"}}"#);
    }

    #[test]
    fn a_field_of_the_guests_own_is_refused_under_any_spelling() {
        for body in [
            r#"{"token":"mine"}"#,
            r#"{"a":1,"token":null}"#,
            r#"{"\u0074oken":"mine"}"#,
            r#"{"TOKEN":"mine"}"#,
            r#"{"to\u212aen":"mine"}"#,
            r#"{"token":{},"token":"mine"}"#,
        ] {
            assert_eq!(added(body, &["token"], "s"), Err(Unwritable::Taken), "{body}");
            assert_eq!(check(body.as_bytes(), &keys(&["token"])), Err(Unwritable::Taken), "{body}");
        }
        for body in [r#"{"a":{"t":1}}"#, r#"{"a":{},"a":{}}"#, r#"{"A":{}}"#, r#"{"a":{},"A":{"t":1}}"#] {
            assert_eq!(added(body, &["a", "t"], "s"), Err(Unwritable::Taken), "{body}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for body in
            ["", "[]", "1", "null", "\"{}\"", "{", "{}{}", "{},", "{'a':1}", "{\"a\":1,}", "\u{feff}{}", "token=1"]
        {
            assert_eq!(added(body, &["token"], "s"), Err(Unwritable::NoObject), "{body}");
        }
        for body in [r#"{"a":[]}"#, r#"{"a":null}"#, r#"{"a":"{}"}"#] {
            assert_eq!(added(body, &["a", "t"], "s"), Err(Unwritable::NoObject), "{body}");
        }
        assert_eq!(check(b"{\"a\":\"\xff\"}", &keys(&["t"])), Err(Unwritable::NoObject));
        assert_eq!(added("{}", &[], "s"), Err(Unwritable::NoObject));
    }

    proptest! {
        #[test]
        fn no_value_breaks_out_of_its_field(value in any::<String>(), other in any::<String>(), deep in any::<bool>()) {
            let names: &[&str] = if deep { &["auth", "token"] } else { &["token"] };
            let body = json!({ "text": other }).to_string();
            let written: Value = serde_json::from_str(&added(&body, names, &value).unwrap()).unwrap();
            let expected = if deep {
                json!({ "text": other, "auth": { "token": value } })
            } else {
                json!({ "text": other, "token": value })
            };
            prop_assert_eq!(written, expected);
        }

        #[test]
        fn any_body_is_read_without_panicking(body in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = add(&body, &keys(&["a", "b"]), "s");
        }
    }
}
