//! Defaults and short constructors for the contract's long records: a plugin names the fields it has and leaves the rest.

use crate::{
    Alias, Assurance, Attribution, Author, Call, Choice, ChoiceAction, ChoiceOption, Choices, ChoicesStyle,
    ContactCard, Content, Context, Contexts, Direction, Draft, DraftPart, Event, EventBody, Fault, Ground, Identity,
    IdentityKind, IdentityRole, Location, Media, MediaKind, MediaSource, Membership, Message, Native, Outcome, Page,
    Part, PartOutcome, Passing, Problem, Quote, RateLimited, Reception, Recording, Rejected, Request, Response,
    RichText, Sent, Severity, Target, Template, Thread, ThreadKind, WindowClosed,
};

/// `Default` for records: every field its own default, save those that name another. The compiler holds the lists complete.
macro_rules! defaults {
    ($($record:ident { $($field:ident $(= $value:expr)?),* $(,)? })*) => {
        $(impl Default for $record {
            fn default() -> Self {
                Self { $($field: defaults!(@ $($value)?)),* }
            }
        })*
    };
    (@) => { Default::default() };
    (@ $value:expr) => { $value };
}

defaults! {
    Context { value, expires, once }
    Contexts { message, thread, recipient }
    Alias { key, kind = IdentityKind::Opaque, assurance = Assurance::Unverified }
    Identity {
        key, kind = IdentityKind::Opaque, role = IdentityRole::Contact, aliases, assurance = Assurance::Unverified, name, username,
        picture, language, timezone, context, extras,
    }
    Thread { key, kind = ThreadKind::Direct, title, parent, root, contact, capabilities, address, context, extras }
    Media {
        kind = MediaKind::File, source = MediaSource::Missing(String::new()), file_name, content_type, size, duration, width, height,
        caption, view_once, content_id, sha256, preview,
    }
    RichText { plain, html }
    Location { latitude, longitude, accuracy, name, address, live_until }
    ContactCard { name, phones, emails, vcard }
    Choices { style = ChoicesStyle::Buttons, body, header, footer, button, options }
    ChoiceOption { payload, title, description, section, action = ChoiceAction::Reply, picture }
    Choice { payload, title, offered_in }
    Template { name, language, parameters, rendered }
    Native { kind, fallback, raw }
    Passing { why, retry_after }
    RateLimited { retry_after, bucket }
    WindowClosed { since, allowed }
    Rejected { code, words }
    Request {
        account, route, method, path, query, headers, body, files, verification, remote_address, received_at, url,
    }
    Response { status = 200, headers, body }
    Reception { response, events }
    Page { events, cursor, more, wait_at_least }
    Quote { message, excerpt }
    Attribution { source, reference, item, address, title, picture }
    Message {
        id, universal, direction = Direction::Incoming, client_ref, parts, subject, quote, references, recipients, attribution, album,
        traits, original_sender, visible, expires, context, extras,
    }
    Membership { joined, left, ours }
    Recording { id, voicemail, source, transcript }
    Call { id, direction, state, client_ref, duration, recording }
    Author { name, first_name, last_name, picture }
    Draft {
        delivery, attempt = 1, account, thread, recipients, subject, quote, references, ground = Ground::Open, author, automatic,
        contexts, parts, extras,
    }
    Sent { message, universal, thread, recipient, refused, context }
    Target { thread, message, client_ref, contexts }
}

impl From<String> for RichText {
    fn from(plain: String) -> Self {
        Self { plain, html: None }
    }
}

impl From<&str> for RichText {
    fn from(plain: &str) -> Self {
        plain.to_owned().into()
    }
}

impl Content {
    /// A text without markup.
    pub fn text(plain: impl Into<String>) -> Self {
        Self::Text(RichText { plain: plain.into(), html: None })
    }

    /// A kind that the contract has no name for: the provider's word for it, what to show, and the provider's own text, of which
    /// the first 64 KiB are kept.
    pub fn native(kind: impl Into<String>, fallback: Option<String>, raw: Option<String>) -> Self {
        Self::Native(Native { kind: kind.into(), fallback, raw: raw.map(excerpt) })
    }
}

