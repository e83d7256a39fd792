//! HMAC (RFC 2104) with SHA-256 or SHA-1 over a template.

use ::hmac::{Hmac, KeyInit, Mac};
use lockgate_model::manifest::{Digest, HmacRecipe};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::template::{Written, origins, spell, vouching};
use super::{Evidence, Keys, Unauthentic, Unverified};

/// Whether one of the request's signatures was made with one of the recipe's secrets.
pub(super) fn check(recipe: &HmacRecipe, keys: &Keys<'_>, request: &Unverified<'_>) -> Result<Evidence, Unauthentic> {
    let written = Written {
        header: &recipe.header,
        prefix: &recipe.prefix,
        separator: recipe.separator,
        encoding: recipe.encoding,
    };
    let value = vouching(request.headers, &recipe.header)?;
    let signatures = written.signatures(value)?;
    let signed_at = written.signed_at(recipe.timestamp.as_ref(), value, request)?;
    let other_body_signed = match &recipe.body_sha256_query {
        Some(parameter) => body_fits(parameter, request)?,
        None => false,
    };
    for origin in origins(&recipe.template, request.origin) {
        let pieces = spell(&recipe.template, request, signed_at, &origin, other_body_signed)?;
        for (name, key) in keys.secrets(Some(&recipe.credential), &recipe.previous) {
            if tag(recipe.digest, key, &pieces).is_some_and(|tag| fits(&tag, &signatures)) {
                return Ok(Evidence::by(name));
            }
        }
    }
    Err(Unauthentic::Wrong)
}

/// Whether the parameter of the query is there and holds the SHA-256 of the body.
///
/// # Errors
///
/// `Malformed` where it is there twice or is no hexadecimal, `Wrong` where the body is another.
fn body_fits(parameter: &str, request: &Unverified<'_>) -> Result<bool, Unauthentic> {
    let mut given = request.query.iter().filter(|(name, _)| name == parameter).map(|(_, value)| value);
    match (given.next(), given.next()) {
        (None, _) => Ok(false),
        (Some(digits), None) => {
            let given = hex::decode(digits).map_err(|_| Unauthentic::Malformed)?;
            if given == body_digest(&request.body) { Ok(true) } else { Err(Unauthentic::Wrong) }
        }
        (Some(_), Some(_)) => Err(Unauthentic::Malformed),
    }
}

fn body_digest(body: &[u8]) -> Vec<u8> {
    Sha256::digest(body).to_vec()
}

/// The keyed hash of pieces, one after the other. None: the key cannot be one.
pub(in crate::ingress) fn tag(digest: Digest, key: &[u8], pieces: &[impl AsRef<[u8]>]) -> Option<Vec<u8>> {
    fn with<M: Mac + KeyInit>(key: &[u8], pieces: &[impl AsRef<[u8]>]) -> Option<Vec<u8>> {
        let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
        for piece in pieces {
            mac.update(piece.as_ref());
        }
        Some(mac.finalize().into_bytes().to_vec())
    }
    match digest {
        Digest::Sha1 => with::<Hmac<Sha1>>(key, pieces),
        Digest::Sha256 => with::<Hmac<Sha256>>(key, pieces),
    }
}

/// Whether one of the signatures is this, in a time that does not depend on how much of it is right.
pub(super) fn fits(tag: &[u8], signatures: &[Vec<u8>]) -> bool {
    signatures.iter().fold(Choice::from(0), |found, signature| found | tag.ct_eq(signature)).into()
}

#[cfg(test)]
mod tests;
