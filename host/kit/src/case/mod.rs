//! Cases as data: one JSON file each ([`file`] reads them).
//!
//! The words for records and variants are those of the API: field names of the contract with `_` for `-`, variants as
//! `{"type": …, "value": …}`. What is empty may be left out.

mod act;
mod file;
mod fits;
mod look_up;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;
use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::contract::common::{IdentityKind, Pair};
use lockgate_model::contract::inbound::{FormFile, Verification};
use lockgate_model::contract::outbound::Draft;
use lockgate_model::contract::settings::SettingValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The moment of a case that names none: 2026-01-02T03:04:05Z, in milliseconds.
pub const NOW_MS: u64 = 1_767_323_045_000;

/// The account of a case whose settings name none.
pub const ACCOUNT: &str = "kit-account";

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The file's name without its ending: how the case is called.
    pub name: String,
    /// Where it stands.
    pub file: PathBuf,
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
    /// What an event asked for is done.
    FollowUp(String),
    /// It is polled from this cursor; none: for the first time.
    Poll(Option<String>),
    /// The file of a deferred source is fetched.
    Fetch(String),
    /// A message is sent.
    Send(Draft),
    /// A draft is looked at.
    Preview(Draft),
    /// Something is looked up.
    LookUp(LookUp),
    /// Something is done to a message or thread that exists.
    Act(Acting),
}

/// An action and what it is done to.
#[derive(Clone, Debug, PartialEq)]
pub struct Acting {
    /// What it is done to.
    pub target: Target,
    /// The function and what it takes.
    pub action: Action,
}

/// One function of `directory` with what it takes.
#[derive(Clone, Debug, PartialEq)]
pub enum LookUp {
    /// All templates.
    Templates,
    /// Whether a conversation can be begun with an address.
    Resolve {
        /// What it is.
        kind: IdentityKind,
        /// The address.
        address: String,
    },
    /// What is told of a person.
    Profile {
        /// As the provider names them.
        key: String,
        /// The provider's name of a thread with them.
        thread: Option<String>,
    },
    /// What is told of a thread, by the provider's name of it.
    About(String),
}

impl LookUp {
    /// The contract's name of the function, which is the case's key too.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Templates => "templates",
            Self::Resolve { .. } => "resolve",
            Self::Profile { .. } => "profile",
            Self::About(_) => "about",
        }
    }
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
    /// What the host took off a multipart body, in order; the first one's handle is `file-1`.
    pub files: Vec<CaseFile>,
    /// The account, at channel level; none: the case's setting that holds it.
    pub account: Option<String>,
    /// What the host verified; none: what the route's recipe says, without claims.
    pub verification: Option<Verification>,
}

/// A file of a form.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseFile {
    /// The form's name for it.
    pub field: String,
    /// As the sender named it, without folders.
    pub file_name: Option<String>,
    /// As the sender said.
    pub content_type: Option<String>,
    /// What is in it.
    pub bytes: Bytes,
}

impl CaseFile {
    /// As the host hands it to the plugin, as the form's file of this number, from 1.
    pub(crate) fn shown(&self, number: u32) -> FormFile {
        FormFile {
            field: self.field.clone(),
            file_name: self.file_name.clone(),
            content_type: self.content_type.clone(),
            size: self.bytes.len() as u64,
            stored: crate::media::came_as(number),
        }
    }
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The method, in capitals.
    pub method: String,
    /// `https://host/path?query`.
    pub url: String,
    /// Names in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// JSON as a value, a form as a list of `[name, value]` below `form`, anything else as text.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub body: Value,
}

impl Asked {
    /// The host that is asked, with its port where it is not the ordinary one.
    pub(crate) fn host(&self) -> &str {
        let rest = self.url.strip_prefix("https://").unwrap_or_default();
        rest.split(['/', '?']).next().unwrap_or_default()
    }
}

/// What the provider does with a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "an answer has a \"status\" (with \"headers\" and \"body\"), or is \"unreachable\" or \"closed\""
)]
pub enum Answered {
    /// It answers.
    Whole(Answer),
    /// It does not.
    Broken(Break),
}

/// A provider's answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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

/// What is to come of a case. All of what is named is compared, to the last field; fields that are empty may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Of `receive`, `follow_up` and `poll`: the events, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<Value>>,
    /// Of `receive`: the plugin's own answer; none: it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
    /// Of `receive`: why it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Value>,
    /// Of `poll`: the page's cursor; none: it stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Of `poll`: whether there is more now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
    /// Of `poll`: how long it is not to be polled again, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_at_least: Option<u64>,
    /// Of `fetch`: what is kept then, as a [`KeptFile`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Value>,
    /// Of `follow_up`, `poll`, `fetch` and what is looked up: why they come to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Value>,
    /// Of what is looked up: what was found, as the function returns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Value>,
    /// Of what is looked up, save templates: that there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nothing: Option<bool>,
    /// Of those with events, and of `fetch`: what it wrote to its state, by key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BTreeMap<String, String>>,
    /// Of those with events, and of `fetch`: keys that it deleted from its state, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Vec<String>>,
    /// Of `send`: what came of each part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Vec<Value>>,
    /// Of `act`: what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Value>,
    /// Of `preview`: what is wrong with the draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problems: Option<Vec<Value>>,
}

/// A file that a plugin kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptFile {
    /// In bytes.
    pub size: u64,
    /// Of the bytes, in hexadecimal.
    pub sha256: String,
    /// What the bytes are.
    pub content_type: String,
    /// As the plugin called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
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

#[cfg(test)]
mod tests;
