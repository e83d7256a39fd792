//! Is this request from the provider? The manifest's recipe over the bytes as they came, before anything reads them.
//!
//! A [`Verified`] can only be made here, and only from one does a plugin's request come to be. One file a scheme; each is handed
//! an [`Unverified`] and says which key fitted, or why the request is not believed.

mod ed25519;
mod form;
#[cfg(test)]
mod fuzz;
mod hmac;
mod json;
mod jwt;
mod shared_secret;
mod signed_request;
mod standard_webhooks;
mod template;

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound::Verification;
use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::{PublicKey, Verify};
use lockgate_model::secret::Secret;

pub(super) use hmac::tag;
pub use jwt::{PublishedKey, kid};

/// A request of which nobody knows yet who sent it.
pub struct Unverified<'a> {
    /// The public origin under which it was called, such as `https://hooks.example.org`.
    pub origin: &'a str,
    /// Its path and query, percent-encoded as they came.
    pub target: &'a str,
    /// What follows the route in the path, percent-encoded as it came.
    pub path: String,
    /// The query, decoded once.
    pub query: Vec<(String, String)>,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The body as it came.
    pub body: Bytes,
    /// The host's clock, in milliseconds since 1970.
    pub now_ms: u64,
}

/// What recipes check with: of the app or channel whose hook was called.
pub struct Keys<'a> {
    /// Values of credentials by name.
    pub secrets: &'a HashMap<String, Secret>,
    /// Settings, for public keys.
    pub settings: &'a [Setting],
    /// Of a route that is verified by a JWT: the provider's keys of the name that the token gives.
    pub published: &'a [PublishedKey],
}

/// A request of which the recipe said that it comes from the provider.
#[derive(Debug)]
pub struct Verified {
    path: String,
    query: Vec<(String, String)>,
    body: Bytes,
    withheld: Option<HeaderName>,
    verification: Option<Verification>,
}

impl Verified {
    /// What follows the route in the path, without a secret that stood there.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The decoded query, without a secret that stood there.
    pub fn query(&self) -> &[(String, String)] {
        &self.query
    }

    /// The body as it came; a shared secret in it is overwritten with asterisks, and of a signed request only that field is left.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether this header held a secret and must go no further.
    pub fn withholds(&self, header: &HeaderName) -> bool {
        self.withheld.as_ref() == Some(header)
    }

    /// Which recipe passed; none where the manifest asks for none.
    pub fn verification(&self) -> Option<&Verification> {
        self.verification.as_ref()
    }
}

/// Why a request is not believed. Counted under these words; the sender learns nothing but 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthentic {
    /// No signature at all.
    #[error("unsigned")]
    Unsigned,
    /// More than one, or one that is not written as the recipe says.
    #[error("malformed signature")]
    Malformed,
    /// A signature that does not fit, or no key that it could fit.
    #[error("wrong signature")]
    Wrong,
    /// Signed too long ago, or in the future.
    #[error("stale signature")]
    Stale,
}

/// What a scheme found.
#[derive(Default)]
struct Evidence {
    /// The name of the key that fitted.
    key: Option<String>,
    claims: Vec<Pair>,
    /// A header that holds a secret.
    withheld: Option<HeaderName>,
}

impl Evidence {
    fn by(key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..Self::default() }
    }
}

/// Checks a request by a recipe.
///
/// # Errors
///
/// Why it is not believed.
pub fn verify(recipe: &Verify, keys: &Keys<'_>, mut request: Unverified<'_>) -> Result<Verified, Unauthentic> {
    let evidence = match recipe {
        Verify::None => None,
        Verify::Hmac(recipe) => Some(hmac::check(recipe, keys, &request)?),
        Verify::Ed25519(recipe) => Some(ed25519::check(recipe, keys, &request)?),
        Verify::StandardWebhooks(recipe) => Some(standard_webhooks::check(recipe, keys, &request)?),
        Verify::SharedSecret(recipe) => Some(shared_secret::check(recipe, keys, &mut request)?),
        Verify::Jwt(recipe) => Some(jwt::check(recipe, keys, &request)?),
        Verify::SignedRequest(recipe) => Some(signed_request::check(recipe, keys, &mut request)?),
    };
    let Unverified { path, query, body, .. } = request;
    let (Some(evidence), Some(name)) = (evidence, recipe.name()) else {
        return Ok(Verified { path, query, body, withheld: None, verification: None });
    };
    let verification = Verification { recipe: name.into(), key: evidence.key, claims: evidence.claims };
    Ok(Verified { path, query, body, withheld: evidence.withheld, verification: Some(verification) })
}

/// The value of a credential. An empty one is none: everybody could sign with it.
pub(super) fn secret<'a>(secrets: &'a HashMap<String, Secret>, name: &str) -> Option<&'a [u8]> {
    secrets.get(name).map(Secret::expose).filter(|value| !value.is_empty())
}

impl<'a> Keys<'a> {
    /// The credentials of these names that are there.
    fn secrets<'b>(
        &'b self,
        first: Option<&'b String>,
        previous: &'b [String],
    ) -> impl Iterator<Item = (&'b str, &'a [u8])> {
        let secrets = self.secrets;
        first
            .into_iter()
            .chain(previous)
            .filter_map(move |name| secret(secrets, name).map(|secret| (name.as_str(), secret)))
    }

    /// Public keys as they are written, with the name of the setting that they are from.
    fn public<'b>(&'b self, key: &'b PublicKey) -> Vec<(Option<&'b str>, &'b str)> {
        match key {
            PublicKey::Value(text) => vec![(None, text.as_str())],
            PublicKey::Setting(name) => self.texts(name).into_iter().map(|text| (Some(name.as_str()), text)).collect(),
        }
    }

    /// What is filled in for a setting of texts.
    fn texts(&self, name: &str) -> Vec<&'a str> {
        match self.settings.iter().find(|setting| setting.key == name).map(|setting| &setting.value) {
            Some(SettingValue::Text(text)) => vec![text.as_str()],
            Some(SettingValue::Texts(texts)) => texts.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
