//! What was told about a message, one thing at a time. Kept by the message's name, also before the message is there.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::contract::common::{Fault, MessageId, Part, Timestamp};
use crate::contract::inbound::{ReactionChange, ReceiptStatus};

/// What orders facts of one kind: the provider's own order first, then the moment, then the event's key, so that no two are
/// equal and the order in which they arrived never matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The provider's own order, where it has one; what has one comes after what has none.
    pub order: Option<u64>,
    /// The provider's time.
    pub at: Timestamp,
    /// The event's de-duplication key.
    pub dedup: String,
}

impl Ord for Stamp {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.order, self.at, &self.dedup).cmp(&(other.order, other.at, &other.dedup))
    }
}

impl PartialOrd for Stamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// One thing told about a message. Its serialised form is what the store keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// It reads so now.
    Edit {
        /// All of its parts, save for media that stay.
        parts: Vec<Part>,
    },
    /// It is gone at the provider.
    Deletion {
        /// Our copy goes too.
        erase: bool,
    },
    /// Somebody's reaction changed.
    Reaction {
        /// Whose, by the key of the identity; none for nobody known.
        actor: Option<String>,
        /// How.
        change: ReactionChange,
    },
    /// How far it got.
    Receipt {
        /// What the provider says.
        status: ReceiptStatus,
        /// Why, where it failed or is delayed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        fault: Option<Fault>,
        /// Another id of the same message.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        learnt: Option<MessageId>,
        /// Whether it speaks of all messages of the thread up to this one.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        up_to: bool,
    },
}

/// A fact with what orders it.
#[derive(Clone, Debug, PartialEq)]
pub struct Filed {
    /// Its place among the others.
    pub stamp: Stamp,
    /// The fact's own id at the provider, by which it can be taken back.
    pub own_id: Option<MessageId>,
    /// The fact.
    pub fact: Fact,
}
