//! Sender actions: reactions, typing signs and marks of reading, each a call of the Send API of its own.
//!
//! Facebook keeps one reaction of a page on a message, the latest: asked again it does nothing new. So a reaction whose answer is
//! lost is `passing`, where a typing sign is `unknown`, which nobody asks about.

use lockgate_sdk::http::Response;
use lockgate_sdk::{Fault, Outcome, Sent, Target, http, settings};
use serde::Serialize;

use crate::send::{Case, Recipient, refused, url};

/// A call with a sender action and nothing else.
#[derive(Serialize)]
struct Call<'a> {
    recipient: Recipient<'a>,
    sender_action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Reaction<'a>>,
}

/// What `react` and `unreact` are about.
#[derive(Serialize)]
struct Reaction<'a> {
    message_id: &'a str,
    /// Left out where it is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reaction: Option<&'a str>,
}

/// Reacts with an emoji, or takes the page's reaction back.
pub(crate) fn react(target: &Target, symbol: &str, added: bool) -> Outcome {
    let Some(message_id) = target.message.as_deref() else {
        return rejected("no-message", "Facebook never named the message, so nobody can react to it");
    };
    if added && symbol.starts_with(':') {
        return Outcome::Failed(Fault::Unsupported("Messenger takes emoji as reactions, and no names".into()));
    }
    let (action, reaction) = if added { ("react", Some(symbol)) } else { ("unreact", None) };
    match call(target, action, Some(Reaction { message_id, reaction })) {
        Outcome::Unknown(why) => Outcome::Failed(Fault::passing(why, None)),
        outcome => outcome,
    }
}

/// Tells the person that the page has read what they wrote.
pub(crate) fn mark_seen(target: &Target) -> Outcome {
    call(target, "mark_seen", None)
}

/// Shows or hides the typing sign; Facebook hides it after twenty seconds.
pub(crate) fn typing(target: &Target, on: bool) -> Outcome {
    call(target, if on { "typing_on" } else { "typing_off" }, None)
}

fn call(target: &Target, sender_action: &'static str, payload: Option<Reaction<'_>>) -> Outcome {
    let key = target.thread.as_ref().map(|thread| thread.key.as_str()).filter(|key| !key.is_empty());
    let Some(recipient) = key.map(Recipient::of) else {
        return rejected("no-recipient", "The conversation names nobody to show it to");
    };
    // The token is the page's, so `me` is the page as well.
    let page = settings::text("page_id").unwrap_or_else(|| "me".into());
    match http::Request::post(url(&page)).json(&Call { recipient, sender_action, payload }).send() {
        Ok(response) => outcome(&response),
        Err(error) => error.into_outcome(),
    }
}

fn outcome(response: &Response) -> Outcome {
    if let Some(refused) = refused(&Case::ACTION, response) {
        return refused;
    }
    match response.json::<serde_json::Map<String, serde_json::Value>>() {
        Ok(answer) if answer.contains_key("recipient_id") => Outcome::Sent(Sent::default()),
        _ => Outcome::Unknown("Facebook did it, but its answer cannot be read".into()),
    }
}

fn rejected(code: &str, words: &str) -> Outcome {
    Outcome::Failed(Fault::rejected(Some(code.into()), words))
}
