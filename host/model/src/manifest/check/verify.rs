//! What a verification or challenge recipe must keep: nothing that anybody could sign, nothing that is left unsigned, and keys
//! that are there.

mod challenge;
mod jwt;

use std::collections::BTreeSet;

use super::Findings;
use crate::manifest::{
    CredentialUse, Digest, Ed25519Recipe, Encoding, HmacRecipe, Level, Manifest, PublicKey, Route, SecretPlace,
    SettingKind, SharedSecretRecipe, StandardWebhooksRecipe, TemplatePart, TimestampHeader, Verify,
};

/// The furthest that a time of signing may be from ours, in seconds: a day. What is accepted for longer could as well be
/// accepted for ever.
const MOST_TOLERANCE: u32 = 86_400;

/// Length of an Ed25519 public key (RFC 8032), in bytes.
const PUBLIC_KEY: usize = 32;

/// The rules for one route's `verify` and `challenge`.
pub(super) fn check(manifest: &Manifest, route: &Route, found: &mut Findings<'_>) {
    let mut rules = Rules { manifest, route, found };
    match &route.verify {
        Verify::None => {}
        Verify::Hmac(recipe) => rules.hmac(recipe),
        Verify::Ed25519(recipe) => rules.ed25519(recipe),
        Verify::StandardWebhooks(recipe) => rules.standard_webhooks(recipe),
        Verify::SharedSecret(recipe) => rules.shared_secret(recipe),
        Verify::SignedRequest(recipe) => {
            rules.keys(Some(&recipe.credential), &recipe.previous);
            rules.tolerance(recipe.tolerance_s);
            if recipe.field.is_empty() {
                rules.say(&recipe.field, "field names no form field; leave it out for \"signed_request\"".into());
            }
        }
        Verify::Jwt(recipe) => rules.jwt(recipe),
    }
    if let Some(challenge) = &route.challenge {
        rules.challenge(challenge);
    }
}

/// One route's rules at work.
struct Rules<'a, 'b> {
    manifest: &'a Manifest,
    route: &'a Route,
    found: &'a mut Findings<'b>,
}

impl Rules<'_, '_> {
    fn say(&mut self, value: &str, words: String) {
        // An empty text would be found on any line.
        let value = if value.is_empty() { self.route.name.as_str() } else { value };
        self.found.at(value, format!("route {:?}: {words}", self.route.name));
    }

    fn hmac(&mut self, recipe: &HmacRecipe) {
        self.keys(Some(&recipe.credential), &recipe.previous);
        self.header(&recipe.header);
        self.timestamp(recipe.timestamp.as_ref(), &recipe.template, &recipe.header, recipe.separator);
        self.template(&recipe.template);
        if recipe.digest == Digest::Sha1 && recipe.header == "x-hub-signature" {
            self.say(
                "x-hub-signature",
                "SHA-1 is for providers that have nothing else; take x-hub-signature-256".into(),
            );
        }
        if let Some(parameter) = &recipe.body_sha256_query {
            let form = recipe.template.contains(&TemplatePart::FormSorted);
            let address = recipe.template.iter().any(TemplatePart::covers_address);
            if parameter.is_empty() || !form || !address {
                self.say(
                    parameter,
                    "body_sha256_query needs a name, and \"form-sorted\" and the address (\"url\" or \"url-any-port\") in the template"
                        .into(),
                );
            }
        }
    }

    fn ed25519(&mut self, recipe: &Ed25519Recipe) {
        self.header(&recipe.header);
        self.public_key(&recipe.public_key, recipe.key_encoding, "");
        self.timestamp(recipe.timestamp.as_ref(), &recipe.template, &recipe.header, recipe.separator);
        self.template(&recipe.template);
    }

    fn standard_webhooks(&mut self, recipe: &StandardWebhooksRecipe) {
        self.keys(recipe.credential.as_ref(), &recipe.previous);
        self.tolerance(Some(recipe.tolerance_s));
        if let Some(key) = &recipe.public_key {
            self.public_key(key, Encoding::Base64, "whpk_");
        }
        if recipe.credential.is_none() && recipe.public_key.is_none() {
            self.say("", "standard-webhooks needs a credential (v1), a public_key (v1a) or both".into());
        }
    }

    fn shared_secret(&mut self, recipe: &SharedSecretRecipe) {
        self.keys(Some(&recipe.credential), &recipe.previous);
        match &recipe.place {
            SecretPlace::Header(name) => self.header(name),
            SecretPlace::Path => {}
            SecretPlace::Query(name) | SecretPlace::Form(name) => {
                if name.is_empty() {
                    self.say("", "place names no parameter".into());
                }
            }
            SecretPlace::Json(pointer) => self.pointer(pointer),
        }
        if !recipe.prefix.is_empty() && !matches!(recipe.place, SecretPlace::Header(_)) {
            self.say(&recipe.prefix, "prefix stands before a secret in a header only; leave it out here".into());
        }
    }

