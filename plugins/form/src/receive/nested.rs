//! JSON of form services: flat, wrapped in other objects, or a list of answers with name and value. Everything in it becomes an
//! answer, whatever it is called.

use std::cell::Cell;
use std::fmt;

use lockgate_sdk::{FieldValue, Refusal};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::answers::{Answer, line, text};

/// Values in one body that are looked at.
const VALUES: usize = 20_000;
/// The largest whole number that is exact as the contract's number.
const EXACT: u64 = 1 << 53;

/// What may name an element of a list of answers, the first that is there.
const NAMES: [&str; 5] = ["name", "key", "ref", "field", "id"];
/// What may be its label.
const LABELS: [&str; 3] = ["label", "title", "question"];
/// What may be its value, beside what its `type` names.
const VALUES_OF: [&str; 2] = ["value", "answer"];

/// JSON that knows the order of its keys.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Null,
    Boolean(bool),
    /// As text, and as the contract's number where that is exact.
    Number(String, Option<f64>),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Vec<Answer>, Refusal> {
    let unreadable = |error: serde_json::Error| Refusal::Malformed(format!("the body is no JSON of a form: {error}"));
    let left = Cell::new(VALUES);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let node = Seed(&left).deserialize(&mut deserializer).map_err(unreadable)?;
    deserializer.end().map_err(unreadable)?;
    let Node::Object(_) = node else {
        return Err(Refusal::Malformed("the body is no object with the fields of a form".into()));
    };
    let mut answers = Vec::new();
    flatten(node, String::new(), &mut answers);
    Ok(answers)
}

fn flatten(node: Node, name: String, answers: &mut Vec<Answer>) {
    match node {
        Node::Object(object) => {
            for (key, node) in object {
                let name = if name.is_empty() { key } else { format!("{name}.{key}") };
                flatten(node, name, answers);
            }
        }
        Node::List(list) if list.iter().any(|node| matches!(node, Node::Object(_) | Node::List(_))) => {
            for (place, node) in list.into_iter().enumerate() {
                let here = format!("{name}[{place}]");
                match node {
                    Node::Object(object) => element(object, here, answers),
                    node => flatten(node, here, answers),
                }
            }
        }
        node => answers.extend(value(&node, &[]).map(|value| Answer::new(name, value))),
    }
}

/// An element of a list: an answer, where it has a name and a value.
fn element(mut object: Vec<(String, Node)>, here: String, answers: &mut Vec<Answer>) {
    let kind = scalar(get(&object, "type")).unwrap_or_default();
    let known = VALUES_OF.iter().copied().chain([kind.as_str()]).filter(|key| !key.is_empty() && *key != "type");
    let given = known.into_iter().find(|key| get(&object, key).is_some()).map(str::to_owned);
    let label = LABELS.iter().find_map(|key| scalar(get(&object, key)));
    let inner = match get(&object, "field") {
        Some(Node::Object(field)) => field.clone(),
        _ => Vec::new(),
    };
    let label = label.or_else(|| LABELS.iter().find_map(|key| scalar(get(&inner, key)))).map(|label| line(&label));
    let name = NAMES.iter().find_map(|key| scalar(get(&object, key)));
    let name = name.or_else(|| NAMES.iter().find_map(|key| scalar(get(&inner, key)))).or_else(|| label.clone());
    let (Some(given), Some(name)) = (given, name) else {
        flatten(Node::Object(object), here, answers);
        return;
    };
    let options: Vec<Node> = match get(&object, "options") {
        Some(Node::List(options)) => options.clone(),
        _ => Vec::new(),
    };
    if let Some(value) = get(&object, &given).and_then(|node| value(node, &options)) {
        answers.push(Answer { label, kind: kind.clone(), of_list: true, ..Answer::new(name.clone(), value) });
    }
    let told =
        |key: &str| key == given || key == "type" || key == "options" || NAMES.contains(&key) || LABELS.contains(&key);
    object.retain(|(key, _)| !told(key));
    flatten(Node::Object(object), name, answers);
}

/// The last of a name counts, as everywhere.
fn get<'a>(object: &'a [(String, Node)], key: &str) -> Option<&'a Node> {
    object.iter().rev().find(|(name, _)| name == key).map(|(_, node)| node)
}

/// A text, a number or a truth value, as a text that is not empty.
fn scalar(node: Option<&Node>) -> Option<String> {
    match node? {
        Node::Text(words) => text(words),
        Node::Number(written, _) => Some(written.clone()),
        Node::Boolean(is) => Some(is.to_string()),
        Node::Null | Node::List(_) | Node::Object(_) => None,
    }
}

