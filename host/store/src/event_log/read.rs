//! Reading the log: after a position, and how far it reaches.

use serde::Serialize;

use lockgate_model::id::{ChannelId, ContactId, ConversationId, MessageId};

use crate::Store;
use crate::db::args;
use crate::error::StoreError;

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedEvent {
    /// Grows along the order of commits, with gaps.
    pub position: u64,
    /// When, milliseconds since 1970.
    pub at: u64,
    /// `message.created`, `conversation.changed` …
    pub kind: String,
    /// The channel that it concerns.
    pub channel: Option<ChannelId>,
    /// The conversation that it concerns.
    pub conversation: Option<ConversationId>,
    /// The message that it concerns.
    pub message: Option<MessageId>,
    /// The contact that it concerns.
    pub contact: Option<ContactId>,
}

/// How far the log reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogBounds {
    /// The oldest position that is still kept; none of an empty log.
    pub oldest: Option<u64>,
    /// The newest position.
    pub newest: Option<u64>,
}

impl Store {
    /// The rows after a position, oldest first.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn events_after(&self, position: u64, limit: u32) -> Result<Vec<LoggedEvent>, StoreError> {
        let sql = "SELECT position, at, kind, channel, conversation, message, contact FROM event_log
                   WHERE position > $1 ORDER BY position LIMIT $2";
        let rows = self.db().glance().await?.rows(sql, args![position, limit]).await?;
        rows.iter()
            .map(|row| {
                Ok(LoggedEvent {
                    position: row.get("position")?,
                    at: row.get("at")?,
                    kind: row.get("kind")?,
                    channel: row.get("channel")?,
                    conversation: row.get("conversation")?,
                    message: row.get("message")?,
                    contact: row.get("contact")?,
                })
            })
            .collect()
    }

    /// The oldest and the newest position.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn event_bounds(&self) -> Result<LogBounds, StoreError> {
        let sql = "SELECT MIN(position) AS oldest, MAX(position) AS newest FROM event_log";
        match self.db().glance().await?.row(sql, args![]).await? {
            Some(row) => Ok(LogBounds { oldest: row.get("oldest")?, newest: row.get("newest")? }),
            None => Ok(LogBounds::default()),
        }
    }
}
