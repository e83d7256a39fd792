//! Cases as data: one JSON file each.
//!
//! A file is read without a doubt or not at all: an unknown key, a second call, an expectation that expects nothing are refused with
//! the line where they stand and what to write instead. The words for records and variants are those of the API: field names of the
//! contract with `_` for `-`, variants as `{"type": …, "value": …}`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound::Verification;
use lockgate_model::contract::settings::SettingValue;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The moment of a case that names none: 2026-01-02T03:04:05Z, in milliseconds.
pub const NOW_MS: u64 = 1_767_323_045_000;

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The file's name without its ending: how the case is called.
    pub name: String,
    /// What it shows, in a sentence.
    pub about: String,
    /// The host's clock during the call, in milliseconds since 1970.
    pub now_ms: u64,
    /// Settings that are filled in.
    pub settings: BTreeMap<String, SettingValue>,
    /// Names of the credentials that are bound; none: all of the manifest.
    pub bound: Option<BTreeSet<String>>,
    /// The state before the call.
    pub state: BTreeMap<String, Vec<u8>>,
    /// What happens.
    pub call: CaseCall,
    /// What the provider is asked, and what it answers, in order.
    pub provider: Vec<Exchange>,
    /// What is to come of it.
    pub expect: Expectation,
}

/// The call of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseCall {
    /// A webhook comes.
    Receive(Webhook),
    /// A message is sent. The draft as far as the file gives it.
    Send(Map<String, Value>),
    /// A draft is looked at. The draft as far as the file gives it.
    Preview(Map<String, Value>),
}

/// A request as the provider makes it, verified already.
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// The manifest's route.
    pub route: String,
    /// The method; none: the first of the route.
    pub method: Option<String>,
    /// Behind the route, with its `/`; may be empty.
    pub path: String,
    /// In order.
    pub query: Vec<Pair>,
    /// In order, names in lower case.
    pub headers: Vec<Pair>,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// The account, at channel level; none: the case's setting that holds it.
    pub account: Option<String>,
    /// What the host verified; none: what the route's recipe says, without claims.
    pub verification: Option<Verification>,
}

/// One request of the plugin and the provider's answer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What is asked.
    pub request: Asked,
    /// What is answered.
    pub answer: Answered,
}

/// A request as it arrives at the provider. The host's own headers are left out; a credential is shown as `{name}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The method, in capitals.
    pub method: String,
    /// `https://host/path?query`.
    pub url: String,
    /// Names in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// JSON as a value; a form as an object below `form`; anything else as text.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

/// What the provider does with a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answered {
    /// It answers.
    Whole(Answer),
    /// It does not.
    Broken(Break),
}

/// A provider's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Names in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// JSON as a value, anything else as text.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

/// How a connection breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Break {
    /// Nobody answers there: nothing left.
    Unreachable,
    /// It was read, and the connection closed without an answer.
    Closed,
}

/// What is to come of a case. Compared is what is named; of a call's result all is compared, with fields that are empty left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Of `receive`: the events, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Value>>,
    /// Of `receive`: the plugin's own answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
    /// Of `receive`: why it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Value>,
    /// Of `receive`: keys of the state that it changed; `null` for one that it deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BTreeMap<String, Option<String>>>,
    /// Of `send`: what came of each part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Vec<Value>>,
    /// Of `preview`: what is wrong with the draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<Value>>,
}

/// A file that is no case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CaseProblem {
    /// The file.
    pub file: PathBuf,
    /// From 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong and what to write instead.
    pub words: String,
}

impl fmt::Display for CaseProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file.display(), self.words),
            None => write!(f, "{}: {}", self.file.display(), self.words),
        }
    }
}

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
    send: Option<Map<String, Value>>,
    preview: Option<Map<String, Value>>,
    #[serde(default)]
    provider: Vec<Exchange>,
    expect: Expectation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileWebhook {
    route: String,
    method: Option<String>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    query: Pairs,
    #[serde(default)]
    headers: Pairs,
    #[serde(default)]
    body: Value,
    body_base64: Option<String>,
    account: Option<String>,
    verification: Option<Verification>,
}

/// An object, or a list of pairs where a name comes more than once.
#[derive(Deserialize)]
#[serde(untagged)]
enum Pairs {
    Object(Map<String, Value>),
    List(Vec<(String, String)>),
}

