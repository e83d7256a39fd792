//! Goes through a request and decides of every value whether it stays. What nothing speaks for is replaced.

use std::collections::BTreeSet;

use lockgate_model::contract::common::Pair;
use serde_json::{Map, Number, Value, json};

use super::kind;
use super::standin::StandIns;
use crate::case::{Case, CaseCall};

/// Values that are to stay, by where they are: `/entry/0/id`, with `*` for any key or place; of a header or a query `header:NAME`
/// and `query:NAME`; of what follows the route in the path `path:1`, `path:2` and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    of: &'static str,
    way: Vec<String>,
}

impl std::str::FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = |of, name: &str| Self { of, way: vec![name.to_ascii_lowercase()] };
        match text.split_once(':') {
            Some(("header", name)) if !name.is_empty() => return Ok(named("header", name)),
            Some(("query", name)) if !name.is_empty() => return Ok(named("query", name)),
            Some(("path", place)) if place.parse::<usize>().is_ok() => return Ok(named("path", place)),
            _ => {}
        }
        let way = text.strip_prefix('/').ok_or_else(|| {
            format!(
                "{text:?} names no value: write a place in the body such as /entry/0/id, or header:NAME, query:NAME, path:1"
            )
        })?;
        Ok(Self { of: "body", way: way.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect() })
    }
}

/// What cases of the project show to be words of the protocol: fields and, of a field, values.
#[derive(Debug, Default)]
pub(crate) struct Known {
    fields: BTreeSet<String>,
    values: BTreeSet<(String, String)>,
    segments: BTreeSet<String>,
}

impl Known {
    pub(crate) fn of(cases: &[Case]) -> Self {
        let mut known = Self::default();
        for case in cases {
            let CaseCall::Receive(webhook) = &case.call else { continue };
            known.segments.extend(webhook.path.split('/').map(str::to_owned));
            if let Ok(body) = serde_json::from_slice::<Value>(&webhook.body) {
                known.learn("", &body);
            }
        }
        known
    }

    fn learn(&mut self, name: &str, value: &Value) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    self.fields.insert(key.clone());
                    self.learn(key, value);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| self.learn(name, value)),
            Value::String(text) if kind::is_word(text) && !kind::tells_own(name) => {
                self.values.insert((name.to_owned(), text.clone()));
            }
            _ => {}
        }
    }
}

/// One walk through one request.
pub(crate) struct Walk<'a> {
    pub(crate) stand_ins: StandIns<'a>,
    pub(crate) known: &'a Known,
    pub(crate) keep: &'a [Keep],
    /// When the request came, in milliseconds since 1970.
    pub(crate) now_ms: u64,
    /// Texts that stay, with where they are: for somebody to look at.
    pub(crate) kept: Vec<String>,
    /// How many values were replaced.
    pub(crate) replaced: usize,
}

/// How much of a day around the request a number may be off and still be a moment by itself, in milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

