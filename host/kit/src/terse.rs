//! Reads values of the contract as people write them: what is empty may be left out, and what is unknown is refused.
//!
//! The contract's records are long, and a case shows what matters. Lists, truth values and whole records of optional fields may be
//! missing; a key that the record does not have is an error, so that no typing mistake makes a case say less than it seems to.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// Whether texts may be left out too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    /// They stand there: what is handed to a plugin is written out.
    Written,
    /// An empty one may be missing: it is compared as if it were not there.
    MayBeMissing,
}

/// What is wrong with a value, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Keys and places on the way there.
    pub(crate) path: Vec<Step>,
    /// What is wrong.
    pub(crate) words: String,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    At(usize),
}

/// Reads a value.
pub(crate) fn read<T: DeserializeOwned>(value: &Value, texts: Texts) -> Result<T, Unreadable> {
    serde_path_to_error::deserialize(Terse { value: Some(value), texts }).map_err(|error| {
        use serde_path_to_error::Segment;
        let path = error.path().iter().filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::At(*index)),
            Segment::Map { key } => Some(Step::Key(key.clone())),
            Segment::Enum { .. } | Segment::Unknown => None,
        });
        Unreadable { path: path.collect(), words: error.inner().to_string() }
    })
}

/// A value, or the place where there is none.
#[derive(Clone, Copy)]
struct Terse<'a> {
    value: Option<&'a Value>,
    texts: Texts,
}

const MISSING: &str = "this is missing";

impl<'a> Terse<'a> {
    fn of(self, value: &'a Value) -> Self {
        Self { value: Some(value), ..self }
    }
}

impl<'de> Deserializer<'de> for Terse<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            None => Err(Error::custom(MISSING)),
            Some(Value::Array(list)) => visitor.visit_seq(Elements { rest: list.iter(), of: self }),
            Some(Value::Object(object)) => {
                let fields = object.iter().map(|(key, value)| (key.as_str(), Some(value))).collect();
                visitor.visit_map(Fields { rest: fields, value: None, of: self })
            }
            Some(value) => value.clone().deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.value.is_none() { visitor.visit_bool(false) } else { self.deserialize_any(visitor) }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.value, self.texts) {
            (None, Texts::MayBeMissing) => visitor.visit_str(""),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            None | Some(Value::Null) => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            None => visitor.visit_seq(Elements { rest: [].iter(), of: self }),
            Some(_) => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let variant = fields == ["type", "value"];
        let object = match self.value {
            Some(Value::Object(object)) => Some(object),
            None if !variant => None,
            _ => return self.deserialize_any(visitor),
        };
        if let Some(key) = object.into_iter().flatten().map(|(key, _)| key).find(|key| !fields.contains(&key.as_str()))
        {
            let known = fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
            return Err(Error::custom(format!("there is no field `{key}` here; there are {known}")));
        }
        let found = fields.iter().map(|field| (*field, object.and_then(|object| object.get(*field))));
        // A variant's kind comes first, and its value only where there is one.
        let found = found.filter(|(_, value)| !variant || value.is_some());
        visitor.visit_map(Fields { rest: found.collect(), value: None, of: self })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Some(Value::String(text)) => {
                let name: StrDeserializer<'_, Error> = text.as_str().into_deserializer();
                visitor.visit_enum(name)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map identifier
        ignored_any
    }
}

struct Elements<'a> {
    rest: std::slice::Iter<'a, Value>,
    of: Terse<'a>,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.rest.next().map(|value| seed.deserialize(self.of.of(value))).transpose()
    }
}

struct Fields<'a> {
    rest: std::collections::VecDeque<(&'a str, Option<&'a Value>)>,
    value: Option<Option<&'a Value>>,
    of: Terse<'a>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.rest.pop_front() else { return Ok(None) };
        self.value = Some(value);
        let key: StrDeserializer<'_, Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value.take().ok_or_else(|| Error::custom("a value was asked for before its key"))?;
        seed.deserialize(Terse { value, ..self.of })
    }
}

#[cfg(test)]
mod tests {
    use lockgate_model::contract::inbound::Event;
    use lockgate_model::contract::outbound::Draft;
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({
            "dedup": "m1", "at": 5,
            "actor": { "key": "u1", "kind": "opaque", "role": "contact", "assurance": { "type": "provider" } },
            "body": { "type": "message", "value": {
                "id": "m1", "direction": "incoming",
                "parts": [{ "content": { "type": "text", "value": { "plain": "Hi" } } }]
            } }
        })
    }

    #[test]
    fn what_is_empty_may_be_left_out() {
        let read: Event = read(&event(), Texts::Written).unwrap();
        let back = serde_json::to_value(&read).unwrap();
        assert_eq!(crate::compare::compare("event", &event(), &back), []);
        assert!(read.extras.is_empty() && read.thread.is_none());
    }

    #[test]
    fn what_is_not_there_or_wrong_is_told_with_its_place() {
        let told = |change: &dyn Fn(&mut Value)| {
            let mut value = event();
            change(&mut value);
            let refused = super::read::<Event>(&value, Texts::Written).unwrap_err();
            let path: Vec<String> = refused
                .path
                .iter()
                .map(|step| match step {
                    Step::Key(key) => key.clone(),
                    Step::At(at) => at.to_string(),
                })
                .collect();
            format!("{}: {}", path.join("."), refused.words)
        };
        assert!(told(&|event| event["bdy"] = json!(1)).contains("no field `bdy`"));
        let deep = told(&|event| event["body"]["value"]["parts"][0]["content"]["value"] = json!({ "plian": "Hi" }));
        assert!(
            deep.contains("parts.0.content") && deep.contains("no field `plian` here; there are `plain`"),
            "{deep}"
        );
        assert!(
            told(&|event| event["actor"]["kind"] = json!("number")).contains("actor.kind: unknown variant `number`")
        );
        assert!(told(&|event| event["body"]["type"] = json!("massage")).contains("unknown variant `massage`"));
        assert_eq!(told(&|event| drop(event.as_object_mut().unwrap().remove("at"))), format!("at: {MISSING}"));
        assert_eq!(told(&|event| drop(event.as_object_mut().unwrap().remove("dedup"))), format!("dedup: {MISSING}"));
        assert!(told(&|event| event["at"] = json!("now")).starts_with("at: invalid type: string"));
        assert!(told(&|event| event["extras"] = json!(true)).starts_with("extras: invalid type: boolean"));
    }

    #[test]
    fn texts_may_be_missing_where_they_are_compared() {
        let mut value = event();
        value.as_object_mut().unwrap().remove("dedup");
        assert_eq!(read::<Event>(&value, Texts::MayBeMissing).unwrap().dedup, "");
        assert!(read::<Draft>(&json!({}), Texts::Written).is_err());
    }
}