impl Default for Pairs {
    fn default() -> Self {
        Self::List(Vec::new())
    }
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
        let read: File = serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let line = Some(error.inner().line()).filter(|line| *line > 0);
            let at = error.path().to_string();
            let words = without_position(&error.inner().to_string());
            problem(line, if at == "." { words } else { format!("{at}: {words}") })
        })?;
        deserializer.end().map_err(|error| problem(Some(error.line()), "there is text behind the case".into()))?;
        let line_of = |key: &str| line_of(text, key);
        let call = match (read.receive, read.send, read.preview) {
            (Some(webhook), None, None) => CaseCall::Receive(
                webhook.read().map_err(|(key, words)| problem(line_of(key), format!("receive.{key}: {words}")))?,
            ),
            (None, Some(draft), None) => CaseCall::Send(draft),
            (None, None, Some(draft)) => CaseCall::Preview(draft),
            (None, None, None) => {
                return Err(problem(
                    None,
                    "nothing happens in it: write one of \"receive\", \"send\" or \"preview\"".into(),
                ));
            }
            _ => {
                let words = "a case is about one call: write one of \"receive\", \"send\" or \"preview\", and the others in files of their own";
                return Err(problem(None, words.into()));
            }
        };
        if read.about.trim().is_empty() {
            return Err(problem(line_of("about"), "about: say in a sentence what the case shows".into()));
        }
        let settings = read
            .settings
            .into_iter()
            .map(|(key, value)| match setting(value) {
                Some(value) => Ok((key, value)),
                None => Err(problem(
                    line_of(&key),
                    format!("settings.{key}: a setting is a text, a number, true or false, or a list of texts"),
                )),
            })
            .collect::<Result<_, _>>()?;
        let now_ms = match read.now {
            None => NOW_MS,
            Some(now) => u64::try_from(now.as_millisecond())
                .map_err(|_| problem(line_of("now"), "now: a moment after 1970 is meant".into()))?,
        };
        let case = Self {
            name: file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            about: read.about,
            now_ms,
            settings,
            bound: read.bound,
            state: read.state.into_iter().map(|(key, value)| (key, value.into_bytes())).collect(),
            call,
            provider: read.provider,
            expect: read.expect,
        };
        case.expects().map_err(|words| problem(line_of("expect"), format!("expect: {words}")))?;
        Ok(case)
    }

    /// Whether its expectation is one of this call, and expects something.
    fn expects(&self) -> Result<(), &'static str> {
        let Expectation { events, response, refusal, state, outcomes, problems } = &self.expect;
        match &self.call {
            CaseCall::Receive(_) => {
                if outcomes.is_some() || problems.is_some() {
                    return Err(
                        "what is received has \"events\" or a \"refusal\"; outcomes and problems are a draft's",
                    );
                }
                match (events, refusal) {
                    (None, None) => Err(
                        "it would be met by everything: write \"events\" (an empty list, if there are to be none) or a \"refusal\"",
                    ),
                    (Some(_), Some(_)) => Err("a request is refused or has events, not both"),
                    (None, Some(_)) if response.is_some() || state.is_some() => {
                        Err("a request that is refused has no answer of the plugin's and leaves no state")
                    }
                    _ if !self.provider.is_empty() => {
                        Err("no request leaves while something is received: leave \"provider\" out")
                    }
                    _ => Ok(()),
                }
            }
            CaseCall::Send(_) if outcomes.is_none() => {
                Err("it would be met by everything: write the \"outcomes\" of the draft's parts")
            }
            CaseCall::Preview(_) if problems.is_none() => {
                Err("it would be met by everything: write \"problems\" (an empty list, if there are to be none)")
            }
            CaseCall::Send(_) if problems.is_some() => {
                Err("problems are what \"preview\" says; what is sent has \"outcomes\"")
            }
            CaseCall::Preview(_) if outcomes.is_some() => {
                Err("outcomes are what \"send\" says; a preview has \"problems\"")
            }
            CaseCall::Send(_) | CaseCall::Preview(_)
                if events.is_some() || response.is_some() || refusal.is_some() || state.is_some() =>
            {
                Err("\"events\", \"response\", \"refusal\" and \"state\" are of what is received")
            }
            CaseCall::Preview(_) if !self.provider.is_empty() => {
                Err("no request leaves during a preview: leave \"provider\" out")
            }
            CaseCall::Send(_) | CaseCall::Preview(_) => Ok(()),
        }
    }
}

impl FileWebhook {
    fn read(self) -> Result<Webhook, (&'static str, String)> {
        let pairs = |key: &'static str, pairs: Pairs, lower: bool| {
            let name = |name: String| if lower { name.to_ascii_lowercase() } else { name };
            match pairs {
                Pairs::List(list) => {
                    Ok(list.into_iter().map(|(key, value)| Pair { name: name(key), value }).collect::<Vec<_>>())
                }
                Pairs::Object(object) => object
                    .into_iter()
                    .map(|(given, value)| match value {
                        Value::String(value) => Ok(Pair { name: name(given), value }),
                        _ => Err((key, format!("the value of {given:?} is a text; write it in quotes"))),
                    })
                    .collect(),
            }
        };
        let body = match (self.body, self.body_base64) {
            (Value::Null, None) => Vec::new(),
            (Value::Null, Some(coded)) => {
                STANDARD.decode(coded).map_err(|error| ("body_base64", format!("this is no Base64: {error}")))?
            }
            (Value::String(text), None) => text.into_bytes(),
            (value, None) => value.to_string().into_bytes(),
            (_, Some(_)) => return Err(("body_base64", "the body stands there already, in \"body\"".to_owned())),
        };
        if !(self.path.is_empty() || self.path.starts_with('/')) {
            return Err(("path", "what follows the route's name begins with \"/\"".to_owned()));
        }
        Ok(Webhook {
            route: self.route,
            method: self.method,
            path: self.path,
            query: pairs("query", self.query, false)?,
            headers: pairs("headers", self.headers, true)?,
            body,
            account: self.account,
            verification: self.verification,
        })
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
fn without_position(words: &str) -> String {
    words.split(" at line ").next().unwrap_or(words).to_owned()
}

/// Where a key stands first: good enough to send somebody's eyes there.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let quoted = format!("\"{key}\"");
    text.lines().position(|line| line.contains(&quoted)).map(|at| at + 1)
}

#[cfg(test)]
mod tests;
