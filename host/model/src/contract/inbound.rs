//! What comes in: verified requests, and the events that plugins make of them (`wit/inbound.wit`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::common::{
    AccountId, Alias, ClientRef, Context, Extras, Fault, Identity, IdentityKey, MediaHandle, MediaSource, MessageId,
    Milliseconds, Native, Pair, Part, Passing, Recipient, RichText, Thread, ThreadKey, Timestamp, UniversalId,
};

/// How the host verified a request before the plugin saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// The manifest's name of the recipe that passed.
    pub recipe: String,
    /// Which of several keys fitted, by its name; never the key.
    pub key: Option<String>,
    /// Claims of a verified token that the manifest asked for.
    pub claims: Vec<Pair>,
}

/// A file of a multipart body, taken off by the host. A text field of more than 64 KiB comes so too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FormFile {
    /// The field.
    pub field: String,
    /// The file name.
    pub file_name: Option<String>,
    /// The content type.
    pub content_type: Option<String>,
    /// The size.
    pub size: u64,
    /// The stored.
    pub stored: MediaHandle,
}

/// See the contract: `request` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Request {
    /// The channel's account; none on a route that belongs to the app, where events name theirs.
    pub account: Option<AccountId>,
    /// The route as the manifest names it.
    pub route: String,
    /// The method.
    pub method: String,
    /// What follows the route in the path, percent-encoded as it came.
    pub path: String,
    /// Decoded once.
    pub query: Vec<Pair>,
    /// The headers.
    pub headers: Vec<Pair>,
    /// At most the route's limit; a Content-Encoding is undone after verification. Of a multipart body the fields, as
    /// `application/x-www-form-urlencoded`.
    pub body: Vec<u8>,
    /// The files.
    pub files: Vec<FormFile>,
    /// The verification.
    pub verification: Option<Verification>,
    /// As far as the operator's proxies can be trusted.
    pub remote_address: Option<String>,
    /// The received at.
    pub received_at: Timestamp,
    /// The public address that was called.
    pub url: String,
}

/// See the contract: `response` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<Pair>,
    /// The body.
    pub body: Vec<u8>,
}

/// See the contract: `reception` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reception {
    /// None: the manifest's default answer for the route.
    pub response: Option<Response>,
    /// The events.
    pub events: Vec<Event>,
}

/// Why a request or mail gave nothing. Each name says what the host does next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Refusal {
    /// Nothing in it can be read: acknowledged, kept as a dead letter. One bad item among good ones is a
    /// `native` event instead.
    Malformed(String),
    /// It is not from whom it claims. 401; only counted.
    Unauthentic(String),
    /// It cannot be handled now. 503, or run again by the host where the provider was answered already.
    Passing(Passing),
}

/// One thing that happened at the provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Named after the thing, not after the delivery: the same whether it comes by hook, poll, history or echo. Events of one
    /// channel (naming no account: of one app) with the same kind and key are one. A receipt's holds the status, and message and
    /// person or watermark and thread.
    /// At most 512 bytes. Empty: never de-duplicated (typing, poll-now, account).
    pub dedup: String,
    /// Needed at app level, save for `erase-requested`; checked against the channel otherwise. `follow-up`, `poll-now` and
    /// `renew-now` run for the account's channel; without one, for the app.
    pub account: Option<AccountId>,
    /// None on a message: it continues what `references` names, else opens a conversation. None elsewhere: found by message.
    pub thread: Option<Thread>,
    /// Who did it; of a receipt, whose receipt it is. None for withheld numbers, never a shared placeholder.
    pub actor: Option<Identity>,
    /// The provider's time or the host's, never a sender's claim. Older than the channel's connection is history: it fires no
    /// rule, notice or answer.
    pub at: Timestamp,
    /// The provider's own order, where it has one; greater is later. Compared within one kind about one thing: messages are
    /// sorted by it, of other kinds a late one is dropped. One thing is, of reactions, message, actor and symbol (`now` and
    /// `removed` of all: message and actor); of receipts, target, status and actor. Otherwise the list's order holds.
    pub order: Option<u64>,
    /// The body.
    pub body: EventBody,
    /// The extras.
    pub extras: Extras,
}

/// See the contract: `event-body` of `inbound`.
#[expect(clippy::large_enum_variant, reason = "most events are messages")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum EventBody {
    /// Message.
    Message(Message),
    /// Edited.
    Edited(Edit),
    /// Deleted.
    Deleted(Deletion),
    /// Reaction.
    Reaction(Reaction),
    /// Receipt.
    Receipt(Receipt),
    /// Typing.
    Typing(bool),
    /// The actor's profile is known or changed.
    Profile,
    /// Identity changed.
    IdentityChanged(IdentityChange),
    /// The event's thread is the old one.
    ThreadMoved(ThreadKey),
    /// Membership.
    Membership(Membership),
    /// Consent.
    Consent(Consent),
    /// The contact can, or can no longer, be written to (blocked, unfollowed, left).
    Reachable(bool),
    /// The contact came back by a link or advert without a message. Opens the window where the manifest says so.
    Referral(Attribution),
    /// Call.
    Call(Call),
    /// The conversation ended at the contact's side, or began again.
    Ended(bool),
    /// Account.
    Account(AccountState),
    /// Template status.
    TemplateStatus(TemplateStatus),
    /// Erase requested.
    EraseRequested(EraseRequest),
    /// A mail that a poll or follow-up fetched: `receive-mail` is run on it, alone.
    Mail(Mail),
    /// Something changed: run `poll`. During a poll it causes another.
    PollNow,
    /// Run `follow-up` with this text in the background, after this event is stored.
    FollowUp(String),
    /// Run `keep` now.
    RenewNow,
    /// Another app took or gave the thread: whether we may write.
    Writable(bool),
    /// Understood, and of no interest; the reason.
    Ignored(String),
    /// Native.
    Native(Native),
}

