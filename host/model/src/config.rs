//! Words of the configuration that API, store and host share: how a channel is, and what a token opens.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::contract::common::Timestamp;

/// A word that stands for none of what it should name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {0}")]
pub struct UnknownWord(&'static str);

/// How a channel is, as measured last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// What was measured.
    pub state: HealthState,
    /// Why, for a person; nothing secret.
    pub why: Option<String>,
    /// Since when it is in this state.
    pub since: Timestamp,
}

/// What can be measured of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// Nothing speaks against it.
    Connected,
    /// It works, and not as it should.
    Degraded,
    /// The provider takes its credential no more: an admin has to connect it again.
    Reconnect,
    /// The provider lacks a permission for what was tried.
    PermissionMissing,
    /// The provider has shut the account.
    Suspended,
    /// Nothing is sent for a while: the provider asked for it, or too much went wrong.
    Paused,
    /// An admin switched it off.
    Disabled,
}

impl HealthState {
    const ALL: [Self; 7] = [
        Self::Connected,
        Self::Degraded,
        Self::Reconnect,
        Self::PermissionMissing,
        Self::Suspended,
        Self::Paused,
        Self::Disabled,
    ];

    /// As the API and the database spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Degraded => "degraded",
            Self::Reconnect => "reconnect",
            Self::PermissionMissing => "permission_missing",
            Self::Suspended => "suspended",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }
}

impl fmt::Display for HealthState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for HealthState {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownWord("health"))
    }
}

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Everything.
    #[serde(rename = "admin")]
    Admin,
    /// Sees plugins, apps, channels, inboxes and tokens; never a secret.
    #[serde(rename = "config:read")]
    ConfigRead,
    /// Changes them, and sees them.
    #[serde(rename = "config:write")]
    ConfigWrite,
    /// Sees conversations, messages, contacts and events.
    #[serde(rename = "inbox:read")]
    InboxRead,
    /// Sends and changes conversations, and sees them.
    #[serde(rename = "inbox:write")]
    InboxWrite,
}

impl Scope {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Admin, Self::ConfigRead, Self::ConfigWrite, Self::InboxRead, Self::InboxWrite];

    /// As tokens and the OpenAPI document spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::ConfigRead => "config:read",
            Self::ConfigWrite => "config:write",
            Self::InboxRead => "inbox:read",
            Self::InboxWrite => "inbox:write",
        }
    }

    /// Whether a token with these scopes may do what needs this one. `admin` gives every scope, writing gives reading.
    pub fn is_given_by(self, scopes: &BTreeSet<Self>) -> bool {
        let writing = match self {
            Self::ConfigRead => Some(Self::ConfigWrite),
            Self::InboxRead => Some(Self::InboxWrite),
            Self::Admin | Self::ConfigWrite | Self::InboxWrite => None,
        };
        [Some(Self::Admin), Some(self), writing].into_iter().flatten().any(|scope| scopes.contains(&scope))
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(UnknownWord("scope"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_what_they_wrote() {
        for scope in Scope::ALL {
            assert_eq!(scope.to_string().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        for state in HealthState::ALL {
            assert_eq!(state.to_string().parse(), Ok(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }

    #[test]
    fn a_token_opens_what_its_scopes_give_and_nothing_else() {
        let given = |scopes: &[Scope]| -> Vec<Scope> {
            let scopes = scopes.iter().copied().collect();
            Scope::ALL.into_iter().filter(|scope| scope.is_given_by(&scopes)).collect()
        };
        assert_eq!(given(&[]), []);
        assert_eq!(given(&[Scope::Admin]), Scope::ALL);
        assert_eq!(given(&[Scope::ConfigRead]), [Scope::ConfigRead]);
        assert_eq!(given(&[Scope::ConfigWrite]), [Scope::ConfigRead, Scope::ConfigWrite]);
        assert_eq!(given(&[Scope::InboxWrite]), [Scope::InboxRead, Scope::InboxWrite]);
    }
}
