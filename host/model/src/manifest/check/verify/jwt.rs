//! What a JWT recipe must keep: an issuer, somebody it is for, and keys at one exact address.

use super::Rules;
use crate::host_name::HostName;
use crate::manifest::{Audience, JwtRecipe, Required};

/// The furthest that a provider's clock may be from ours, in seconds. Bot Framework allows these five minutes.
const MOST_SKEW: u32 = 300;

/// The longest path of a key set, and the longest claim's name.
const LONGEST: usize = 255;

/// Claims that every token is checked for.
const ALWAYS: [&str; 5] = ["aud", "exp", "iat", "iss", "nbf"];

impl Rules<'_, '_> {
    pub(super) fn jwt(&mut self, recipe: &JwtRecipe) {
        self.header(&recipe.header);
        let repeated = |(at, algorithm)| recipe.algorithms.iter().take(at).any(|before| before == algorithm);
        if recipe.algorithms.is_empty() || recipe.algorithms.iter().enumerate().any(repeated) {
            self.say("", "algorithms must name at least one, such as \"RS256\", and each once".into());
        }
        if recipe.issuers.is_empty() || recipe.issuers.iter().any(String::is_empty) {
            self.say("", "issuers must name at least one value of iss; without it anybody's token would do".into());
        }
        match &recipe.audience {
            Audience::Value(text) if text.is_empty() => self.say("", "audience.value must not be empty".into()),
            Audience::Value(_) | Audience::Address => {}
            Audience::Setting(name) => self.setting("audience", name),
        }
        if recipe.tolerance_s > MOST_SKEW {
            self.say("", format!("tolerance_s of a JWT must be from 0 to {MOST_SKEW}"));
        }
        if !HostName::read(&recipe.keys.host).is_ok_and(|name| name.as_str() == recipe.keys.host) {
            let host = &recipe.keys.host;
            self.say(
                host,
                format!("keys.host {host:?} must be a full name in lower case; no scheme, port, address or wildcard"),
            );
        }
        if !is_path(&recipe.keys.path) {
            let path = &recipe.keys.path;
            self.say(
                path,
                format!(
                    "keys.path {path:?} must be a path such as \"/.well-known/jwks.json\", without a query or an escape"
                ),
            );
        }
        for (claim, required) in &recipe.require {
            self.claim(claim);
            if ALWAYS.contains(&claim.as_str()) {
                self.say(
                    "",
                    format!("require: {claim:?} is checked in every token; name it by issuers, audience or not at all"),
                );
            }
            match required {
                Required::Value(text) if text.is_empty() => {
                    self.say("", format!("require.{claim}: value must not be empty"));
                }
                Required::Value(_) => {}
                Required::Setting(name) => self.setting(&format!("require.{claim}"), name),
                Required::Body(pointer) => self.pointer(pointer),
            }
        }
        recipe.claims.iter().for_each(|claim| self.claim(claim));
    }

    fn claim(&mut self, name: &str) {
        if name.is_empty() || name.len() > LONGEST {
            self.say(name, format!("a claim's name must have 1 to {LONGEST} bytes"));
        }
    }
}

/// Whether everybody reads this path alike. The characters are those of RFC 3986, 3.3, without escapes.
fn is_path(path: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@".contains(c);
    path.len() <= LONGEST
        && path.strip_prefix('/').is_some_and(|rest| {
            rest.split('/').all(|segment| !matches!(segment, "" | "." | "..") && segment.chars().all(letter))
        })
}

#[cfg(test)]
mod tests;
