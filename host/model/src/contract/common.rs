//! Words that both directions of the contract share, as `wit/common.wit` defines them: the host's one view of them, whatever
//! version of the contract a plugin was built for. Records only; the rules that act on them are elsewhere in this crate.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Timestamp = u64;

/// A length of time in milliseconds.
pub type Milliseconds = u64;

/// A name and a value that the contract has no field for yet. The value is JSON text. Kept, shown as details, never acted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Extra {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// See the contract: `extras` of `common`.
pub type Extras = Vec<Extra>;

/// A pair as HTTP knows it: a header, a query parameter, a form field. Order and repetition are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Pair {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// Something opaque that the plugin wants back when the host next speaks about this message, thread or identity
/// (a LINE reply token, a Telegram business connection). Kept per thing, the newest wins, an empty value clears; at most 4 KiB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Context {
    /// The value.
    pub value: String,
    /// Not handed back after this moment.
    pub expires: Option<Timestamp>,
    /// Handed back once, then forgotten.
    pub once: bool,
}

/// What was kept and has not expired. `message` is the message answered: the quoted one, else the newest incoming.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Contexts {
    /// The message.
    pub message: Option<Context>,
    /// The thread.
    pub thread: Option<Context>,
    /// The recipient.
    pub recipient: Option<Context>,
}

/// Where a channel's account stands at its provider: a page, a number, a mailbox, a workspace.
pub type AccountId = String;

/// A person as the provider names them, unique within the account.
pub type IdentityKey = String;

/// A thread as the provider names it, unique within the account. Where a direct thread has no name of its own it is the
/// contact's key, and is then resolved as the identity is, aliases included.
pub type ThreadKey = String;

/// A message as the provider names it, unique within the account: where the provider's own is unique only within a chat,
/// the plugin puts the chat before it.
pub type MessageId = String;

/// A message's name that is unique in the world (the Message-ID of RFC 5322, without brackets). Matched over all channels.
pub type UniversalId = String;

/// Our own name for a delivery or a part: a UUID, the same at every attempt, given back by providers that carry one.
pub type ClientRef = String;

/// See the contract: `identity-kind` of `common`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// An RFC 5321 address; compared by the host as addresses are.
    Email,
    /// E.164 with the plus sign. Joins no identities that have different opaque keys: numbers are passed on.
    Phone,
    /// A visitor of a widget or form, known by a token only.
    Visitor,
    /// Anything else: comparable as text, within this account only.
    Opaque,
}

/// See the contract: `identity-role` of `common`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityRole {
    /// Contact.
    Contact,
    /// A person of ours who writes from the provider's own app.
    Agent,
    /// A bot, ours or another's.
    Bot,
    /// The provider itself.
    System,
}

/// Who vouches that the sender is who the key says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Assurance {
    /// Nobody: a form field, an unsigned attribute.
    Unverified,
    /// The provider signed the person in.
    Provider,
    /// The site's own signed statement (an identity token of a widget).
    Site,
    /// Mail whose DMARC result passed; the text is the result as received.
    MailAuthenticated(String),
    /// Mail whose DMARC result failed; the text is the result as received.
    MailFailed(String),
}

/// Another name of the same person: an old number, a portfolio-wide id, an address. An unverified one merges nobody, but is
/// kept, for channels that can begin a conversation with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Alias {
    /// The key.
    pub key: IdentityKey,
    /// The kind.
    pub kind: IdentityKind,
    /// The assurance.
    pub assurance: Assurance,
}

/// See the contract: `identity` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    /// The key.
    pub key: IdentityKey,
    /// The kind.
    pub kind: IdentityKind,
    /// The role.
    pub role: IdentityRole,
    /// The aliases.
    pub aliases: Vec<Alias>,
    /// The assurance.
    pub assurance: Assurance,
    /// The name.
    pub name: Option<String>,
    /// The username.
    pub username: Option<String>,
    /// The picture.
    pub picture: Option<MediaSource>,
    /// BCP 47.
    pub language: Option<String>,
    /// IANA name.
    pub timezone: Option<String>,
    /// The context.
    pub context: Option<Context>,
    /// The extras.
    pub extras: Extras,
}

/// See the contract: `thread-kind` of `common`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThreadKind {
    /// One contact and us.
    Direct,
    /// Several people.
    Group,
    /// A topic inside a group.
    Topic,
    /// A thread that others can read (a comment below a post).
    Public,
}

/// See the contract: `thread` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Thread {
    /// The key.
    pub key: ThreadKey,
    /// The kind.
    pub kind: ThreadKind,
    /// Taken from any event that names the thread.
    pub title: Option<String>,
    /// The group or channel that a topic belongs to.
    pub parent: Option<ThreadKey>,
    /// The message that opened this thread, where the provider hangs threads on messages.
    pub root: Option<MessageId>,
    /// Of a direct thread: the contact, where that is not the event's actor (echoes, calls that we began).
    pub contact: Option<Identity>,
    /// The manifest's named set of capabilities that holds here, where threads differ.
    pub capabilities: Option<String>,
    /// Where the contact can read on in a browser.
    pub address: Option<String>,
    /// The context.
    pub context: Option<Context>,
    /// The extras.
    pub extras: Extras,
}

