//! Reads a case's file. It is read without a doubt or not at all: an unknown key, a second call, an expectation that expects nothing
//! are refused with the line where they stand and what to write instead.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use lockgate_model::contract::common::{Fault, Pair};
use lockgate_model::contract::inbound::{Event, Refusal, Verification};
use lockgate_model::contract::outbound::{Draft, PartOutcome, Problem};
use lockgate_model::contract::settings::SettingValue;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{ACCOUNT, Answer, Case, CaseCall, CaseProblem, Exchange, Expectation, KeptFile, NOW_MS, Webhook};
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

/// How far a channel was polled.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object: {\"cursor\": …}, or {} where it is polled for the first time")]
struct FilePoll {
    #[serde(default)]
    cursor: Option<String>,
}

/// An object, or a list of pairs where a name comes more than once.
#[derive(Deserialize)]
#[serde(untagged, expecting = "an object of texts, or a list of [name, value] where a name comes more than once")]
enum Pairs {
    Object(BTreeMap<String, String>),
    List(Vec<(String, String)>),
}

impl Default for Pairs {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

/// What is wrong, and at which value.
struct Wrong {
    path: Vec<Step>,
    words: String,
}

fn wrong(path: &[&str], words: impl Into<String>) -> Wrong {
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
        let mut calls = Vec::new();
        if let Some(webhook) = self.receive {
            calls.push(CaseCall::Receive(webhook.read()?));
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
        let call = match <[CaseCall; 1]>::try_from(calls) {
            Ok([call]) => call,
            Err(calls) if calls.is_empty() => {
                let words = "nothing happens in it: write one of \"receive\", \"follow_up\", \"poll\", \"fetch\", \"send\" or \"preview\"";
                return Err(wrong(&[], words));
            }
            Err(_) => {
                let words = "a case is about one call: write one of \"receive\", \"follow_up\", \"poll\", \"fetch\", \"send\" or \"preview\", and the others in files of their own";
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
        Ok(case)
    }
}

impl Case {
    /// Whether its expectation is one of this call, and expects something.
    fn fits(&self) -> Result<(), &'static str> {
        let Expectation {
            events,
            response,
            refusal,
            cursor,
            more,
            wait_at_least,
            file,
            fault,
            state,
            deleted,
            outcomes,
            problems,
        } = &self.expect;
        let writes = state.is_some() || deleted.is_some();
        let pages = cursor.is_some() || more.is_some() || wait_at_least.is_some();
        match &self.call {
            CaseCall::Fetch(_) => {
                if outcomes.is_some()
                    || problems.is_some()
                    || response.is_some()
                    || refusal.is_some()
                    || events.is_some()
                    || pages
                {
                    return Err("what is fetched is a \"file\" or a \"fault\"; everything else is of other calls");
                }
                match (file, fault) {
                    (None, None) => {
                        Err("it would be met by everything: write the \"file\" that is kept, or a \"fault\"")
                    }
                    (Some(_), Some(_)) => Err("a call comes to nothing or keeps a file, not both"),
                    (None, Some(_)) if writes => Err("a call that comes to nothing leaves no state"),
                    _ => Ok(()),
                }
            }
            _ if file.is_some() => Err("a \"file\" is of \"fetch\""),
            CaseCall::FollowUp(_) | CaseCall::Poll(_) => {
                if outcomes.is_some() || problems.is_some() || response.is_some() || refusal.is_some() {
                    return Err(
                        "what runs by itself has \"events\" or a \"fault\"; answers, refusals, outcomes and problems are of other calls",
                    );
                }
                match (events, fault) {
                    (None, None) => Err(
                        "it would be met by everything: write \"events\" (an empty list, if there are to be none) or a \"fault\"",
                    ),
                    (Some(_), Some(_)) => Err("a call comes to nothing or has events, not both"),
                    (None, Some(_)) if writes || pages => {
                        Err("a call that comes to nothing has no cursor and leaves no state")
                    }
                    _ if pages && matches!(self.call, CaseCall::FollowUp(_)) => {
                        Err("\"cursor\", \"more\" and \"wait_at_least\" are of a page, which \"poll\" gives")
                    }
                    _ => Ok(()),
                }
            }
            _ if pages || fault.is_some() => Err(
                "\"cursor\", \"more\", \"wait_at_least\" and \"fault\" are of \"poll\", \"follow_up\" and \"fetch\"",
            ),
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
                    (None, Some(_)) if response.is_some() || writes => {
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
                if events.is_some() || response.is_some() || refusal.is_some() || writes =>
            {
                Err("\"events\", \"response\", \"refusal\", \"state\" and \"deleted\" are of what is received")
            }
            CaseCall::Preview(_) if !self.provider.is_empty() => {
                Err("no request leaves during a preview: leave \"provider\" out")
            }
            CaseCall::Send(_) | CaseCall::Preview(_) => Ok(()),
        }
    }
}

impl Expectation {
    /// Whether everything in it is of the contract: what is misspelt could never come, and what is left out is easily meant.
    fn read(&self) -> Result<(), Wrong> {
        each::<Event>("events", self.events.as_deref())?;
        each::<PartOutcome>("outcomes", self.outcomes.as_deref())?;
        each::<Problem>("problems", self.problems.as_deref())?;
        one::<Refusal>("refusal", self.refusal.as_ref())?;
        one::<Fault>("fault", self.fault.as_ref())?;
        if let Some(file) = &self.file {
            serde_json::from_value::<KeptFile>(file.clone())
                .map_err(|error| wrong(&["expect", "file"], without_position(&error.to_string())))?;
        }
        if let Some(response) = &self.response {
            serde_json::from_value::<Answer>(response.clone())
                .map_err(|error| wrong(&["expect", "response"], without_position(&error.to_string())))?;
        }
        Ok(())
    }
}

fn each<T: DeserializeOwned>(key: &str, values: Option<&[Value]>) -> Result<(), Wrong> {
    for (at, value) in values.unwrap_or_default().iter().enumerate() {
        checked::<T>(value, Texts::MayBeMissing, &[Step::Key("expect".into()), Step::Key(key.into()), Step::At(at)])?;
    }
    Ok(())
}

fn one<T: DeserializeOwned>(key: &str, value: Option<&Value>) -> Result<(), Wrong> {
    match value {
        Some(value) => {
            checked::<T>(value, Texts::MayBeMissing, &[Step::Key("expect".into()), Step::Key(key.into())]).map(drop)
        }
        None => Ok(()),
    }
}

fn checked<T: DeserializeOwned>(value: &Value, texts: Texts, at: &[Step]) -> Result<T, Wrong> {
    terse::read(value, texts).map_err(|unreadable| Wrong {
        path: at.iter().cloned().chain(unreadable.path).collect(),
        words: without_position(&unreadable.words),
    })
}

/// A draft with what the host would fill in where the case leaves it open.
fn draft(mut given: Map<String, Value>, key: &str) -> Result<Draft, Wrong> {
    let fill = |object: &mut Map<String, Value>, key: &str, value: Value| {
        object.entry(key).or_insert(value);
    };
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

impl FileWebhook {
    fn read(self) -> Result<Webhook, Wrong> {
        let body = match (self.body, self.body_base64) {
            (Value::Null, None) => Vec::new(),
            (Value::Null, Some(coded)) => STANDARD
                .decode(coded)
                .map_err(|error| wrong(&["receive", "body_base64"], format!("this is no Base64: {error}")))?,
            (Value::String(text), None) => text.into_bytes(),
            (value, None) => value.to_string().into_bytes(),
            (_, Some(_)) => {
                return Err(wrong(&["receive", "body_base64"], "the body stands there already, in \"body\""));
            }
        };
        if !(self.path.is_empty() || self.path.starts_with('/')) {
            return Err(wrong(&["receive", "path"], "what follows the route's name begins with \"/\""));
        }
        let headers = self.headers.list().into_iter();
        Ok(Webhook {
            route: self.route,
            method: self.method,
            path: self.path,
            query: self.query.list(),
            headers: headers.map(|pair| Pair { name: pair.name.to_ascii_lowercase(), ..pair }).collect(),
            body,
            account: self.account,
            verification: self.verification,
        })
    }
}

impl Pairs {
    fn list(self) -> Vec<Pair> {
        let pair = |(name, value)| Pair { name, value };
        match self {
            Self::Object(object) => object.into_iter().map(pair).collect(),
            Self::List(list) => list.into_iter().map(pair).collect(),
        }
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