/// See the contract: `direction` of `inbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Incoming.
    Incoming,
    /// Sent by us, but from elsewhere: the provider's own app, another tool, or this host.
    Echo,
}

/// What the host should think twice about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trait {
    /// Must not be answered automatically: an automatic answer, a null sender, a sender who asks for none.
    Automatic,
    /// Sent to many: a list, a newsletter.
    Bulk,
    /// The provider or the sender's marks say spam.
    Spam,
    /// A report on a message of ours; `receipt` events carry what it says. Hidden once one of them matched.
    DeliveryReport,
    /// Passed on by its sender; see `original-sender`.
    Forwarded,
    /// Another app holds the thread: as `writable(false)`; a later message without it, as `writable(true)`.
    Standby,
}

/// See the contract: `quote` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// None where the quoted message is not of this account.
    pub message: Option<MessageId>,
    /// The excerpt.
    pub excerpt: Option<String>,
}

/// How the contact got here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Attribution {
    /// ad, post, short-link, page, story …
    pub source: String,
    /// Our own reference that came along.
    pub reference: Option<String>,
    /// The provider's id of the advert or post.
    pub item: Option<String>,
    /// The page on which a chat or form was opened.
    pub address: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The picture.
    pub picture: Option<MediaSource>,
}

/// See the contract: `message` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// None where the provider has none (a press, a form): made from `dedup`.
    pub id: Option<MessageId>,
    /// The universal.
    pub universal: Option<UniversalId>,
    /// The direction.
    pub direction: Direction,
    /// An echo of what we sent: of the delivery or of its part (of a mail the left part of our Message-ID). One that the host
    /// does not know is ignored.
    pub client_ref: Option<ClientRef>,
    /// May be empty: the contact opened the chat.
    pub parts: Vec<Part>,
    /// The subject.
    pub subject: Option<String>,
    /// The quote.
    pub quote: Option<Quote>,
    /// Oldest first (References, then In-Reply-To): threads are found by the newest that is known.
    pub references: Vec<UniversalId>,
    /// Of a mail: To, Cc, Reply-To, and as bcc the addresses of ours that stand in neither.
    pub recipients: Vec<Recipient>,
    /// The attribution.
    pub attribution: Option<Attribution>,
    /// Messages with the same key are one album.
    pub album: Option<String>,
    /// The traits.
    pub traits: Vec<Trait>,
    /// Only where answer and contact should be someone other than who wrote to us (forwarded and rewritten mail), never for a
    /// chat message passed on.
    pub original_sender: Option<Identity>,
    /// What is new in it, without quoted history and signature.
    pub visible: Option<RichText>,
    /// Not kept after this moment (disappearing messages).
    pub expires: Option<Timestamp>,
    /// The context.
    pub context: Option<Context>,
    /// The extras.
    pub extras: Extras,
}

/// See the contract: `edit` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Edit {
    /// The edit's own id, where it has one.
    pub id: Option<MessageId>,
    /// The message.
    pub message: MessageId,
    /// Media stay unless media are listed. A moved live location is an edit that is not shown as one.
    pub parts: Vec<Part>,
}

/// See the contract: `deletion` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Deletion {
    /// Gone at the provider, not archived or moved. Also ids of reactions (taken back) and edits (undone).
    pub messages: Vec<MessageId>,
    /// True where the provider demands that our copy goes too.
    pub erase: bool,
}

/// See the contract: `reaction-change` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum ReactionChange {
    /// An emoji, or the provider's name between colons.
    Added(String),
    /// None: all of the actor's.
    Removed(Option<String>),
    /// All that the actor has now.
    Now(Vec<String>),
}

/// See the contract: `reaction` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reaction {
    /// The reaction's own id, where it has one.
    pub id: Option<MessageId>,
    /// The message.
    pub message: MessageId,
    /// The change.
    pub change: ReactionChange,
}

/// See the contract: `receipt-status` of `inbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// Sent.
    Sent,
    /// Delivered.
    Delivered,
    /// Read.
    Read,
    /// Played.
    Played,
    /// Still tried.
    Delayed,
    /// Failed.
    Failed,
}

