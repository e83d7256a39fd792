//! The host's own types, into what a guest is handed. Field by field and nothing else.

use lockgate_model::contract as m;

use crate::bindings as b;

impl From<m::common::Alias> for b::lockgate::channel::common::Alias {
    fn from(v: m::common::Alias) -> Self {
        Self { key: v.key, kind: v.kind.into(), assurance: v.assurance.into() }
    }
}

impl From<m::common::Assurance> for b::lockgate::channel::common::Assurance {
    fn from(v: m::common::Assurance) -> Self {
        match v {
            m::common::Assurance::Unverified => Self::Unverified,
            m::common::Assurance::Provider => Self::Provider,
            m::common::Assurance::Site => Self::Site,
            m::common::Assurance::MailAuthenticated(v) => Self::MailAuthenticated(v),
            m::common::Assurance::MailFailed(v) => Self::MailFailed(v),
        }
    }
}

impl From<m::common::Choice> for b::lockgate::channel::common::Choice {
    fn from(v: m::common::Choice) -> Self {
        Self { payload: v.payload, title: v.title, offered_in: v.offered_in }
    }
}

impl From<m::common::ChoiceAction> for b::lockgate::channel::common::ChoiceAction {
    fn from(v: m::common::ChoiceAction) -> Self {
        match v {
            m::common::ChoiceAction::Reply => Self::Reply,
            m::common::ChoiceAction::Open(v) => Self::Open(v),
            m::common::ChoiceAction::AskLocation => Self::AskLocation,
            m::common::ChoiceAction::AskContact => Self::AskContact,
            m::common::ChoiceAction::Form(v) => Self::Form(v),
        }
    }
}

