//! The provider's own account of what happened, to hold a host's account against.
//!
//! One set of books serves both directions: requests to the Send API and the messages accepted there, webhooks posted
//! and the events in them that were acknowledged. Tokens are never written down; where one was seen is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

/// How a request to the Send API ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Not answered yet, or never.
    Waiting,
    /// Answered with this HTTP status.
    Answered(u16),
    /// The connection was closed instead of an answer.
    Closed,
}

/// A request to the Graph API, whatever came of it.
#[derive(Clone, Debug, Serialize)]
pub struct RequestRecord {
    /// Counted from 1.
    pub number: u64,
    /// When it was read, milliseconds.
    pub at_ms: u64,
    /// HTTP method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Names and values; a known token in a value is masked.
    pub headers: Vec<(String, String)>,
    /// The body; a known token in it is masked.
    pub body: String,
    /// Where a known page token was seen: `header authorization`, `query access_token`, `path`, `body`.
    pub token_places: Vec<String>,
    /// The page whose token it bore.
    pub page_id: Option<String>,
    /// The message that it made, answered or not.
    pub mid: Option<String>,
    /// `error.code` of the answer.
    pub error_code: Option<u32>,
    /// How it ended.
    pub ending: Ending,
}

/// A message that the Send API accepted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AcceptedMessage {
    /// Its id, as answered.
    pub mid: String,
    /// The page that sent it.
    pub page_id: String,
    /// To whom: the value of the recipient's key.
    pub recipient_id: String,
    /// `message.text`.
    pub text: Option<String>,
    /// `message.metadata`: the sender's own mark.
    pub metadata: Option<String>,
    /// `message`, as it came.
    pub message: Value,
    /// When it was accepted, milliseconds.
    pub at_ms: u64,
}

/// A sender action that the Send API accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AcceptedAction {
    /// The page that asked for it.
    pub page_id: String,
    /// To whom: the value of the recipient's key.
    pub recipient_id: String,
    /// `sender_action`.
    pub action: String,
    /// `payload.message_id`.
    pub message_id: Option<String>,
    /// `payload.reaction`.
    pub reaction: Option<String>,
    /// When it was accepted, milliseconds.
    pub at_ms: u64,
}

/// A webhook request as it was posted.
#[derive(Clone, Debug, Serialize)]
pub struct PostRecord {
    /// Counted from 1.
    pub number: u64,
    /// When it was posted, milliseconds.
    pub at_ms: u64,
    /// Whether the signature and body were genuine.
    pub genuine: bool,
    /// Keys of the events in it.
    pub events: Vec<String>,
    /// HTTP status of the answer; `None`: no answer came.
    pub status: Option<u16>,
}

/// An event that a host answered 200 for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Acknowledged {
    /// What happened: `message`, `echo`, `edit`, `reaction`, `delivery`, `read` …
    pub kind: String,
    /// The message it made or is about, where it names one.
    pub mid: Option<String>,
    /// In how many acknowledged requests it was; above 1 it was a duplicate.
    pub times: u32,
}

/// The books in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests to the Graph API.
    pub requests: u64,
    /// Messages accepted.
    pub accepted: u64,
    /// Sender actions accepted (typing, mark seen, reactions).
    pub actions: u64,
    /// Requests answered with an error.
    pub refused: u64,
    /// Webhook requests posted with a genuine signature, every try counted.
    pub posted: u64,
    /// Of those, answered 200.
    pub acknowledged: u64,
    /// Events in acknowledged requests, each counted once.
    pub events: u64,
    /// Events acknowledged again.
    pub duplicates: u64,
    /// Webhook requests that were not genuine.
    pub forged: u64,
    /// Of those, answered 401 or with another 4xx.
    pub forged_refused: u64,
}

#[derive(Debug, Default)]
struct Ledger {
    requests: Vec<RequestRecord>,
    accepted: Vec<AcceptedMessage>,
    actions: Vec<AcceptedAction>,
    posts: Vec<PostRecord>,
    acknowledged: BTreeMap<String, Acknowledged>,
    counts: Counts,
}

/// The books. Clones are the same books.
#[derive(Clone, Debug)]
pub struct Books {
    ledger: Arc<Mutex<Ledger>>,
    changed: watch::Sender<u64>,
}

impl Default for Books {
    fn default() -> Self {
        Self { ledger: Arc::default(), changed: watch::Sender::new(0) }
    }
}

