//! Words that both directions share, for a guest.

use lockgate_model::contract as m;

use crate::bindings::lockgate::channel as b;

impl From<m::common::Alias> for b::common::Alias {
    fn from(v: m::common::Alias) -> Self {
        Self { key: v.key, kind: v.kind.into(), assurance: v.assurance.into() }
    }
}

impl From<m::common::Assurance> for b::common::Assurance {
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

impl From<m::common::Context> for b::common::Context {
    fn from(v: m::common::Context) -> Self {
        Self { value: v.value, expires: v.expires, once: v.once }
    }
}

impl From<m::common::Contexts> for b::common::Contexts {
    fn from(v: m::common::Contexts) -> Self {
        Self {
            message: v.message.map(Into::into),
            thread: v.thread.map(Into::into),
            recipient: v.recipient.map(Into::into),
        }
    }
}

impl From<m::common::Extra> for b::common::Extra {
    fn from(v: m::common::Extra) -> Self {
        Self { name: v.name, value: v.value }
    }
}

impl From<m::common::Fault> for b::common::Fault {
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

impl From<m::common::Identity> for b::common::Identity {
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

impl From<m::common::IdentityKind> for b::common::IdentityKind {
    fn from(v: m::common::IdentityKind) -> Self {
        match v {
            m::common::IdentityKind::Email => Self::Email,
            m::common::IdentityKind::Phone => Self::Phone,
            m::common::IdentityKind::Visitor => Self::Visitor,
            m::common::IdentityKind::Opaque => Self::Opaque,
        }
    }
}

impl From<m::common::IdentityRole> for b::common::IdentityRole {
    fn from(v: m::common::IdentityRole) -> Self {
        match v {
            m::common::IdentityRole::Contact => Self::Contact,
            m::common::IdentityRole::Agent => Self::Agent,
            m::common::IdentityRole::Bot => Self::Bot,
            m::common::IdentityRole::System => Self::System,
        }
    }
}

impl From<m::common::Pair> for b::common::Pair {
    fn from(v: m::common::Pair) -> Self {
        Self { name: v.name, value: v.value }
    }
}

impl From<m::common::Passing> for b::common::Passing {
    fn from(v: m::common::Passing) -> Self {
        Self { why: v.why, retry_after: v.retry_after }
    }
}

impl From<m::common::RateLimited> for b::common::RateLimited {
    fn from(v: m::common::RateLimited) -> Self {
        Self { retry_after: v.retry_after, bucket: v.bucket }
    }
}

impl From<m::common::Recipient> for b::common::Recipient {
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

impl From<m::common::RecipientRole> for b::common::RecipientRole {
    fn from(v: m::common::RecipientRole) -> Self {
        match v {
            m::common::RecipientRole::To => Self::To,
            m::common::RecipientRole::Cc => Self::Cc,
            m::common::RecipientRole::Bcc => Self::Bcc,
            m::common::RecipientRole::ReplyTo => Self::ReplyTo,
        }
    }
}

impl From<m::common::Rejected> for b::common::Rejected {
    fn from(v: m::common::Rejected) -> Self {
        Self { code: v.code, words: v.words }
    }
}

impl From<m::common::Thread> for b::common::Thread {
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

impl From<m::common::ThreadKind> for b::common::ThreadKind {
    fn from(v: m::common::ThreadKind) -> Self {
        match v {
            m::common::ThreadKind::Direct => Self::Direct,
            m::common::ThreadKind::Group => Self::Group,
            m::common::ThreadKind::Topic => Self::Topic,
            m::common::ThreadKind::Public => Self::Public,
        }
    }
}

impl From<m::common::WindowClosed> for b::common::WindowClosed {
    fn from(v: m::common::WindowClosed) -> Self {
        Self { since: v.since, allowed: v.allowed }
    }
}