/// Bytes that the host keeps, by the name that `media-store` gave them.
pub type MediaHandle = String;

/// See the contract: `media-source` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum MediaSource {
    /// Already with the host: created in this call, or taken off a multipart body.
    Stored(MediaHandle),
    /// To be fetched later by the plugin's `media-fetcher`; the text is the plugin's own.
    Deferred(String),
    /// To be fetched by the host: a GET without credential, from a granted host, or from any public one where the manifest says so.
    Address(String),
    /// A copy is not to be had, for this reason.
    Missing(String),
}

/// See the contract: `media-kind` of `common`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// Image.
    Image,
    /// Video.
    Video,
    /// Audio.
    Audio,
    /// Recorded in the messenger; shown with a player.
    Voice,
    /// Sticker.
    Sticker,
    /// A silent looping clip.
    Animation,
    /// A round video note.
    VideoNote,
    /// File.
    File,
}

/// See the contract: `media` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Media {
    /// The kind.
    pub kind: MediaKind,
    /// The source.
    pub source: MediaSource,
    /// The file name.
    pub file_name: Option<String>,
    /// As the provider said; the host looks at the bytes itself.
    pub content_type: Option<String>,
    /// The size.
    pub size: Option<u64>,
    /// The duration.
    pub duration: Option<Milliseconds>,
    /// The width.
    pub width: Option<u32>,
    /// The height.
    pub height: Option<u32>,
    /// The caption.
    pub caption: Option<RichText>,
    /// May be looked at once; the host does not keep it beyond that.
    pub view_once: bool,
    /// The Content-ID that HTML of this message refers to.
    pub content_id: Option<String>,
    /// As the provider says.
    pub sha256: Option<Vec<u8>>,
    /// A still of a video.
    pub preview: Option<MediaSource>,
}

/// Text, with HTML where there is some. The host sanitises HTML before anyone sees it, derives an empty `plain` from it, and
/// fills the names of mentions (`data-identity`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RichText {
    /// The plain.
    pub plain: String,
    /// The html.
    pub html: Option<String>,
}

/// See the contract: `location` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Location {
    /// The latitude.
    pub latitude: f64,
    /// The longitude.
    pub longitude: f64,
    /// Metres.
    pub accuracy: Option<f64>,
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// A moving position: until when it moves.
    pub live_until: Option<Timestamp>,
}

/// See the contract: `contact-card` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContactCard {
    /// The name.
    pub name: String,
    /// The phones.
    pub phones: Vec<Pair>,
    /// The emails.
    pub emails: Vec<Pair>,
    /// RFC 6350 text, where there is one.
    pub vcard: Option<String>,
}

/// See the contract: `choices-style` of `common`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChoicesStyle {
    /// Buttons.
    Buttons,
    /// Quick replies.
    QuickReplies,
    /// Menu.
    Menu,
    /// Votes come back as `choice`.
    Poll,
}

/// See the contract: `choice-action` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum ChoiceAction {
    /// The payload comes back in `choice`.
    Reply,
    /// Open.
    Open(String),
    /// Ask location.
    AskLocation,
    /// Ask contact.
    AskContact,
    /// A form of the provider's, by its name there.
    Form(String),
}

/// See the contract: `choice-option` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChoiceOption {
    /// Comes back in `choice`.
    pub payload: String,
    /// The title.
    pub title: String,
    /// The description.
    pub description: Option<String>,
    /// The section.
    pub section: Option<String>,
    /// The action.
    pub action: ChoiceAction,
    /// The picture.
    pub picture: Option<MediaSource>,
}

/// See the contract: `choices` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Choices {
    /// The style.
    pub style: ChoicesStyle,
    /// The body.
    pub body: Option<RichText>,
    /// The header.
    pub header: Option<String>,
    /// The footer.
    pub footer: Option<String>,
    /// What opens the list, where the provider has such a button.
    pub button: Option<String>,
    /// The options.
    pub options: Vec<ChoiceOption>,
}

/// What the contact pressed or chose. Stands alone, with no text beside it; several chosen are several parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// The payload.
    pub payload: String,
    /// The title.
    pub title: Option<String>,
    /// The message whose choices these were.
    pub offered_in: Option<MessageId>,
}

/// See the contract: `template` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Template {
    /// The name.
    pub name: String,
    /// The language.
    pub language: String,
    /// The parameters.
    pub parameters: Vec<TemplateParameter>,
    /// The rendered text, where it is known.
    pub rendered: Option<RichText>,
}

/// See the contract: `template-value` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum TemplateValue {
    /// Text.
    Text(String),
    /// Media.
    Media(MediaSource),
    /// Payload.
    Payload(String),
}

/// See the contract: `template-parameter` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TemplateParameter {
    /// As `templates` named it.
    pub section: String,
    /// The name.
    pub name: Option<String>,
    /// The value.
    pub value: TemplateValue,
}

