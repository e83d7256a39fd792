//! What a guest returned, into the host's own types. Field by field and nothing else: no checks, no defaults.

use lockgate_model::contract as m;

use crate::bindings as b;

impl From<b::lockgate::channel::common::Alias> for m::common::Alias {
    fn from(v: b::lockgate::channel::common::Alias) -> Self {
        Self { key: v.key, kind: v.kind.into(), assurance: v.assurance.into() }
    }
}

impl From<b::lockgate::channel::common::Assurance> for m::common::Assurance {
    fn from(v: b::lockgate::channel::common::Assurance) -> Self {
        match v {
            b::lockgate::channel::common::Assurance::Unverified => Self::Unverified,
            b::lockgate::channel::common::Assurance::Provider => Self::Provider,
            b::lockgate::channel::common::Assurance::Site => Self::Site,
            b::lockgate::channel::common::Assurance::MailAuthenticated(v) => Self::MailAuthenticated(v),
            b::lockgate::channel::common::Assurance::MailFailed(v) => Self::MailFailed(v),
        }
    }
}

impl From<b::lockgate::channel::common::Choice> for m::common::Choice {
    fn from(v: b::lockgate::channel::common::Choice) -> Self {
        Self { payload: v.payload, title: v.title, offered_in: v.offered_in }
    }
}

impl From<b::lockgate::channel::common::ChoiceAction> for m::common::ChoiceAction {
    fn from(v: b::lockgate::channel::common::ChoiceAction) -> Self {
        match v {
            b::lockgate::channel::common::ChoiceAction::Reply => Self::Reply,
            b::lockgate::channel::common::ChoiceAction::Open(v) => Self::Open(v),
            b::lockgate::channel::common::ChoiceAction::AskLocation => Self::AskLocation,
            b::lockgate::channel::common::ChoiceAction::AskContact => Self::AskContact,
            b::lockgate::channel::common::ChoiceAction::Form(v) => Self::Form(v),
        }
    }
}

impl From<b::lockgate::channel::common::ChoiceOption> for m::common::ChoiceOption {
    fn from(v: b::lockgate::channel::common::ChoiceOption) -> Self {
        Self {
            payload: v.payload,
            title: v.title,
            description: v.description,
            section: v.section,
            action: v.action.into(),
            picture: v.picture.map(Into::into),
        }
    }
}

