//! What a challenge recipe must keep: it is recognised by something, answered by one thing, and signs nothing for strangers that
//! a verification recipe would believe.

use super::Rules;
use crate::manifest::{Answered, Challenge, ChallengeSource, HmacRecipe, TemplatePart, Verify};

/// Members of the largest answer.
const MOST_MEMBERS: usize = 8;

/// Media types that nobody's browser runs.
const PLAIN: [&str; 2] = ["application/json", "text/plain"];

impl Rules<'_, '_> {
    pub(super) fn challenge(&mut self, challenge: &Challenge) {
        if challenge.token.is_some() != challenge.credential.is_some() {
            self.say("", "a challenge's token and credential go together: name both or neither".into());
        }
        self.keys(challenge.credential.as_ref(), &[]);
        let answers = [challenge.answer.is_some(), challenge.json.is_some(), challenge.reply.is_some()]
            .into_iter()
            .filter(|is| *is);
        if answers.count() != 1 {
            self.say("", "a challenge is answered with one of answer, json and reply".into());
        }
        let anything = challenge.when.is_empty() && challenge.token.is_none();
        if anything && (challenge.reply.is_some() || challenge.source == ChallengeSource::Body) {
            self.say("", "a challenge without \"when\" would take every request for a handshake".into());
        }
        if let Some(reply) = &challenge.reply
            && !PLAIN.contains(&reply.content_type.split(';').next().unwrap_or_default())
        {
            let given = &reply.content_type;
            self.say(given, format!("reply.content_type {given:?} must be \"text/plain\" or \"application/json\""));
        }
        self.members(challenge);
        if challenge.source == ChallengeSource::Body {
            if challenge.token.is_some() {
                self.say("", "a challenge in the body has no token: the route's recipe verifies it".into());
            }
            if !self.route.methods.contains(&challenge.method) {
                self.say(&challenge.method, "a challenge in the body needs its method among the route's".into());
            }
            let members = challenge.json.iter().flat_map(|members| members.values().map(Answered::source));
            for pointer in challenge.when.keys().chain(&challenge.answer).map(String::as_str).chain(members) {
                self.pointer(pointer);
            }
        }
    }

    fn members(&mut self, challenge: &Challenge) {
        let Some(members) = &challenge.json else { return };
        if !(1..=MOST_MEMBERS).contains(&members.len()) {
            self.say("", format!("a challenge's json must have 1 to {MOST_MEMBERS} members"));
        }
        for member in members.values() {
            if member.source().is_empty() {
                self.say("", "a challenge's json names no parameter".into());
            }
            if let Answered::HmacSha256(hash) = member {
                self.keys(Some(&hash.credential), &[]);
            }
        }
        for credential in challenge.hashes_for_anybody() {
            self.hashed_for_anybody(credential);
        }
    }

    /// What anybody is given a hash of must not be what a request, or a value that we send, is signed with.
    fn hashed_for_anybody(&mut self, credential: &str) {
        let safe = |recipe: &HmacRecipe| {
            recipe.template.contains(&TemplatePart::Body) && !recipe.template.contains(&TemplatePart::FormSorted)
        };
        let manifest = self.manifest;
        let believed = manifest.routes.iter().filter(|route| route.verify.credentials().contains(&credential));
        let derived = manifest.derived.iter().any(|derived| derived.credentials().contains(&credential));
        let unsafe_route = believed.clone().any(|route| !matches!(&route.verify, Verify::Hmac(recipe) if safe(recipe)));
        if derived || unsafe_route {
            self.say(
                credential,
                format!(
                    "a challenge in the query hashes with {credential:?} what anybody sends; that credential can verify only hmac recipes over \"body\" without \"form-sorted\", and derives nothing"
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests;
