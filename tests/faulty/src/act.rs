//! What is done to letters that are there: one request an action.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use lockgate_sdk::http::{Response, SendError};
use lockgate_sdk::{Actions, Author, Content, Fault, Outcome, Part, RateLimited, Sent, Target, WindowClosed, http};
use serde_json::{Value, json};

use crate::{Pigeon, has};

const ACTS: &str = "https://api.pigeon.example/acts";

impl Actions for Pigeon {
    fn edit(target: Target, parts: Vec<Part>) -> Outcome {
        let text = |part: &Part| match &part.content {
            Content::Text(text) => Some(text.plain.clone()),
            _ => None,
        };
        match parts.iter().map(text).collect::<Option<Vec<_>>>() {
            Some(texts) => act(&target, json!({ "act": "edit", "text": texts.join("\n") })),
            None => Outcome::Failed(Fault::Unsupported("A letter is changed to another text only".into())),
        }
    }

    fn react(target: Target, symbol: String, added: bool, _: Option<String>) -> Outcome {
        if has("act-knows-one-symbol") && symbol != "🕊" {
            return Outcome::Failed(Fault::Unsupported("A pigeon only coos".into()));
        }
        act(&target, json!({ "act": if added { "coo" } else { "hush" }, "symbol": symbol }))
    }

    fn typing(target: Target, on: bool, _: Option<Author>) -> Outcome {
        act(&target, json!({ "act": "typing", "on": on }))
    }
}

fn act(target: &Target, mut what: Value) -> Outcome {
    let thread = match &target.thread {
        None if has("act-takes-a-thread-for-granted") => panic!("there is a thread"),
        thread => thread.as_ref().map(|thread| thread.key.clone()),
    };
    let letter = match target.message.clone() {
        Some(id) if has("act-cuts-ids") => Some(id.chars().take(12).collect()),
        id => id,
    };
    let reference = match has("act-names-itself-anew") {
        true => RandomState::new().hash_one(7).to_string(),
        false => target.client_ref.clone(),
    };
    if let Some(object) = what.as_object_mut() {
        object.extend([
            ("to".to_owned(), json!(thread)),
            ("letter".to_owned(), json!(letter)),
            ("reference".to_owned(), json!(reference)),
        ]);
    }
    match http::Request::post(ACTS).json(&what).send() {
        Ok(response) => done(&response),
        Err(SendError::Unanswered(why)) if has("act-gives-up-unanswered") => {
            Outcome::Failed(Fault::rejected(None, why))
        }
        Err(SendError::NotSent(why)) if has("act-gives-up-unreached") => Outcome::Failed(Fault::rejected(None, why)),
        Err(error) => error.into_outcome(),
    }
}

fn done(response: &Response) -> Outcome {
    let answer: Value = response.json().unwrap_or_default();
    match response.status {
        500.. if has("act-takes-5xx-for-done") => return Outcome::Sent(Sent::default()),
        429 if has("act-does-not-read-how-long") => {
            return Outcome::Failed(Fault::RateLimited(RateLimited { retry_after: None, bucket: "loft".into() }));
        }
        429 if has("act-waits-by-a-number-only") && response.retry_after().is_none() => {
            return Outcome::Failed(Fault::rejected(None, "too many"));
        }
        401 if has("act-takes-401-for-final") => return Outcome::Failed(Fault::rejected(None, "no")),
        400 if has("act-takes-400-for-passing") => return Outcome::Failed(Fault::passing("later", None)),
        403 if answer.get("reason").and_then(Value::as_str) == Some("asleep") && !has("act-knows-no-window") => {
            return Outcome::Failed(Fault::WindowClosed(WindowClosed { since: None, allowed: Vec::new() }));
        }
        403 => return Outcome::Failed(Fault::rejected(None, "no")),
        _ => {}
    }
    if let Some(refused) = response.refusal("loft") {
        return refused;
    }
    if has("act-trusts-the-answer") {
        answer.get("done").map(|done| done.as_bool().expect("a truth value"));
    }
    match answer.get("done") {
        Some(_) => Outcome::Sent(Sent::default()),
        None if has("act-takes-odd-for-refused") => Outcome::Failed(Fault::rejected(None, "an odd answer")),
        None => Outcome::Unknown("the answer cannot be read".into()),
    }
}
