//! A case of what a provider answered: the call of a case that there is, and other answers to it.

use lockgate_model::contract::common::Pair;
use serde_json::{Map, Value, json};

use super::dump::{Asked, Reply, Saved};
use super::walk::{Known, Walk};
use super::{Body, Recorded, Recording, body, file, moment};
use crate::case::{Case, CaseCall};

/// What of a case's file is not taken over as it stands there.
const OWN: [&str; 4] = ["about", "now", "provider", "expect"];

impl Recording<'_> {
    /// A case of what a provider answered to the call of a case that is there already: the one of this name or, without one, the
    /// first that asks what was asked, the first that sends, the first that asks anything.
    ///
    /// # Errors
    ///
    /// Where there is no such case, or its file cannot be read.
    pub fn answers(&self, saved: &[Saved], like: Option<&str>) -> Result<Recorded, String> {
        let (asked, replies): (Vec<_>, Vec<_>) =
            saved.iter().filter_map(|saved| Some((saved.request.as_ref(), saved.reply.as_ref()?))).unzip();
        let model = self.model(like, asked.into_iter().flatten().next())?;
        let unreadable = |error: &dyn std::fmt::Display| format!("{}: {error}", model.file.display());
        let text = std::fs::read_to_string(&model.file).map_err(|error| unreadable(&error))?;
        let written: Map<String, Value> = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
        let known = Known::of(self.cases);
        let mut walk = self.walk(&known);
        for reply in &replies {
            if let Body::Json(value) = body(&reply.body, "application/json") {
                walk.look_for_phones("", &value);
            }
        }
        let exchanges = replies.into_iter().map(|reply| {
            // What the plugin asks is seen when the case runs.
            json!({ "request": { "method": "GET", "url": "https://example.org/" }, "answer": answer(&mut walk, reply) })
        });
        let provider = Value::Array(exchanges.collect());
        let call = written.iter().filter(|(key, _)| !OWN.contains(&key.as_str()));
        // What is kept in the state may hold only at its own time; an answer may tell of the time at which it came.
        let now_ms = if model.state.is_empty() { self.now_ms } else { model.now_ms };
        let mut fields = vec![("about", json!(self.about)), ("now", json!(moment(now_ms)))];
        fields.extend(call.map(|(key, value)| (key.as_str(), value.clone())));
        // What is expected is what it expected, until the case has run.
        fields.extend([("provider", provider), ("expect", written.get("expect").cloned().unwrap_or_default())]);
        Ok(Recorded { text: file(&fields), kept: walk.kept, replaced: walk.replaced })
    }

    fn model(&self, like: Option<&str>, asked: Option<&Asked>) -> Result<&Case, String> {
        if let Some(like) = like {
            let found = self.cases.iter().find(|case| case.name == like);
            return found.ok_or_else(|| format!("the project has no case {like}"));
        }
        let same = |case: &&Case| {
            asked.is_some_and(|asked| {
                let as_asked = |url: &str| {
                    let shown = Asked { target: url.to_owned(), ..Asked::default() };
                    shown.path().split('/').count() == asked.path().split('/').count()
                        && shown
                            .path()
                            .split('/')
                            .zip(asked.path().split('/'))
                            .all(|(shown, asked)| is_shown(shown, asked))
                };
                let exchanges = case.provider.iter().map(|exchange| &exchange.request);
                exchanges.into_iter().any(|request| request.method == asked.method && as_asked(&request.url))
            })
        };
        let sends = |case: &&Case| matches!(case.call, CaseCall::Send(_));
        let asks = |case: &&Case| !case.provider.is_empty();
        let first = self.cases.iter().find(same).or_else(|| self.cases.iter().find(sends));
        first.or_else(|| self.cases.iter().find(asks)).ok_or_else(|| {
            "no case of the project asks the provider anything; write one, and its call is what is answered".into()
        })
    }
}

/// Whether a case shows this segment of a path so: of what the host writes into it, such as `bot{token}`, the name alone.
fn is_shown(shown: &str, asked: &str) -> bool {
    match shown.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1))) {
        Some((before, behind)) => {
            asked.strip_prefix(before).is_some_and(|rest| rest.len() > behind.len() && rest.ends_with(behind))
        }
        None => shown == asked,
    }
}

/// An answer as a case has it.
fn answer(walk: &mut Walk<'_>, reply: &Reply) -> Value {
    let mut answer = Map::new();
    answer.insert("status".into(), json!(reply.status));
    let headers = reply.headers.iter().filter(|pair| means_something(pair));
    let headers: Map<String, Value> = headers.map(|pair| (pair.name.to_ascii_lowercase(), json!(pair.value))).collect();
    if !headers.is_empty() {
        answer.insert("headers".into(), Value::Object(headers));
    }
    match body(&reply.body, "application/json") {
        Body::Json(value) => drop(answer.insert("body".into(), walk.value(&mut Vec::new(), &value))),
        Body::Other if std::str::from_utf8(&reply.body).is_ok() => {
            answer.extend(walk.other(&reply.body).as_object().cloned().unwrap_or_default());
        }
        Body::None | Body::Form(_) | Body::Other => {}
    }
    Value::Object(answer)
}

/// Headers of an answer that a plugin may go by.
fn means_something(pair: &Pair) -> bool {
    let name = pair.name.to_ascii_lowercase();
    let small = pair.value.len() <= 64 && pair.value.bytes().all(|c| c.is_ascii_digit() || matches!(c, b'.' | b'-'));
    (name == "retry-after" || name.contains("ratelimit") || name.contains("rate-limit")) && small
}
