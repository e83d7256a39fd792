//! Where providers call, and how their handshakes are answered. How the host knows that it is they: `verify`; what else they
//! may be answered: `answer`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cors, DefaultAnswer, Encoding, Level, OwnAnswer, Verify};

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
    /// What the plugin's own answers may be.
    #[serde(default)]
    pub own_answer: OwnAnswer,
    /// Which sites' scripts may post there. None: no other site's.
    #[serde(default)]
    pub cors: Option<Cors>,
    /// How a request is known to come from the provider.
    pub verify: Verify,
    /// How a subscription handshake is answered, without running the plugin.
    #[serde(default)]
    pub challenge: Option<Challenge>,
    /// Which files may come in a `multipart/form-data` body. None: such a body is answered 415.
    #[serde(default)]
    pub files: Option<RouteFiles>,
}

/// `[route.files]`: files that come with a form, which the host takes off and keeps. Where nothing verifies the route, the body
/// passes by and may have `max_body` bytes of fields and so many files; where a recipe does, `max_body` bounds all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteFiles {
    /// How many in one body; text fields of more than 64 KiB count as files. 1 to 32.
    #[serde(default = "default_max_files")]
    pub max_files: u32,
    /// Bytes of one; at most what the operator permits.
    #[serde(default = "default_max_file")]
    pub max_bytes: u64,
    /// Media types, by what the bytes are, such as `image/png` or `image/*`; empty: any.
    #[serde(default)]
    pub content_types: Vec<String>,
}

fn default_max_files() -> u32 {
    10
}

/// The largest file of a route that says nothing of it: 10 MiB.
fn default_max_file() -> u64 {
    10 << 20
}

/// The largest body of a route that names none: 1 MiB.
fn default_max_body() -> u64 {
    1024 * 1024
}

fn default_ack_within() -> u32 {
    1000
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
    /// The parameter (of a body: the JSON pointer) that is answered, as the whole body and as plain text. Either this, `json` or
    /// `reply`.
    #[serde(default)]
    pub answer: Option<String>,
    /// The members of a JSON object that is answered (X's `response_token`, Zoom's `plainToken` and `encryptedToken`).
    #[serde(default)]
    pub json: Option<BTreeMap<String, Answered>>,
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

/// One member of a JSON object that a handshake is answered with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answered {
    /// This parameter (of a body: the text at this JSON pointer) as it came.
    Echo(String),
    /// A keyed hash of it, which shows that we have the key.
    HmacSha256(AnsweredHash),
}

impl Answered {
    /// The parameter or JSON pointer that it is made of.
    pub fn source(&self) -> &str {
        match self {
            Self::Echo(source) => source,
            Self::HmacSha256(hash) => &hash.of,
        }
    }
}

/// HMAC (RFC 2104) with SHA-256 of what a handshake sends.
///
/// In the query anybody can ask for it. So only short texts of letters, digits and `-_+/=` are hashed, and no request whose body is
/// such a text, or empty, is believed by a recipe with the same key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnsweredHash {
    /// The parameter (of a body: the JSON pointer) that is hashed.
    pub of: String,
    /// The credential that is the key; of the route's level, declared `use = ["verify"]`.
    pub credential: String,
    /// How the hash is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// What is written before it.
    #[serde(default)]
    pub prefix: String,
}

impl Challenge {
    /// Names of the credentials with which a handshake hashes what anybody sends it.
    pub fn hashes_for_anybody(&self) -> impl Iterator<Item = &str> {
        let members = self.json.iter().filter(|_| self.source == ChallengeSource::Query).flat_map(BTreeMap::values);
        members.filter_map(|member| match member {
            Answered::HmacSha256(hash) => Some(hash.credential.as_str()),
            Answered::Echo(_) => None,
        })
    }
}

/// A fixed answer to a handshake, with status 200.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// Media type of the body: `text/plain` or `application/json`.
    pub content_type: String,
    /// The body.
    pub body: String,
}
