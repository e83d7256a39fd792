//! What goes out and what came of it, from a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<b::outbound::Outcome> for m::outbound::Outcome {
    fn from(v: b::outbound::Outcome) -> Self {
        match v {
            b::outbound::Outcome::Sent(v) => Self::Sent(v.into()),
            b::outbound::Outcome::Accepted(v) => Self::Accepted(v.into()),
            b::outbound::Outcome::Failed(v) => Self::Failed(v.into()),
            b::outbound::Outcome::Unknown(v) => Self::Unknown(v),
            b::outbound::Outcome::NotTried => Self::NotTried,
        }
    }
}

impl From<b::outbound::PartOutcome> for m::outbound::PartOutcome {
    fn from(v: b::outbound::PartOutcome) -> Self {
        Self { parts: v.parts, outcome: v.outcome.into() }
    }
}

impl From<b::outbound::Problem> for m::outbound::Problem {
    fn from(v: b::outbound::Problem) -> Self {
        Self { part: v.part, severity: v.severity.into(), code: v.code, words: v.words }
    }
}

impl From<b::outbound::Refused> for m::outbound::Refused {
    fn from(v: b::outbound::Refused) -> Self {
        Self { recipient: v.recipient, fault: v.fault.into() }
    }
}

impl From<b::outbound::Sent> for m::outbound::Sent {
    fn from(v: b::outbound::Sent) -> Self {
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

impl From<b::outbound::Severity> for m::outbound::Severity {
    fn from(v: b::outbound::Severity) -> Self {
        match v {
            b::outbound::Severity::Error => Self::Error,
            b::outbound::Severity::Warning => Self::Warning,
        }
    }
}
