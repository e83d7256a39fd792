//! What goes out and what came of it, for a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<m::outbound::Author> for b::outbound::Author {
    fn from(v: m::outbound::Author) -> Self {
        Self { name: v.name, first_name: v.first_name, last_name: v.last_name, picture: v.picture }
    }
}

impl From<m::outbound::Draft> for b::outbound::Draft {
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

impl From<m::outbound::DraftPart> for b::outbound::DraftPart {
    fn from(v: m::outbound::DraftPart) -> Self {
        Self { id: v.id, client_ref: v.client_ref, part: v.part.into(), earlier: v.earlier.map(Into::into) }
    }
}

impl From<m::outbound::Ground> for b::outbound::Ground {
    fn from(v: m::outbound::Ground) -> Self {
        match v {
            m::outbound::Ground::Open => Self::Open,
            m::outbound::Ground::Tag(v) => Self::Tag(v),
            m::outbound::Ground::Template => Self::Template,
            m::outbound::Ground::Initiated => Self::Initiated,
        }
    }
}

impl From<m::outbound::Outcome> for b::outbound::Outcome {
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

impl From<m::outbound::Refused> for b::outbound::Refused {
    fn from(v: m::outbound::Refused) -> Self {
        Self { recipient: v.recipient, fault: v.fault.into() }
    }
}

impl From<m::outbound::Sent> for b::outbound::Sent {
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
