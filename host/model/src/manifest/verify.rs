//! Verification recipes: how the host knows that a request comes from the provider, as data.

use serde::{Deserialize, Serialize};

use super::JwtRecipe;

/// A verification recipe.
///
/// Recipes with secrets name one `credential`, which must be filled, and may name `previous` ones: secrets that are still
/// accepted while they are being changed. Of those the ones that are not filled are skipped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// Nobody vouches for what comes here. Said so on the permission sheet.
    None,
    /// A keyed hash in a header.
    Hmac(HmacRecipe),
    /// A signature in a header that everybody can check and only the provider can make.
    Ed25519(Ed25519Recipe),
    /// Standard Webhooks 1.0.0.
    StandardWebhooks(StandardWebhooksRecipe),
    /// A secret that the provider repeats in each request. It vouches for the sender, not for what is sent.
    SharedSecret(SharedSecretRecipe),
    /// Meta's `signed_request`.
    SignedRequest(SignedRequestRecipe),
    /// A token signed with a key that the provider publishes.
    Jwt(JwtRecipe),
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
    /// What stands between several signatures in the one header; one of them must fit, and what lacks the prefix is
    /// skipped. None: the whole header is one signature.
    #[serde(default)]
    pub separator: Option<char>,
    /// The credential that is the key; of the route's level, declared `use = ["verify"]`.
    pub credential: String,
    /// Credentials that are keys as well, until a change of the secret is over.
    #[serde(default)]
    pub previous: Vec<String>,
    /// What is signed, one after the other.
    #[serde(default = "body_only")]
    pub template: Vec<TemplatePart>,
    /// When it was signed, and how far that may be from now.
    #[serde(default)]
    pub timestamp: Option<TimestampHeader>,
    /// A parameter of the query with the hexadecimal SHA-256 of a body that is no form: the query is signed with the address,
    /// and by it the body (Twilio's `bodySHA256`).
    #[serde(default)]
    pub body_sha256_query: Option<String>,
}

/// `[route.verify.ed25519]`: RFC 8032 over the same template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ed25519Recipe {
    /// The header that holds the signature. Sent twice, the request is refused.
    pub header: String,
    /// How the signature is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// What stands before it, and must.
    #[serde(default)]
    pub prefix: String,
    /// As [`HmacRecipe::separator`].
    #[serde(default)]
    pub separator: Option<char>,
    /// Whose signatures are believed.
    pub public_key: PublicKey,
    /// How a public key is written.
    #[serde(default)]
    pub key_encoding: Encoding,
    /// What is signed, one after the other.
    #[serde(default = "body_only")]
    pub template: Vec<TemplatePart>,
    /// When it was signed, and how far that may be from now.
    #[serde(default)]
    pub timestamp: Option<TimestampHeader>,
}

/// `[route.verify.standard-webhooks]`: Standard Webhooks 1.0.0, with the headers `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`, or the same with `svix-` where those are not there. At least one of `credential` and `public_key`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardWebhooksRecipe {
    /// The credential with the secret of `v1` signatures, Base64 after `whsec_`.
    #[serde(default)]
    pub credential: Option<String>,
    /// Credentials that are secrets as well, until a change is over.
    #[serde(default)]
    pub previous: Vec<String>,
    /// The key of `v1a` signatures, Base64 after `whpk_`.
    #[serde(default)]
    pub public_key: Option<PublicKey>,
    /// How far `webhook-timestamp` may be from the host's clock, in seconds. The specification leaves it open; its reference
    /// libraries take these 300.
    #[serde(default = "five_minutes")]
    pub tolerance_s: u32,
}

/// `[route.verify.shared-secret]`: a secret that stands in each request. The host takes it out before the plugin sees the
/// request and before anything is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedSecretRecipe {
    /// Where it stands.
    pub place: SecretPlace,
    /// What stands before it in a header, and must.
    #[serde(default)]
    pub prefix: String,
    /// The credential that it must equal; of the route's level, declared `use = ["verify"]`.
    pub credential: String,
    /// Credentials that it may equal as well, until a change is over.
    #[serde(default)]
    pub previous: Vec<String>,
}

