//! A webhook's body as data that can be changed, and the changes.

use serde_json::{Map, Value};

use crate::case::Webhook;
use crate::terse::Step;

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Json,
    /// `application/x-www-form-urlencoded`; a name that comes more than once is a list.
    Form,
}

/// A body that could be read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Payload {
    coding: Coding,
    pub(super) value: Value,
}

impl Payload {
    /// Reads a webhook's body; none where it is neither JSON nor a form.
    pub(super) fn of(webhook: &Webhook) -> Option<Self> {
        let kind = webhook.headers.iter().find(|pair| pair.name == "content-type").map(|pair| pair.value.as_str());
        if kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            let mut object = Map::new();
            for (name, value) in url::form_urlencoded::parse(&webhook.body) {
                let value = Value::String(value.into_owned());
                match object.get_mut(name.as_ref()) {
                    None => drop(object.insert(name.into_owned(), value)),
                    Some(Value::Array(list)) => list.push(value),
                    Some(one) => *one = Value::Array(vec![one.take(), value]),
                }
            }
            return Some(Self { coding: Coding::Form, value: Value::Object(object) });
        }
        let value: Value = serde_json::from_slice(&webhook.body).ok()?;
        (value.is_object() || value.is_array()).then_some(Self { coding: Coding::Json, value })
    }

    /// The same with another value.
    pub(super) fn with(&self, value: Value) -> Self {
        Self { coding: self.coding, value }
    }

    /// As it is sent.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self.coding {
            Coding::Json => self.value.to_string().into_bytes(),
            Coding::Form => {
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                for (name, value) in self.value.as_object().into_iter().flatten() {
                    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    form.extend_pairs(values.iter().map(|value| (name, plain(value))));
                }
                form.finish().into_bytes()
            }
        }
    }

    /// Whether it is JSON.
    pub(super) fn is_json(&self) -> bool {
        self.coding == Coding::Json
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The ways to all values inside, the whole first.
pub(super) fn ways(value: &Value) -> Vec<Vec<Step>> {
    fn walk(value: &Value, here: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
        found.push(here.clone());
        let mut deeper = |step: Step, value: &Value| {
            here.push(step);
            walk(value, here, found);
            here.pop();
        };
        match value {
            Value::Array(list) => list.iter().enumerate().for_each(|(at, value)| deeper(Step::At(at), value)),
            Value::Object(object) => object.iter().for_each(|(key, value)| deeper(Step::Key(key.clone()), value)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, &mut Vec::new(), &mut found);
    found
}

/// What stands at the end of a way.
pub(super) fn at<'a>(value: &'a Value, way: &[Step]) -> Option<&'a Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::At(at) => value.get(at),
    })
}

fn at_mut<'a>(value: &'a mut Value, way: &[Step]) -> Option<&'a mut Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::At(at) => value.get_mut(at),
    })
}

/// The value with another one at the end of a way.
pub(super) fn put(value: &Value, way: &[Step], new: Value) -> Value {
    let mut changed = value.clone();
    if let Some(place) = at_mut(&mut changed, way) {
        *place = new;
    }
    changed
}

/// The value without what stands at the end of a way; none for the whole.
pub(super) fn without(value: &Value, way: &[Step]) -> Option<Value> {
    let (last, before) = way.split_last()?;
    let mut changed = value.clone();
    match (at_mut(&mut changed, before)?, last) {
        (Value::Object(object), Step::Key(key)) => drop(object.remove(key)),
        (Value::Array(list), Step::At(at)) if *at < list.len() => drop(list.remove(*at)),
        _ => return None,
    }
    Some(changed)
}

/// The value with the last key of a way under a name that no provider has; none where the way does not end with a key.
pub(super) fn renamed(value: &Value, way: &[Step]) -> Option<Value> {
    let (Step::Key(key), before) = way.split_last()? else { return None };
    let mut changed = value.clone();
    let object = at_mut(&mut changed, before)?.as_object_mut()?;
    let inner = object.remove(key)?;
    object.insert(format!("kit_unknown_{key}"), inner);
    Some(changed)
}

