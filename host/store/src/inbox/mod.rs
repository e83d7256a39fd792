//! What people read: conversations, messages, contacts, dead letters, and how many there are of what.
//!
//! Reads only, save for the status of a conversation. What is read was put there by `crate::ingest` and `crate::outbox`.

mod contacts;
mod conversations;
mod counts;
mod cursor;
mod dead_letters;
mod envelopes;
mod happenings;
pub(crate) mod messages;

pub(crate) use contacts::kind;
pub use contacts::{ContactRecord, IdentityRecord};
pub use conversations::{ConversationChange, ConversationFilter, ConversationRecord};
pub use counts::{InboundCounts, OutboundCounts};
pub use dead_letters::DeadLetterRecord;
pub use envelopes::{EnvelopeHead, EnvelopeRecord};
pub use happenings::ChannelEventRecord;
pub use messages::{AuthorRecord, MessageRecord, PartRecord, QuoteRecord, ReactionRecord};
