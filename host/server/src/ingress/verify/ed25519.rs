//! Ed25519 (RFC 8032) over a template, with a public key from the settings or the manifest.

use ed25519_dalek::{Signature, VerifyingKey};
use lockgate_model::manifest::{Ed25519Recipe, Encoding};

use super::template::{Written, decode, origins, spell, vouching};
use super::{Evidence, Keys, Unauthentic, Unverified};

/// Whether one of the request's signatures was made by the owner of one of the recipe's public keys.
pub(super) fn check(
    recipe: &Ed25519Recipe,
    keys: &Keys<'_>,
    request: &Unverified<'_>,
) -> Result<Evidence, Unauthentic> {
    let written = Written {
        header: &recipe.header,
        prefix: &recipe.prefix,
        separator: recipe.separator,
        encoding: recipe.encoding,
    };
    let value = vouching(request.headers, &recipe.header)?;
    let signatures = written.signatures(value)?;
    let signed_at = written.signed_at(recipe.timestamp.as_ref(), value, request)?;
    for origin in origins(&recipe.template, request.origin) {
        let message = spell(&recipe.template, request, signed_at, &origin, false)?.concat();
        for (name, text) in keys.public(&recipe.public_key) {
            let Some(key) = public_key(recipe.key_encoding, text) else { continue };
            if signatures.iter().any(|signature| fits(&key, &message, signature)) {
                return Ok(Evidence { key: name.map(str::to_owned), ..Evidence::default() });
            }
        }
    }
    Err(Unauthentic::Wrong)
}

/// A public key as it is written. None where it is no point of the curve, or one of the few of which signatures can be made
/// without knowing anything.
pub(super) fn public_key(encoding: Encoding, text: &str) -> Option<VerifyingKey> {
    key(&decode(encoding, text)?)
}

/// The same from its bytes.
pub(super) fn key(bytes: &[u8]) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(bytes.try_into().ok()?).ok().filter(|key| !key.is_weak())
}

/// Whether this is a signature of the message. Strict: one that could also be read as another's is refused, and so is one
/// whose number is not written in its one shortest way (RFC 8032, 8.4).
pub(super) fn fits(key: &VerifyingKey, message: &[u8], signature: &[u8]) -> bool {
    Signature::from_slice(signature).is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

#[cfg(test)]
mod tests;
