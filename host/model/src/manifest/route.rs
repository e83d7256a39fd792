//! Where providers call, and how their handshakes are answered. How the host knows that it is they: `verify`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Level, Verify};

/// `[[route]]`: one address at `/hooks/{key}/{name}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Lower-case letters, digits and hyphens; the last part of the address.
    pub name: String,
    /// Whether one address serves the app or each channel has its own.
    pub level: Level,
    /// Methods that reach the plugin (a challenge's are apart).
    pub methods: Vec<String>,
    /// Media types of bodies, without parameters; empty: any. Others are answered 415.
    #[serde(default)]
    pub content_types: Vec<String>,
    /// Largest body in bytes; a larger one is answered 413 before it is read.
    #[serde(default = "default_max_body")]
    pub max_body: u64,
    /// How long the provider may be kept waiting for the plugin, in milliseconds; then the default answer goes out.
    #[serde(default = "default_ack_within")]
    pub ack_within_ms: u32,
    /// What is answered where the plugin says nothing or is late.
    #[serde(default)]
    pub answer: DefaultAnswer,
    /// How a request is known to come from the provider.
    pub verify: Verify,
    /// How a subscription handshake is answered, without running the plugin.
    #[serde(default)]
    pub challenge: Option<Challenge>,
}

/// The largest body of a route that names none: 1 MiB.
fn default_max_body() -> u64 {
    1024 * 1024
}

fn default_ack_within() -> u32 {
    1000
}

/// What a provider is answered where the plugin says nothing itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DefaultAnswer {
    /// 200 to 299.
    pub status: u16,
    /// Media type of the body.
    pub content_type: String,
    /// The body.
    pub body: String,
}

impl Default for DefaultAnswer {
    fn default() -> Self {
        Self { status: 200, content_type: "text/plain; charset=utf-8".into(), body: String::new() }
    }
}

/// `[route.challenge]`: how a subscription handshake is answered without running the plugin. It is in the query (Meta's
/// `hub.challenge`, Microsoft Graph's `validationToken`) or in a JSON body that was verified (Slack's `url_verification`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// Method of the handshake.
    pub method: String,
    /// Where `when`, `token` and `answer` are looked up.
    #[serde(default)]
    pub source: ChallengeSource,
    /// Parameters that must have these values; of a body JSON pointers (RFC 6901), a number or truth value as its JSON text.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// The parameter that holds the token. In the query only, and together with `credential`.
    #[serde(default)]
    pub token: Option<String>,
    /// The credential that it must equal; of the route's level, declared `use = ["verify"]`.
    #[serde(default)]
    pub credential: Option<String>,
    /// The parameter (of a body: the JSON pointer) that is answered, as the whole body and as plain text. Either this or `reply`.
    #[serde(default)]
    pub answer: Option<String>,
    /// What is answered always (Discord's `{"type":1}`).
    #[serde(default)]
    pub reply: Option<Reply>,
}

/// Where a handshake is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeSource {
    /// In the query, which nobody signs; looked at before the body is read and before anything is verified.
    #[default]
    Query,
    /// In a JSON body, once the route's recipe has verified it.
    Body,
}

/// A fixed answer to a handshake, with status 200.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// Media type of the body.
    pub content_type: String,
    /// The body.
    pub body: String,
}