impl From<m::common::ChoiceOption> for b::lockgate::channel::common::ChoiceOption {
    fn from(v: m::common::ChoiceOption) -> Self {
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

impl From<m::common::Choices> for b::lockgate::channel::common::Choices {
    fn from(v: m::common::Choices) -> Self {
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

impl From<m::common::ChoicesStyle> for b::lockgate::channel::common::ChoicesStyle {
    fn from(v: m::common::ChoicesStyle) -> Self {
        match v {
            m::common::ChoicesStyle::Buttons => Self::Buttons,
            m::common::ChoicesStyle::QuickReplies => Self::QuickReplies,
            m::common::ChoicesStyle::Menu => Self::Menu,
            m::common::ChoicesStyle::Poll => Self::Poll,
        }
    }
}

impl From<m::common::ContactCard> for b::lockgate::channel::common::ContactCard {
    fn from(v: m::common::ContactCard) -> Self {
        Self {
            name: v.name,
            phones: v.phones.into_iter().map(Into::into).collect(),
            emails: v.emails.into_iter().map(Into::into).collect(),
            vcard: v.vcard,
        }
    }
}

impl From<m::common::Content> for b::lockgate::channel::common::Content {
    fn from(v: m::common::Content) -> Self {
        match v {
            m::common::Content::Text(v) => Self::Text(v.into()),
            m::common::Content::Media(v) => Self::Media(v.into()),
            m::common::Content::Location(v) => Self::Location(v.into()),
            m::common::Content::ContactCard(v) => Self::ContactCard(v.into()),
            m::common::Content::Choices(v) => Self::Choices(v.into()),
            m::common::Content::Choice(v) => Self::Choice(v.into()),
            m::common::Content::Template(v) => Self::Template(v.into()),
            m::common::Content::Fields(v) => Self::Fields(v.into_iter().map(Into::into).collect()),
            m::common::Content::LinkPreview(v) => Self::LinkPreview(v.into()),
            m::common::Content::Order(v) => Self::Order(v.into_iter().map(Into::into).collect()),
            m::common::Content::Native(v) => Self::Native(v.into()),
        }
    }
}

impl From<m::common::Context> for b::lockgate::channel::common::Context {
    fn from(v: m::common::Context) -> Self {
        Self { value: v.value, expires: v.expires, once: v.once }
    }
}

impl From<m::common::Contexts> for b::lockgate::channel::common::Contexts {
    fn from(v: m::common::Contexts) -> Self {
        Self {
            message: v.message.map(Into::into),
            thread: v.thread.map(Into::into),
            recipient: v.recipient.map(Into::into),
        }
    }
}

impl From<m::common::Extra> for b::lockgate::channel::common::Extra {
    fn from(v: m::common::Extra) -> Self {
        Self { name: v.name, value: v.value }
    }
}

impl From<m::common::Fault> for b::lockgate::channel::common::Fault {
    fn from(v: m::common::Fault) -> Self {
        match v {
            m::common::Fault::Passing(v) => Self::Passing(v.into()),
            m::common::Fault::RateLimited(v) => Self::RateLimited(v.into()),
            m::common::Fault::SignInExpired => Self::SignInExpired,
            m::common::Fault::PermissionMissing(v) => Self::PermissionMissing(v),
            m::common::Fault::ChannelBlocked(v) => Self::ChannelBlocked(v.into()),
            m::common::Fault::WindowClosed(v) => Self::WindowClosed(v.into()),
            m::common::Fault::RecipientUnreachable(v) => Self::RecipientUnreachable(v),
            m::common::Fault::OptedOut(v) => Self::OptedOut(v),
            m::common::Fault::RecipientMoved(v) => Self::RecipientMoved(v.into()),
            m::common::Fault::HeldElsewhere(v) => Self::HeldElsewhere(v),
            m::common::Fault::Unsupported(v) => Self::Unsupported(v),
            m::common::Fault::TooLarge(v) => Self::TooLarge(v),
            m::common::Fault::Gone(v) => Self::Gone(v),
            m::common::Fault::Malformed(v) => Self::Malformed(v),
            m::common::Fault::Rejected(v) => Self::Rejected(v.into()),
        }
    }
}

impl From<m::common::Field> for b::lockgate::channel::common::Field {
    fn from(v: m::common::Field) -> Self {
        Self { name: v.name, label: v.label, value: v.value.into(), hidden: v.hidden }
    }
}

impl From<m::common::FieldValue> for b::lockgate::channel::common::FieldValue {
    fn from(v: m::common::FieldValue) -> Self {
        match v {
            m::common::FieldValue::Text(v) => Self::Text(v),
            m::common::FieldValue::Choice(v) => Self::Choice(v),
            m::common::FieldValue::Number(v) => Self::Number(v),
            m::common::FieldValue::Boolean(v) => Self::Boolean(v),
            m::common::FieldValue::File(v) => Self::File(v.into()),
        }
    }
}

impl From<m::common::Identity> for b::lockgate::channel::common::Identity {
    fn from(v: m::common::Identity) -> Self {
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

impl From<m::common::IdentityKind> for b::lockgate::channel::common::IdentityKind {
    fn from(v: m::common::IdentityKind) -> Self {
        match v {
            m::common::IdentityKind::Email => Self::Email,
            m::common::IdentityKind::Phone => Self::Phone,
            m::common::IdentityKind::Visitor => Self::Visitor,
            m::common::IdentityKind::Opaque => Self::Opaque,
        }
    }
}

impl From<m::common::IdentityRole> for b::lockgate::channel::common::IdentityRole {
    fn from(v: m::common::IdentityRole) -> Self {
        match v {
            m::common::IdentityRole::Contact => Self::Contact,
            m::common::IdentityRole::Agent => Self::Agent,
            m::common::IdentityRole::Bot => Self::Bot,
            m::common::IdentityRole::System => Self::System,
        }
    }
}

impl From<m::common::LinkPreview> for b::lockgate::channel::common::LinkPreview {
    fn from(v: m::common::LinkPreview) -> Self {
        Self { address: v.address, title: v.title, description: v.description, picture: v.picture.map(Into::into) }
    }
}

impl From<m::common::Location> for b::lockgate::channel::common::Location {
    fn from(v: m::common::Location) -> Self {
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

impl From<m::common::Media> for b::lockgate::channel::common::Media {
    fn from(v: m::common::Media) -> Self {
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

impl From<m::common::MediaKind> for b::lockgate::channel::common::MediaKind {
    fn from(v: m::common::MediaKind) -> Self {
        match v {
            m::common::MediaKind::Image => Self::Image,
            m::common::MediaKind::Video => Self::Video,
            m::common::MediaKind::Audio => Self::Audio,
            m::common::MediaKind::Voice => Self::Voice,
            m::common::MediaKind::Sticker => Self::Sticker,
            m::common::MediaKind::Animation => Self::Animation,
            m::common::MediaKind::VideoNote => Self::VideoNote,
            m::common::MediaKind::File => Self::File,
        }
    }
}

impl From<m::common::MediaSource> for b::lockgate::channel::common::MediaSource {
    fn from(v: m::common::MediaSource) -> Self {
        match v {
            m::common::MediaSource::Stored(v) => Self::Stored(v),
            m::common::MediaSource::Deferred(v) => Self::Deferred(v),
            m::common::MediaSource::Address(v) => Self::Address(v),
            m::common::MediaSource::Missing(v) => Self::Missing(v),
        }
    }
}

impl From<m::common::Native> for b::lockgate::channel::common::Native {
    fn from(v: m::common::Native) -> Self {
        Self { kind: v.kind, fallback: v.fallback, raw: v.raw }
    }
}

impl From<m::common::OrderLine> for b::lockgate::channel::common::OrderLine {
    fn from(v: m::common::OrderLine) -> Self {
        Self { product: v.product, title: v.title, quantity: v.quantity, price: v.price, currency: v.currency }
    }
}

impl From<m::common::Pair> for b::lockgate::channel::common::Pair {
    fn from(v: m::common::Pair) -> Self {
        Self { name: v.name, value: v.value }
    }
}

impl From<m::common::Part> for b::lockgate::channel::common::Part {
    fn from(v: m::common::Part) -> Self {
        Self { content: v.content.into(), extras: v.extras.into_iter().map(Into::into).collect() }
    }
}

impl From<m::common::Passing> for b::lockgate::channel::common::Passing {
    fn from(v: m::common::Passing) -> Self {
        Self { why: v.why, retry_after: v.retry_after }
    }
}

impl From<m::common::RateLimited> for b::lockgate::channel::common::RateLimited {
    fn from(v: m::common::RateLimited) -> Self {
        Self { retry_after: v.retry_after, bucket: v.bucket }
    }
}

impl From<m::common::Recipient> for b::lockgate::channel::common::Recipient {
    fn from(v: m::common::Recipient) -> Self {
        Self {
            role: v.role.into(),
            key: v.key,
            kind: v.kind.into(),
            aliases: v.aliases.into_iter().map(Into::into).collect(),
            name: v.name,
        }
    }
}

impl From<m::common::RecipientRole> for b::lockgate::channel::common::RecipientRole {
    fn from(v: m::common::RecipientRole) -> Self {
        match v {
            m::common::RecipientRole::To => Self::To,
            m::common::RecipientRole::Cc => Self::Cc,
            m::common::RecipientRole::Bcc => Self::Bcc,
            m::common::RecipientRole::ReplyTo => Self::ReplyTo,
        }
    }
}

impl From<m::common::Rejected> for b::lockgate::channel::common::Rejected {
    fn from(v: m::common::Rejected) -> Self {
        Self { code: v.code, words: v.words }
    }
}

impl From<m::common::RichText> for b::lockgate::channel::common::RichText {
    fn from(v: m::common::RichText) -> Self {
        Self { plain: v.plain, html: v.html }
    }
}

impl From<m::common::Template> for b::lockgate::channel::common::Template {
    fn from(v: m::common::Template) -> Self {
        Self {
            name: v.name,
            language: v.language,
            parameters: v.parameters.into_iter().map(Into::into).collect(),
            rendered: v.rendered.map(Into::into),
        }
    }
}

impl From<m::common::TemplateParameter> for b::lockgate::channel::common::TemplateParameter {
    fn from(v: m::common::TemplateParameter) -> Self {
        Self { section: v.section, name: v.name, value: v.value.into() }
    }
}

impl From<m::common::TemplateValue> for b::lockgate::channel::common::TemplateValue {
    fn from(v: m::common::TemplateValue) -> Self {
        match v {
            m::common::TemplateValue::Text(v) => Self::Text(v),
            m::common::TemplateValue::Media(v) => Self::Media(v.into()),
            m::common::TemplateValue::Payload(v) => Self::Payload(v),
        }
    }
}

impl From<m::common::Thread> for b::lockgate::channel::common::Thread {
    fn from(v: m::common::Thread) -> Self {
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

impl From<m::common::ThreadKind> for b::lockgate::channel::common::ThreadKind {
    fn from(v: m::common::ThreadKind) -> Self {
        match v {
            m::common::ThreadKind::Direct => Self::Direct,
            m::common::ThreadKind::Group => Self::Group,
            m::common::ThreadKind::Topic => Self::Topic,
            m::common::ThreadKind::Public => Self::Public,
        }
    }
}

impl From<m::common::WindowClosed> for b::lockgate::channel::common::WindowClosed {
    fn from(v: m::common::WindowClosed) -> Self {
        Self { since: v.since, allowed: v.allowed }
    }
}

impl From<m::inbound::FormFile> for b::lockgate::channel::inbound::FormFile {
    fn from(v: m::inbound::FormFile) -> Self {
        Self { field: v.field, file_name: v.file_name, content_type: v.content_type, size: v.size, stored: v.stored }
    }
}

impl From<m::inbound::Request> for b::lockgate::channel::inbound::Request {
    fn from(v: m::inbound::Request) -> Self {
        Self {
            account: v.account,
            route: v.route,
            method: v.method,
            path: v.path,
            query: v.query.into_iter().map(Into::into).collect(),
            headers: v.headers.into_iter().map(Into::into).collect(),
            body: v.body,
            files: v.files.into_iter().map(Into::into).collect(),
            verification: v.verification.map(Into::into),
            remote_address: v.remote_address,
            received_at: v.received_at,
            url: v.url,
        }
    }
}

impl From<m::inbound::Verification> for b::lockgate::channel::inbound::Verification {
    fn from(v: m::inbound::Verification) -> Self {
        Self { recipe: v.recipe, key: v.key, claims: v.claims.into_iter().map(Into::into).collect() }
    }
}

impl From<m::outbound::Author> for b::lockgate::channel::outbound::Author {
    fn from(v: m::outbound::Author) -> Self {
        Self { name: v.name, first_name: v.first_name, last_name: v.last_name, picture: v.picture }
    }
}

impl From<m::outbound::Draft> for b::lockgate::channel::outbound::Draft {
    fn from(v: m::outbound::Draft) -> Self {
        Self {
            delivery: v.delivery,
            attempt: v.attempt,
            account: v.account,
            thread: v.thread.map(Into::into),
            recipients: v.recipients.into_iter().map(Into::into).collect(),
            subject: v.subject,
            quote: v.quote,
            references: v.references,
            ground: v.ground.into(),
            author: v.author.map(Into::into),
            automatic: v.automatic,
            contexts: v.contexts.into(),
            parts: v.parts.into_iter().map(Into::into).collect(),
            extras: v.extras.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<m::outbound::DraftPart> for b::lockgate::channel::outbound::DraftPart {
    fn from(v: m::outbound::DraftPart) -> Self {
        Self { id: v.id, client_ref: v.client_ref, part: v.part.into(), earlier: v.earlier.map(Into::into) }
    }
}

impl From<m::outbound::Ground> for b::lockgate::channel::outbound::Ground {
    fn from(v: m::outbound::Ground) -> Self {
        match v {
            m::outbound::Ground::Open => Self::Open,
            m::outbound::Ground::Tag(v) => Self::Tag(v),
            m::outbound::Ground::Template => Self::Template,
            m::outbound::Ground::Initiated => Self::Initiated,
        }
    }
}

impl From<m::outbound::Outcome> for b::lockgate::channel::outbound::Outcome {
    fn from(v: m::outbound::Outcome) -> Self {
        match v {
            m::outbound::Outcome::Sent(v) => Self::Sent(v.into()),
            m::outbound::Outcome::Accepted(v) => Self::Accepted(v.into()),
            m::outbound::Outcome::Failed(v) => Self::Failed(v.into()),
            m::outbound::Outcome::Unknown(v) => Self::Unknown(v),
            m::outbound::Outcome::NotTried => Self::NotTried,
        }
    }
}

impl From<m::outbound::Refused> for b::lockgate::channel::outbound::Refused {
    fn from(v: m::outbound::Refused) -> Self {
        Self { recipient: v.recipient, fault: v.fault.into() }
    }
}

impl From<m::outbound::Sent> for b::lockgate::channel::outbound::Sent {
    fn from(v: m::outbound::Sent) -> Self {
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

impl From<m::settings::Credential> for b::lockgate::channel::credentials::Credential {
    fn from(v: m::settings::Credential) -> Self {
        Self { name: v.name, since: v.since, expires: v.expires, generation: v.generation }
    }
}

impl From<m::settings::Setting> for b::lockgate::channel::settings::Setting {
    fn from(v: m::settings::Setting) -> Self {
        Self { key: v.key, value: v.value.into() }
    }
}

impl From<m::settings::SettingValue> for b::lockgate::channel::settings::SettingValue {
    fn from(v: m::settings::SettingValue) -> Self {
        match v {
            m::settings::SettingValue::Text(v) => Self::Text(v),
            m::settings::SettingValue::Number(v) => Self::Number(v),
            m::settings::SettingValue::Boolean(v) => Self::Boolean(v),
            m::settings::SettingValue::Texts(v) => Self::Texts(v),
            m::settings::SettingValue::Secret(v) => Self::Secret(v),
        }
    }
}