/// An answer in a form. Hidden ones are kept with the contact and not shown in the conversation. Names that begin with
/// `ticket.`, `contact.` or `feedback.` fill those.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The label.
    pub label: Option<String>,
    /// The value.
    pub value: FieldValue,
    /// The hidden.
    pub hidden: bool,
}

/// See the contract: `field-value` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum FieldValue {
    /// Text.
    Text(String),
    /// Choice.
    Choice(Vec<String>),
    /// Number.
    Number(f64),
    /// Boolean.
    Boolean(bool),
    /// File.
    File(MediaSource),
}

/// See the contract: `link-preview` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinkPreview {
    /// The address.
    pub address: String,
    /// The title.
    pub title: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The picture.
    pub picture: Option<MediaSource>,
}

/// Goods the contact ordered or asks about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderLine {
    /// The product.
    pub product: String,
    /// The title.
    pub title: Option<String>,
    /// The quantity.
    pub quantity: f64,
    /// A decimal number as text, and ISO 4217.
    pub price: Option<String>,
    /// The currency.
    pub currency: Option<String>,
}

/// A kind this contract has no name for (cards, time pickers). Incoming it is shown by `fallback`, with the raw text one
/// click away; outgoing it is passed on from the API where the manifest declares the kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Native {
    /// The provider's word for it.
    pub kind: String,
    /// The fallback.
    pub fallback: Option<String>,
    /// The provider's own text, at most 64 KiB.
    pub raw: Option<String>,
}

/// See the contract: `content` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Content {
    /// Text.
    Text(RichText),
    /// Media.
    Media(Media),
    /// Location.
    Location(Location),
    /// Contact card.
    ContactCard(ContactCard),
    /// Choices.
    Choices(Choices),
    /// Choice.
    Choice(Choice),
    /// Template.
    Template(Template),
    /// Fields.
    Fields(Vec<Field>),
    /// Link preview.
    LinkPreview(LinkPreview),
    /// Order.
    Order(Vec<OrderLine>),
    /// Native.
    Native(Native),
}

/// Outgoing, a part is at most one message of the provider's: the host splits by the manifest's limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Part {
    /// The content.
    pub content: Content,
    /// The extras.
    pub extras: Extras,
}

/// See the contract: `recipient-role` of `common`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecipientRole {
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc.
    Bcc,
    /// Reply to.
    ReplyTo,
}

/// See the contract: `recipient` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recipient {
    /// The role.
    pub role: RecipientRole,
    /// The key.
    pub key: IdentityKey,
    /// The kind.
    pub kind: IdentityKind,
    /// The aliases.
    pub aliases: Vec<Alias>,
    /// The name.
    pub name: Option<String>,
}

/// The host's stand-in for a secret: from `capture`, a sign-in or a secret field. An access token's stands for its whole
/// token set, the refresh token included.
pub type SecretHandle = String;

/// See the contract: `binding` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Binding {
    /// The manifest's name of the credential.
    pub credential: String,
    /// The secret.
    pub secret: SecretHandle,
    /// The expires.
    pub expires: Option<Timestamp>,
}

/// See the contract: `passing` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Passing {
    /// The why.
    pub why: String,
    /// The retry after.
    pub retry_after: Option<Milliseconds>,
}

/// See the contract: `rate-limited` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RateLimited {
    /// The retry after.
    pub retry_after: Option<Milliseconds>,
    /// The manifest's bucket; it says whether app, account, thread or recipient pauses.
    pub bucket: String,
}

/// See the contract: `window-closed` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WindowClosed {
    /// The since.
    pub since: Option<Timestamp>,
    /// Tags and kinds that may still be sent, in the manifest's words.
    pub allowed: Vec<String>,
}

/// See the contract: `rejected` of `common`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rejected {
    /// The code.
    pub code: Option<String>,
    /// In the provider's words.
    pub words: String,
}

/// What a provider answered instead of doing it. Each name says what the host does next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Fault {
    /// Tried again with back-off.
    Passing(Passing),
    /// That bucket alone pauses.
    RateLimited(RateLimited),
    /// One refresh and one more try; then the channel asks to be reconnected.
    SignInExpired,
    /// The channel asks for consent to these scopes again.
    PermissionMissing(Vec<String>),
    /// The whole channel pauses and the admin is told.
    ChannelBlocked(Passing),
    /// The agent is offered what is allowed.
    WindowClosed(WindowClosed),
    /// The address is dead or blocks us: the identity (in groups the thread) is marked; the agent is told.
    RecipientUnreachable(String),
    /// Opted out of this topic: the identity is marked; the agent is told.
    OptedOut(String),
    /// A person's new key: the identity is re-keyed and the message tried again, once.
    RecipientMoved(Alias),
    /// Another app holds the thread: the agent is offered to take it over.
    HeldElsewhere(String),
    /// Should have been caught by capabilities; the agent is told.
    Unsupported(String),
    /// With the limit, where it is told.
    TooLarge(Option<u64>),
    /// What was asked for is not there any more. Not tried again.
    Gone(String),
    /// What the provider answered cannot be read. Kept as a dead letter with the answer.
    Malformed(String),
    /// Final, shown to the agent or admin.
    Rejected(Rejected),
}
