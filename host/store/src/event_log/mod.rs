//! What was announced, in the order in which it was committed: kinds and ids, never content.
//!
//! A reader resumes after a position and skips nothing, because positions follow the order of commits: SQLite has one writer, and
//! on PostgreSQL rows are numbered only once they are committed ([`sequencer`]).

mod read;
mod sequencer;

pub use read::{LogBounds, LoggedEvent};
pub(crate) use sequencer::{Sequencer, stamp_in_batch};

use lockgate_model::id::{ChannelId, ContactId, ConversationId, MessageId};

use crate::db::{Tx, args};
use crate::error::StoreError;

/// What happened, as the log names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    MessageCreated,
    MessageChanged,
    MessageRemoved,
    ConversationCreated,
    ConversationChanged,
    ConversationMerged,
    ContactCreated,
    ContactChanged,
    ContactMerged,
    ChannelChanged,
    ChannelEvent,
    TypingStarted,
    TypingStopped,
    DeadLetter,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::MessageCreated => "message.created",
            Self::MessageChanged => "message.changed",
            Self::MessageRemoved => "message.removed",
            Self::ConversationCreated => "conversation.created",
            Self::ConversationChanged => "conversation.changed",
            Self::ConversationMerged => "conversation.merged",
            Self::ContactCreated => "contact.created",
            Self::ContactChanged => "contact.changed",
            Self::ContactMerged => "contact.merged",
            Self::ChannelChanged => "channel.changed",
            Self::ChannelEvent => "channel.event",
            Self::TypingStarted => "typing.started",
            Self::TypingStopped => "typing.stopped",
            Self::DeadLetter => "dead_letter.created",
        }
    }
}

/// One row to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) channel: Option<ChannelId>,
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) message: Option<MessageId>,
    pub(crate) contact: Option<ContactId>,
}

impl Entry {
    pub(crate) fn of(kind: Kind) -> Self {
        Self { kind, channel: None, conversation: None, message: None, contact: None }
    }

    pub(crate) fn channel(self, channel: impl Into<Option<ChannelId>>) -> Self {
        Self { channel: channel.into(), ..self }
    }

    pub(crate) fn conversation(self, conversation: impl Into<Option<ConversationId>>) -> Self {
        Self { conversation: conversation.into(), ..self }
    }

    pub(crate) fn message(self, message: MessageId) -> Self {
        Self { message: Some(message), ..self }
    }

    pub(crate) fn contact(self, contact: impl Into<Option<ContactId>>) -> Self {
        Self { contact: contact.into(), ..self }
    }
}

const ONE: &str =
    "INSERT INTO event_log (at, kind, channel, conversation, message, contact) VALUES ($1, $2, $3, $4, $5, $6)";
const TWO: &str = "INSERT INTO event_log (at, kind, channel, conversation, message, contact)
                   VALUES ($1, $2, $3, $4, $5, $6), ($7, $8, $9, $10, $11, $12)";

/// Adds rows, in this order.
pub(crate) async fn append(tx: &mut Tx, now: u64, entries: &[Entry]) -> Result<(), StoreError> {
    let values = |entry: &Entry| {
        args![now, entry.kind.as_str(), entry.channel, entry.conversation, entry.message, entry.contact]
    };
    for pair in entries.chunks(2) {
        // Rows of one statement are numbered in their order, those of several that are made together are not.
        if entries.len() > 2 {
            tx.flush().await?;
        }
        match pair {
            [first, second] => tx.put(TWO, [values(first), values(second)].concat()),
            [only] => tx.put(ONE, values(only)),
            _ => {}
        }
    }
    if !entries.is_empty() {
        tx.logged_events();
    }
    Ok(())
}

/// How long rows are kept. A reader who was away for longer is told to read everything anew.
const KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// Forgets old rows. The newest stays, so that it is known how far the log came.
pub(crate) async fn sweep(tx: &mut Tx, now: u64) -> Result<(), StoreError> {
    let sql = "DELETE FROM event_log WHERE at <= $1 AND position < (SELECT MAX(position) FROM event_log)";
    tx.execute(sql, args![now.saturating_sub(KEPT_MS)]).await.map(drop)
}
