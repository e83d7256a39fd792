//! What was looked up, from a guest.

use lockgate_model::contract as m;

use crate::bindings::exports::lockgate::channel::directory as b;

impl From<b::Resolved> for m::directory::Resolved {
    fn from(v: b::Resolved) -> Self {
        Self { identity: v.identity.into(), thread: v.thread.map(Into::into) }
    }
}

impl From<b::TemplateDefinition> for m::directory::TemplateDefinition {
    fn from(v: b::TemplateDefinition) -> Self {
        Self {
            name: v.name,
            language: v.language,
            category: v.category,
            state: v.state.into(),
            body: v.body.into(),
            sections: v.sections.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<b::TemplateSection> for m::directory::TemplateSection {
    fn from(v: b::TemplateSection) -> Self {
        Self { section: v.section, kind: v.kind.into(), values: v.values, example: v.example }
    }
}

impl From<b::ValueKind> for m::directory::ValueKind {
    fn from(v: b::ValueKind) -> Self {
        match v {
            b::ValueKind::Text => Self::Text,
            b::ValueKind::Image => Self::Image,
            b::ValueKind::Video => Self::Video,
            b::ValueKind::Document => Self::Document,
            b::ValueKind::Payload => Self::Payload,
            b::ValueKind::Address => Self::Address,
        }
    }
}