/// What was answered. None where nothing was.
fn value(node: &Node, options: &[Node]) -> Option<FieldValue> {
    match node {
        Node::Null => None,
        Node::Boolean(is) => Some(FieldValue::Boolean(*is)),
        Node::Number(_, Some(number)) => Some(FieldValue::Number(*number)),
        Node::Number(written, None) => Some(FieldValue::Text(written.clone())),
        Node::Text(words) => match option(words, options) {
            Some(chosen) => Some(FieldValue::Choice(vec![chosen])),
            None => text(words).map(FieldValue::Text),
        },
        Node::List(list) => {
            let chosen: Vec<String> = list.iter().filter_map(|node| chosen(node, options)).collect();
            (!chosen.is_empty()).then_some(FieldValue::Choice(chosen))
        }
        Node::Object(object) => match get(object, "labels") {
            Some(labels @ Node::List(_)) => value(labels, &[]),
            _ => chosen(node, options).map(|chosen| FieldValue::Choice(vec![chosen])),
        },
    }
}

/// One of several that were chosen.
fn chosen(node: &Node, options: &[Node]) -> Option<String> {
    match node {
        Node::Object(object) => {
            let known = ["label", "text", "value", "name", "url"];
            known
                .iter()
                .find_map(|key| scalar(get(object, key)))
                .or_else(|| (!object.is_empty()).then(|| written(node)))
        }
        Node::List(list) => (!list.is_empty()).then(|| written(node)),
        node => scalar(Some(node)).map(|words| option(&words, options).unwrap_or(words)),
    }
}

/// What an option is called that was chosen by its id.
fn option(id: &str, options: &[Node]) -> Option<String> {
    options.iter().find_map(|option| match option {
        Node::Object(option) if scalar(get(option, "id")).as_deref() == Some(id) => {
            ["text", "label", "name"].iter().find_map(|key| scalar(get(option, key)))
        }
        _ => None,
    })
}

/// JSON text of what has no better one.
fn written(node: &Node) -> String {
    fn value(node: &Node) -> serde_json::Value {
        match node {
            Node::Null => serde_json::Value::Null,
            Node::Boolean(is) => (*is).into(),
            Node::Number(written, exact) => exact.map_or_else(|| written.as_str().into(), Into::into),
            Node::Text(text) => text.as_str().into(),
            Node::List(list) => list.iter().map(value).collect(),
            Node::Object(object) => object.iter().map(|(key, node)| (key.clone(), value(node))).collect(),
        }
    }
    value(node).to_string()
}

/// Reads as many values as are left, and no more: each of them is larger here than in the body.
struct Seed<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the fields of a form")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Node, E> {
        Ok(Node::Boolean(is))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string(), (number <= EXACT).then_some(number as f64)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string(), (number.unsigned_abs() <= EXACT).then_some(number as f64)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Number(number.to_string(), Some(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(Seed(self.0))? {
            self.count::<A::Error>()?;
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            self.count::<A::Error>()?;
            nodes.push((key, map.next_value_seed(Seed(self.0))?));
        }
        Ok(Node::Object(nodes))
    }
}

impl Seed<'_> {
    fn count<E: serde::de::Error>(&self) -> Result<(), E> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| E::custom(format_args!("more than {VALUES} values")))?;
        self.0.set(left);
        Ok(())
    }
}

/// A key, on one line.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        String::deserialize(deserializer).map(|key| line(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> Vec<(String, FieldValue)> {
        read(body.as_bytes()).unwrap_or_default().into_iter().map(|answer| (answer.name, answer.value)).collect()
    }

    #[test]
    fn the_order_of_keys_is_the_forms() {
        let names: Vec<String> =
            shown(r#"{"z":1,"a":2,"m":{"y":3,"b":4}}"#).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["z", "a", "m.y", "m.b"]);
    }

    #[test]
    fn a_number_that_is_not_exact_stays_as_it_was_written() {
        let shown = shown(r#"{"a":9007199254740993,"b":-7,"c":1.5}"#);
        let expected = [FieldValue::Text("9007199254740993".into()), FieldValue::Number(-7.0), FieldValue::Number(1.5)];
        assert!(shown.iter().map(|(_, value)| value).eq(&expected), "{shown:?}");
    }

    #[test]
    fn depth_and_number_are_bounded() {
        assert!(read(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()).is_err());
        assert!(read(format!(r#"{{"a":{}1{}}}"#, "[".repeat(400), "]".repeat(400)).as_bytes()).is_err());
        assert!(read(format!(r#"{{"a":[{}1]}}"#, "1,".repeat(VALUES)).as_bytes()).is_err());
    }

    #[test]
    fn what_is_no_answer_is_kept_all_the_same() {
        let shown = shown(r#"{"answers":[{"name":"a","kit":1},{"value":2},7,[8]]}"#);
        let names: Vec<&str> = shown.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["answers[0].name", "answers[0].kit", "answers[1].value", "answers[2]", "answers[3]"]);
    }
}
