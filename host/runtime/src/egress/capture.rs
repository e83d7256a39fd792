//! Secrets that an answer mints: found where the manifest says that they stand, and taken out before the guest sees a byte.
//!
//! What cannot be read without a doubt is withheld as a whole, because the secret might stand in it: an answer that is no JSON in
//! UTF-8, that says the same field twice, or whose pointer leads to something else than a text. An answer in which the pointer
//! leads nowhere (or to `null`) minted nothing.

use std::fmt;
use std::ops::Range;

use http::StatusCode;
use http::header::{self, HeaderMap};
use lockgate_model::manifest::{CapturePointer, CaptureStep};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::rules::{Target, denial};
use crate::effects::Denial;

/// A shorter text is no secret, and scrubbing it would take ordinary text with it.
const SHORTEST: usize = 8;
/// Secrets of one answer.
const MOST: usize = 128;
/// Elements of an array, and fields of an object, on the way to a secret.
const WIDEST: usize = 4096;

/// Why an answer is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it is a part of an answer")]
    Part,
    #[error("it is no JSON in UTF-8")]
    NoJson,
    #[error("it says a field twice")]
    Twice,
    #[error("a pointer leads to something that is no text")]
    NoText,
    #[error("a secret in it has less than {SHORTEST} bytes")]
    Short,
    #[error("it holds more than can be kept")]
    Many,
}

/// A secret, and where its text stands in the answer, quotes included.
#[derive(Debug, PartialEq)]
pub(super) struct Minted {
    at: Range<usize>,
    pub(super) secret: Zeroizing<Vec<u8>>,
}

/// Checks that the guest did not ask for a part of an answer: a part of a secret is not found.
///
/// # Errors
///
/// A denial, where it did.
pub(super) fn check(guest: &HeaderMap, target: &Target, pointers: &[&CapturePointer]) -> Result<(), Denial> {
    let asks = guest.keys().any(|name| [header::RANGE, header::IF_RANGE].contains(name));
    if asks && !pointers.is_empty() {
        return Err(denial(format!("{}: what mints a secret is answered as a whole", target.words()), None));
    }
    Ok(())
}

/// The secrets of an answer, in order.
///
/// # Errors
///
/// See [`Unreadable`].
pub(super) fn find(status: StatusCode, body: &[u8], pointers: &[&CapturePointer]) -> Result<Vec<Minted>, Unreadable> {
    let mut found = Vec::new();
    if body.is_empty() {
        return Ok(found);
    }
    if status == StatusCode::PARTIAL_CONTENT {
        return Err(Unreadable::Part);
    }
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::NoJson)?;
    let whole: &RawValue = serde_json::from_str(text).map_err(|_| Unreadable::NoJson)?;
    for pointer in pointers {
        let steps = pointer.steps().ok_or(Unreadable::NoText)?;
        walk(whole, &steps, body, &mut found)?;
    }
    // Two rules may name the same place.
    found.sort_unstable_by_key(|minted| minted.at.start);
    found.dedup_by_key(|minted| minted.at.start);
    Ok(found)
}

/// The answer with a handle where each secret stood.
pub(super) fn replace(body: &[u8], minted: &[Minted], handles: &[String]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(body.len());
    let mut at = 0;
    for (minted, handle) in minted.iter().zip(handles) {
        clean.extend_from_slice(body.get(at..minted.at.start).unwrap_or_default());
        clean.push(b'"');
        clean.extend_from_slice(handle.as_bytes());
        clean.push(b'"');
        at = minted.at.end;
    }
    clean.extend_from_slice(body.get(at..).unwrap_or_default());
    clean
}

fn walk(value: &RawValue, steps: &[CaptureStep], body: &[u8], found: &mut Vec<Minted>) -> Result<(), Unreadable> {
    let node: Node<'_> = serde_json::from_str(value.get()).map_err(|_| Unreadable::NoJson)?;
    let Some((step, deeper)) = steps.split_first() else {
        return match node {
            Node::Text(secret) => keep(value, secret, body, found),
            Node::Null => Ok(()),
            _ => Err(Unreadable::NoText),
        };
    };
    match (node, step) {
        (Node::Null, _) => Ok(()),
        (Node::Wide, _) => Err(Unreadable::Many),
        (Node::Array(items), CaptureStep::Each) => {
            items.into_iter().try_for_each(|item| walk(item, deeper, body, found))
        }
        (Node::Array(items), CaptureStep::Key(key)) => {
            let item = key.parse::<usize>().ok().and_then(|number| items.get(number).copied());
            item.map_or(Ok(()), |item| walk(item, deeper, body, found))
        }
        (Node::Object(mut fields), step) => {
            if let CaptureStep::Key(wanted) = step {
                fields.retain(|(name, _)| name == wanted);
            }
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            if fields.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other)) {
                return Err(Unreadable::Twice);
            }
            fields.into_iter().try_for_each(|(_, inner)| walk(inner, deeper, body, found))
        }
        (Node::Text(_) | Node::Other, _) => Err(Unreadable::NoText),
    }
}