/// See the contract: `receipt-target` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum ReceiptTarget {
    /// Message.
    Message(MessageId),
    /// Universal.
    Universal(UniversalId),
    /// Client ref.
    ClientRef(ClientRef),
    /// Our messages of the thread up to and with this moment, by the echo's `at` or else the answer's.
    UpTo(Timestamp),
    /// Up to message.
    UpToMessage(MessageId),
}

/// See the contract: `receipt` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// The status.
    pub status: ReceiptStatus,
    /// The target.
    pub target: ReceiptTarget,
    /// For `failed` and `delayed`.
    pub fault: Option<Fault>,
    /// An id learnt only now, or one that replaces a provisional one; both stay valid.
    pub learnt: Option<MessageId>,
}

/// See the contract: `identity-change` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IdentityChange {
    /// How the host knows the person today.
    pub old: IdentityKey,
    /// Where one of them is known already, `old` becomes its alias.
    pub new: Vec<Alias>,
}

/// Makes no contacts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// The joined.
    pub joined: Vec<Identity>,
    /// The left.
    pub left: Vec<Identity>,
    /// Ourselves: true joined, false left or removed.
    pub ours: Option<bool>,
}

/// See the contract: `consent` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// all, marketing, calls, or a category of the manifest.
    pub topic: String,
    /// The given.
    pub given: bool,
    /// The contact's own words or choice; STOP words come as a message as well.
    pub evidence: Option<String>,
    /// What must be handed in when this consent is used (a notification token).
    pub context: Option<Context>,
}

/// See the contract: `call-direction` of `inbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallDirection {
    /// Incoming.
    Incoming,
    /// Outgoing.
    Outgoing,
}

/// See the contract: `call-state` of `inbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Ringing.
    Ringing,
    /// Answered.
    Answered,
    /// Missed.
    Missed,
    /// Busy.
    Busy,
    /// Failed.
    Failed,
    /// Ended.
    Ended,
}

/// See the contract: `recording` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recording {
    /// The id.
    pub id: String,
    /// The voicemail.
    pub voicemail: bool,
    /// The source.
    pub source: Option<MediaSource>,
    /// The transcript.
    pub transcript: Option<RichText>,
}

/// What is told about a call; what an event leaves out stays as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Call {
    /// The id.
    pub id: String,
    /// The direction.
    pub direction: Option<CallDirection>,
    /// The state.
    pub state: Option<CallState>,
    /// The client ref.
    pub client_ref: Option<ClientRef>,
    /// The duration.
    pub duration: Option<Milliseconds>,
    /// The recording.
    pub recording: Option<Recording>,
}

/// See the contract: `account-state` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum AccountState {
    /// Only makes the host probe.
    Healthy,
    /// The account must be connected again.
    Reconnect(String),
    /// Scopes that are missing.
    PermissionMissing(Vec<String>),
    /// The provider stopped the account.
    Suspended(String),
    /// It works, but less (quality, limits), or an admin should know something.
    Degraded(String),
}

/// See the contract: `template-state` of `inbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateState {
    /// Approved.
    Approved,
    /// Pending.
    Pending,
    /// Rejected.
    Rejected,
    /// Paused.
    Paused,
    /// Disabled.
    Disabled,
    /// Changed.
    Changed,
}

/// See the contract: `template-status` of `inbound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TemplateStatus {
    /// The name.
    pub name: String,
    /// The language.
    pub language: Option<String>,
    /// The state.
    pub state: TemplateState,
    /// The reason.
    pub reason: Option<String>,
}

/// The person asked the provider to erase them. The event may name no account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EraseRequest {
    /// The identities.
    pub identities: Vec<IdentityKey>,
    /// What the provider finds its request by again; the host serves the state of the erasure below the request's address.
    pub confirmation: Option<String>,
}

/// See the contract: `mail-origin` of `inbound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailOrigin {
    /// Sent to an address of this host.
    Delivered,
    /// Fetched.
    Fetched,
    /// Fetched from sent.
    FetchedFromSent,
    /// By the plugin itself.
    Polled,
}

/// A mail as it was taken in. Parsed in the guest from the stream; what it stores on the way and no committed event names is
/// dropped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mail {
    /// The origin.
    pub origin: MailOrigin,
    /// The reverse path: empty for `<>`, none where it is not known (a polled mail; see its Return-Path).
    pub envelope_from: Option<String>,
    /// The addresses of this channel it was for.
    pub envelope_to: Vec<String>,
    /// RFC 5322, as it came.
    pub raw: MediaHandle,
    /// The size.
    pub size: u64,
    /// Results of our own checks, RFC 8601 without the header's name.
    pub authentication: Option<String>,
    /// The received at.
    pub received_at: Timestamp,
    /// The poller's own words: the provider's id, thread, labels.
    pub note: Option<String>,
}

/// What a poll or an import found. Oldest first within a page; an import's pages may go backwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page {
    /// What was found on this page.
    pub events: Vec<Event>,
    /// Committed with the events. None: unchanged.
    pub cursor: Option<String>,
    /// Whether there is more now: asked for at once.
    pub more: bool,
    /// Not asked again before this time has passed. None: the manifest's interval.
    pub wait_at_least: Option<Milliseconds>,
}
