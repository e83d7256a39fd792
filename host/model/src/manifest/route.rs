//! Where providers call, and how the host knows that it is they.

use serde::{Deserialize, Serialize};

use super::Level;

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

/// A verification recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// Nobody vouches for what comes here. Said so on the permission sheet.
    None,
    /// A keyed hash in a header.
    Hmac(HmacRecipe),
}

/// `[route.verify.hmac]`: RFC 2104 over a template of the request's parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HmacRecipe {
    /// The header that holds the signature. Sent twice, the request is refused.
    pub header: String,
    /// The hash.
    pub digest: Digest,
    /// How the signature is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// What stands before it, and must.
    #[serde(default)]
    pub prefix: String,
    /// The credential that is the key; of the route's level, declared `use = ["verify"]`.
    pub credential: String,
    /// What is signed, one after the other.
    #[serde(default = "body_only")]
    pub template: Vec<TemplatePart>,
    /// A header with the time of signing in Unix seconds, and how far it may be from ours, in seconds.
    #[serde(default)]
    pub timestamp: Option<TimestampHeader>,
}

fn body_only() -> Vec<TemplatePart> {
    vec![TemplatePart::Body]
}

/// A header with the time of signing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimestampHeader {
    /// The header's name.
    pub header: String,
    /// How far it may be from the host's clock, in seconds.
    pub tolerance_s: u32,
}

/// One part of what is signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TemplatePart {
    /// The body's bytes as they came.
    Body,
    /// The value of a header.
    Header(String),
    /// These characters.
    Literal(String),
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Digest {
    /// FIPS 180-4.
    Sha256,
}

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Hexadecimal; either case is accepted.
    #[default]
    Hex,
    /// RFC 4648, with padding.
    Base64,
}

/// `[route.challenge]`: a subscription handshake in the query, as Meta does it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// Method of the handshake.
    pub method: String,
    /// Parameters that must have these values.
    #[serde(default)]
    pub when: std::collections::BTreeMap<String, String>,
    /// The parameter that holds the token.
    pub token: String,
    /// The credential that it must equal; of the route's level, declared `use = ["verify"]`.
    pub credential: String,
    /// The parameter that is answered, as the whole body.
    pub answer: String,
}