impl Walk<'_> {
    /// Notes every phone number that its field tells, so that it is one wherever it stands.
    pub(crate) fn look_for_phones(&mut self, name: &str, value: &Value) {
        match value {
            Value::Object(object) => object.iter().for_each(|(key, value)| self.look_for_phones(key, value)),
            Value::Array(list) => list.iter().for_each(|value| self.look_for_phones(name, value)),
            Value::String(text) => {
                let told = kind::tells_phone(name) && kind::could_be_phone(text);
                if told || kind::of(text) == kind::Kind::Phone {
                    self.stand_ins.note_phone(text);
                }
            }
            Value::Number(number) if kind::tells_phone(name) && kind::could_be_phone(&number.to_string()) => {
                self.stand_ins.note_phone(&number.to_string());
            }
            _ => {}
        }
    }

    /// A value of a body.
    pub(crate) fn value(&mut self, way: &mut Vec<String>, value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let mut made = Map::new();
                for (key, value) in object {
                    way.push(key.clone());
                    let name = self.name(key);
                    let value = self.value(way, value);
                    way.pop();
                    made.insert(name, value);
                }
                Value::Object(made)
            }
            Value::Array(list) => {
                let each = list.iter().enumerate().map(|(at, value)| {
                    way.push(at.to_string());
                    let made = self.value(way, value);
                    way.pop();
                    made
                });
                Value::Array(each.collect())
            }
            Value::Bool(_) | Value::Null => value.clone(),
            Value::String(text) => {
                let name = field(way);
                let keep = self.keeps("body", way);
                Value::String(self.text(&name, &format!("/{}", way.join("/")), text, keep))
            }
            Value::Number(number) if self.keeps("body", way) => Value::Number(number.clone()),
            Value::Number(number) => Value::Number(self.number(&field(way), number)),
        }
    }

    /// What follows the route in a path: each segment may be a token or a name, so only those stay that a case shows already.
    pub(crate) fn path(&mut self, path: &str) -> String {
        let each = path.split('/').enumerate().map(|(place, segment)| {
            let keep = self.keeps("path", &[place.to_string()]) || self.known.segments.contains(segment);
            self.text("", &format!("path:{place}"), segment, keep)
        });
        each.collect::<Vec<_>>().join("/")
    }

    /// Pairs of a form, a query or of headers.
    pub(crate) fn pairs(&mut self, of: &str, pairs: &[Pair]) -> Vec<Pair> {
        let each = pairs.iter().map(|Pair { name, value }| {
            let told = of == "header" && kind::is_told_by_browsers(name, value);
            let keep = told || self.keeps(of, &[name.to_ascii_lowercase()]);
            let place = format!("{of}:{name}");
            Pair { name: self.name(name), value: self.text(name, &place, value, keep) }
        });
        each.collect()
    }

    /// A name of a field.
    pub(crate) fn name(&mut self, name: &str) -> String {
        if name.is_empty() || kind::is_field(name) || self.known.fields.contains(name) {
            return name.to_owned();
        }
        self.replaced += 1;
        self.stand_ins.of_text(name)
    }

    /// A text in a field of this name.
    pub(crate) fn text(&mut self, name: &str, place: &str, text: &str, keep: bool) -> String {
        if text.is_empty() || matches!(text, "true" | "false" | "null") {
            return text.to_owned();
        }
        let known = self.known.values.contains(&(name.to_owned(), text.to_owned()));
        if keep || known || (kind::tells_kind(name) && kind::is_word(text)) {
            self.kept.push(format!("{place} {text:?}"));
            return text.to_owned();
        }
        if self.is_time(name, text) {
            return text.to_owned();
        }
        // JSON in a text, as some providers put it into forms.
        if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(text) {
            self.look_for_phones(name, &inner);
            let mut way = vec![place.trim_start_matches('/').to_owned()];
            return self.value(&mut way, &inner).to_string();
        }
        self.replaced += 1;
        if kind::moment(text).is_some() { self.stand_ins.of_moment(text) } else { self.stand_ins.of_text(text) }
    }

    fn is_time(&self, name: &str, text: &str) -> bool {
        if let Some(ms) = kind::moment(text) {
            let now = i64::try_from(self.now_ms).unwrap_or(i64::MAX);
            return !kind::tells_person(name) && (kind::tells_time(name) || ms.abs_diff(now) < DAY);
        }
        let number = text.split('.').next().unwrap_or_default();
        let fraction = text.get(number.len() + 1..).unwrap_or("0");
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        digits(number) && digits(fraction) && number.parse().is_ok_and(|number| self.is_moment(name, number))
    }

    /// Whether a number is a moment: its field says so, or it is one of the day on which the request came. In seconds,
    /// milliseconds or microseconds, and of this century.
    fn is_moment(&self, name: &str, number: u64) -> bool {
        const CENTURY: std::ops::Range<u64> = 978_307_200_000..4_102_444_800_000;
        [number.saturating_mul(1000), number, number / 1000]
            .into_iter()
            .any(|ms| CENTURY.contains(&ms) && (kind::tells_time(name) || ms.abs_diff(self.now_ms) < DAY))
    }

    fn number(&mut self, name: &str, number: &Number) -> Number {
        let text = number.to_string();
        if let Some(whole) = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs)) {
            if (whole < 1000 && !kind::tells_person(name)) || (number.is_u64() && self.is_moment(name, whole)) {
                return number.clone();
            }
            self.replaced += 1;
            let made = self.stand_ins.of_digits(&whole.to_string());
            let negative = number.as_i64().is_some_and(i64::is_negative);
            let number = if negative {
                format!("-{made}").parse::<i64>().ok().map(Into::into)
            } else {
                made.parse::<u64>().ok().map(Into::into)
            };
            // Of twenty digits not every number fits.
            return number.unwrap_or_else(|| Number::from(whole / 7));
        }
        self.replaced += 1;
        Number::from_f64(self.stand_ins.of_fraction(&text)).unwrap_or_else(|| Number::from(1))
    }

    fn keeps(&self, of: &str, way: &[String]) -> bool {
        let fits = |keep: &Keep| {
            keep.of == of
                && keep.way.len() == way.len()
                && keep.way.iter().zip(way).all(|(step, at)| step == "*" || step == at)
        };
        self.keep.iter().any(fits)
    }

    /// A body that is neither JSON nor a form.
    pub(crate) fn other(&mut self, body: &[u8]) -> Value {
        self.replaced += 1;
        match std::str::from_utf8(body) {
            Ok(text) => json!({ "body": self.stand_ins.of_text(text) }),
            Err(_) => {
                use base64::Engine as _;
                let made = self.stand_ins.of_bytes(body);
                json!({ "body_base64": base64::engine::general_purpose::STANDARD.encode(made) })
            }
        }
    }
}

/// The name of the field that the way leads to: places of a list have none of their own.
fn field(way: &[String]) -> String {
    let named = |step: &&String| step.parse::<usize>().is_err();
    way.iter().rev().find(named).cloned().unwrap_or_default()
}
