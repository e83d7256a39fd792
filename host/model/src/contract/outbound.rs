//! What goes out, and what came of it (`wit/outbound.wit`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::common::{
    AccountId, Alias, ClientRef, Context, Contexts, Extras, Fault, IdentityKey, MessageId, Part, Recipient, Thread,
    UniversalId,
};

/// Why the message may be sent now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Ground {
    /// The channel has no window, or it is open.
    Open,
    /// A person answers after the window, under this tag.
    Tag(String),
    /// An approved template.
    Template,
    /// A conversation that we begin.
    Initiated,
}

/// Whose name the message is sent under, where the channel shows one; final.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Author {
    /// The name.
    pub name: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// A public address.
    pub picture: Option<String>,
}

/// A part as it is to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DraftPart {
    /// Unchanged over all attempts.
    pub id: u32,
    /// The client ref.
    pub client_ref: ClientRef,
    /// The part.
    pub part: Part,
    /// What an earlier attempt came to. A part that is sent, accepted or unknown is listed for what surrounds it and is not sent again,
    /// unless the departed request's rule says that the provider de-duplicates.
    pub earlier: Option<Outcome>,
}

/// A message to send. The host hands in only what capabilities and window permit; Re:, signature, quoted history and name
/// tokens are in it already; the sender's address is the channel's setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Draft {
    /// Names the delivery: the left part of a Message-ID, the finder of what an earlier attempt prepared. For the idempotency
    /// key of one request take the `client-ref` of its first part.
    pub delivery: ClientRef,
    /// 1 for the first.
    pub attempt: u32,
    /// The account.
    pub account: AccountId,
    /// None where the provider names no thread.
    pub thread: Option<Thread>,
    /// Of a mail complete; reply-to is the host's own signed address.
    pub recipients: Vec<Recipient>,
    /// The subject.
    pub subject: Option<String>,
    /// The message of this channel that is answered.
    pub quote: Option<MessageId>,
    /// Oldest first, the answered one last.
    pub references: Vec<UniversalId>,
    /// The ground.
    pub ground: Ground,
    /// The author.
    pub author: Option<Author>,
    /// Not written by a person: a greeting, a bot, an away message.
    pub automatic: bool,
    /// The contexts.
    pub contexts: Contexts,
    /// The parts.
    pub parts: Vec<DraftPart>,
    /// The extras.
    pub extras: Extras,
}

/// See the contract: `part-outcome` of `outbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartOutcome {
    /// The parts that share this outcome: a provider may carry several as one message.
    pub parts: Vec<u32>,
    /// The outcome.
    pub outcome: Outcome,
}

/// Some of several recipients were refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Refused {
    /// The recipient.
    pub recipient: IdentityKey,
    /// The fault.
    pub fault: Fault,
}

/// See the contract: `sent` of `outbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    /// None where the provider tells no id. May be provisional: a receipt renames it.
    pub message: Option<MessageId>,
    /// The universal.
    pub universal: Option<UniversalId>,
    /// The thread, where sending began or moved one.
    pub thread: Option<Thread>,
    /// As the provider understood the recipient.
    pub recipient: Vec<Alias>,
    /// The refused.
    pub refused: Vec<Refused>,
    /// Replaces the answered message's.
    pub context: Option<Context>,
}

/// See the contract: `outcome` of `outbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Outcome {
    /// The provider has it. Receipts move it on, never back.
    Sent(Sent),
    /// Only where the provider promises to tell its fate: waits for an echo or receipt, then for a time limit.
    Accepted(Sent),
    /// Failed.
    Failed(Fault),
    /// It may have been sent. Never sent again by the host alone.
    Unknown(String),
    /// Nothing was tried for this part: an earlier one failed and order matters.
    NotTried,
}

/// See the contract: `severity` of `outbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It cannot be sent so.
    Error,
    /// It can, but something is lost: formatting, a caption.
    Warning,
}

/// See the contract: `problem` of `outbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The part.
    pub part: Option<u32>,
    /// The severity.
    pub severity: Severity,
    /// A stable word for it: too-long, unknown-type, no-template …
    pub code: String,
    /// The words.
    pub words: String,
}
