//! What came in, from a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<b::inbound::AccountState> for m::inbound::AccountState {
    fn from(v: b::inbound::AccountState) -> Self {
        match v {
            b::inbound::AccountState::Healthy => Self::Healthy,
            b::inbound::AccountState::Reconnect(v) => Self::Reconnect(v),
            b::inbound::AccountState::PermissionMissing(v) => Self::PermissionMissing(v),
            b::inbound::AccountState::Suspended(v) => Self::Suspended(v),
            b::inbound::AccountState::Degraded(v) => Self::Degraded(v),
        }
    }
}

impl From<b::inbound::Attribution> for m::inbound::Attribution {
    fn from(v: b::inbound::Attribution) -> Self {
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

impl From<b::inbound::Call> for m::inbound::Call {
    fn from(v: b::inbound::Call) -> Self {
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

impl From<b::inbound::CallDirection> for m::inbound::CallDirection {
    fn from(v: b::inbound::CallDirection) -> Self {
        match v {
            b::inbound::CallDirection::Incoming => Self::Incoming,
            b::inbound::CallDirection::Outgoing => Self::Outgoing,
        }
    }
}

impl From<b::inbound::CallState> for m::inbound::CallState {
    fn from(v: b::inbound::CallState) -> Self {
        match v {
            b::inbound::CallState::Ringing => Self::Ringing,
            b::inbound::CallState::Answered => Self::Answered,
            b::inbound::CallState::Missed => Self::Missed,
            b::inbound::CallState::Busy => Self::Busy,
            b::inbound::CallState::Failed => Self::Failed,
            b::inbound::CallState::Ended => Self::Ended,
        }
    }
}

impl From<b::inbound::Consent> for m::inbound::Consent {
    fn from(v: b::inbound::Consent) -> Self {
        Self { topic: v.topic, given: v.given, evidence: v.evidence, context: v.context.map(Into::into) }
    }
}

impl From<b::inbound::Deletion> for m::inbound::Deletion {
    fn from(v: b::inbound::Deletion) -> Self {
        Self { messages: v.messages, erase: v.erase }
    }
}

impl From<b::inbound::Direction> for m::inbound::Direction {
    fn from(v: b::inbound::Direction) -> Self {
        match v {
            b::inbound::Direction::Incoming => Self::Incoming,
            b::inbound::Direction::Echo => Self::Echo,
        }
    }
}

impl From<b::inbound::Edit> for m::inbound::Edit {
    fn from(v: b::inbound::Edit) -> Self {
        Self { id: v.id, message: v.message, parts: v.parts.into_iter().map(Into::into).collect() }
    }
}

impl From<b::inbound::EraseRequest> for m::inbound::EraseRequest {
    fn from(v: b::inbound::EraseRequest) -> Self {
        Self { identities: v.identities, confirmation: v.confirmation }
    }
}

impl From<b::inbound::Event> for m::inbound::Event {
    fn from(v: b::inbound::Event) -> Self {
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

impl From<b::inbound::EventBody> for m::inbound::EventBody {
    fn from(v: b::inbound::EventBody) -> Self {
        match v {
            b::inbound::EventBody::Message(v) => Self::Message(v.into()),
            b::inbound::EventBody::Edited(v) => Self::Edited(v.into()),
            b::inbound::EventBody::Deleted(v) => Self::Deleted(v.into()),
            b::inbound::EventBody::Reaction(v) => Self::Reaction(v.into()),
            b::inbound::EventBody::Receipt(v) => Self::Receipt(v.into()),
            b::inbound::EventBody::Typing(v) => Self::Typing(v),
            b::inbound::EventBody::Profile => Self::Profile,
            b::inbound::EventBody::IdentityChanged(v) => Self::IdentityChanged(v.into()),
            b::inbound::EventBody::ThreadMoved(v) => Self::ThreadMoved(v),
            b::inbound::EventBody::Membership(v) => Self::Membership(v.into()),
            b::inbound::EventBody::Consent(v) => Self::Consent(v.into()),
            b::inbound::EventBody::Reachable(v) => Self::Reachable(v),
            b::inbound::EventBody::Referral(v) => Self::Referral(v.into()),
            b::inbound::EventBody::Call(v) => Self::Call(v.into()),
            b::inbound::EventBody::Ended(v) => Self::Ended(v),
            b::inbound::EventBody::Account(v) => Self::Account(v.into()),
            b::inbound::EventBody::TemplateStatus(v) => Self::TemplateStatus(v.into()),
            b::inbound::EventBody::EraseRequested(v) => Self::EraseRequested(v.into()),
            b::inbound::EventBody::Mail(v) => Self::Mail(v.into()),
            b::inbound::EventBody::PollNow => Self::PollNow,
            b::inbound::EventBody::FollowUp(v) => Self::FollowUp(v),
            b::inbound::EventBody::RenewNow => Self::RenewNow,
            b::inbound::EventBody::Writable(v) => Self::Writable(v),
            b::inbound::EventBody::Ignored(v) => Self::Ignored(v),
            b::inbound::EventBody::Native(v) => Self::Native(v.into()),
        }
    }
}

impl From<b::inbound::IdentityChange> for m::inbound::IdentityChange {
    fn from(v: b::inbound::IdentityChange) -> Self {
        Self { old: v.old, new: v.new.into_iter().map(Into::into).collect() }
    }
}

impl From<b::inbound::Mail> for m::inbound::Mail {
    fn from(v: b::inbound::Mail) -> Self {
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

impl From<b::inbound::MailOrigin> for m::inbound::MailOrigin {
    fn from(v: b::inbound::MailOrigin) -> Self {
        match v {
            b::inbound::MailOrigin::Delivered => Self::Delivered,
            b::inbound::MailOrigin::Fetched => Self::Fetched,
            b::inbound::MailOrigin::FetchedFromSent => Self::FetchedFromSent,
            b::inbound::MailOrigin::Polled => Self::Polled,
        }
    }
}

impl From<b::inbound::Membership> for m::inbound::Membership {
    fn from(v: b::inbound::Membership) -> Self {
        Self {
            joined: v.joined.into_iter().map(Into::into).collect(),
            left: v.left.into_iter().map(Into::into).collect(),
            ours: v.ours,
        }
    }
}

impl From<b::inbound::Message> for m::inbound::Message {
    fn from(v: b::inbound::Message) -> Self {
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

impl From<b::inbound::Quote> for m::inbound::Quote {
    fn from(v: b::inbound::Quote) -> Self {
        Self { message: v.message, excerpt: v.excerpt }
    }
}

impl From<b::inbound::Reaction> for m::inbound::Reaction {
    fn from(v: b::inbound::Reaction) -> Self {
        Self { id: v.id, message: v.message, change: v.change.into() }
    }
}

impl From<b::inbound::ReactionChange> for m::inbound::ReactionChange {
    fn from(v: b::inbound::ReactionChange) -> Self {
        match v {
            b::inbound::ReactionChange::Added(v) => Self::Added(v),
            b::inbound::ReactionChange::Removed(v) => Self::Removed(v),
            b::inbound::ReactionChange::Now(v) => Self::Now(v),
        }
    }
}

impl From<b::inbound::Receipt> for m::inbound::Receipt {
    fn from(v: b::inbound::Receipt) -> Self {
        Self { status: v.status.into(), target: v.target.into(), fault: v.fault.map(Into::into), learnt: v.learnt }
    }
}

impl From<b::inbound::ReceiptStatus> for m::inbound::ReceiptStatus {
    fn from(v: b::inbound::ReceiptStatus) -> Self {
        match v {
            b::inbound::ReceiptStatus::Sent => Self::Sent,
            b::inbound::ReceiptStatus::Delivered => Self::Delivered,
            b::inbound::ReceiptStatus::Read => Self::Read,
            b::inbound::ReceiptStatus::Played => Self::Played,
            b::inbound::ReceiptStatus::Delayed => Self::Delayed,
            b::inbound::ReceiptStatus::Failed => Self::Failed,
        }
    }
}

impl From<b::inbound::ReceiptTarget> for m::inbound::ReceiptTarget {
    fn from(v: b::inbound::ReceiptTarget) -> Self {
        match v {
            b::inbound::ReceiptTarget::Message(v) => Self::Message(v),
            b::inbound::ReceiptTarget::Universal(v) => Self::Universal(v),
            b::inbound::ReceiptTarget::ClientRef(v) => Self::ClientRef(v),
            b::inbound::ReceiptTarget::UpTo(v) => Self::UpTo(v),
            b::inbound::ReceiptTarget::UpToMessage(v) => Self::UpToMessage(v),
        }
    }
}

impl From<b::inbound::Page> for m::inbound::Page {
    fn from(v: b::inbound::Page) -> Self {
        Self {
            events: v.events.into_iter().map(Into::into).collect(),
            cursor: v.cursor,
            more: v.more,
            wait_at_least: v.wait_at_least,
        }
    }
}

impl From<b::inbound::Reception> for m::inbound::Reception {
    fn from(v: b::inbound::Reception) -> Self {
        Self { response: v.response.map(Into::into), events: v.events.into_iter().map(Into::into).collect() }
    }
}

impl From<b::inbound::Recording> for m::inbound::Recording {
    fn from(v: b::inbound::Recording) -> Self {
        Self {
            id: v.id,
            voicemail: v.voicemail,
            source: v.source.map(Into::into),
            transcript: v.transcript.map(Into::into),
        }
    }
}

impl From<b::inbound::Refusal> for m::inbound::Refusal {
    fn from(v: b::inbound::Refusal) -> Self {
        match v {
            b::inbound::Refusal::Malformed(v) => Self::Malformed(v),
            b::inbound::Refusal::Unauthentic(v) => Self::Unauthentic(v),
            b::inbound::Refusal::Passing(v) => Self::Passing(v.into()),
        }
    }
}

impl From<b::inbound::Response> for m::inbound::Response {
    fn from(v: b::inbound::Response) -> Self {
        Self { status: v.status, headers: v.headers.into_iter().map(Into::into).collect(), body: v.body }
    }
}

impl From<b::inbound::TemplateState> for m::inbound::TemplateState {
    fn from(v: b::inbound::TemplateState) -> Self {
        match v {
            b::inbound::TemplateState::Approved => Self::Approved,
            b::inbound::TemplateState::Pending => Self::Pending,
            b::inbound::TemplateState::Rejected => Self::Rejected,
            b::inbound::TemplateState::Paused => Self::Paused,
            b::inbound::TemplateState::Disabled => Self::Disabled,
            b::inbound::TemplateState::Changed => Self::Changed,
        }
    }
}

impl From<b::inbound::TemplateStatus> for m::inbound::TemplateStatus {
    fn from(v: b::inbound::TemplateStatus) -> Self {
        Self { name: v.name, language: v.language, state: v.state.into(), reason: v.reason }
    }
}

impl From<b::inbound::Trait> for m::inbound::Trait {
    fn from(v: b::inbound::Trait) -> Self {
        match v {
            b::inbound::Trait::Automatic => Self::Automatic,
            b::inbound::Trait::Bulk => Self::Bulk,
            b::inbound::Trait::Spam => Self::Spam,
            b::inbound::Trait::DeliveryReport => Self::DeliveryReport,
            b::inbound::Trait::Forwarded => Self::Forwarded,
            b::inbound::Trait::Standby => Self::Standby,
        }
    }
}
