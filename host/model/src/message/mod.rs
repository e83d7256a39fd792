//! What a message shows: a pure function of what was said first and of everything that was told about it since.
//!
//! Providers tell things twice, late and in any order, so nothing here depends on when something arrived: edits, deletions,
//! reactions and receipts are kept as facts ([`Fact`]) and merged anew ([`shown`], [`status`]) whenever one is added.

mod fact;
mod shown;
pub mod status;

pub use fact::{Fact, Filed, Stamp};
pub use shown::{Content, ReactionShown, Shown, joined, shown, text_of};
pub use status::{Evidence, PartState, Reach, Watermarks};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contract::common::Fault;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the contact.
    In,
    /// From us, through this host.
    Out,
    /// From us, but from elsewhere: the provider's own app, another tool.
    Echo,
}

impl Direction {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Echo => "echo",
        }
    }

    /// The reverse of [`Direction::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::In, Self::Out, Self::Echo].into_iter().find(|direction| direction.as_str() == text)
    }
}

/// How far a message has come. Incoming ones are `received`; of the others, what a provider told never takes back what it told
/// before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// It came in.
    Received,
    /// It waits for its turn.
    Queued,
    /// A part of it is on its way, or some parts are out and some wait.
    Sending,
    /// The provider took it and promised to tell its fate.
    Accepted,
    /// The provider has it.
    Sent,
    /// It reached the contact's device.
    Delivered,
    /// The contact looked at it.
    Read,
    /// It was not sent, or the provider says that it did not arrive; see the failure.
    Failed,
    /// It may have been sent and nobody can know: a person decides.
    Unknown,
    /// Taken back by us before it left.
    Cancelled,
}

impl MessageStatus {
    const ALL: [Self; 10] = [
        Self::Received,
        Self::Queued,
        Self::Sending,
        Self::Accepted,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Failed,
        Self::Unknown,
        Self::Cancelled,
    ];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Cancelled => "cancelled",
        }
    }

    /// The reverse of [`MessageStatus::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// Why a message failed, as a code; the words for people are made where they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// A stable word: `window-closed`, `recipient-unreachable`, `sign-in-expired`, `gave-up` …
    pub code: String,
    /// What the provider or the host said about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// What may be sent instead, in the manifest's words.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub allowed: Vec<String>,
}

impl Failure {
    /// A failure with a code alone.
    pub fn code(code: &str) -> Self {
        Self { code: code.to_owned(), detail: None, allowed: Vec::new() }
    }

    /// The same with a sentence of detail.
    pub fn with(code: &str, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::code(code) }
    }
}

impl From<&Fault> for Failure {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Passing(passing) => Self::with("passing", &passing.why),
            Fault::RateLimited(limit) => Self::with("rate-limited", &limit.bucket),
            Fault::SignInExpired => Self::with(
                "sign-in-expired",
                "the provider refuses the channel's credential, and there is none to renew it with: connect the channel again",
            ),
            Fault::PermissionMissing(scopes) => Self::with("permission-missing", scopes.join(", ")),
            Fault::ChannelBlocked(passing) => Self::with("channel-blocked", &passing.why),
            Fault::WindowClosed(closed) => Self { allowed: closed.allowed.clone(), ..Self::code("window-closed") },
            Fault::RecipientUnreachable(why) => Self::with("recipient-unreachable", why),
            Fault::OptedOut(topic) => Self::with("opted-out", topic),
            Fault::RecipientMoved(alias) => Self::with("recipient-moved", &alias.key),
            Fault::HeldElsewhere(by) => Self::with("held-elsewhere", by),
            Fault::Unsupported(what) => Self::with("unsupported", what),
            Fault::TooLarge(limit) => match limit {
                Some(limit) => Self::with("too-large", limit.to_string()),
                None => Self::code("too-large"),
            },
            Fault::Gone(what) => Self::with("gone", what),
            Fault::Malformed(why) => Self::with("malformed", why),
            Fault::Rejected(rejected) => Self::with(
                "rejected",
                match &rejected.code {
                    Some(code) => format!("{code}: {}", rejected.words),
                    None => rejected.words.clone(),
                },
            ),
        }
    }
}
