//! What becomes of an attempt to send: the one place where outcomes and faults of the contract turn into decisions.
//!
//! Pure. The store executes a [`Plan`], it decides nothing; time, jitter and the manifest's buckets are handed in.

mod backoff;
mod plan;

pub use backoff::{DEADLINE_MS, delay};
pub use plan::plan;

use crate::contract::common::{Alias, Timestamp};
use crate::contract::outbound::Outcome;
use crate::manifest::RateScope;
use crate::message::{Failure, PartState};

/// A part as it stood when the attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub struct PartBefore {
    /// Its number in the message.
    pub id: u32,
    /// Its state. `Departing` where a send request that carried it left and no outcome is known.
    pub state: PartState,
}

/// An attempt that ended, with everything that decides what follows.
pub struct Attempt<'a> {
    /// 1 for the first.
    pub attempt: u32,
    /// Now.
    pub now: Timestamp,
    /// When the host gives up: a day after it was written, or the window's end.
    pub deadline: Timestamp,
    /// Whether this delivery was moved to another address of the recipient before.
    pub moved_before: bool,
    /// All parts of the message.
    pub parts: &'a [PartBefore],
    /// What the plugin said of them.
    pub outcomes: &'a [crate::contract::outbound::PartOutcome],
    /// Why the call ended without saying it of all: a trap, a time-out, a full machine. None where it returned.
    pub broke: Option<&'a str>,
    /// What pauses with a bucket, as the manifest says. None: a bucket that it does not name.
    pub scope_of: &'a dyn Fn(&str) -> Option<RateScope>,
    /// 64 random bits.
    pub jitter: u64,
}

/// What one part comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct PartPlan {
    /// Its number in the message.
    pub id: u32,
    /// Its state from now on.
    pub state: PartState,
    /// What was said of it in this attempt, for the next one and for people.
    pub outcome: Option<Outcome>,
}

/// What follows for the delivery as a whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Nothing is left to do by the host alone.
    Done,
    /// It is tried again at this moment, not before.
    RetryAt(Timestamp),
}

/// What an outcome does beside its own delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// The provider answered as it should: a channel that asked for help is well again.
    Working,
    /// The channel must be connected again.
    Reconnect(String),
    /// The channel asks for consent to these scopes.
    PermissionMissing(Vec<String>),
    /// The whole channel pauses until then.
    PauseChannel {
        /// When it goes on.
        until: Timestamp,
        /// In the provider's words.
        why: String,
    },
    /// One bucket pauses.
    PauseBucket {
        /// As the manifest names it.
        bucket: String,
        /// What pauses with it.
        scope: RateScope,
        /// When it goes on.
        until: Timestamp,
    },
    /// The recipient cannot be reached any more.
    Unreachable(String),
    /// The recipient wants nothing of this topic.
    OptedOut(String),
    /// The recipient has another key now.
    Moved(Alias),
    /// What the provider answered could not be read: kept for the admin.
    Unreadable(String),
}

impl Effect {
    /// Whether the channel is not well any more.
    fn ails(&self) -> bool {
        matches!(self, Self::Reconnect(_) | Self::PermissionMissing(_) | Self::PauseChannel { .. })
    }
}

/// The decision about an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Every part that was not settled before.
    pub parts: Vec<PartPlan>,
    /// What follows.
    pub next: Next,
    /// Why it failed, or is tried again; none where all went well.
    pub failure: Option<Failure>,
    /// What else is to be done, each once.
    pub effects: Vec<Effect>,
}
