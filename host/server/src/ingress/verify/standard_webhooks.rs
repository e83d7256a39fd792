//! Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`): `v1` is HMAC-SHA256,
//! `v1a` Ed25519, both over `{id}.{timestamp}.{body}`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use lockgate_model::manifest::{Digest, Encoding, StandardWebhooksRecipe};

use super::template::{MOST_SIGNATURES, only, recent, vouching};
use super::{Evidence, Keys, Unauthentic, Unverified, ed25519, hmac};

/// Whether one of the request's signatures, of a version that the recipe has a key for, fits.
pub(super) fn check(
    recipe: &StandardWebhooksRecipe,
    keys: &Keys<'_>,
    request: &Unverified<'_>,
) -> Result<Evidence, Unauthentic> {
    // Svix, where the scheme is from, has its own names for the same headers. One set counts whole: never a part of each.
    let set = if request.headers.contains_key("webhook-signature") { "webhook" } else { "svix" };
    let written = vouching(request.headers, &format!("{set}-signature"))?;
    let id = only(request.headers, &format!("{set}-id")).filter(|id| !id.is_empty()).ok_or(Unauthentic::Malformed)?;
    let time = only(request.headers, &format!("{set}-timestamp")).ok_or(Unauthentic::Malformed)?;
    recent(time, recipe.tolerance_s, request.now_ms)?;
    let signatures = Signatures::read(written)?;
    let pieces: [&[u8]; 5] = [id.as_bytes(), b".", time.as_bytes(), b".", &request.body];
    for (name, secret) in keys.secrets(recipe.credential.as_ref(), &recipe.previous) {
        let Some(key) = secret_key(secret) else { continue };
        if hmac::tag(Digest::Sha256, &key, &pieces).is_some_and(|tag| hmac::fits(&tag, &signatures.v1)) {
            return Ok(Evidence::by(name));
        }
    }
    if let Some(public_key) = recipe.public_key.as_ref().filter(|_| !signatures.v1a.is_empty()) {
        let message = pieces.concat();
        for (name, text) in keys.public(public_key) {
            let Some(key) = verifying_key(text) else { continue };
            if signatures.v1a.iter().any(|signature| ed25519::fits(&key, &message, signature)) {
                return Ok(Evidence { key: name.map(str::to_owned), ..Evidence::default() });
            }
        }
    }
    Err(Unauthentic::Wrong)
}

/// What `webhook-signature` lists, by version.
struct Signatures {
    v1: Vec<Vec<u8>>,
    v1a: Vec<Vec<u8>>,
}

impl Signatures {
    /// Entries of other versions, and entries that are none, are passed over: one fitting signature is enough.
    fn read(written: &str) -> Result<Self, Unauthentic> {
        let mut signatures = Self { v1: Vec::new(), v1a: Vec::new() };
        if written.split(' ').count() > MOST_SIGNATURES {
            return Err(Unauthentic::Malformed);
        }
        for (version, digits) in written.split(' ').filter_map(|entry| entry.split_once(',')) {
            let versions = match version {
                "v1" => &mut signatures.v1,
                "v1a" => &mut signatures.v1a,
                _ => continue,
            };
            versions.extend(STANDARD.decode(digits));
        }
        if signatures.v1.is_empty() && signatures.v1a.is_empty() {
            return Err(Unauthentic::Malformed);
        }
        Ok(signatures)
    }
}

/// The bytes of a secret, which is Base64 after `whsec_`. The reference libraries take it without the prefix as well.
fn secret_key(secret: &[u8]) -> Option<Vec<u8>> {
    let digits = secret.strip_prefix(b"whsec_").unwrap_or(secret);
    STANDARD.decode(digits).ok().filter(|key| !key.is_empty())
}

/// A public key, which is Base64 after `whpk_`.
fn verifying_key(text: &str) -> Option<VerifyingKey> {
    ed25519::public_key(Encoding::Base64, text.strip_prefix("whpk_").unwrap_or(text))
}

#[cfg(test)]
mod tests;
