//! `actions`: reactions, edits, deletions, and that somebody writes.

use lockgate_sdk::{Actions, Author, Fault, Outcome, Part, Sent, Target, http};
use serde_json::json;

use crate::{api, send};

impl Actions for crate::Plugin {
    fn edit(target: Target, parts: Vec<Part>) -> Outcome {
        let [part] = parts.as_slice() else {
            return Outcome::Failed(Fault::Unsupported("A message of Discord has one part".into()));
        };
        let mut payload = match send::payload(&part.content) {
            Ok(payload) => payload,
            Err((_, words)) => return Outcome::Failed(Fault::Unsupported(words)),
        };
        // What the new parts lack is gone.
        for (key, none) in [("content", json!("")), ("components", json!([]))] {
            if payload.get(key).is_none() {
                payload[key] = none;
            }
        }
        match message(&target) {
            Ok(url) => done(api::request("PATCH", url).json(&payload), false),
            Err(outcome) => outcome,
        }
    }

    fn delete(target: Target) -> Outcome {
        match message(&target) {
            // Gone already is what was wanted.
            Ok(url) => done(api::request("DELETE", url), true),
            Err(outcome) => outcome,
        }
    }

    fn react(target: Target, symbol: String, added: bool, _: Option<String>) -> Outcome {
        let symbol = symbol.strip_prefix(':').and_then(|symbol| symbol.strip_suffix(':')).unwrap_or(&symbol);
        match message(&target) {
            Ok(url) => {
                let url = format!("{url}/reactions/{}/@me", api::segment(symbol));
                done(api::request(if added { "PUT" } else { "DELETE" }, url), !added)
            }
            Err(outcome) => outcome,
        }
    }

    fn typing(target: Target, on: bool, _: Option<Author>) -> Outcome {
        if !on {
            // It ends by itself after ten seconds, or with the next message.
            return Outcome::Sent(Sent::default());
        }
        match channel(&target) {
            Ok(url) => done(api::request("POST", format!("{url}/typing")), false),
            Err(outcome) => outcome,
        }
    }
}

fn channel(target: &Target) -> Result<String, Outcome> {
    let channel = target.thread.as_ref().and_then(|thread| api::id(&thread.key));
    let channel = channel.ok_or_else(|| Outcome::Failed(Fault::rejected(None, "The conversation names no channel")))?;
    Ok(format!("{}/channels/{channel}", api::BASE))
}

fn message(target: &Target) -> Result<String, Outcome> {
    let gone = || Outcome::Failed(Fault::Gone("This is no message at Discord: a command, a press or a form".into()));
    let message = target.message.as_deref().and_then(api::id).ok_or_else(gone)?;
    Ok(format!("{}/messages/{message}", channel(target)?))
}

/// Each of these may be done again without harm.
fn done(request: http::Request, gone_will_do: bool) -> Outcome {
    match request.send() {
        Ok(response) => match api::refusal(&response) {
            None => Outcome::Sent(Sent::default()),
            Some(Outcome::Failed(Fault::Gone(_))) if gone_will_do => Outcome::Sent(Sent::default()),
            Some(refused) => refused,
        },
        Err(error) => error.into_outcome(),
    }
}

#[cfg(test)]
mod tests {
    use lockgate_sdk::{Content, Thread, fake};

    use super::*;

    fn target() -> Target {
        Target::of_message("1298765432109876543").in_thread(Thread::direct("1290000000000000001"))
    }

    fn asked() -> Vec<String> {
        fake::with(|host| host.requests().map(|request| format!("{} {}", request.method, request.url)).collect())
    }

    #[test]
    fn reactions_are_put_and_taken_back() {
        fake::reset();
        fake::with(|host| {
            host.answer(204, "");
            host.answer(204, "");
        });
        assert_eq!(crate::Plugin::react(target(), "👍".into(), true, None), Outcome::Sent(Sent::default()));
        assert_eq!(crate::Plugin::react(target(), ":party:12345:".into(), false, None), Outcome::Sent(Sent::default()));
        let base = "https://discord.com/api/v10/channels/1290000000000000001/messages/1298765432109876543/reactions";
        assert_eq!(asked(), [format!("PUT {base}/%F0%9F%91%8D/@me"), format!("DELETE {base}/party%3A12345/@me"),]);
    }

    #[test]
    fn a_message_that_is_gone_is_deleted() {
        fake::reset();
        fake::with(|host| host.answer(404, r#"{"message":"Unknown Message","code":10008}"#));
        assert_eq!(crate::Plugin::delete(target()), Outcome::Sent(Sent::default()));
        fake::with(|host| host.answer(404, r#"{"message":"Unknown Message","code":10008}"#));
        let parts = vec![Content::text("better").into()];
        assert!(matches!(crate::Plugin::edit(target(), parts), Outcome::Failed(Fault::Gone(_))));
    }

    #[test]
    fn typing_is_shown() {
        fake::reset();
        fake::with(|host| host.answer(204, ""));
        assert_eq!(crate::Plugin::typing(target(), true, None), Outcome::Sent(Sent::default()));
        assert_eq!(crate::Plugin::typing(target(), false, None), Outcome::Sent(Sent::default()));
        assert_eq!(asked(), ["POST https://discord.com/api/v10/channels/1290000000000000001/typing"]);
    }
}
