//! A plugin that acts on what is there: every function tells the provider what it was asked, in words.
//!
//! A reaction and an edit are sent, everything else only looks, so that a test sees which of them depart. `ended` does nothing,
//! and so is answered by the SDK. A reaction with `:trap:` traps after it left.

use lockgate_sdk::{Actions, Author, Outcome, Part, Sent, Target, http, register};
use serde_json::json;

/// The plugin.
#[derive(Debug)]
pub struct ActionsOnly;

impl Actions for ActionsOnly {
    fn edit(target: Target, parts: Vec<Part>) -> Outcome {
        told("/messages", format!("edit {} of {target:?}", parts.len()))
    }

    fn delete(target: Target) -> Outcome {
        told("/look/delete", format!("delete {target:?}"))
    }

    #[allow(clippy::panic, reason = "a trap is the case")]
    fn react(target: Target, symbol: String, added: bool, reaction: Option<String>) -> Outcome {
        let outcome = told("/messages", format!("react {symbol} {added} {reaction:?} on {target:?}"));
        assert!(symbol != ":trap:", "trapped on request");
        outcome
    }

    fn mark_read(target: Target) -> Outcome {
        told("/look/read", format!("read {target:?}"))
    }

    fn typing(target: Target, on: bool, author: Option<Author>) -> Outcome {
        told("/look/typing", format!("typing {on} {author:?} in {target:?}"))
    }

    fn take_over(target: Target, on: bool) -> Outcome {
        told("/look/take-over", format!("take over {on} {target:?}"))
    }
}

fn told(path: &str, what: String) -> Outcome {
    let request = http::Request::post(format!("https://provider.example.com{path}")).json(&json!({ "text": what }));
    match request.send() {
        Ok(answer) if answer.is_success() => Outcome::Sent(Sent::as_message(what)),
        Ok(answer) => Outcome::Unknown(answer.status.to_string()),
        Err(error) => error.into_outcome(),
    }
}

register!(ActionsOnly: actions);
