//! A small host in memory for unit tests of a plugin: one for each thread, empty at first. Absent from components.
//!
//! ```
//! use lockgate_sdk::{fake, settings};
//!
//! fake::reset();
//! fake::with(|host| host.set("graph_version", "v25.0"));
//! assert_eq!(settings::text("graph_version").as_deref(), Some("v25.0"));
//! ```

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use crate::credentials::Credential;
use crate::http::{Request, Response, SendError};
use crate::log::Level;
use crate::{Pair, Setting, SettingValue};

/// What the plugin's imports see and did. Its fields are for the test to fill and to read.
#[derive(Debug, Default)]
pub struct Host {
    /// Settings that are set.
    pub settings: Vec<Setting>,
    /// Credentials that are bound.
    pub credentials: Vec<Credential>,
    /// Addresses by route.
    pub hooks: BTreeMap<String, String>,
    /// Key and value.
    pub state: BTreeMap<String, Vec<u8>>,
    /// Refuse writes to the state, as during `send`.
    pub state_is_read_only: bool,
    /// Refuse new keys beyond so many, as where all that may be kept is there; none: beyond 16,384, as the host does.
    pub state_keys_at_most: Option<usize>,
    /// Files by their names; what the plugin keeps is named `kept-0`, `kept-1` …
    pub files: BTreeMap<String, File>,
    /// What was logged.
    pub log: Vec<LogLine>,
    /// What the plugin did, in order: requests, and what it told about the delivery.
    pub journal: Vec<Step>,
    /// Answers to the requests to come, the first to the first. Without one a request is refused.
    pub answers: VecDeque<Result<Response, SendError>>,
}

/// One file that the host keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What the host found it to be; of what the plugin keeps `application/octet-stream`, as nothing looks here.
    pub content_type: String,
    /// As the plugin named it.
    pub file_name: Option<String>,
}

/// One line that the plugin logged.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// How grave it is.
    pub level: Level,
    /// What was said.
    pub message: String,
    /// What varies.
    pub fields: Vec<Pair>,
}

/// One thing that the plugin did.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `delivery::begin`.
    Begin(Vec<u32>),
    /// `delivery::settle`.
    Settle(Vec<u32>, Option<String>),
    /// An outgoing request.
    Request(Request),
}

impl Host {
    /// Sets a text setting.
    pub fn set(&mut self, key: &str, value: &str) {
        self.settings.retain(|setting| setting.key != key);
        self.settings.push(Setting { key: key.to_owned(), value: SettingValue::Text(value.to_owned()) });
    }

    /// Answers the next request that has no answer yet with this status and body.
    pub fn answer(&mut self, status: u16, body: &str) {
        self.answers.push_back(Ok(Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }));
    }

    /// As [`Host::answer`], with headers.
    pub fn answer_with<'a>(&mut self, status: u16, headers: impl IntoIterator<Item = (&'a str, &'a str)>, body: &str) {
        let headers = headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        self.answers.push_back(Ok(Response { status, headers, body: body.as_bytes().to_vec() }));
    }

    /// The requests that were made, oldest first.
    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.journal.iter().filter_map(|step| match step {
            Step::Request(request) => Some(request),
            Step::Begin(_) | Step::Settle(..) => None,
        })
    }

    pub(crate) fn handle(&mut self, request: &Request) -> Result<Response, SendError> {
        self.journal.push(Step::Request(request.clone()));
        self.answers
            .pop_front()
            .unwrap_or_else(|| Err(SendError::Denied("the test scripted no answer for this request".to_owned())))
    }
}

thread_local! {
    static HOST: RefCell<Host> = RefCell::new(Host::default());
}

/// Looks at this thread's host, or fills it.
pub fn with<R>(look: impl FnOnce(&mut Host) -> R) -> R {
    HOST.with_borrow_mut(look)
}

/// Forgets everything: a new, empty host for this thread.
pub fn reset() {
    HOST.set(Host::default());
}
