//! What was seen beside what was expected, to the last field.
//!
//! Fields that are empty (none, no text, an empty list, false) may be left out on either side, so that a case shows what matters and
//! still notices everything that appears: nothing matches "anything".

use std::fmt;

use serde_json::Value;

/// One place where the two differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The way there: `events[0].body.value.parts[1]`.
    pub at: String,
    /// None: nothing was expected there.
    pub expected: Option<Value>,
    /// None: nothing is there.
    pub seen: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, expected, seen } = self;
        match (expected, seen) {
            (Some(expected), Some(seen)) => write!(f, "{at}: expected {expected}, seen {seen}"),
            (Some(expected), None) => write!(f, "{at}: expected {expected}, and there is nothing"),
            (None, Some(seen)) => write!(f, "{at}: nothing was expected, seen {seen}"),
            (None, None) => write!(f, "{at}"),
        }
    }
}

/// Where they differ, in order; empty where they do not. `name` begins the way to each place.
pub fn compare(name: &str, expected: &Value, seen: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    walk(name.to_owned(), Some(expected), Some(seen), &mut differences);
    differences
}

/// The value without what is empty in its objects: how a case is written down. A variant keeps its value, so that it can be read
/// again.
#[must_use]
pub fn trimmed(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let variant = object.contains_key("type");
            let kept = object.into_iter().map(|(key, value)| (key, trimmed(value)));
            let told = |key: &str, value: &Value| !is_empty(value) || (variant && key == "value");
            Value::Object(kept.filter(|(key, value)| told(key, value)).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(trimmed).collect()),
        other => other,
    }
}

fn walk(at: String, expected: Option<&Value>, seen: Option<&Value>, differences: &mut Vec<Difference>) {
    match (expected.filter(|value| !is_empty(value)), seen.filter(|value| !is_empty(value))) {
        (None, None) => {}
        (Some(Value::Object(expected)), Some(Value::Object(seen))) => {
            let more = seen.keys().filter(|key| !expected.contains_key(*key));
            for key in expected.keys().chain(more) {
                walk(format!("{at}.{key}"), expected.get(key), seen.get(key), differences);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(seen))) => {
            for place in 0..expected.len().max(seen.len()) {
                match (expected.get(place), seen.get(place)) {
                    // An element counts also where it is empty.
                    (Some(one), Some(other)) => walk(format!("{at}[{place}]"), Some(one), Some(other), differences),
                    (one, other) => differences.push(Difference {
                        at: format!("{at}[{place}]"),
                        expected: one.cloned(),
                        seen: other.cloned(),
                    }),
                }
            }
        }
        (expected, seen) if expected == seen => {}
        (expected, seen) => differences.push(Difference { at, expected: expected.cloned(), seen: seen.cloned() }),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.values().all(is_empty),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn words(expected: &Value, seen: &Value) -> Vec<String> {
        compare("events", expected, seen).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_differs_is_named_with_its_place() {
        let seen = json!([{ "dedup": "m1", "account": null, "body": { "type": "message", "parts": [{ "text": "Hi" }], "standby": false } }]);
        assert!(
            words(&json!([{ "dedup": "m1", "body": { "type": "message", "parts": [{ "text": "Hi" }] } }]), &seen)
                .is_empty()
        );
        assert_eq!(
            words(
                &json!([{ "dedup": "m2", "body": { "type": "message", "parts": [{ "text": "Hi" }, {}], "id": "x" } }]),
                &seen
            ),
            [
                "events[0].body.id: expected \"x\", and there is nothing",
                "events[0].body.parts[1]: expected {}, and there is nothing",
                "events[0].dedup: expected \"m2\", seen \"m1\"",
            ]
        );
        assert_eq!(words(&json!([]), &seen).len(), 1, "what was not expected is a difference");
        assert_eq!(words(&json!([{}]), &seen).len(), 1);
        assert_eq!(words(&json!([{}]), &json!([])), ["events: expected [{}], and there is nothing"]);
        assert_eq!(
            words(&json!({ "a": 0, "b": 1 }), &json!({ "b": 1 })),
            ["events.a: expected 0, and there is nothing"],
            "zero is a value"
        );
    }

    #[test]
    fn what_is_written_down_can_be_read_again() {
        let closed = json!({ "type": "window_closed", "value": { "since": null, "allowed": [] }, "other": [] });
        assert_eq!(trimmed(closed), json!({ "type": "window_closed", "value": {} }));
        assert_eq!(trimmed(json!({ "value": {}, "a": { "b": [null, ""] } })), json!({ "a": { "b": [null, ""] } }));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i8>().prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-c]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_down_matches_what_was_seen(seen in values()) {
            prop_assert_eq!(compare("seen", &trimmed(seen.clone()), &seen), []);
        }

        #[test]
        fn two_that_match_are_written_down_alike(one in values(), other in values()) {
            let alike = compare("x", &one, &other).is_empty();
            prop_assert_eq!(alike, compare("x", &other, &one).is_empty());
            prop_assert!(!alike || compare("x", &trimmed(one), &trimmed(other)).is_empty());
        }
    }
}
