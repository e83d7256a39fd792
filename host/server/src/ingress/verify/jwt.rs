//! JSON Web Tokens (RFC 7519) signed with a key that the provider publishes.
//!
//! What a token says of its algorithm and key is only ever compared with what the recipe permits and what the provider
//! published; nothing that it brings along is believed. The keys are fetched elsewhere: here they are given.

mod published;
mod signature;

use http::{HeaderMap, HeaderName};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use lockgate_model::contract::common::Pair;
use lockgate_model::manifest::{Audience, JwtRecipe, Required, SigningAlgorithm};
use serde_json::Value;

use super::template::vouching;
use super::{Evidence, Keys, Unauthentic, Unverified, json};

pub use published::PublishedKey;

/// The longest token, in bytes. Bot Framework's and Google's have about one thousand.
const LONGEST: usize = 8 << 10;

/// The longest name of a key, in bytes.
const LONGEST_KID: usize = 256;

/// The name of the key that the token in a request says it is signed with.
///
/// # Errors
///
/// Why the token is none that the recipe could believe, whatever the key.
pub fn kid(recipe: &JwtRecipe, headers: &HeaderMap) -> Result<String, Unauthentic> {
    read_header(recipe, token(recipe, headers)?).map(|(_, kid)| kid)
}

/// Whether the request's token was signed with one of the provider's keys, is for us, and is of now.
pub(super) fn check(recipe: &JwtRecipe, keys: &Keys<'_>, request: &Unverified<'_>) -> Result<Evidence, Unauthentic> {
    let token = token(recipe, request.headers)?;
    let (algorithm, kid) = read_header(recipe, token)?;
    let audience = audience(recipe, keys, request);
    if audience.is_empty() {
        return Err(Unauthentic::Wrong);
    }
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&recipe.issuers);
    validation.set_audience(&audience);
    // The library would ask the system's clock.
    validation.validate_exp = false;
    signature::install();
    let claims = keys
        .published
        .iter()
        // A provider may publish two keys of one name.
        .filter(|key| key.kid() == kid && key.serves(algorithm))
        .find_map(|key| decode::<Value>(token, key.key(), &validation).ok())
        .map(|token| token.claims)
        .ok_or(Unauthentic::Wrong)?;
    timely(recipe, &claims, request.now_ms / 1000)?;
    for (name, required) in &recipe.require {
        let given = claims.get(name).map(json::as_text).ok_or(Unauthentic::Wrong)?;
        if !equals(required, &given, keys, request) {
            return Err(Unauthentic::Wrong);
        }
    }
    let handed = recipe
        .claims
        .iter()
        .filter_map(|name| Some(Pair { name: name.clone(), value: json::as_text(claims.get(name)?) }));
    // Whoever reads a token may use it until it expires.
    let withheld: HeaderName = recipe.header.parse().map_err(|_| Unauthentic::Malformed)?;
    Ok(Evidence { claims: handed.collect(), withheld: Some(withheld), ..Evidence::by(&kid) })
}

fn token<'a>(recipe: &JwtRecipe, headers: &'a HeaderMap) -> Result<&'a str, Unauthentic> {
    let value = vouching(headers, &recipe.header)?;
    let (prefix, token) = value.split_at_checked(recipe.prefix.len()).ok_or(Unauthentic::Malformed)?;
    if !prefix.eq_ignore_ascii_case(&recipe.prefix) || token.len() > LONGEST {
        return Err(Unauthentic::Malformed);
    }
    Ok(token)
}

/// Algorithm and key's name of a token that the recipe could believe.
fn read_header(recipe: &JwtRecipe, token: &str) -> Result<(Algorithm, String), Unauthentic> {
    let header = decode_header(token).map_err(|_| Unauthentic::Malformed)?;
    // RFC 7515, 4.1.11: who does not understand what is named there must refuse; we understand nothing of it.
    if header.crit.is_some() {
        return Err(Unauthentic::Malformed);
    }
    if !recipe.algorithms.iter().any(|permitted| algorithm(*permitted) == header.alg) {
        return Err(Unauthentic::Wrong);
    }
    let kid = header.kid.filter(|kid| !kid.is_empty() && kid.len() <= LONGEST_KID).ok_or(Unauthentic::Malformed)?;
    Ok((header.alg, kid))
}

fn algorithm(permitted: SigningAlgorithm) -> Algorithm {
    match permitted {
        SigningAlgorithm::RS256 => Algorithm::RS256,
        SigningAlgorithm::RS384 => Algorithm::RS384,
        SigningAlgorithm::RS512 => Algorithm::RS512,
        SigningAlgorithm::PS256 => Algorithm::PS256,
        SigningAlgorithm::ES256 => Algorithm::ES256,
        SigningAlgorithm::ES384 => Algorithm::ES384,
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

fn audience(recipe: &JwtRecipe, keys: &Keys<'_>, request: &Unverified<'_>) -> Vec<String> {
    let texts: Vec<String> = match &recipe.audience {
        Audience::Value(text) => vec![text.clone()],
        Audience::Setting(name) => keys.texts(name).into_iter().map(str::to_owned).collect(),
        Audience::Address => {
            let path = request.target.split('?').next().unwrap_or_default();
            vec![format!("{}{path}", request.origin)]
        }
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// Whether the token is good now, in Unix seconds. RFC 7519, 4.1.4 to 4.1.6.
fn timely(recipe: &JwtRecipe, claims: &Value, now: u64) -> Result<(), Unauthentic> {
    let tolerance = u64::from(recipe.tolerance_s);
    let time = |name: &str| claims.get(name).map(|value| seconds(value).ok_or(Unauthentic::Malformed)).transpose();
    let expires = time("exp")?.ok_or(Unauthentic::Malformed)?;
    if now >= expires.saturating_add(tolerance) {
        return Err(Unauthentic::Stale);
    }
    for since in [time("nbf")?, time("iat")?].into_iter().flatten() {
        if since > now.saturating_add(tolerance) {
            return Err(Unauthentic::Stale);
        }
    }
    Ok(())
}

/// A `NumericDate`: seconds, which may have a fraction.
fn seconds(value: &Value) -> Option<u64> {
    /// Beyond it a double does not hold every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_u64().or_else(|| {
        let seconds = value.as_f64().filter(|seconds| (0.0..EXACT).contains(seconds))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range")]
        Some(seconds as u64)
    })
}

fn equals(required: &Required, given: &str, keys: &Keys<'_>, request: &Unverified<'_>) -> bool {
    match required {
        Required::Value(text) => given == text,
        Required::Setting(name) => keys.texts(name).iter().any(|text| !text.is_empty() && given == *text),
        Required::Body(pointer) => json::texts_at(&request.body, pointer)
            .is_ok_and(|found| !found.is_empty() && found.iter().all(|found| found.text == given)),
    }
}

#[cfg(test)]
mod tests;
