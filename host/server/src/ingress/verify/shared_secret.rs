//! A secret that the provider repeats in each request: found in its place, compared, and taken out, so that neither plugin nor
//! database ever holds it.

use std::ops::Range;

use http::HeaderName;
use lockgate_model::manifest::{SecretPlace, SharedSecretRecipe};
use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq;

use super::template::vouching;
use super::{Evidence, Keys, Unauthentic, Unverified, form, json};

/// Whether what stands in the recipe's place is one of its secrets. Takes it out of the request.
pub(super) fn check(
    recipe: &SharedSecretRecipe,
    keys: &Keys<'_>,
    request: &mut Unverified<'_>,
) -> Result<Evidence, Unauthentic> {
    let fitting = |given: &[u8]| {
        let mut fitting = None;
        for (name, secret) in keys.secrets(Some(&recipe.credential), &recipe.previous) {
            if bool::from(secret.ct_eq(given)) {
                fitting = Some(name);
            }
        }
        fitting.map(Evidence::by).ok_or(Unauthentic::Wrong)
    };
    match &recipe.place {
        SecretPlace::Header(name) => {
            let value = vouching(request.headers, name)?;
            let given = value.strip_prefix(recipe.prefix.as_str()).ok_or(Unauthentic::Malformed)?;
            let withheld: HeaderName = name.parse().map_err(|_| Unauthentic::Malformed)?;
            Ok(Evidence { withheld: Some(withheld), ..fitting(given.as_bytes())? })
        }
        SecretPlace::Path => {
            let rest = request.path.strip_prefix('/').filter(|rest| !rest.is_empty()).ok_or(Unauthentic::Unsigned)?;
            let given = rest.split('/').next().unwrap_or_default();
            let evidence = fitting(&percent_decode_str(given).collect::<Vec<u8>>())?;
            request.path = rest.strip_prefix(given).unwrap_or_default().to_owned();
            Ok(evidence)
        }
        SecretPlace::Query(name) => {
            let mut values = request.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
            let evidence = match (values.next(), values.next()) {
                (Some(given), None) => fitting(given.as_bytes())?,
                (None, _) => return Err(Unauthentic::Unsigned),
                (Some(_), Some(_)) => return Err(Unauthentic::Malformed),
            };
            request.query.retain(|(key, _)| key != name);
            Ok(evidence)
        }
        SecretPlace::Form(name) => {
            if !form::is_form(request.headers) {
                return Err(Unauthentic::Unsigned);
            }
            let fields = form::fields(&request.body, name);
            let [field] = fields.as_slice() else {
                return Err(if fields.is_empty() { Unauthentic::Unsigned } else { Unauthentic::Malformed });
            };
            let evidence = fitting(field.value.as_bytes())?;
            request.body = form::mask(&request.body, std::slice::from_ref(&field.value_at));
            Ok(evidence)
        }
        SecretPlace::Json(pointer) => {
            let found = json::texts_at(&request.body, pointer)?;
            let mut evidence = Err(Unauthentic::Unsigned);
            for text in &found {
                evidence = Ok(fitting(text.text.as_bytes())?);
            }
            let places: Vec<Range<usize>> = found.into_iter().map(|text| text.at).collect();
            request.body = form::mask(&request.body, &places);
            evidence
        }
    }
}

#[cfg(test)]
mod tests;