/// How much of the provider's text a `native` may carry, in bytes.
const NATIVE_RAW: usize = 64 * 1024;

fn excerpt(mut raw: String) -> String {
    raw.truncate(raw.floor_char_boundary(NATIVE_RAW));
    raw
}

impl From<Content> for Part {
    fn from(content: Content) -> Self {
        Self { content, extras: Vec::new() }
    }
}

impl Identity {
    /// A contact by an opaque key that the provider vouches for.
    pub fn contact(key: impl Into<String>) -> Self {
        Self { key: key.into(), assurance: Assurance::Provider, ..Self::default() }
    }
}

impl Thread {
    /// One contact and us.
    pub fn direct(key: impl Into<String>) -> Self {
        Self { key: key.into(), ..Self::default() }
    }
}

impl Message {
    /// An incoming message of these contents.
    pub fn of(contents: impl IntoIterator<Item = Content>) -> Self {
        Self { parts: contents.into_iter().map(Part::from).collect(), ..Self::default() }
    }

    /// With the provider's name for it.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl EventBody {
    /// Something that the contract has no name for: the provider's word for it and the provider's own text, of which the first
    /// 64 KiB are kept.
    pub fn native(kind: impl Into<String>, raw: impl Into<String>) -> Self {
        Self::Native(Native { kind: kind.into(), fallback: None, raw: Some(excerpt(raw.into())) })
    }
}

impl From<Message> for EventBody {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

impl Event {
    /// An event of an account that the host knows already. `dedup` names the thing that happened, the same at every delivery;
    /// `at` is the provider's time in milliseconds since 1970.
    pub fn new(dedup: impl Into<String>, at: u64, body: impl Into<EventBody>) -> Self {
        Self {
            dedup: dedup.into(),
            account: None,
            thread: None,
            actor: None,
            at,
            order: None,
            body: body.into(),
            extras: Vec::new(),
        }
    }

    /// Of this account; needed on a route of the app.
    #[must_use]
    pub fn of_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// In this thread.
    #[must_use]
    pub fn in_thread(mut self, thread: Thread) -> Self {
        self.thread = Some(thread);
        self
    }

    /// Who did it.
    #[must_use]
    pub fn by(mut self, actor: Identity) -> Self {
        self.actor = Some(actor);
        self
    }
}

impl Reception {
    /// These events and the manifest's default answer.
    pub fn of(events: Vec<Event>) -> Self {
        Self { response: None, events }
    }
}

impl DraftPart {
    /// A part that was not tried before.
    pub fn new(id: u32, client_ref: impl Into<String>, content: Content) -> Self {
        Self { id, client_ref: client_ref.into(), part: content.into(), earlier: None }
    }
}

impl Sent {
    /// Sent, under this name at the provider.
    pub fn as_message(id: impl Into<String>) -> Self {
        Self { message: Some(id.into()), ..Self::default() }
    }
}

impl Target {
    /// This message, by the provider's name for it.
    pub fn of_message(id: impl Into<String>) -> Self {
        Self { message: Some(id.into()), ..Self::default() }
    }

    /// In this thread.
    #[must_use]
    pub fn in_thread(mut self, thread: Thread) -> Self {
        self.thread = Some(thread);
        self
    }
}

impl PartOutcome {
    /// The outcome of one part.
    pub fn of(part: u32, outcome: Outcome) -> Self {
        Self { parts: vec![part], outcome }
    }
}

impl Fault {
    /// Tried again with back-off, not before `retry_after` milliseconds where that is known.
    pub fn passing(why: impl Into<String>, retry_after: Option<u64>) -> Self {
        Self::Passing(Passing { why: why.into(), retry_after })
    }

    /// Final, in the provider's words.
    pub fn rejected(code: Option<String>, words: impl Into<String>) -> Self {
        Self::Rejected(Rejected { code, words: words.into() })
    }
}

impl Problem {
    /// It cannot be sent so.
    pub fn error(part: u32, code: impl Into<String>, words: impl Into<String>) -> Self {
        Self { part: Some(part), severity: Severity::Error, code: code.into(), words: words.into() }
    }

    /// It can, but something is lost.
    pub fn warning(part: u32, code: impl Into<String>, words: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(part, code, words) }
    }
}
