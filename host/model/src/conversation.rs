//! Where a conversation stands.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a conversation waits for somebody. A new message from the contact opens it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationStatus {
    /// It waits for somebody.
    Open,
    /// Somebody said that it is done.
    Closed,
}

impl ConversationStatus {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for ConversationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no status of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a conversation is `open` or `closed`")]
pub struct NotAStatus;

impl FromStr for ConversationStatus {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        [Self::Open, Self::Closed].into_iter().find(|status| status.as_str() == text).ok_or(NotAStatus)
    }
}