fn keep(value: &RawValue, secret: Zeroizing<String>, body: &[u8], found: &mut Vec<Minted>) -> Result<(), Unreadable> {
    if secret.len() < SHORTEST {
        return Err(Unreadable::Short);
    }
    if found.len() >= MOST {
        return Err(Unreadable::Many);
    }
    // What was borrowed from the body stands in it.
    let start = value.get().as_ptr().addr().checked_sub(body.as_ptr().addr()).ok_or(Unreadable::NoJson)?;
    let end = start.checked_add(value.get().len()).ok_or(Unreadable::NoJson)?;
    found.push(Minted { at: start..end, secret: Zeroizing::new(secret.as_bytes().to_vec()) });
    Ok(())
}

/// One value, with what is in it left as it stands.
enum Node<'a> {
    Object(Vec<(String, &'a RawValue)>),
    Array(Vec<&'a RawValue>),
    Text(Zeroizing<String>),
    Null,
    /// A number or a boolean.
    Other,
    /// An array or object of more than [`WIDEST`].
    Wide,
}

impl<'de: 'a, 'a> Deserialize<'de> for Node<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Node<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                    if fields.len() > WIDEST {
                        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        return Ok(Node::Wide);
                    }
                }
                Ok(Node::Object(fields))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                    if items.len() > WIDEST {
                        while seq.next_element::<IgnoredAny>()?.is_some() {}
                        return Ok(Node::Wide);
                    }
                }
                Ok(Node::Array(items))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Node::Text(Zeroizing::new(text.to_owned())))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Node::Null)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Node::Other)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(Node::Other)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Node::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Node::Other)
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn pointers(texts: &[&str]) -> Vec<CapturePointer> {
        texts.iter().map(|text| serde_json::from_value(json!(text)).unwrap()).collect()
    }

    fn found(body: &[u8], texts: &[&str]) -> Result<Vec<Minted>, Unreadable> {
        let pointers = pointers(texts);
        find(StatusCode::OK, body, &pointers.iter().collect::<Vec<_>>())
    }

    /// The secrets, and what is left with `h` for handles.
    fn split(body: &str, texts: &[&str]) -> Result<(Vec<String>, String), Unreadable> {
        let minted = found(body.as_bytes(), texts)?;
        let handles = vec!["h".to_owned(); minted.len()];
        let left = String::from_utf8(replace(body.as_bytes(), &minted, &handles)).unwrap();
        let secret = |minted: &Minted| String::from_utf8(minted.secret.to_vec()).unwrap();
        Ok((minted.iter().map(secret).collect(), left))
    }

    #[test]
    fn secrets_are_taken_out_and_the_rest_stays_as_it_was() {
        let (secrets, left) = split(
            r#" {"data": [{"id":1.50,"access_token" : "secret-one"},{"id":2},{"access_token":"secr\u0065t\/two"}], "n":9007199254740993} "#,
            &["/data/*/access_token"],
        )
        .unwrap();
        assert_eq!(secrets, ["secret-one", "secret/two"]);
        assert_eq!(
            left,
            r#" {"data": [{"id":1.50,"access_token" : "h"},{"id":2},{"access_token":"h"}], "n":9007199254740993} "#
        );
        let (secrets, _) =
            split(r#"{"a":{"x":"secret-x","y":"secret-y"},"b":["secret-b"]}"#, &["/a/*", "/b/0"]).unwrap();
        assert_eq!(secrets, ["secret-x", "secret-y", "secret-b"]);
        let (secrets, left) = split(r#"{"t":"secret-t"}"#, &["/t", "/*"]).unwrap();
        assert_eq!((secrets.as_slice(), left.as_str()), (&["secret-t".to_owned()][..], r#"{"t":"h"}"#), "named twice");
        assert_eq!(split(r#"{"\u0074":"secret-t"}"#, &["/t"]).unwrap().0, ["secret-t"]);
    }

    #[test]
    fn an_answer_in_which_a_pointer_leads_nowhere_minted_nothing() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"data":[]}"#,
            r#"{"data":null}"#,
            r#"{"data":[{"t":null}]}"#,
            r#"{"error":{"code":190}}"#,
        ] {
            assert_eq!(split(body, &["/data/*/t"]), Ok((Vec::new(), body.to_owned())), "{body}");
        }
    }

    #[test]
    fn what_leaves_a_doubt_is_withheld() {
        use Unreadable::{Many, NoJson, NoText, Short, Twice};
        let utf16: Vec<u8> = r#"{"t":"secret-t"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (body, why) in [
            (&b"secret-t"[..], NoJson),
            (b"<html>secret-t</html>", NoJson),
            (b"\xef\xbb\xbf{\"t\":\"secret-t\"}", NoJson),
            (&utf16, NoJson),
            (b"{\"t\":\"secret-t\xff\"}", NoJson),
            (br#"{"t":"secret-t""#, NoJson),
            (br#"{"t":"secret-t"}{}"#, NoJson),
            (br#"f({"t":"secret-t"})"#, NoJson),
            (br#"{"t":"secret\ud800"}"#, NoJson),
            (b"{'t':'secret-t'}", NoJson),
            (br#"{"t":"secret-t","t":"secret-u"}"#, Twice),
            (br#"{"t":null,"\u0074":"secret-u"}"#, Twice),
            (br#""secret-t""#, NoText),
            (b"12345678", NoText),
            (br#"{"t":{"value":"secret-t"}}"#, NoText),
            (br#"{"t":["secret-t"]}"#, NoText),
            (br#"{"t":12345678}"#, NoText),
            (br#"{"t":true}"#, NoText),
            (br#"{"t":"1234567"}"#, Short),
            (br#"{"t":""}"#, Short),
        ] {
            assert_eq!(found(body, &["/t"]), Err(why), "{}", String::from_utf8_lossy(body));
        }
        for (body, why) in
            [(r#"{"a":["secret-t"]}"#, NoText), (r#"{"a":{"x":{},"x":{}}}"#, Twice), (r#"{"a":{},"a":{}}"#, Twice)]
        {
            assert_eq!(split(body, &["/a/*/t"]), Err(why), "{body}");
        }
        let many = json!({ "a": vec!["secret-t"; MOST + 1] }).to_string();
        assert_eq!(split(&many, &["/a/*"]), Err(Many));
        let wide = json!({ "a": vec![0; WIDEST + 1] }).to_string();
        assert_eq!(split(&wide, &["/a/*/t"]), Err(Many));
        let wide: serde_json::Map<String, Value> = (0..=WIDEST).map(|n| (n.to_string(), json!(0))).collect();
        assert_eq!(split(&Value::Object(wide).to_string(), &["/t"]), Err(Many));
        // As wide as it may be, in each kind and below each other.
        let fields = |count: usize| (0..count).map(|n| (n.to_string(), json!({}))).collect::<serde_json::Map<_, _>>();
        assert_eq!(
            split(&json!({ "a": vec![json!({}); WIDEST] }).to_string(), &["/a/*/t"]).map(|(s, _)| s),
            Ok(vec![])
        );
        assert_eq!(split(&Value::Object(fields(WIDEST)).to_string(), &["/*/t"]).map(|(s, _)| s), Ok(vec![]));
        assert_eq!(find(StatusCode::PARTIAL_CONTENT, b"{}", &[]), Err(Unreadable::Part));
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(split(&deep, &["/t"]).map(|(secrets, _)| secrets), Ok(Vec::new()), "it is not followed");
    }

    proptest! {
        #[test]
        fn no_secret_is_left_however_it_is_written(secret in "[ -~\u{e4}\u{1f600}]{8,30}", other in any::<String>()) {
            let body = json!({ "other": other, "data": [{ "t": secret }, { "t": secret }] }).to_string();
            let (secrets, left) = split(&body, &["/data/*/t"]).unwrap();
            prop_assert_eq!(secrets, [secret.clone(), secret]);
            let left: Value = serde_json::from_str(&left).unwrap();
            prop_assert_eq!(left, json!({ "other": other, "data": [{ "t": "h" }, { "t": "h" }] }));
        }

        #[test]
        fn any_answer_is_read_without_panicking(body in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = found(&body, &["/data/*/t", "/*"]);
        }
    }
}
