//! Words that both directions share, from a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<b::common::Alias> for m::common::Alias {
    fn from(v: b::common::Alias) -> Self {
        Self { key: v.key, kind: v.kind.into(), assurance: v.assurance.into() }
    }
}

impl From<b::common::Assurance> for m::common::Assurance {
    fn from(v: b::common::Assurance) -> Self {
        match v {
            b::common::Assurance::Unverified => Self::Unverified,
            b::common::Assurance::Provider => Self::Provider,
            b::common::Assurance::Site => Self::Site,
            b::common::Assurance::MailAuthenticated(v) => Self::MailAuthenticated(v),
            b::common::Assurance::MailFailed(v) => Self::MailFailed(v),
        }
    }
}

impl From<b::common::Context> for m::common::Context {
    fn from(v: b::common::Context) -> Self {
        Self { value: v.value, expires: v.expires, once: v.once }
    }
}

impl From<b::common::Extra> for m::common::Extra {
    fn from(v: b::common::Extra) -> Self {
        Self { name: v.name, value: v.value }
    }
}

impl From<b::common::Fault> for m::common::Fault {
    fn from(v: b::common::Fault) -> Self {
        match v {
            b::common::Fault::Passing(v) => Self::Passing(v.into()),
            b::common::Fault::RateLimited(v) => Self::RateLimited(v.into()),
            b::common::Fault::SignInExpired => Self::SignInExpired,
            b::common::Fault::PermissionMissing(v) => Self::PermissionMissing(v),
            b::common::Fault::ChannelBlocked(v) => Self::ChannelBlocked(v.into()),
            b::common::Fault::WindowClosed(v) => Self::WindowClosed(v.into()),
            b::common::Fault::RecipientUnreachable(v) => Self::RecipientUnreachable(v),
            b::common::Fault::OptedOut(v) => Self::OptedOut(v),
            b::common::Fault::RecipientMoved(v) => Self::RecipientMoved(v.into()),
            b::common::Fault::HeldElsewhere(v) => Self::HeldElsewhere(v),
            b::common::Fault::Unsupported(v) => Self::Unsupported(v),
            b::common::Fault::TooLarge(v) => Self::TooLarge(v),
            b::common::Fault::Gone(v) => Self::Gone(v),
            b::common::Fault::Malformed(v) => Self::Malformed(v),
            b::common::Fault::Rejected(v) => Self::Rejected(v.into()),
        }
    }
}

impl From<b::common::Identity> for m::common::Identity {
    fn from(v: b::common::Identity) -> Self {
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

impl From<b::common::IdentityKind> for m::common::IdentityKind {
    fn from(v: b::common::IdentityKind) -> Self {
        match v {
            b::common::IdentityKind::Email => Self::Email,
            b::common::IdentityKind::Phone => Self::Phone,
            b::common::IdentityKind::Visitor => Self::Visitor,
            b::common::IdentityKind::Opaque => Self::Opaque,
        }
    }
}

impl From<b::common::IdentityRole> for m::common::IdentityRole {
    fn from(v: b::common::IdentityRole) -> Self {
        match v {
            b::common::IdentityRole::Contact => Self::Contact,
            b::common::IdentityRole::Agent => Self::Agent,
            b::common::IdentityRole::Bot => Self::Bot,
            b::common::IdentityRole::System => Self::System,
        }
    }
}

impl From<b::common::Pair> for m::common::Pair {
    fn from(v: b::common::Pair) -> Self {
        Self { name: v.name, value: v.value }
    }
}

impl From<b::common::Passing> for m::common::Passing {
    fn from(v: b::common::Passing) -> Self {
        Self { why: v.why, retry_after: v.retry_after }
    }
}

impl From<b::common::RateLimited> for m::common::RateLimited {
    fn from(v: b::common::RateLimited) -> Self {
        Self { retry_after: v.retry_after, bucket: v.bucket }
    }
}

impl From<b::common::Recipient> for m::common::Recipient {
    fn from(v: b::common::Recipient) -> Self {
        Self {
            role: v.role.into(),
            key: v.key,
            kind: v.kind.into(),
            aliases: v.aliases.into_iter().map(Into::into).collect(),
            name: v.name,
        }
    }
}

impl From<b::common::RecipientRole> for m::common::RecipientRole {
    fn from(v: b::common::RecipientRole) -> Self {
        match v {
            b::common::RecipientRole::To => Self::To,
            b::common::RecipientRole::Cc => Self::Cc,
            b::common::RecipientRole::Bcc => Self::Bcc,
            b::common::RecipientRole::ReplyTo => Self::ReplyTo,
        }
    }
}

impl From<b::common::Rejected> for m::common::Rejected {
    fn from(v: b::common::Rejected) -> Self {
        Self { code: v.code, words: v.words }
    }
}

impl From<b::common::Thread> for m::common::Thread {
    fn from(v: b::common::Thread) -> Self {
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

impl From<b::common::ThreadKind> for m::common::ThreadKind {
    fn from(v: b::common::ThreadKind) -> Self {
        match v {
            b::common::ThreadKind::Direct => Self::Direct,
            b::common::ThreadKind::Group => Self::Group,
            b::common::ThreadKind::Topic => Self::Topic,
            b::common::ThreadKind::Public => Self::Public,
        }
    }
}

impl From<b::common::WindowClosed> for m::common::WindowClosed {
    fn from(v: b::common::WindowClosed) -> Self {
        Self { since: v.since, allowed: v.allowed }
    }
}
