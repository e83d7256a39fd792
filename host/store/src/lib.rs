//! Everything that Lockgate keeps, on SQLite or PostgreSQL.
//!
//! The only crate with SQL. Knows the rules of `lockgate-model` and nothing of plugins at work, HTTP or the network.
//!
//! Every aggregate has a file of its own with its records, its changes and its rows. What is not there is `None`; what stands in
//! the way of a change is a [`Conflict`].

mod apps;
mod background;
mod captured;
mod channels;
mod conduct;
mod context;
mod credentials;
mod db;
mod error;
mod event_log;
mod hooks;
mod idempotency;
mod inbox;
mod inboxes;
mod ingest;
mod json;
mod lookups;
mod media;
mod open;
mod outbox;
mod page;
mod plugins;
mod refusals;
mod signals;
mod state;
mod tokens;
mod vault;
mod version;

pub use apps::{AppChange, AppRecord, NewApp};
pub use background::{Broke, ClaimedFetch, ClaimedFollowUp, ClaimedPoll, Claimer, Turned, Worked};
pub use channels::{ChannelChange, ChannelRecord, NewChannel};
pub use conduct::ConductRecord;
pub use context::OwnerContext;
pub use credentials::CredentialInfo;
pub use error::{Cause, Conflict, Outage, Refused, StoreError};
pub use event_log::{LogBounds, LoggedEvent};
pub use hooks::HookOwner;
pub use idempotency::Begin;
pub use inbox::{
    AuthorRecord, ChannelEventRecord, ContactRecord, ConversationChange, ConversationFilter, ConversationRecord,
    DeadLetterRecord, EnvelopeHead, EnvelopeRecord, IdentityRecord, InboundCounts, MessageRecord, OutboundCounts,
    PartRecord, QuoteRecord, ReactionRecord,
};
pub use inboxes::InboxRecord;
pub use ingest::{IngestError, Ingested, Intake, IntakeOutcome, NewEnvelope, PendingEnvelope, Requested};
pub use lockgate_model::id::Owner;
pub use lockgate_model::seam::Seams;
pub use lockgate_model::secret::{Captured, Secret};
pub use lookups::{Kept, KnownPerson, KnownThread, LookupPlace};
pub use media::{MediumRecord, NewMedium, UNKEPT_MS, UNNAMED_MS};
pub use open::{Database, OpenError, Store, StoreConfig};
pub use outbox::{
    ActionRecord, Again, Asked, ClaimedAction, ClaimedDelivery, ClaimedPart, Finished, NewAction, NewOutgoing, Settled,
    SignalPlace,
};
pub use page::{Page, Paged};
pub use plugins::{NewPlugin, PluginRecord};
pub use refusals::RefusalCount;
pub use tokens::ApiToken;
pub use vault::VaultKey;
