//! Reads a case's file. It is read without a doubt or not at all: an unknown key, a second call, an expectation that expects nothing
//! are refused with the line where they stand and what to write instead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use lockgate_model::contract::outbound::Draft;
use lockgate_model::contract::settings::SettingValue;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::act::FileAct;
use super::look_up::FileLookUp;
use super::webhook::FileWebhook;
use super::{ACCOUNT, Case, CaseCall, CaseProblem, Exchange, Expectation, NOW_MS};
use crate::locate;
use crate::terse::{self, Step, Texts};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    now: Option<Timestamp>,
    #[serde(default)]
    settings: BTreeMap<String, Value>,
    bound: Option<BTreeSet<String>>,
    #[serde(default)]
    state: BTreeMap<String, String>,
    receive: Option<FileWebhook>,
    follow_up: Option<String>,
    poll: Option<FilePoll>,
    fetch: Option<String>,
    send: Option<Map<String, Value>>,
    preview: Option<Map<String, Value>>,
    look_up: Option<FileLookUp>,
    act: Option<FileAct>,
    #[serde(default)]
    provider: Vec<Exchange>,
    expect: Expectation,
}

/// How far a channel was polled.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object: {\"cursor\": …}, or {} where it is polled for the first time")]
struct FilePoll {
    #[serde(default)]
    cursor: Option<String>,
}

/// The keys that say what happens.
const CALLS: &str = "\"receive\", \"follow_up\", \"poll\", \"fetch\", \"send\", \"preview\", \"look_up\" or \"act\"";

/// What is wrong, and at which value.
pub(super) struct Wrong {
    pub(super) path: Vec<Step>,
    pub(super) words: String,
}

pub(super) fn wrong(path: &[&str], words: impl Into<String>) -> Wrong {
    Wrong { path: path.iter().map(|key| Step::Key((*key).to_owned())).collect(), words: words.into() }
}

impl Case {
    /// Reads one file's text. `file` is its path, for the problem's words and the case's name.
    ///
    /// # Errors
    ///
    /// [`CaseProblem`]
    pub fn parse(file: &Path, text: &str) -> Result<Self, CaseProblem> {
        let problem = |line, words: String| CaseProblem { file: file.to_owned(), line, words };
        let deserializer = &mut serde_json::Deserializer::from_str(text);
        let read: File = serde_path_to_error::deserialize(&mut *deserializer).map_err(|error| {
            let line = Some(error.inner().line()).filter(|line| *line > 0);
            let at = error.path().to_string();
            let words = without_position(&error.inner().to_string());
            problem(line, if at == "." { words } else { format!("{at}: {words}") })
        })?;
        deserializer.end().map_err(|error| problem(Some(error.line()), "there is text behind the case".into()))?;
        read.case(file).map_err(|Wrong { path, words }| {
            let at: String = path.iter().map(step).collect();
            let line = (!path.is_empty()).then(|| locate::line(text, &path));
            problem(line, if at.is_empty() { words } else { format!("{}: {words}", at.trim_start_matches('.')) })
        })
    }
}

fn step(step: &Step) -> String {
    match step {
        Step::Key(key) => format!(".{key}"),
        Step::At(at) => format!("[{at}]"),
    }
}

