//! The JWT recipe: a provider that signs each request's token with keys that it publishes (Bot Framework, Google Chat, Pub/Sub).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `[route.verify.jwt]`: a JSON Web Token (RFC 7519) in a header, signed (RFC 7515) with one of the keys that the provider
/// publishes as a JSON Web Key Set (RFC 7517). It vouches for the sender, not for what is sent; of what is sent only that which
/// `require` compares with a claim is vouched for.
///
/// A token without `exp`, `iss`, `aud` or, in its header, `kid` is refused, and so is one with a header parameter that must be
/// understood (`crit`). Keys that the token itself names or brings (`jku`, `jwk`, `x5u`, `x5c`) are not looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwtRecipe {
    /// The header that holds the token. Sent twice, the request is refused.
    #[serde(default = "authorization")]
    pub header: String,
    /// What stands before the token, and must; in either case, because it is a scheme's name (RFC 9110, 11.1).
    #[serde(default = "bearer")]
    pub prefix: String,
    /// The algorithms that are believed. What the token says is only ever compared with them.
    pub algorithms: Vec<SigningAlgorithm>,
    /// Who may have issued it: values of `iss`.
    pub issuers: Vec<String>,
    /// Whom it must be for: a value of `aud`.
    pub audience: Audience,
    /// Where the provider publishes its keys. The host reads them there itself.
    pub keys: KeySetAddress,
    /// How far the provider's clock may be from the host's, in seconds, for `exp`, `nbf` and `iat`.
    #[serde(default = "one_minute")]
    pub tolerance_s: u32,
    /// Claims that must be there and equal something.
    #[serde(default)]
    pub require: BTreeMap<String, Required>,
    /// Claims that the plugin is handed; one that is not there is left out.
    #[serde(default)]
    pub claims: Vec<String>,
}

/// A signature that everybody can check and only the provider can make (RFC 7518, 3.1; RFC 8037, 3.1). `none` is not one, and
/// neither is a keyed hash, whose key would be what the provider publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SigningAlgorithm {
    /// As RFC 7518 and the manifest spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// Whom a token must be for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// This.
    Value(String),
    /// What is filled in for this setting of the route's level or the app's, of kind text, or of kind texts where there may be
    /// several.
    Setting(String),
    /// The public address that was called, without its query.
    Address,
}

/// What a required claim must equal. A claim that is no text is compared as its JSON text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Required {
    /// This.
    Value(String),
    /// As [`Audience::Setting`].
    Setting(String),
    /// The text at this JSON pointer (RFC 6901) of the body, of which a segment `*` stands for every element of an array.
    Body(String),
}

/// `https://{host}{path}`, where a JSON Web Key Set is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySetAddress {
    /// An exact name in lower case.
    pub host: String,
    /// From the first `/`, without a query.
    pub path: String,
}

impl std::fmt::Display for KeySetAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "https://{}{}", self.host, self.path)
    }
}

fn authorization() -> String {
    "authorization".to_owned()
}

fn bearer() -> String {
    "Bearer ".to_owned()
}

fn one_minute() -> u32 {
    60
}
