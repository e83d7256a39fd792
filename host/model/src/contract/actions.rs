//! What can be done to a message or thread that exists (`actions` of `wit/abilities.wit`).

use serde::{Deserialize, Serialize};

use super::common::{ClientRef, Contexts, MessageId, Part, Thread};
use super::outbound::Author;

/// What an action is done to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// None where the provider names no thread.
    pub thread: Option<Thread>,
    /// The message, as the provider names it. For `typing`, `ended` and `take-over` the newest incoming one.
    pub message: Option<MessageId>,
    /// The same at every attempt.
    pub client_ref: ClientRef,
    /// What was kept for this message, thread and recipient.
    pub contexts: Contexts,
}

/// One function of `actions` with what it takes beside the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Action {
    /// A message of ours says these parts from now on.
    Edit {
        /// Media stay unless media are listed.
        parts: Vec<Part>,
    },
    /// A message of ours is taken back.
    Delete,
    /// Our reaction on a message.
    React {
        /// An emoji, or the provider's name between colons.
        symbol: String,
        /// Added, or taken back.
        added: bool,
        /// The reaction's own name, where adding it told one.
        reaction: Option<MessageId>,
    },
    /// The contact's messages up to and with the target's have been read.
    MarkRead,
    /// Somebody here writes.
    Typing {
        /// Began, or stopped.
        on: bool,
        /// Whose name is shown, where the channel shows one.
        author: Option<Author>,
    },
    /// The thread is taken from another app, or given back.
    TakeOver {
        /// Taken, or given back.
        on: bool,
    },
    /// The conversation was closed here, or opened again.
    Ended {
        /// Closed, or opened again.
        ended: bool,
    },
}

impl Action {
    /// Whether it is done to the conversation, and not to one message of it.
    pub fn is_on_conversation(&self) -> bool {
        matches!(self, Self::TakeOver { .. } | Self::Ended { .. })
    }

    /// The contract's name of the function.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Edit { .. } => "edit",
            Self::Delete => "delete",
            Self::React { .. } => "react",
            Self::MarkRead => "mark-read",
            Self::Typing { .. } => "typing",
            Self::TakeOver { .. } => "take-over",
            Self::Ended { .. } => "ended",
        }
    }
}
