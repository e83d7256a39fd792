//! Subscription handshakes: answered by the manifest's recipe, without running the plugin.

use std::borrow::Cow;

use lockgate_model::manifest::{Challenge, ChallengeSource};
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::verify::Verified;

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
    /// One with a wrong token, or without one, or without what should be answered.
    Refused,
}

/// What a sender chose is sent back as plain text, which nobody's browser runs.
const PLAIN: &str = "text/plain; charset=utf-8";

/// Looks for a handshake in a request's method and decoded query, which nobody has verified. `token` is the credential that the
/// recipe names.
pub fn in_query<'a>(
    recipe: &'a Challenge,
    method: &str,
    query: &'a [(String, String)],
    token: Option<&[u8]>,
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
            let (Some(given), Some(token)) = (only(name), token) else { return Handshake::Refused };
            if token.is_empty() || !bool::from(given.as_bytes().ct_eq(token)) {
                return Handshake::Refused;
            }
        }
        // Without a token the parameter that is answered is what makes it a handshake.
        None => {
            if recipe.answer.as_ref().is_some_and(|answer| query.iter().all(|(name, _)| name != answer)) {
                return Handshake::None;
            }
        }
    }
    answered(recipe, |name| only(name).map(Cow::Borrowed))
}

/// Looks for a handshake in the JSON body of a verified request.
pub fn in_body<'a>(recipe: &'a Challenge, method: &str, verified: &Verified) -> Handshake<'a> {
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
    answered(recipe, |pointer| at(pointer).map(Cow::Owned))
}

fn answered<'a>(recipe: &'a Challenge, find: impl Fn(&str) -> Option<Cow<'a, str>>) -> Handshake<'a> {
    if let Some(reply) = &recipe.reply {
        return Handshake::Answer { content_type: &reply.content_type, body: Cow::Borrowed(&reply.body) };
    }
    match recipe.answer.as_deref().and_then(find) {
        Some(body) => Handshake::Answer { content_type: PLAIN, body },
        None => Handshake::Refused,
    }
}

#[cfg(test)]
mod tests;