impl From<b::lockgate::channel::common::Choices> for m::common::Choices {
    fn from(v: b::lockgate::channel::common::Choices) -> Self {
        Self {
            style: v.style.into(),
            body: v.body.map(Into::into),
            header: v.header,
            footer: v.footer,
            button: v.button,
            options: v.options.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<b::lockgate::channel::common::ChoicesStyle> for m::common::ChoicesStyle {
    fn from(v: b::lockgate::channel::common::ChoicesStyle) -> Self {
        match v {
            b::lockgate::channel::common::ChoicesStyle::Buttons => Self::Buttons,
            b::lockgate::channel::common::ChoicesStyle::QuickReplies => Self::QuickReplies,
            b::lockgate::channel::common::ChoicesStyle::Menu => Self::Menu,
            b::lockgate::channel::common::ChoicesStyle::Poll => Self::Poll,
        }
    }
}

impl From<b::lockgate::channel::common::ContactCard> for m::common::ContactCard {
    fn from(v: b::lockgate::channel::common::ContactCard) -> Self {
        Self {
            name: v.name,
            phones: v.phones.into_iter().map(Into::into).collect(),
            emails: v.emails.into_iter().map(Into::into).collect(),
            vcard: v.vcard,
        }
    }
}

impl From<b::lockgate::channel::common::Content> for m::common::Content {
    fn from(v: b::lockgate::channel::common::Content) -> Self {
        match v {
            b::lockgate::channel::common::Content::Text(v) => Self::Text(v.into()),
            b::lockgate::channel::common::Content::Media(v) => Self::Media(v.into()),
            b::lockgate::channel::common::Content::Location(v) => Self::Location(v.into()),
            b::lockgate::channel::common::Content::ContactCard(v) => Self::ContactCard(v.into()),
            b::lockgate::channel::common::Content::Choices(v) => Self::Choices(v.into()),
            b::lockgate::channel::common::Content::Choice(v) => Self::Choice(v.into()),
            b::lockgate::channel::common::Content::Template(v) => Self::Template(v.into()),
            b::lockgate::channel::common::Content::Fields(v) => Self::Fields(v.into_iter().map(Into::into).collect()),
            b::lockgate::channel::common::Content::LinkPreview(v) => Self::LinkPreview(v.into()),
            b::lockgate::channel::common::Content::Order(v) => Self::Order(v.into_iter().map(Into::into).collect()),
            b::lockgate::channel::common::Content::Native(v) => Self::Native(v.into()),
        }
    }
}

impl From<b::lockgate::channel::common::Context> for m::common::Context {
    fn from(v: b::lockgate::channel::common::Context) -> Self {
        Self { value: v.value, expires: v.expires, once: v.once }
    }
}

impl From<b::lockgate::channel::common::Extra> for m::common::Extra {
    fn from(v: b::lockgate::channel::common::Extra) -> Self {
        Self { name: v.name, value: v.value }
    }
}

impl From<b::lockgate::channel::common::Fault> for m::common::Fault {
    fn from(v: b::lockgate::channel::common::Fault) -> Self {
        match v {
            b::lockgate::channel::common::Fault::Passing(v) => Self::Passing(v.into()),
            b::lockgate::channel::common::Fault::RateLimited(v) => Self::RateLimited(v.into()),
            b::lockgate::channel::common::Fault::SignInExpired => Self::SignInExpired,
            b::lockgate::channel::common::Fault::PermissionMissing(v) => Self::PermissionMissing(v),
            b::lockgate::channel::common::Fault::ChannelBlocked(v) => Self::ChannelBlocked(v.into()),
            b::lockgate::channel::common::Fault::WindowClosed(v) => Self::WindowClosed(v.into()),
            b::lockgate::channel::common::Fault::RecipientUnreachable(v) => Self::RecipientUnreachable(v),
            b::lockgate::channel::common::Fault::OptedOut(v) => Self::OptedOut(v),
            b::lockgate::channel::common::Fault::RecipientMoved(v) => Self::RecipientMoved(v.into()),
            b::lockgate::channel::common::Fault::HeldElsewhere(v) => Self::HeldElsewhere(v),
            b::lockgate::channel::common::Fault::Unsupported(v) => Self::Unsupported(v),
            b::lockgate::channel::common::Fault::TooLarge(v) => Self::TooLarge(v),
            b::lockgate::channel::common::Fault::Gone(v) => Self::Gone(v),
            b::lockgate::channel::common::Fault::Malformed(v) => Self::Malformed(v),
            b::lockgate::channel::common::Fault::Rejected(v) => Self::Rejected(v.into()),
        }
    }
}

impl From<b::lockgate::channel::common::Field> for m::common::Field {
    fn from(v: b::lockgate::channel::common::Field) -> Self {
        Self { name: v.name, label: v.label, value: v.value.into(), hidden: v.hidden }
    }
}

impl From<b::lockgate::channel::common::FieldValue> for m::common::FieldValue {
    fn from(v: b::lockgate::channel::common::FieldValue) -> Self {
        match v {
            b::lockgate::channel::common::FieldValue::Text(v) => Self::Text(v),
            b::lockgate::channel::common::FieldValue::Choice(v) => Self::Choice(v),
            b::lockgate::channel::common::FieldValue::Number(v) => Self::Number(v),
            b::lockgate::channel::common::FieldValue::Boolean(v) => Self::Boolean(v),
            b::lockgate::channel::common::FieldValue::File(v) => Self::File(v.into()),
        }
    }
}

impl From<b::lockgate::channel::common::Identity> for m::common::Identity {
    fn from(v: b::lockgate::channel::common::Identity) -> Self {
        Self {
            key: v.key,
            kind: v.kind.into(),
            role: v.role.into(),
            aliases: v.aliases.into_iter().map(Into::into).collect(),
            assurance: v.assurance.into(),
            name: v.name,
            username: v.username,
            picture: v.picture.map(Into::into),
            language: v.language,
            timezone: v.timezone,
            context: v.context.map(Into::into),
            extras: v.extras.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<b::lockgate::channel::common::IdentityKind> for m::common::IdentityKind {
    fn from(v: b::lockgate::channel::common::IdentityKind) -> Self {
        match v {
            b::lockgate::channel::common::IdentityKind::Email => Self::Email,
            b::lockgate::channel::common::IdentityKind::Phone => Self::Phone,
            b::lockgate::channel::common::IdentityKind::Visitor => Self::Visitor,
            b::lockgate::channel::common::IdentityKind::Opaque => Self::Opaque,
        }
    }
}

impl From<b::lockgate::channel::common::IdentityRole> for m::common::IdentityRole {
    fn from(v: b::lockgate::channel::common::IdentityRole) -> Self {
        match v {
            b::lockgate::channel::common::IdentityRole::Contact => Self::Contact,
            b::lockgate::channel::common::IdentityRole::Agent => Self::Agent,
            b::lockgate::channel::common::IdentityRole::Bot => Self::Bot,
            b::lockgate::channel::common::IdentityRole::System => Self::System,
        }
    }
}

impl From<b::lockgate::channel::common::LinkPreview> for m::common::LinkPreview {
    fn from(v: b::lockgate::channel::common::LinkPreview) -> Self {
        Self { address: v.address, title: v.title, description: v.description, picture: v.picture.map(Into::into) }
    }
}

impl From<b::lockgate::channel::common::Location> for m::common::Location {
    fn from(v: b::lockgate::channel::common::Location) -> Self {
        Self {
            latitude: v.latitude,
            longitude: v.longitude,
            accuracy: v.accuracy,
            name: v.name,
            address: v.address,
            live_until: v.live_until,
        }
    }
}

impl From<b::lockgate::channel::common::Media> for m::common::Media {
    fn from(v: b::lockgate::channel::common::Media) -> Self {
        Self {
            kind: v.kind.into(),
            source: v.source.into(),
            file_name: v.file_name,
            content_type: v.content_type,
            size: v.size,
            duration: v.duration,
            width: v.width,
            height: v.height,
            caption: v.caption.map(Into::into),
            view_once: v.view_once,
            content_id: v.content_id,
            sha256: v.sha256,
            preview: v.preview.map(Into::into),
        }
    }
}

impl From<b::lockgate::channel::common::MediaKind> for m::common::MediaKind {
    fn from(v: b::lockgate::channel::common::MediaKind) -> Self {
        match v {
            b::lockgate::channel::common::MediaKind::Image => Self::Image,
            b::lockgate::channel::common::MediaKind::Video => Self::Video,
            b::lockgate::channel::common::MediaKind::Audio => Self::Audio,
            b::lockgate::channel::common::MediaKind::Voice => Self::Voice,
            b::lockgate::channel::common::MediaKind::Sticker => Self::Sticker,
            b::lockgate::channel::common::MediaKind::Animation => Self::Animation,
            b::lockgate::channel::common::MediaKind::VideoNote => Self::VideoNote,
            b::lockgate::channel::common::MediaKind::File => Self::File,
        }
    }
}

impl From<b::lockgate::channel::common::MediaSource> for m::common::MediaSource {
    fn from(v: b::lockgate::channel::common::MediaSource) -> Self {
        match v {
            b::lockgate::channel::common::MediaSource::Stored(v) => Self::Stored(v),
            b::lockgate::channel::common::MediaSource::Deferred(v) => Self::Deferred(v),
            b::lockgate::channel::common::MediaSource::Address(v) => Self::Address(v),
            b::lockgate::channel::common::MediaSource::Missing(v) => Self::Missing(v),
        }
    }
}

impl From<b::lockgate::channel::common::Native> for m::common::Native {
    fn from(v: b::lockgate::channel::common::Native) -> Self {
        Self { kind: v.kind, fallback: v.fallback, raw: v.raw }
    }
}

impl From<b::lockgate::channel::common::OrderLine> for m::common::OrderLine {
    fn from(v: b::lockgate::channel::common::OrderLine) -> Self {
        Self { product: v.product, title: v.title, quantity: v.quantity, price: v.price, currency: v.currency }
    }
}

impl From<b::lockgate::channel::common::Pair> for m::common::Pair {
    fn from(v: b::lockgate::channel::common::Pair) -> Self {
        Self { name: v.name, value: v.value }
    }
}

impl From<b::lockgate::channel::common::Part> for m::common::Part {
    fn from(v: b::lockgate::channel::common::Part) -> Self {
        Self { content: v.content.into(), extras: v.extras.into_iter().map(Into::into).collect() }
    }
}

impl From<b::lockgate::channel::common::Passing> for m::common::Passing {
    fn from(v: b::lockgate::channel::common::Passing) -> Self {
        Self { why: v.why, retry_after: v.retry_after }
    }
}

impl From<b::lockgate::channel::common::RateLimited> for m::common::RateLimited {
    fn from(v: b::lockgate::channel::common::RateLimited) -> Self {
        Self { retry_after: v.retry_after, bucket: v.bucket }
    }
}

impl From<b::lockgate::channel::common::Recipient> for m::common::Recipient {
    fn from(v: b::lockgate::channel::common::Recipient) -> Self {
        Self {
            role: v.role.into(),
            key: v.key,
            kind: v.kind.into(),
            aliases: v.aliases.into_iter().map(Into::into).collect(),
            name: v.name,
        }
    }
}

impl From<b::lockgate::channel::common::RecipientRole> for m::common::RecipientRole {
    fn from(v: b::lockgate::channel::common::RecipientRole) -> Self {
        match v {
            b::lockgate::channel::common::RecipientRole::To => Self::To,
            b::lockgate::channel::common::RecipientRole::Cc => Self::Cc,
            b::lockgate::channel::common::RecipientRole::Bcc => Self::Bcc,
            b::lockgate::channel::common::RecipientRole::ReplyTo => Self::ReplyTo,
        }
    }
}

impl From<b::lockgate::channel::common::Rejected> for m::common::Rejected {
    fn from(v: b::lockgate::channel::common::Rejected) -> Self {
        Self { code: v.code, words: v.words }
    }
}

impl From<b::lockgate::channel::common::RichText> for m::common::RichText {
    fn from(v: b::lockgate::channel::common::RichText) -> Self {
        Self { plain: v.plain, html: v.html }
    }
}

impl From<b::lockgate::channel::common::Template> for m::common::Template {
    fn from(v: b::lockgate::channel::common::Template) -> Self {
        Self {
            name: v.name,
            language: v.language,
            parameters: v.parameters.into_iter().map(Into::into).collect(),
            rendered: v.rendered.map(Into::into),
        }
    }
}

impl From<b::lockgate::channel::common::TemplateParameter> for m::common::TemplateParameter {
    fn from(v: b::lockgate::channel::common::TemplateParameter) -> Self {
        Self { section: v.section, name: v.name, value: v.value.into() }
    }
}

impl From<b::lockgate::channel::common::TemplateValue> for m::common::TemplateValue {
    fn from(v: b::lockgate::channel::common::TemplateValue) -> Self {
        match v {
            b::lockgate::channel::common::TemplateValue::Text(v) => Self::Text(v),
            b::lockgate::channel::common::TemplateValue::Media(v) => Self::Media(v.into()),
            b::lockgate::channel::common::TemplateValue::Payload(v) => Self::Payload(v),
        }
    }
}

impl From<b::lockgate::channel::common::Thread> for m::common::Thread {
    fn from(v: b::lockgate::channel::common::Thread) -> Self {
        Self {
            key: v.key,
            kind: v.kind.into(),
            title: v.title,
            parent: v.parent,
            root: v.root,
            contact: v.contact.map(Into::into),
            capabilities: v.capabilities,
            address: v.address,
            context: v.context.map(Into::into),
            extras: v.extras.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<b::lockgate::channel::common::ThreadKind> for m::common::ThreadKind {
    fn from(v: b::lockgate::channel::common::ThreadKind) -> Self {
        match v {
            b::lockgate::channel::common::ThreadKind::Direct => Self::Direct,
            b::lockgate::channel::common::ThreadKind::Group => Self::Group,
            b::lockgate::channel::common::ThreadKind::Topic => Self::Topic,
            b::lockgate::channel::common::ThreadKind::Public => Self::Public,
        }
    }
}

impl From<b::lockgate::channel::common::WindowClosed> for m::common::WindowClosed {
    fn from(v: b::lockgate::channel::common::WindowClosed) -> Self {
        Self { since: v.since, allowed: v.allowed }
    }
}

impl From<b::lockgate::channel::inbound::AccountState> for m::inbound::AccountState {
    fn from(v: b::lockgate::channel::inbound::AccountState) -> Self {
        match v {
            b::lockgate::channel::inbound::AccountState::Healthy => Self::Healthy,
            b::lockgate::channel::inbound::AccountState::Reconnect(v) => Self::Reconnect(v),
            b::lockgate::channel::inbound::AccountState::PermissionMissing(v) => Self::PermissionMissing(v),
            b::lockgate::channel::inbound::AccountState::Suspended(v) => Self::Suspended(v),
            b::lockgate::channel::inbound::AccountState::Degraded(v) => Self::Degraded(v),
        }
    }
}

impl From<b::lockgate::channel::inbound::Attribution> for m::inbound::Attribution {
    fn from(v: b::lockgate::channel::inbound::Attribution) -> Self {
        Self {
            source: v.source,
            reference: v.reference,
            item: v.item,
            address: v.address,
            title: v.title,
            picture: v.picture.map(Into::into),
        }
    }
}

impl From<b::lockgate::channel::inbound::Call> for m::inbound::Call {
    fn from(v: b::lockgate::channel::inbound::Call) -> Self {
        Self {
            id: v.id,
            direction: v.direction.map(Into::into),
            state: v.state.map(Into::into),
            client_ref: v.client_ref,
            duration: v.duration,
            recording: v.recording.map(Into::into),
        }
    }
}

impl From<b::lockgate::channel::inbound::CallDirection> for m::inbound::CallDirection {
    fn from(v: b::lockgate::channel::inbound::CallDirection) -> Self {
        match v {
            b::lockgate::channel::inbound::CallDirection::Incoming => Self::Incoming,
            b::lockgate::channel::inbound::CallDirection::Outgoing => Self::Outgoing,
        }
    }
}

impl From<b::lockgate::channel::inbound::CallState> for m::inbound::CallState {
    fn from(v: b::lockgate::channel::inbound::CallState) -> Self {
        match v {
            b::lockgate::channel::inbound::CallState::Ringing => Self::Ringing,
            b::lockgate::channel::inbound::CallState::Answered => Self::Answered,
            b::lockgate::channel::inbound::CallState::Missed => Self::Missed,
            b::lockgate::channel::inbound::CallState::Busy => Self::Busy,
            b::lockgate::channel::inbound::CallState::Failed => Self::Failed,
            b::lockgate::channel::inbound::CallState::Ended => Self::Ended,
        }
    }
}

impl From<b::lockgate::channel::inbound::Consent> for m::inbound::Consent {
    fn from(v: b::lockgate::channel::inbound::Consent) -> Self {
        Self { topic: v.topic, given: v.given, evidence: v.evidence, context: v.context.map(Into::into) }
    }
}

impl From<b::lockgate::channel::inbound::Deletion> for m::inbound::Deletion {
    fn from(v: b::lockgate::channel::inbound::Deletion) -> Self {
        Self { messages: v.messages, erase: v.erase }
    }
}

impl From<b::lockgate::channel::inbound::Direction> for m::inbound::Direction {
    fn from(v: b::lockgate::channel::inbound::Direction) -> Self {
        match v {
            b::lockgate::channel::inbound::Direction::Incoming => Self::Incoming,
            b::lockgate::channel::inbound::Direction::Echo => Self::Echo,
        }
    }
}

impl From<b::lockgate::channel::inbound::Edit> for m::inbound::Edit {
    fn from(v: b::lockgate::channel::inbound::Edit) -> Self {
        Self { id: v.id, message: v.message, parts: v.parts.into_iter().map(Into::into).collect() }
    }
}

impl From<b::lockgate::channel::inbound::EraseRequest> for m::inbound::EraseRequest {
    fn from(v: b::lockgate::channel::inbound::EraseRequest) -> Self {
        Self { identities: v.identities, confirmation: v.confirmation }
    }
}

impl From<b::lockgate::channel::inbound::Event> for m::inbound::Event {
    fn from(v: b::lockgate::channel::inbound::Event) -> Self {
        Self {
            dedup: v.dedup,
            account: v.account,
            thread: v.thread.map(Into::into),
            actor: v.actor.map(Into::into),
            at: v.at,
            order: v.order,
            body: v.body.into(),
            extras: v.extras.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<b::lockgate::channel::inbound::EventBody> for m::inbound::EventBody {
    fn from(v: b::lockgate::channel::inbound::EventBody) -> Self {
        match v {
            b::lockgate::channel::inbound::EventBody::Message(v) => Self::Message(v.into()),
            b::lockgate::channel::inbound::EventBody::Edited(v) => Self::Edited(v.into()),
            b::lockgate::channel::inbound::EventBody::Deleted(v) => Self::Deleted(v.into()),
            b::lockgate::channel::inbound::EventBody::Reaction(v) => Self::Reaction(v.into()),
            b::lockgate::channel::inbound::EventBody::Receipt(v) => Self::Receipt(v.into()),
            b::lockgate::channel::inbound::EventBody::Typing(v) => Self::Typing(v),
            b::lockgate::channel::inbound::EventBody::Profile => Self::Profile,
            b::lockgate::channel::inbound::EventBody::IdentityChanged(v) => Self::IdentityChanged(v.into()),
            b::lockgate::channel::inbound::EventBody::ThreadMoved(v) => Self::ThreadMoved(v),
            b::lockgate::channel::inbound::EventBody::Membership(v) => Self::Membership(v.into()),
            b::lockgate::channel::inbound::EventBody::Consent(v) => Self::Consent(v.into()),
            b::lockgate::channel::inbound::EventBody::Reachable(v) => Self::Reachable(v),
            b::lockgate::channel::inbound::EventBody::Referral(v) => Self::Referral(v.into()),
            b::lockgate::channel::inbound::EventBody::Call(v) => Self::Call(v.into()),
            b::lockgate::channel::inbound::EventBody::Ended(v) => Self::Ended(v),
            b::lockgate::channel::inbound::EventBody::Account(v) => Self::Account(v.into()),
            b::lockgate::channel::inbound::EventBody::TemplateStatus(v) => Self::TemplateStatus(v.into()),
            b::lockgate::channel::inbound::EventBody::EraseRequested(v) => Self::EraseRequested(v.into()),
            b::lockgate::channel::inbound::EventBody::Mail(v) => Self::Mail(v.into()),
            b::lockgate::channel::inbound::EventBody::PollNow => Self::PollNow,
            b::lockgate::channel::inbound::EventBody::FollowUp(v) => Self::FollowUp(v),
            b::lockgate::channel::inbound::EventBody::RenewNow => Self::RenewNow,
            b::lockgate::channel::inbound::EventBody::Writable(v) => Self::Writable(v),
            b::lockgate::channel::inbound::EventBody::Ignored(v) => Self::Ignored(v),
            b::lockgate::channel::inbound::EventBody::Native(v) => Self::Native(v.into()),
        }
    }
}

impl From<b::lockgate::channel::inbound::IdentityChange> for m::inbound::IdentityChange {
    fn from(v: b::lockgate::channel::inbound::IdentityChange) -> Self {
        Self { old: v.old, new: v.new.into_iter().map(Into::into).collect() }
    }
}

impl From<b::lockgate::channel::inbound::Mail> for m::inbound::Mail {
    fn from(v: b::lockgate::channel::inbound::Mail) -> Self {
        Self {
            origin: v.origin.into(),
            envelope_from: v.envelope_from,
            envelope_to: v.envelope_to,
            raw: v.raw,
            size: v.size,
            authentication: v.authentication,
            received_at: v.received_at,
            note: v.note,
        }
    }
}

impl From<b::lockgate::channel::inbound::MailOrigin> for m::inbound::MailOrigin {
    fn from(v: b::lockgate::channel::inbound::MailOrigin) -> Self {
        match v {
            b::lockgate::channel::inbound::MailOrigin::Delivered => Self::Delivered,
            b::lockgate::channel::inbound::MailOrigin::Fetched => Self::Fetched,
            b::lockgate::channel::inbound::MailOrigin::FetchedFromSent => Self::FetchedFromSent,
            b::lockgate::channel::inbound::MailOrigin::Polled => Self::Polled,
        }
    }
}

impl From<b::lockgate::channel::inbound::Membership> for m::inbound::Membership {
    fn from(v: b::lockgate::channel::inbound::Membership) -> Self {
        Self {
            joined: v.joined.into_iter().map(Into::into).collect(),
            left: v.left.into_iter().map(Into::into).collect(),
            ours: v.ours,
        }
    }
}

impl From<b::lockgate::channel::inbound::Message> for m::inbound::Message {
    fn from(v: b::lockgate::channel::inbound::Message) -> Self {
        Self {
            id: v.id,
            universal: v.universal,
            direction: v.direction.into(),
            client_ref: v.client_ref,
            parts: v.parts.into_iter().map(Into::into).collect(),
            subject: v.subject,
            quote: v.quote.map(Into::into),
            references: v.references,
            recipients: v.recipients.into_iter().map(Into::into).collect(),
            attribution: v.attribution.map(Into::into),
            album: v.album,
            traits: v.traits.into_iter().map(Into::into).collect(),
            original_sender: v.original_sender.map(Into::into),
            visible: v.visible.map(Into::into),
            expires: v.expires,
            context: v.context.map(Into::into),
            extras: v.extras.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<b::lockgate::channel::inbound::Quote> for m::inbound::Quote {
    fn from(v: b::lockgate::channel::inbound::Quote) -> Self {
        Self { message: v.message, excerpt: v.excerpt }
    }
}

impl From<b::lockgate::channel::inbound::Reaction> for m::inbound::Reaction {
    fn from(v: b::lockgate::channel::inbound::Reaction) -> Self {
        Self { id: v.id, message: v.message, change: v.change.into() }
    }
}

impl From<b::lockgate::channel::inbound::ReactionChange> for m::inbound::ReactionChange {
    fn from(v: b::lockgate::channel::inbound::ReactionChange) -> Self {
        match v {
            b::lockgate::channel::inbound::ReactionChange::Added(v) => Self::Added(v),
            b::lockgate::channel::inbound::ReactionChange::Removed(v) => Self::Removed(v),
            b::lockgate::channel::inbound::ReactionChange::Now(v) => Self::Now(v),
        }
    }
}

impl From<b::lockgate::channel::inbound::Receipt> for m::inbound::Receipt {
    fn from(v: b::lockgate::channel::inbound::Receipt) -> Self {
        Self { status: v.status.into(), target: v.target.into(), fault: v.fault.map(Into::into), learnt: v.learnt }
    }
}

impl From<b::lockgate::channel::inbound::ReceiptStatus> for m::inbound::ReceiptStatus {
    fn from(v: b::lockgate::channel::inbound::ReceiptStatus) -> Self {
        match v {
            b::lockgate::channel::inbound::ReceiptStatus::Sent => Self::Sent,
            b::lockgate::channel::inbound::ReceiptStatus::Delivered => Self::Delivered,
            b::lockgate::channel::inbound::ReceiptStatus::Read => Self::Read,
            b::lockgate::channel::inbound::ReceiptStatus::Played => Self::Played,
            b::lockgate::channel::inbound::ReceiptStatus::Delayed => Self::Delayed,
            b::lockgate::channel::inbound::ReceiptStatus::Failed => Self::Failed,
        }
    }
}

impl From<b::lockgate::channel::inbound::ReceiptTarget> for m::inbound::ReceiptTarget {
    fn from(v: b::lockgate::channel::inbound::ReceiptTarget) -> Self {
        match v {
            b::lockgate::channel::inbound::ReceiptTarget::Message(v) => Self::Message(v),
            b::lockgate::channel::inbound::ReceiptTarget::Universal(v) => Self::Universal(v),
            b::lockgate::channel::inbound::ReceiptTarget::ClientRef(v) => Self::ClientRef(v),
            b::lockgate::channel::inbound::ReceiptTarget::UpTo(v) => Self::UpTo(v),
            b::lockgate::channel::inbound::ReceiptTarget::UpToMessage(v) => Self::UpToMessage(v),
        }
    }
}

impl From<b::lockgate::channel::inbound::Reception> for m::inbound::Reception {
    fn from(v: b::lockgate::channel::inbound::Reception) -> Self {
        Self { response: v.response.map(Into::into), events: v.events.into_iter().map(Into::into).collect() }
    }
}

impl From<b::lockgate::channel::inbound::Recording> for m::inbound::Recording {
    fn from(v: b::lockgate::channel::inbound::Recording) -> Self {
        Self {
            id: v.id,
            voicemail: v.voicemail,
            source: v.source.map(Into::into),
            transcript: v.transcript.map(Into::into),
        }
    }
}

impl From<b::lockgate::channel::inbound::Refusal> for m::inbound::Refusal {
    fn from(v: b::lockgate::channel::inbound::Refusal) -> Self {
        match v {
            b::lockgate::channel::inbound::Refusal::Malformed(v) => Self::Malformed(v),
            b::lockgate::channel::inbound::Refusal::Unauthentic(v) => Self::Unauthentic(v),
            b::lockgate::channel::inbound::Refusal::Passing(v) => Self::Passing(v.into()),
        }
    }
}

impl From<b::lockgate::channel::inbound::Response> for m::inbound::Response {
    fn from(v: b::lockgate::channel::inbound::Response) -> Self {
        Self { status: v.status, headers: v.headers.into_iter().map(Into::into).collect(), body: v.body }
    }
}

impl From<b::lockgate::channel::inbound::TemplateState> for m::inbound::TemplateState {
    fn from(v: b::lockgate::channel::inbound::TemplateState) -> Self {
        match v {
            b::lockgate::channel::inbound::TemplateState::Approved => Self::Approved,
            b::lockgate::channel::inbound::TemplateState::Pending => Self::Pending,
            b::lockgate::channel::inbound::TemplateState::Rejected => Self::Rejected,
            b::lockgate::channel::inbound::TemplateState::Paused => Self::Paused,
            b::lockgate::channel::inbound::TemplateState::Disabled => Self::Disabled,
            b::lockgate::channel::inbound::TemplateState::Changed => Self::Changed,
        }
    }
}

impl From<b::lockgate::channel::inbound::TemplateStatus> for m::inbound::TemplateStatus {
    fn from(v: b::lockgate::channel::inbound::TemplateStatus) -> Self {
        Self { name: v.name, language: v.language, state: v.state.into(), reason: v.reason }
    }
}

impl From<b::lockgate::channel::inbound::Trait> for m::inbound::Trait {
    fn from(v: b::lockgate::channel::inbound::Trait) -> Self {
        match v {
            b::lockgate::channel::inbound::Trait::Automatic => Self::Automatic,
            b::lockgate::channel::inbound::Trait::Bulk => Self::Bulk,
            b::lockgate::channel::inbound::Trait::Spam => Self::Spam,
            b::lockgate::channel::inbound::Trait::DeliveryReport => Self::DeliveryReport,
            b::lockgate::channel::inbound::Trait::Forwarded => Self::Forwarded,
            b::lockgate::channel::inbound::Trait::Standby => Self::Standby,
        }
    }
}

impl From<b::lockgate::channel::outbound::Outcome> for m::outbound::Outcome {
    fn from(v: b::lockgate::channel::outbound::Outcome) -> Self {
        match v {
            b::lockgate::channel::outbound::Outcome::Sent(v) => Self::Sent(v.into()),
            b::lockgate::channel::outbound::Outcome::Accepted(v) => Self::Accepted(v.into()),
            b::lockgate::channel::outbound::Outcome::Failed(v) => Self::Failed(v.into()),
            b::lockgate::channel::outbound::Outcome::Unknown(v) => Self::Unknown(v),
            b::lockgate::channel::outbound::Outcome::NotTried => Self::NotTried,
        }
    }
}

impl From<b::lockgate::channel::outbound::PartOutcome> for m::outbound::PartOutcome {
    fn from(v: b::lockgate::channel::outbound::PartOutcome) -> Self {
        Self { parts: v.parts, outcome: v.outcome.into() }
    }
}

impl From<b::lockgate::channel::outbound::Problem> for m::outbound::Problem {
    fn from(v: b::lockgate::channel::outbound::Problem) -> Self {
        Self { part: v.part, severity: v.severity.into(), code: v.code, words: v.words }
    }
}

impl From<b::lockgate::channel::outbound::Refused> for m::outbound::Refused {
    fn from(v: b::lockgate::channel::outbound::Refused) -> Self {
        Self { recipient: v.recipient, fault: v.fault.into() }
    }
}

impl From<b::lockgate::channel::outbound::Sent> for m::outbound::Sent {
    fn from(v: b::lockgate::channel::outbound::Sent) -> Self {
        Self {
            message: v.message,
            universal: v.universal,
            thread: v.thread.map(Into::into),
            recipient: v.recipient.into_iter().map(Into::into).collect(),
            refused: v.refused.into_iter().map(Into::into).collect(),
            context: v.context.map(Into::into),
        }
    }
}

impl From<b::lockgate::channel::outbound::Severity> for m::outbound::Severity {
    fn from(v: b::lockgate::channel::outbound::Severity) -> Self {
        match v {
            b::lockgate::channel::outbound::Severity::Error => Self::Error,
            b::lockgate::channel::outbound::Severity::Warning => Self::Warning,
        }
    }
}

impl From<b::exports::lockgate::channel::connector::FieldProblem> for m::settings::FieldProblem {
    fn from(v: b::exports::lockgate::channel::connector::FieldProblem) -> Self {
        Self { key: v.key, words: v.words }
    }
}

impl From<b::lockgate::channel::log::Level> for m::settings::Level {
    fn from(v: b::lockgate::channel::log::Level) -> Self {
        match v {
            b::lockgate::channel::log::Level::Debug => Self::Debug,
            b::lockgate::channel::log::Level::Info => Self::Info,
            b::lockgate::channel::log::Level::Warn => Self::Warn,
            b::lockgate::channel::log::Level::Error => Self::Error,
        }
    }
}
