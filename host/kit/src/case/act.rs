//! Reads the action of a case's file: which function of `actions` it is, what it takes, and what it is done to.

use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::contract::common::Part;
use lockgate_model::contract::outbound::Author;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Acting;
use super::file::{Wrong, checked, fill, wrong};
use crate::terse::{Step, Texts};

/// The keys of all functions: which of them it takes, its kind says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileAct {
    #[serde(rename = "type")]
    kind: Kind,
    target: Map<String, Value>,
    parts: Option<Vec<Value>>,
    symbol: Option<String>,
    added: Option<bool>,
    reaction: Option<String>,
    on: Option<bool>,
    author: Option<Value>,
    ended: Option<bool>,
}

/// The functions of `actions`.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Edit,
    Delete,
    React,
    MarkRead,
    Typing,
    TakeOver,
    Ended,
}

impl Kind {
    /// Its name, and the keys that it takes; those with `!` must be there.
    fn takes(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Edit => ("edit", &["parts!"]),
            Self::Delete => ("delete", &[]),
            Self::React => ("react", &["symbol!", "added!", "reaction"]),
            Self::MarkRead => ("mark_read", &[]),
            Self::Typing => ("typing", &["on!", "author"]),
            Self::TakeOver => ("take_over", &["on!"]),
            Self::Ended => ("ended", &["ended!"]),
        }
    }
}

impl FileAct {
    pub(super) fn read(self) -> Result<Acting, Wrong> {
        let (name, takes) = self.kind.takes();
        let there = [
            ("parts", self.parts.is_some()),
            ("symbol", self.symbol.is_some()),
            ("added", self.added.is_some()),
            ("reaction", self.reaction.is_some()),
            ("on", self.on.is_some()),
            ("author", self.author.is_some()),
            ("ended", self.ended.is_some()),
        ];
        for (key, is_there) in there {
            let taken = takes.iter().find(|taken| taken.trim_end_matches('!') == key);
            match (taken, is_there) {
                (None, true) => {
                    let keys: Vec<&str> = takes.iter().map(|taken| taken.trim_end_matches('!')).collect();
                    let keys = if keys.is_empty() { "nothing more".to_owned() } else { keys.join(", ") };
                    let words = format!("{name} takes no {key:?}: beside \"target\" it takes {keys}");
                    return Err(wrong(&["act", key], words));
                }
                (Some(taken), false) if taken.ends_with('!') => {
                    return Err(wrong(&["act"], format!("{name} needs {key:?}, whichever it is")));
                }
                _ => {}
            }
        }
        let action = match self.kind {
            Kind::Edit => Action::Edit { parts: self.parts.map(parts).transpose()?.unwrap_or_default() },
            Kind::Delete => Action::Delete,
            Kind::React => Action::React {
                symbol: self.symbol.unwrap_or_default(),
                added: self.added.unwrap_or_default(),
                reaction: self.reaction,
            },
            Kind::MarkRead => Action::MarkRead,
            Kind::Typing => Action::Typing {
                on: self.on.unwrap_or_default(),
                author: self
                    .author
                    .map(|author| of_act::<Author>(&author, &[Step::Key("author".into())]))
                    .transpose()?,
            },
            Kind::TakeOver => Action::TakeOver { on: self.on.unwrap_or_default() },
            Kind::Ended => Action::Ended { ended: self.ended.unwrap_or_default() },
        };
        Ok(Acting { target: target(self.target)?, action })
    }
}

fn parts(parts: Vec<Value>) -> Result<Vec<Part>, Wrong> {
    let part = |(at, part)| of_act(&part, &[Step::Key("parts".into()), Step::At(at)]);
    parts.into_iter().enumerate().map(part).collect()
}

/// What it is done to, with what the host would fill in where the case leaves it open.
fn target(mut given: Map<String, Value>) -> Result<Target, Wrong> {
    fill(&mut given, "client_ref", json!("00000000-0000-4000-8000-000000000001"));
    if let Some(thread) = given.get_mut("thread").and_then(Value::as_object_mut) {
        fill(thread, "kind", json!("direct"));
    }
    of_act(&Value::Object(given), &[Step::Key("target".into())])
}

fn of_act<T: serde::de::DeserializeOwned>(value: &Value, at: &[Step]) -> Result<T, Wrong> {
    let way: Vec<Step> = [Step::Key("act".into())].into_iter().chain(at.iter().cloned()).collect();
    checked(value, Texts::Written, &way)
}