    /// The first must be filled by every admin, the previous by nobody.
    fn keys(&mut self, first: Option<&String>, previous: &[String]) {
        let level = self.route.level;
        let of_level = |name: &str| {
            self.manifest
                .credential(name)
                .filter(|field| field.level == level && field.uses.contains(&CredentialUse::Verify))
        };
        let wanted = format!("of level \"{}\" with use = [\"verify\"]", level.as_str());
        let mut problems = Vec::new();
        if let Some(key) = first
            && !of_level(key).is_some_and(|field| field.required)
        {
            problems.push((key, format!("credential {key:?} must be a required one {wanted}")));
        }
        let mut seen: BTreeSet<&String> = first.into_iter().collect();
        for key in previous {
            if of_level(key).is_none_or(|field| field.required) || !seen.insert(key) || first.is_none() {
                let words = format!(
                    "previous credential {key:?} must be one {wanted} that is not required, named once, beside a credential"
                );
                problems.push((key, words));
            }
        }
        for (key, words) in problems {
            self.say(key, words);
        }
    }

    fn public_key(&mut self, key: &PublicKey, encoding: Encoding, prefix: &str) {
        match key {
            PublicKey::Setting(name) => self.setting("public_key", name),
            PublicKey::Value(text) => {
                let digits = text.strip_prefix(prefix).unwrap_or(text);
                let fits = match encoding {
                    Encoding::Hex => digits.len() == 2 * PUBLIC_KEY && digits.bytes().all(|b| b.is_ascii_hexdigit()),
                    Encoding::Base64 => {
                        digits.len() == PUBLIC_KEY.div_ceil(3) * 4
                            && digits.strip_suffix('=').is_some_and(|body| {
                                body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
                            })
                    }
                };
                if !fits {
                    let how = match encoding {
                        Encoding::Hex => "64 hexadecimal digits (key_encoding = \"hex\")",
                        Encoding::Base64 => "44 characters of Base64 (key_encoding = \"base64\")",
                    };
                    self.say(
                        text,
                        format!("public_key.value {text:?} must be the 32 bytes of an Ed25519 key as {how}"),
                    );
                }
            }
        }
    }

    /// A setting that is filled in whenever something comes to the route.
    fn setting(&mut self, of: &str, name: &str) {
        let level = self.route.level;
        let fits = self.manifest.settings.iter().find(|field| field.key == name).is_some_and(|field| {
            (field.level == level || field.level == Level::App)
                && matches!(field.kind, SettingKind::Text | SettingKind::Texts)
                && (field.required || field.default.is_some())
        });
        if !fits {
            self.say(
                name,
                format!(
                    "{of}.setting {name:?} must be a required setting of kind \"text\" or \"texts\" and of level \"app\" or the route's"
                ),
            );
        }
    }

    fn header(&mut self, name: &str) {
        let token = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
        if !token {
            self.say(name, format!("header {name:?} must be a header's name in lower case, such as \"x-signature\""));
        }
    }

    /// A time that is not signed says nothing: whoever repeats a request writes another.
    fn timestamp(
        &mut self,
        timestamp: Option<&TimestampHeader>,
        template: &[TemplatePart],
        signature: &str,
        separator: Option<char>,
    ) {
        let signed = |header: &str| {
            template.iter().any(|part| match part {
                TemplatePart::Timestamp => true,
                TemplatePart::Header(name) => name == header,
                _ => false,
            })
        };
        let Some(timestamp) = timestamp else {
            if template.contains(&TemplatePart::Timestamp) {
                self.say(
                    "timestamp",
                    "\"timestamp\" in the template needs timestamp = { header = …, tolerance_s = … }".into(),
                );
            }
            return;
        };
        self.header(&timestamp.header);
        self.tolerance(Some(timestamp.tolerance_s));
        if !signed(&timestamp.header) {
            self.say(&timestamp.header, "the time is not signed; add \"timestamp\" to the template".into());
        }
        let own = timestamp.header != signature;
        if own != timestamp.prefix.is_empty() || (!own && separator.is_none()) {
            self.say(
                &timestamp.header,
                "timestamp.prefix is for a time in the signature's own header, which then needs a separator; a header of its own holds the time alone"
                    .into(),
            );
        }
    }

    fn template(&mut self, template: &[TemplatePart]) {
        if !template.iter().any(TemplatePart::covers_body) {
            self.say(
                "",
                "the verification template leaves the body unsigned, so that anybody could change it; add \"body\" or \"form-sorted\""
                    .into(),
            );
        }
        for part in template {
            if let TemplatePart::Header(name) = part {
                self.header(name);
            }
        }
    }

    fn tolerance(&mut self, seconds: Option<u32>) {
        if seconds.is_some_and(|seconds| !(1..=MOST_TOLERANCE).contains(&seconds)) {
            self.say("", format!("tolerance_s must be from 1 to {MOST_TOLERANCE}"));
        }
    }

    fn pointer(&mut self, pointer: &str) {
        if !pointer.starts_with('/') || pointer.len() < 2 {
            self.say(pointer, format!("{pointer:?} must be a JSON pointer such as \"/value/*/clientState\""));
        }
    }
}

#[cfg(test)]
mod tests;