impl File {
    fn case(self, file: &Path) -> Result<Case, Wrong> {
        if self.about.trim().is_empty() {
            return Err(wrong(&["about"], "say in a sentence what the case shows"));
        }
        let settings = self.settings.into_iter().map(|(key, value)| match setting(value) {
            Some(value) => Ok((key, value)),
            None => Err(wrong(&["settings", &key], "a setting is a text, a number, true or false, or a list of texts")),
        });
        let now_ms = match self.now {
            None => NOW_MS,
            Some(now) => {
                u64::try_from(now.as_millisecond()).map_err(|_| wrong(&["now"], "a moment after 1970 is meant"))?
            }
        };
        let beside = file.parent().unwrap_or(Path::new(""));
        let mut calls = Vec::new();
        if let Some(webhook) = self.receive {
            calls.push(CaseCall::Receive(webhook.read(beside)?));
        }
        calls.extend(self.follow_up.map(CaseCall::FollowUp));
        calls.extend(self.poll.map(|poll| CaseCall::Poll(poll.cursor)));
        calls.extend(self.fetch.map(CaseCall::Fetch));
        if let Some(given) = self.send {
            calls.push(CaseCall::Send(draft(given, "send")?));
        }
        if let Some(given) = self.preview {
            calls.push(CaseCall::Preview(draft(given, "preview")?));
        }
        calls.extend(self.look_up.map(|look_up| CaseCall::LookUp(look_up.read())));
        if let Some(act) = self.act {
            calls.push(CaseCall::Act(act.read()?));
        }
        let call = match <[CaseCall; 1]>::try_from(calls) {
            Ok([call]) => call,
            Err(calls) if calls.is_empty() => {
                let words = format!("nothing happens in it: write one of {CALLS}");
                return Err(wrong(&[], words));
            }
            Err(_) => {
                let words =
                    format!("a case is about one call: write one of {CALLS}, and the others in files of their own");
                return Err(wrong(&[], words));
            }
        };
        for (at, exchange) in self.provider.iter().enumerate() {
            exchange.read().map_err(|(key, words)| Wrong {
                path: ["provider"]
                    .iter()
                    .map(|key| Step::Key((*key).into()))
                    .chain([Step::At(at)])
                    .chain(key.iter().map(|key| Step::Key((*key).into())))
                    .collect(),
                words: words.into(),
            })?;
        }
        let case = Case {
            name: file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            file: file.to_owned(),
            about: self.about,
            now_ms,
            settings: settings.collect::<Result<_, _>>()?,
            bound: self.bound,
            state: self.state.into_iter().map(|(key, value)| (key, value.into_bytes())).collect(),
            call,
            provider: self.provider,
            expect: self.expect,
        };
        case.fits().map_err(|words| wrong(&["expect"], words))?;
        case.expect.read()?;
        case.expect.read_found(&case.call)?;
        Ok(case)
    }
}

pub(super) fn checked<T: DeserializeOwned>(value: &Value, texts: Texts, at: &[Step]) -> Result<T, Wrong> {
    terse::read(value, texts).map_err(|unreadable| Wrong {
        path: at.iter().cloned().chain(unreadable.path).collect(),
        words: without_position(&unreadable.words),
    })
}

/// A key that the host would fill in.
pub(super) fn fill(object: &mut Map<String, Value>, key: &str, value: Value) {
    object.entry(key).or_insert(value);
}

/// A draft with what the host would fill in where the case leaves it open.
fn draft(mut given: Map<String, Value>, key: &str) -> Result<Draft, Wrong> {
    fill(&mut given, "delivery", json!("00000000-0000-4000-8000-000000000000"));
    fill(&mut given, "attempt", json!(1));
    fill(&mut given, "account", json!(ACCOUNT));
    fill(&mut given, "ground", json!({ "type": "open" }));
    if let Some(thread) = given.get_mut("thread").and_then(Value::as_object_mut) {
        fill(thread, "kind", json!("direct"));
    }
    for recipient in given.get_mut("recipients").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(recipient) = recipient.as_object_mut() {
            fill(recipient, "role", json!("to"));
            fill(recipient, "kind", json!("opaque"));
        }
    }
    for (at, part) in given.get_mut("parts").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
        if let Some(part) = part.as_object_mut() {
            fill(part, "id", json!(at));
            fill(part, "client_ref", json!(format!("00000000-0000-4000-8000-{:012}", at + 1)));
        }
    }
    checked(&Value::Object(given), Texts::Written, &[Step::Key(key.into())])
}

impl Exchange {
    /// Whether it can be served. The error names the key.
    fn read(&self) -> Result<(), (&'static [&'static str], &'static str)> {
        let url = self
            .request
            .url
            .strip_prefix("https://")
            .ok_or((&["request", "url"][..], "an address begins with \"https://\""))?;
        if url.is_empty() || url.starts_with('/') {
            return Err((&["request", "url"], "the address has no host"));
        }
        if let super::Answered::Whole(answer) = &self.answer
            && !(200..=599).contains(&answer.status)
        {
            return Err((&["answer", "status"], "a status is from 200 to 599"));
        }
        Ok(())
    }
}

fn setting(value: Value) -> Option<SettingValue> {
    Some(match value {
        Value::String(text) => SettingValue::Text(text),
        Value::Number(number) => SettingValue::Number(number.as_f64()?),
        Value::Bool(is) => SettingValue::Boolean(is),
        Value::Array(list) => {
            let text = |value: Value| if let Value::String(text) = value { Some(text) } else { None };
            SettingValue::Texts(list.into_iter().map(text).collect::<Option<_>>()?)
        }
        Value::Null | Value::Object(_) => return None,
    })
}

/// serde_json says where; that is said once.
pub(super) fn without_position(words: &str) -> String {
    words.split(" at line ").next().unwrap_or(words).to_owned()
}
