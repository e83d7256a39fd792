//! Names of the things that the host keeps: one type a kind, so that none is taken for another.
//!
//! Ids are UUIDv7: they sort by the moment they were made. What a provider names is no id of ours and stays opaque text
//! (`crate::contract::common`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::{Builder, Uuid};

use crate::seam::Entropy;

/// A text that is not the id it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} expected, a UUID as the API shows it")]
pub struct NotAnId {
    /// Which id was expected.
    pub kind: &'static str,
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(Uuid);

        impl $name {
            /// A new one: the moment in milliseconds, and 74 random bits.
            pub fn new(now_ms: u64, entropy: &dyn Entropy) -> Self {
                Self(uuid_v7(now_ms, entropy))
            }

            /// Its sixteen bytes.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId { kind: stringify!($name) })
            }
        }
    )*};
}

id! {
    /// What an admin registered once at a provider.
    AppId
    /// One connected account that a plugin serves.
    ChannelId
    /// Where a team's conversations appear.
    InboxId
    /// A person.
    ContactId
    /// One of a person's addresses on one channel.
    IdentityId
    /// One thread with a contact.
    ConversationId
    /// One thing said, as we name it.
    MessageId
    /// One raw inbound delivery.
    EnvelopeId
    /// An envelope, or a part of one, that could not become events.
    DeadLetterId
    /// A message's way out.
    DeliveryId
    /// What an event asked to be done afterwards.
    FollowUpId
    /// A file that is to be fetched.
    FetchId
    /// An API token.
    TokenId
    /// A row of the event log.
    EventId
}

fn uuid_v7(now_ms: u64, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    Builder::from_unix_timestamp_millis(now_ms, &random).into_uuid()
}

/// The id of a plugin in its manifest: lower-case letters, digits and hyphens, at most 64 of them. The same for all its
/// versions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct PluginName(String);

impl PluginName {
    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is no plugin's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a plugin's name is 1 to 64 lower-case letters, digits and hyphens")]
pub struct NotAPluginName;

impl FromStr for PluginName {
    type Err = NotAPluginName;

    fn from_str(text: &str) -> Result<Self, NotAPluginName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > 64 || !text.bytes().all(allowed) {
            return Err(NotAPluginName);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for PluginName {
    type Error = NotAPluginName;

    fn try_from(text: String) -> Result<Self, NotAPluginName> {
        text.parse()
    }
}

impl From<PluginName> for String {
    fn from(name: PluginName) -> Self {
        name.0
    }
}

impl fmt::Display for PluginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose something is: settings, credentials, plugin state, a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// What is registered once at the provider.
    App(AppId),
    /// One connected account.
    Channel(ChannelId),
}

impl Owner {
    /// `app` or `channel`.
    pub fn level(&self) -> crate::manifest::Level {
        match self {
            Self::App(_) => crate::manifest::Level::App,
            Self::Channel(_) => crate::manifest::Level::Channel,
        }
    }
}

/// `app:…` or `channel:…`.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(id) => write!(f, "app:{id}"),
            Self::Channel(id) => write!(f, "channel:{id}"),
        }
    }
}

impl FromStr for Owner {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text.split_once(':') {
            Some(("app", id)) => id.parse().map(Self::App),
            Some(("channel", id)) => id.parse().map(Self::Channel),
            _ => Err(NotAnId { kind: "Owner" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0xff);
        }
    }

    #[test]
    fn an_id_is_a_uuid_of_version_seven_that_carries_its_moment() {
        let id = AppId::new(0x0123_4567_89ab, &Ones);
        assert_eq!(id.to_string(), "01234567-89ab-7fff-bfff-ffffffffffff");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"01234567-89ab-7fff-bfff-ffffffffffff\"");
        assert!(AppId::new(1, &Ones) < AppId::new(2, &Ones));
        assert!("x".parse::<AppId>().is_err());
    }

    #[test]
    fn an_owner_reads_back_what_it_wrote() {
        for owner in [Owner::App(AppId::new(1, &Ones)), Owner::Channel(ChannelId::new(1, &Ones))] {
            assert_eq!(owner.to_string().parse(), Ok(owner));
        }
        assert!("inbox:01234567-89ab-7fff-bfff-ffffffffffff".parse::<Owner>().is_err());
    }

    #[test]
    fn a_plugin_name_is_checked_however_it_comes() {
        assert!("messenger-2".parse::<PluginName>().is_ok());
        for bad in ["", "Messenger", "a b", "../x", &"a".repeat(65)] {
            assert!(bad.parse::<PluginName>().is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<PluginName>("\"../x\"").is_err());
    }
}
