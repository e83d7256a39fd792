//! What messages are made of, for a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<m::common::Choice> for b::common::Choice {
    fn from(v: m::common::Choice) -> Self {
        Self { payload: v.payload, title: v.title, offered_in: v.offered_in }
    }
}

impl From<m::common::ChoiceAction> for b::common::ChoiceAction {
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

impl From<m::common::ChoiceOption> for b::common::ChoiceOption {
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

impl From<m::common::Choices> for b::common::Choices {
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

impl From<m::common::ChoicesStyle> for b::common::ChoicesStyle {
    fn from(v: m::common::ChoicesStyle) -> Self {
        match v {
            m::common::ChoicesStyle::Buttons => Self::Buttons,
            m::common::ChoicesStyle::QuickReplies => Self::QuickReplies,
            m::common::ChoicesStyle::Menu => Self::Menu,
            m::common::ChoicesStyle::Poll => Self::Poll,
        }
    }
}

impl From<m::common::ContactCard> for b::common::ContactCard {
    fn from(v: m::common::ContactCard) -> Self {
        Self {
            name: v.name,
            phones: v.phones.into_iter().map(Into::into).collect(),
            emails: v.emails.into_iter().map(Into::into).collect(),
            vcard: v.vcard,
        }
    }
}

impl From<m::common::Content> for b::common::Content {
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

impl From<m::common::Field> for b::common::Field {
    fn from(v: m::common::Field) -> Self {
        Self { name: v.name, label: v.label, value: v.value.into(), hidden: v.hidden }
    }
}

impl From<m::common::FieldValue> for b::common::FieldValue {
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

impl From<m::common::LinkPreview> for b::common::LinkPreview {
    fn from(v: m::common::LinkPreview) -> Self {
        Self { address: v.address, title: v.title, description: v.description, picture: v.picture.map(Into::into) }
    }
}

impl From<m::common::Location> for b::common::Location {
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

impl From<m::common::Media> for b::common::Media {
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

impl From<m::common::MediaKind> for b::common::MediaKind {
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

impl From<m::common::MediaSource> for b::common::MediaSource {
    fn from(v: m::common::MediaSource) -> Self {
        match v {
            m::common::MediaSource::Stored(v) => Self::Stored(v),
            m::common::MediaSource::Deferred(v) => Self::Deferred(v),
            m::common::MediaSource::Address(v) => Self::Address(v),
            m::common::MediaSource::Missing(v) => Self::Missing(v),
        }
    }
}

impl From<m::common::Native> for b::common::Native {
    fn from(v: m::common::Native) -> Self {
        Self { kind: v.kind, fallback: v.fallback, raw: v.raw }
    }
}

impl From<m::common::OrderLine> for b::common::OrderLine {
    fn from(v: m::common::OrderLine) -> Self {
        Self { product: v.product, title: v.title, quantity: v.quantity, price: v.price, currency: v.currency }
    }
}

impl From<m::common::Part> for b::common::Part {
    fn from(v: m::common::Part) -> Self {
        Self { content: v.content.into(), extras: v.extras.into_iter().map(Into::into).collect() }
    }
}

impl From<m::common::RichText> for b::common::RichText {
    fn from(v: m::common::RichText) -> Self {
        Self { plain: v.plain, html: v.html }
    }
}

impl From<m::common::Template> for b::common::Template {
    fn from(v: m::common::Template) -> Self {
        Self {
            name: v.name,
            language: v.language,
            parameters: v.parameters.into_iter().map(Into::into).collect(),
            rendered: v.rendered.map(Into::into),
        }
    }
}

impl From<m::common::TemplateParameter> for b::common::TemplateParameter {
    fn from(v: m::common::TemplateParameter) -> Self {
        Self { section: v.section, name: v.name, value: v.value.into() }
    }
}

impl From<m::common::TemplateValue> for b::common::TemplateValue {
    fn from(v: m::common::TemplateValue) -> Self {
        match v {
            m::common::TemplateValue::Text(v) => Self::Text(v),
            m::common::TemplateValue::Media(v) => Self::Media(v.into()),
            m::common::TemplateValue::Payload(v) => Self::Payload(v),
        }
    }
}