impl Books {
    /// Empty books.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every request to the Graph API, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.read(|ledger| ledger.requests.clone())
    }

    /// Every message accepted, oldest first.
    #[must_use]
    pub fn accepted(&self) -> Vec<AcceptedMessage> {
        self.accepted_from(0)
    }

    /// The messages accepted after the first `known` ones.
    #[must_use]
    pub fn accepted_from(&self, known: usize) -> Vec<AcceptedMessage> {
        self.read(|ledger| ledger.accepted.iter().skip(known).cloned().collect())
    }

    /// Every sender action accepted, oldest first.
    #[must_use]
    pub fn actions(&self) -> Vec<AcceptedAction> {
        self.read(|ledger| ledger.actions.clone())
    }

    /// How often each mark (`message.metadata`) was accepted; above 1 the sender sent something twice.
    #[must_use]
    pub fn accepted_by_metadata(&self) -> BTreeMap<String, u32> {
        let mut times = BTreeMap::new();
        for mark in self.accepted().into_iter().filter_map(|message| message.metadata) {
            *times.entry(mark).or_default() += 1;
        }
        times
    }

    /// Every webhook request posted, oldest first.
    #[must_use]
    pub fn posts(&self) -> Vec<PostRecord> {
        self.read(|ledger| ledger.posts.clone())
    }

    /// Every event that was acknowledged, by its key.
    #[must_use]
    pub fn acknowledged(&self) -> BTreeMap<String, Acknowledged> {
        self.read(|ledger| ledger.acknowledged.clone())
    }

    /// The figures.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.read(|ledger| ledger.counts.clone())
    }

    /// Waits until the figures satisfy `enough`, and answers with them. Waits for ever if they never do: put a time
    /// limit of your own around it.
    pub async fn wait_until(&self, enough: impl Fn(&Counts) -> bool) -> Counts {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            let counts = self.counts();
            // The sender lives in `self`, so waiting cannot fail.
            if enough(&counts) || changed.changed().await.is_err() {
                return counts;
            }
        }
    }

    /// Writes a request down and answers with its number.
    pub(crate) fn open(&self, mut request: RequestRecord) -> u64 {
        self.write(|ledger| {
            ledger.counts.requests += 1;
            request.number = ledger.counts.requests;
            ledger.requests.push(request);
            ledger.counts.requests
        })
    }

    /// Writes down how request `number` ended.
    pub(crate) fn close(&self, number: u64, ending: Ending, error_code: Option<u32>) {
        self.write(|ledger| {
            if matches!(ending, Ending::Answered(status) if status >= 400) {
                ledger.counts.refused += 1;
            }
            if let Some(request) = ledger.request(number) {
                request.ending = ending;
                request.error_code = error_code;
            }
        });
    }

    /// Writes down a message that request `number` made.
    pub(crate) fn accept(&self, number: u64, message: AcceptedMessage) {
        self.write(|ledger| {
            if let Some(request) = ledger.request(number) {
                request.mid = Some(message.mid.clone());
            }
            ledger.counts.accepted += 1;
            ledger.accepted.push(message);
        });
    }

    /// Writes down a sender action.
    pub(crate) fn act(&self, action: AcceptedAction) {
        self.write(|ledger| {
            ledger.counts.actions += 1;
            ledger.actions.push(action);
        });
    }

    /// Writes a posted webhook down together with what it acknowledged: `(key, kind, mid)` for each event.
    pub(crate) fn post(&self, mut record: PostRecord, events: &[(String, String, Option<String>)]) {
        self.write(|ledger| {
            record.number = 1 + ledger.posts.len() as u64;
            let acknowledged = record.status == Some(200);
            if record.genuine {
                ledger.counts.posted += 1;
                ledger.counts.acknowledged += u64::from(acknowledged);
            } else {
                ledger.counts.forged += 1;
                ledger.counts.forged_refused += u64::from(record.status.is_some_and(|s| (400..500).contains(&s)));
            }
            if record.genuine && acknowledged {
                for (key, kind, mid) in events {
                    ledger.acknowledge(key, kind, mid.as_deref());
                }
            }
            ledger.posts.push(record);
        });
    }

    fn read<T>(&self, look: impl FnOnce(&Ledger) -> T) -> T {
        look(&self.lock())
    }

    fn write<T>(&self, change: impl FnOnce(&mut Ledger) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.send_modify(|version| *version += 1);
        result
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger {
    fn request(&mut self, number: u64) -> Option<&mut RequestRecord> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.requests.get_mut(place)
    }

    fn acknowledge(&mut self, key: &str, kind: &str, mid: Option<&str>) {
        let entry = self.acknowledged.entry(key.to_owned()).or_insert_with(|| Acknowledged {
            kind: kind.to_owned(),
            mid: mid.map(str::to_owned),
            times: 0,
        });
        if entry.times == 0 {
            self.counts.events += 1;
        } else {
            self.counts.duplicates += 1;
        }
        entry.times += 1;
    }
}