/// Where a shared secret stands in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretPlace {
    /// In this header (Telegram's `x-telegram-bot-api-secret-token`).
    Header(String),
    /// In the path, as the segment that follows the route's name.
    Path,
    /// In this parameter of the query.
    Query(String),
    /// In this field of an `application/x-www-form-urlencoded` body.
    Form(String),
    /// In a JSON body, as the text at this JSON pointer (RFC 6901), of which a segment `*` stands for every element of an array.
    /// It must be in every element (Microsoft Graph's `/value/*/clientState`).
    Json(String),
}

/// `[route.verify.signed-request]`: a form field with a signature and the JSON text that it signs, as Meta's callbacks for
/// deletion and deauthorisation have it. Of the body only this field reaches the plugin: nobody vouches for another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRequestRecipe {
    /// The form's field.
    #[serde(default = "signed_request")]
    pub field: String,
    /// The credential that is the key; of the route's level, declared `use = ["verify"]`.
    pub credential: String,
    /// Credentials that are keys as well, until a change is over.
    #[serde(default)]
    pub previous: Vec<String>,
    /// How far `issued_at` may be from the host's clock, in seconds. None: it is not looked at.
    #[serde(default)]
    pub tolerance_s: Option<u32>,
    /// Members of the JSON text that the plugin is handed as claims; one that is not there is left out.
    #[serde(default)]
    pub claims: Vec<String>,
}

fn body_only() -> Vec<TemplatePart> {
    vec![TemplatePart::Body]
}

fn five_minutes() -> u32 {
    300
}

fn signed_request() -> String {
    "signed_request".to_owned()
}

/// A header with the time of signing, in Unix seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimestampHeader {
    /// The header's name. It may be the signature's own where that has a `separator`.
    pub header: String,
    /// What stands before the time in the signature's own header, as in `t=1492774577,v1=…`.
    #[serde(default)]
    pub prefix: String,
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
    /// The time of signing, as it is written in the request.
    Timestamp,
    /// The public address that was called, with its query.
    Url,
    /// The same; a signature fits that was made of it as it is, or with the scheme's port, or without any port.
    UrlAnyPort,
    /// The fields of an `application/x-www-form-urlencoded` body, decoded and sorted by name and then by value, name and value
    /// joined without anything between; the same field with the same value counts once (Twilio). Of an empty body: nothing.
    FormSorted,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Digest {
    /// FIPS 180-4. Only where a provider has nothing else, as Twilio: collisions of SHA-1 are known. HMAC does not rest on
    /// their being hard to find.
    Sha1,
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

/// Where a public key comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PublicKey {
    /// From a setting of the route's level or the app's, of kind text, or of kind texts where there may be several.
    Setting(String),
    /// From here: the provider has one key for everybody.
    Value(String),
}

impl TemplatePart {
    /// Whether it makes the body part of what is signed.
    pub fn covers_body(&self) -> bool {
        matches!(self, Self::Body | Self::FormSorted)
    }

    /// Whether it makes the address part of what is signed.
    pub fn covers_address(&self) -> bool {
        matches!(self, Self::Url | Self::UrlAnyPort)
    }
}

impl Verify {
    /// The recipe's name, as a verified request carries it; none where nothing is verified.
    pub fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::Hmac(_) => "hmac",
            Self::Ed25519(_) => "ed25519",
            Self::StandardWebhooks(_) => "standard-webhooks",
            Self::SharedSecret(_) => "shared-secret",
            Self::Jwt(_) => "jwt",
            Self::SignedRequest(_) => "signed-request",
        })
    }

    /// Names of the credentials that are secrets of the recipe: first the one that must be filled, if any, then the previous.
    pub fn credentials(&self) -> Vec<&str> {
        let (first, previous): (Option<&String>, &[String]) = match self {
            Self::None | Self::Ed25519(_) | Self::Jwt(_) => (None, &[]),
            Self::Hmac(recipe) => (Some(&recipe.credential), &recipe.previous),
            Self::StandardWebhooks(recipe) => (recipe.credential.as_ref(), &recipe.previous),
            Self::SharedSecret(recipe) => (Some(&recipe.credential), &recipe.previous),
            Self::SignedRequest(recipe) => (Some(&recipe.credential), &recipe.previous),
        };
        first.into_iter().chain(previous).map(String::as_str).collect()
    }
}
