//! Is this request from the provider? The manifest's recipe over the bytes as they came, before anything reads them.
//!
//! A [`Verified`] can only be made here, and only from one does a plugin's request come to be.

use base64::Engine as _;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName};
use lockgate_model::contract::inbound::Verification;
use lockgate_model::manifest::{Digest, Encoding, HmacRecipe, TemplatePart, Verify};
use sha2::Sha256;

/// Bytes of which the recipe said that they come from the provider.
pub struct Verified {
    /// The body as it came.
    pub body: Bytes,
    /// Which recipe passed; none where the manifest asks for none.
    pub verification: Option<Verification>,
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
    /// A signature that does not fit.
    #[error("wrong signature")]
    Wrong,
    /// Signed too long ago, or in the future.
    #[error("stale signature")]
    Stale,
}

/// Checks a request by a recipe. `key` is the credential that the recipe names; `now_ms` the host's clock.
///
/// # Errors
///
/// Why it is not believed.
pub fn verify(
    recipe: &Verify,
    key: Option<&[u8]>,
    headers: &HeaderMap,
    body: Bytes,
    now_ms: u64,
) -> Result<Verified, Unauthentic> {
    match recipe {
        Verify::None => Ok(Verified { body, verification: None }),
        Verify::Hmac(recipe) => {
            hmac(recipe, key.ok_or(Unauthentic::Wrong)?, headers, &body, now_ms)?;
            let verification =
                Verification { recipe: "hmac".into(), key: Some(recipe.credential.clone()), claims: Vec::new() };
            Ok(Verified { body, verification: Some(verification) })
        }
    }
}

fn hmac(recipe: &HmacRecipe, key: &[u8], headers: &HeaderMap, body: &[u8], now_ms: u64) -> Result<(), Unauthentic> {
    let written = only(headers, &recipe.header).ok_or(if headers.contains_key(recipe.header.as_str()) {
        Unauthentic::Malformed
    } else {
        Unauthentic::Unsigned
    })?;
    let digits = written.strip_prefix(recipe.prefix.as_str()).ok_or(Unauthentic::Malformed)?;
    let signature = match recipe.encoding {
        Encoding::Hex => hex::decode(digits).map_err(|_| Unauthentic::Malformed)?,
        Encoding::Base64 => {
            base64::engine::general_purpose::STANDARD.decode(digits).map_err(|_| Unauthentic::Malformed)?
        }
    };
    if let Some(timestamp) = &recipe.timestamp {
        let seconds: u64 =
            only(headers, &timestamp.header).and_then(|text| text.parse().ok()).ok_or(Unauthentic::Malformed)?;
        if (now_ms / 1000).abs_diff(seconds) > u64::from(timestamp.tolerance_s) {
            return Err(Unauthentic::Stale);
        }
    }
    match recipe.digest {
        Digest::Sha256 => {
            // An empty key would be a signature that everybody can make.
            if key.is_empty() {
                return Err(Unauthentic::Wrong);
            }
            let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Unauthentic::Wrong)?;
            for part in &recipe.template {
                match part {
                    TemplatePart::Body => mac.update(body),
                    TemplatePart::Literal(text) => mac.update(text.as_bytes()),
                    TemplatePart::Header(name) => {
                        mac.update(only(headers, name).ok_or(Unauthentic::Malformed)?.as_bytes())
                    }
                }
            }
            // Compares in constant time.
            mac.verify_slice(&signature).map_err(|_| Unauthentic::Wrong)
        }
    }
}

/// The value of a header that stands there exactly once. Of two signatures nobody can say which one was meant.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let name: HeaderName = name.parse().ok()?;
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> Verify {
        Verify::Hmac(HmacRecipe {
            header: "x-hub-signature-256".into(),
            digest: Digest::Sha256,
            encoding: Encoding::Hex,
            prefix: "sha256=".into(),
            credential: "app_secret".into(),
            template: vec![TemplatePart::Body],
            timestamp: None,
        })
    }

    fn signed(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-hub-signature-256", value.parse().expect("a header"));
        }
        headers
    }

    const GOOD: &str = "sha256=e6e9d7a842a48e17f43a34d6125d0d933e2aab92ee37f0993a4d493b50e3d438";
    const BODY: &[u8] = br#"{"object":"page","entry":[]}"#;

    fn check(values: &[&str], body: &'static [u8], key: Option<&[u8]>) -> Result<(), Unauthentic> {
        verify(&recipe(), key, &signed(values), Bytes::from_static(body), 0).map(|_| ())
    }

    #[test]
    fn vector_meta_x_hub_signature_256() {
        assert_eq!(check(&[GOOD], BODY, Some(b"app-secret")), Ok(()));
        assert_eq!(check(&[&GOOD.to_uppercase().replace("SHA256", "sha256")], BODY, Some(b"app-secret")), Ok(()));
    }

    #[test]
    fn what_is_not_exactly_that_is_refused() {
        let key = Some(b"app-secret".as_slice());
        assert_eq!(check(&[], BODY, key), Err(Unauthentic::Unsigned));
        assert_eq!(check(&[GOOD, GOOD], BODY, key), Err(Unauthentic::Malformed));
        assert_eq!(check(&[GOOD], b"{}", key), Err(Unauthentic::Wrong));
        assert_eq!(check(&[GOOD], BODY, Some(b"another")), Err(Unauthentic::Wrong));
        assert_eq!(check(&[GOOD], BODY, Some(b"")), Err(Unauthentic::Wrong));
        assert_eq!(check(&[GOOD], BODY, None), Err(Unauthentic::Wrong));
        assert_eq!(check(&[&GOOD[7..]], BODY, key), Err(Unauthentic::Malformed));
        assert!(check(&[&GOOD[..40]], BODY, key).is_err());
        assert_eq!(check(&["sha256="], BODY, key), Err(Unauthentic::Wrong));
        assert_eq!(check(&["sha256=zz"], BODY, key), Err(Unauthentic::Malformed));
    }

    #[test]
    fn a_signature_is_good_for_its_time_only() {
        let Verify::Hmac(mut recipe) = recipe() else { unreachable!() };
        recipe.timestamp =
            Some(lockgate_model::manifest::TimestampHeader { header: "x-time".into(), tolerance_s: 300 });
        let recipe = Verify::Hmac(recipe);
        for (now, want) in [
            (1_000_000, Ok(())),
            (1_300_000, Ok(())),
            (1_301_000, Err(Unauthentic::Stale)),
            (699_000, Err(Unauthentic::Stale)),
        ] {
            let mut headers = signed(&[GOOD]);
            headers.insert("x-time", "1000".parse().expect("a header"));
            let got = verify(&recipe, Some(b"app-secret"), &headers, Bytes::from_static(BODY), now).map(|_| ());
            assert_eq!(got, want, "{now}");
        }
    }
}
