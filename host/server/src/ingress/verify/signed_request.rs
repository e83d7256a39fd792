//! Meta's `signed_request`: a form field `signature.payload`, both Base64 for addresses (RFC 4648, 5) without padding; the
//! signature is HMAC-SHA256 of the payload as it is written. developers.facebook.com, "Data Deletion Request Callback".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_model::contract::common::Pair;
use lockgate_model::manifest::{Digest, SignedRequestRecipe};
use serde_json::Value;

use super::template::recent;
use super::{Evidence, Keys, Unauthentic, Unverified, form, hmac, json};

/// Whether the field was signed with one of the recipe's secrets. Leaves nothing else of the body.
pub(super) fn check(
    recipe: &SignedRequestRecipe,
    keys: &Keys<'_>,
    request: &mut Unverified<'_>,
) -> Result<Evidence, Unauthentic> {
    let fields = form::fields(&request.body, &recipe.field);
    let [field] = fields.as_slice() else {
        return Err(if fields.is_empty() { Unauthentic::Unsigned } else { Unauthentic::Malformed });
    };
    let (signature, payload) = field.value.split_once('.').ok_or(Unauthentic::Malformed)?;
    let signatures = [URL_SAFE_NO_PAD.decode(signature).map_err(|_| Unauthentic::Malformed)?];
    let name = keys
        .secrets(Some(&recipe.credential), &recipe.previous)
        .find(|(_, key)| hmac::tag(Digest::Sha256, key, &[payload]).is_some_and(|tag| hmac::fits(&tag, &signatures)))
        .map(|(name, _)| name)
        .ok_or(Unauthentic::Wrong)?;

    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Unauthentic::Malformed)?;
    let payload: Value = serde_json::from_slice(&payload).map_err(|_| Unauthentic::Malformed)?;
    let algorithm = payload.get("algorithm").and_then(Value::as_str).unwrap_or_default();
    if !algorithm.eq_ignore_ascii_case("HMAC-SHA256") {
        return Err(Unauthentic::Malformed);
    }
    if let Some(tolerance_s) = recipe.tolerance_s {
        let issued = payload.get("issued_at").and_then(Value::as_u64).ok_or(Unauthentic::Malformed)?;
        recent(&issued.to_string(), tolerance_s, request.now_ms)?;
    }
    let claims = recipe
        .claims
        .iter()
        .filter_map(|name| Some(Pair { name: name.clone(), value: json::as_text(payload.get(name)?) }));
    let evidence = Evidence { claims: claims.collect(), ..Evidence::by(name) };
    request.body = request.body.slice(field.at.clone());
    Ok(evidence)
}

#[cfg(test)]
mod tests;
