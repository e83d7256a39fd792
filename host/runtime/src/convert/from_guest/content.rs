//! What messages are made of, from a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<b::common::Choice> for m::common::Choice {
    fn from(v: b::common::Choice) -> Self {
        Self { payload: v.payload, title: v.title, offered_in: v.offered_in }
    }
}

impl From<b::common::ChoiceAction> for m::common::ChoiceAction {
    fn from(v: b::common::ChoiceAction) -> Self {
        match v {
            b::common::ChoiceAction::Reply => Self::Reply,
            b::common::ChoiceAction::Open(v) => Self::Open(v),
            b::common::ChoiceAction::AskLocation => Self::AskLocation,
            b::common::ChoiceAction::AskContact => Self::AskContact,
            b::common::ChoiceAction::Form(v) => Self::Form(v),
        }
    }
}

impl From<b::common::ChoiceOption> for m::common::ChoiceOption {
    fn from(v: b::common::ChoiceOption) -> Self {
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

impl From<b::common::Choices> for m::common::Choices {
    fn from(v: b::common::Choices) -> Self {
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

impl From<b::common::ChoicesStyle> for m::common::ChoicesStyle {
    fn from(v: b::common::ChoicesStyle) -> Self {
        match v {
            b::common::ChoicesStyle::Buttons => Self::Buttons,
            b::common::ChoicesStyle::QuickReplies => Self::QuickReplies,
            b::common::ChoicesStyle::Menu => Self::Menu,
            b::common::ChoicesStyle::Poll => Self::Poll,
        }
    }
}

impl From<b::common::ContactCard> for m::common::ContactCard {
    fn from(v: b::common::ContactCard) -> Self {
        Self {
            name: v.name,
            phones: v.phones.into_iter().map(Into::into).collect(),
            emails: v.emails.into_iter().map(Into::into).collect(),
            vcard: v.vcard,
        }
    }
}

impl From<b::common::Content> for m::common::Content {
    fn from(v: b::common::Content) -> Self {
        match v {
            b::common::Content::Text(v) => Self::Text(v.into()),
            b::common::Content::Media(v) => Self::Media(v.into()),
            b::common::Content::Location(v) => Self::Location(v.into()),
            b::common::Content::ContactCard(v) => Self::ContactCard(v.into()),
            b::common::Content::Choices(v) => Self::Choices(v.into()),
            b::common::Content::Choice(v) => Self::Choice(v.into()),
            b::common::Content::Template(v) => Self::Template(v.into()),
            b::common::Content::Fields(v) => Self::Fields(v.into_iter().map(Into::into).collect()),
            b::common::Content::LinkPreview(v) => Self::LinkPreview(v.into()),
            b::common::Content::Order(v) => Self::Order(v.into_iter().map(Into::into).collect()),
            b::common::Content::Native(v) => Self::Native(v.into()),
        }
    }
}

impl From<b::common::Field> for m::common::Field {
    fn from(v: b::common::Field) -> Self {
        Self { name: v.name, label: v.label, value: v.value.into(), hidden: v.hidden }
    }
}

impl From<b::common::FieldValue> for m::common::FieldValue {
    fn from(v: b::common::FieldValue) -> Self {
        match v {
            b::common::FieldValue::Text(v) => Self::Text(v),
            b::common::FieldValue::Choice(v) => Self::Choice(v),
            b::common::FieldValue::Number(v) => Self::Number(v),
            b::common::FieldValue::Boolean(v) => Self::Boolean(v),
            b::common::FieldValue::File(v) => Self::File(v.into()),
        }
    }
}

impl From<b::common::LinkPreview> for m::common::LinkPreview {
    fn from(v: b::common::LinkPreview) -> Self {
        Self { address: v.address, title: v.title, description: v.description, picture: v.picture.map(Into::into) }
    }
}

impl From<b::common::Location> for m::common::Location {
    fn from(v: b::common::Location) -> Self {
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

impl From<b::common::Media> for m::common::Media {
    fn from(v: b::common::Media) -> Self {
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

impl From<b::common::MediaKind> for m::common::MediaKind {
    fn from(v: b::common::MediaKind) -> Self {
        match v {
            b::common::MediaKind::Image => Self::Image,
            b::common::MediaKind::Video => Self::Video,
            b::common::MediaKind::Audio => Self::Audio,
            b::common::MediaKind::Voice => Self::Voice,
            b::common::MediaKind::Sticker => Self::Sticker,
            b::common::MediaKind::Animation => Self::Animation,
            b::common::MediaKind::VideoNote => Self::VideoNote,
            b::common::MediaKind::File => Self::File,
        }
    }
}

impl From<b::common::MediaSource> for m::common::MediaSource {
    fn from(v: b::common::MediaSource) -> Self {
        match v {
            b::common::MediaSource::Stored(v) => Self::Stored(v),
            b::common::MediaSource::Deferred(v) => Self::Deferred(v),
            b::common::MediaSource::Address(v) => Self::Address(v),
            b::common::MediaSource::Missing(v) => Self::Missing(v),
        }
    }
}

impl From<b::common::Native> for m::common::Native {
    fn from(v: b::common::Native) -> Self {
        Self { kind: v.kind, fallback: v.fallback, raw: v.raw }
    }
}

impl From<b::common::OrderLine> for m::common::OrderLine {
    fn from(v: b::common::OrderLine) -> Self {
        Self { product: v.product, title: v.title, quantity: v.quantity, price: v.price, currency: v.currency }
    }
}

impl From<b::common::Part> for m::common::Part {
    fn from(v: b::common::Part) -> Self {
        Self { content: v.content.into(), extras: v.extras.into_iter().map(Into::into).collect() }
    }
}

impl From<b::common::RichText> for m::common::RichText {
    fn from(v: b::common::RichText) -> Self {
        Self { plain: v.plain, html: v.html }
    }
}

impl From<b::common::Template> for m::common::Template {
    fn from(v: b::common::Template) -> Self {
        Self {
            name: v.name,
            language: v.language,
            parameters: v.parameters.into_iter().map(Into::into).collect(),
            rendered: v.rendered.map(Into::into),
        }
    }
}

impl From<b::common::TemplateParameter> for m::common::TemplateParameter {
    fn from(v: b::common::TemplateParameter) -> Self {
        Self { section: v.section, name: v.name, value: v.value.into() }
    }
}

impl From<b::common::TemplateValue> for m::common::TemplateValue {
    fn from(v: b::common::TemplateValue) -> Self {
        match v {
            b::common::TemplateValue::Text(v) => Self::Text(v),
            b::common::TemplateValue::Media(v) => Self::Media(v.into()),
            b::common::TemplateValue::Payload(v) => Self::Payload(v),
        }
    }
}
