//! Subscription handshakes: answered by the manifest's recipe, without running the plugin.
//!
//! A handshake in the query is answered to anybody, one in the body to nobody but the provider. What is sent back is bounded, in
//! length and in its characters, and of a type that no browser runs.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_model::manifest::{Answered, AnsweredHash, Challenge, ChallengeSource, Digest, Encoding, Route};
use lockgate_model::secret::Secret;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::verify::{Verified, secret, tag};

/// What a request to a route with a challenge recipe is.
#[derive(Debug, PartialEq, Eq)]
pub enum Handshake<'a> {
    /// No handshake: the method or the fixed parameters say otherwise.
    None,
    /// A good one. Its answer has status 200.
    Answer {
        /// Media type of the answer.
        content_type: &'a str,
        /// The answer's whole body.
        body: Cow<'a, str>,
    },
    /// One with a wrong token, or without one, or without what should be answered, or with a text beyond all measure.
    Refused,
}

/// What a sender chose is sent back as plain text, or within a JSON text, which nobody's browser runs.
const PLAIN: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// The longest text that is sent back, in bytes. Microsoft Graph's is the longest known, with less than half of it.
const LONGEST_ECHO: usize = 1024;

/// The longest text that is hashed, in bytes. X's and Zoom's tokens have a few dozen.
const LONGEST_HASHED: usize = 256;

/// Looks for a handshake in a request's method and decoded query, which nobody has verified. `secrets` are the values of the
/// credentials that a recipe may name.
pub fn in_query<'a>(
    recipe: &'a Challenge,
    method: &str,
    query: &'a [(String, String)],
    secrets: &HashMap<String, Secret>,
) -> Handshake<'a> {
    let only = |name: &str| {
        let mut found = query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        match (found.next(), found.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    };
    if recipe.source != ChallengeSource::Query
        || method != recipe.method
        || recipe.when.iter().any(|(name, value)| only(name) != Some(value))
    {
        return Handshake::None;
    }
    match &recipe.token {
        Some(name) => {
            let token = recipe.credential.as_ref().and_then(|name| secret(secrets, name));
            let (Some(given), Some(token)) = (only(name), token) else { return Handshake::Refused };
            if !bool::from(given.as_bytes().ct_eq(token)) {
                return Handshake::Refused;
            }
        }
        // Without a token the parameter that is answered is what makes it a handshake.
        None => {
            let members = recipe.json.iter().flat_map(|members| members.values().map(Answered::source));
            let mut wanted = recipe.answer.as_deref().into_iter().chain(members);
            if wanted.any(|wanted| query.iter().all(|(name, _)| name != wanted)) {
                return Handshake::None;
            }
        }
    }
    answered(recipe, secrets, |name| only(name).map(Cow::Borrowed))
}

/// Looks for a handshake in the JSON body of a verified request.
pub fn in_body<'a>(
    recipe: &'a Challenge,
    method: &str,
    verified: &Verified,
    secrets: &HashMap<String, Secret>,
) -> Handshake<'a> {
    if recipe.source != ChallengeSource::Body || method != recipe.method {
        return Handshake::None;
    }
    let Ok(body) = serde_json::from_slice::<Value>(verified.body()) else { return Handshake::None };
    let at = |pointer: &str| {
        body.pointer(pointer).and_then(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            _ => None,
        })
    };
    if recipe.when.iter().any(|(pointer, value)| at(pointer).as_ref() != Some(value)) {
        return Handshake::None;
    }
    answered(recipe, secrets, |pointer| at(pointer).map(Cow::Owned))
}

/// Whether anybody could have had this body signed: it is one that a handshake of the plugin hashes for whoever asks, with a key
/// that the route's recipe believes.
pub fn signed_for_anybody(routes: &[Route], route: &Route, body: &[u8]) -> bool {
    // A part of what can be hashed is all of letters that can be hashed, the empty part as well.
    if body.len() > LONGEST_HASHED || !body.iter().all(|byte| is_hashed(*byte)) {
        return false;
    }
    let believed = route.verify.credentials();
    let challenges = routes.iter().filter_map(|route| route.challenge.as_ref());
    challenges.flat_map(Challenge::hashes_for_anybody).any(|credential| believed.contains(&credential))
}

fn answered<'a>(
    recipe: &'a Challenge,
    secrets: &HashMap<String, Secret>,
    find: impl Fn(&str) -> Option<Cow<'a, str>>,
) -> Handshake<'a> {
    if let Some(reply) = &recipe.reply {
        return Handshake::Answer { content_type: &reply.content_type, body: Cow::Borrowed(&reply.body) };
    }
    let echo = |name: &str| find(name).filter(|text| is_echo(text));
    let answer = match &recipe.json {
        Some(members) => members
            .iter()
            .map(|(name, member)| {
                let text = match member {
                    Answered::Echo(source) => echo(source)?.into_owned(),
                    Answered::HmacSha256(hash) => hashed(hash, &find(&hash.of)?, secrets)?,
                };
                Some((name.clone(), Value::String(text)))
            })
            .collect::<Option<Map<String, Value>>>()
            .map(|members| (JSON, Cow::Owned(Value::Object(members).to_string()))),
        None => recipe.answer.as_deref().and_then(echo).map(|text| (PLAIN, text)),
    };
    answer.map_or(Handshake::Refused, |(content_type, body)| Handshake::Answer { content_type, body })
}

/// Whether a text may be sent back: printable ASCII, and not without end.
fn is_echo(text: &str) -> bool {
    (1..=LONGEST_ECHO).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// The keyed hash of a text. None: the key is not there, or it is no text that is hashed for whoever asks.
fn hashed(hash: &AnsweredHash, text: &str, secrets: &HashMap<String, Secret>) -> Option<String> {
    if !(1..=LONGEST_HASHED).contains(&text.len()) || !text.bytes().all(is_hashed) {
        return None;
    }
    let tag = tag(Digest::Sha256, secret(secrets, &hash.credential)?, &[text])?;
    let written = match hash.encoding {
        Encoding::Hex => hex::encode(tag),
        Encoding::Base64 => STANDARD.encode(tag),
    };
    Some(format!("{}{written}", hash.prefix))
}

/// Letters of tokens. No JSON object or list and no form with a value can be written with them, nor what recipes put between the
/// parts of a template.
fn is_hashed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests;