/// The value with every text changed.
pub(super) fn texts(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(list) => Value::Array(list.iter().map(|value| texts(value, change)).collect()),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (key.clone(), texts(value, change))).collect())
        }
        other => other.clone(),
    }
}

/// Every text in it.
pub(super) fn all_texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(all_texts).collect(),
        Value::Object(object) => object.values().flat_map(all_texts).collect(),
        _ => Vec::new(),
    }
}

/// Every number in it.
pub(super) fn all_numbers(value: &Value) -> Vec<u64> {
    match value {
        Value::Number(number) => number.as_u64().into_iter().collect(),
        Value::Array(list) => list.iter().flat_map(all_numbers).collect(),
        Value::Object(object) => object.values().flat_map(all_numbers).collect(),
        _ => Vec::new(),
    }
}

/// A number for another one that is an id. Providers that write ids as numbers keep to what a floating-point number holds, save
/// those that show otherwise.
pub(super) fn odd_number(id: u64) -> u64 {
    if id > 1 << 53 { id ^ 1 } else { (1 << 52) - 3 }
}

/// The value with one number for another, wherever it stands.
pub(super) fn numbers(value: &Value, from: u64, to: u64) -> Value {
    match value {
        Value::Number(number) if number.as_u64() == Some(from) => Value::from(to),
        Value::Array(list) => Value::Array(list.iter().map(|value| numbers(value, from, to)).collect()),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (key.clone(), numbers(value, from, to))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use lockgate_model::contract::common::Pair;
    use serde_json::json;

    use super::*;

    fn webhook(kind: &str, body: &str) -> Webhook {
        Webhook {
            route: "events".into(),
            method: None,
            path: String::new(),
            query: Vec::new(),
            headers: vec![Pair { name: "content-type".into(), value: kind.into() }],
            body: body.into(),
            files: Vec::new(),
            account: None,
            verification: None,
        }
    }

    #[test]
    fn a_form_is_read_and_written_again() {
        let payload =
            Payload::of(&webhook("application/x-www-form-urlencoded; charset=utf-8", "a=1&b=x+y&a=%C3%A9")).unwrap();
        assert_eq!(payload.value, json!({ "a": ["1", "é"], "b": "x y" }));
        assert_eq!(payload.bytes(), b"a=1&a=%C3%A9&b=x+y");
        assert!(!payload.is_json());
        assert_eq!(Payload::of(&webhook("application/json", "[1]")).unwrap().bytes(), b"[1]");
        assert!(Payload::of(&webhook("text/plain", "hello")).is_none());
    }

    #[test]
    fn a_value_is_changed_at_one_place() {
        let value = json!({ "a": [{ "b": 1 }, "x"], "c": null });
        assert_eq!(ways(&value).len(), 6);
        let way = [Step::Key("a".into()), Step::At(0), Step::Key("b".into())];
        assert_eq!(at(&value, &way), Some(&json!(1)));
        assert_eq!(put(&value, &way, json!("y")), json!({ "a": [{ "b": "y" }, "x"], "c": null }));
        assert_eq!(without(&value, &way), Some(json!({ "a": [{}, "x"], "c": null })));
        assert_eq!(without(&value, &way[..2]), Some(json!({ "a": ["x"], "c": null })));
        assert_eq!(without(&value, &[]), None);
        assert_eq!(renamed(&value, &way), Some(json!({ "a": [{ "kit_unknown_b": 1 }, "x"], "c": null })));
        assert_eq!(renamed(&value, &way[..2]), None);
        assert_eq!(texts(&value, &|text| format!("{text}!")), json!({ "a": [{ "b": 1 }, "x!"], "c": null }));
        assert_eq!((all_texts(&value), all_numbers(&value)), (vec!["x"], vec![1]));
        assert_eq!(numbers(&value, 1, 9), json!({ "a": [{ "b": 9 }, "x"], "c": null }));
    }
}
