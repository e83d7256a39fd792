//! What a plugin implements: one trait an ability. Each call runs in a fresh instance, so there is no `self`: what must be
//! remembered goes into [`crate::state`].

use crate::{
    Author, Draft, Fault, FieldProblem, Outcome, Part, PartOutcome, Problem, Reception, Refusal, Request, Setting,
    Target,
};

/// Every plugin: does this configuration make sense?
pub trait Connector {
    /// What is wrong with these settings, each with its key; nothing where they will do. Pure: no request leaves.
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem>;
}

/// Webhooks, form posts, widget calls.
pub trait Ingress {
    /// Makes events of a request that the host has verified. Pure: no request leaves during the call, and it may be run again.
    ///
    /// Everything in a batch becomes an event; what is not understood becomes [`crate::EventBody::Native`].
    ///
    /// # Errors
    ///
    /// Where nothing in it can be read; each [`Refusal`] says what the host does next.
    fn receive(request: Request) -> Result<Reception, Refusal>;
}

/// Answers.
pub trait Sender {
    /// Sends the parts of a draft that are still to be sent and says what came of each. [`crate::delivery::in_order`] does the
    /// book-keeping.
    fn send(draft: Draft) -> Vec<PartOutcome>;

    /// What would be wrong with it, so that it is known before Send is pressed. No request leaves.
    fn preview(draft: Draft) -> Vec<Problem> {
        let _ = draft;
        Vec::new()
    }
}

/// What can be done to a message or thread that exists.
///
/// A plugin writes the functions that its provider has something like, and names them in the manifest's capabilities (`edit`,
/// `delete`, `react`, `mark_read`, `typing`, `take_over`, `ended`): the host asks for those only. The others answer
/// [`Fault::Unsupported`] by themselves.
///
/// ```
/// use lockgate_sdk::{Actions, Fault, Outcome, Sent, Target, http, register};
/// use serde_json::json;
///
/// struct Reacts;
///
/// impl Actions for Reacts {
///     fn react(target: Target, symbol: String, added: bool, _: Option<String>) -> Outcome {
///         let Some(message) = target.message else {
///             return Outcome::Failed(Fault::Gone("the message has no name at the provider".into()));
///         };
///         let body = json!({ "message": message, "emoji": added.then_some(symbol) });
///         match http::Request::post("https://api.example.com/v1/reactions").json(&body).send() {
///             Ok(answer) => answer.refusal("account").unwrap_or(Outcome::Sent(Sent::default())),
///             Err(error) => error.into_outcome(),
///         }
///     }
/// }
///
/// register!(Reacts: actions);
///
/// # use lockgate_sdk::fake;
/// fake::reset();
/// fake::with(|host| host.answer(200, "{}"));
/// assert_eq!(Reacts::react(Target::of_message("m-1"), "👍".into(), true, None), Outcome::Sent(Sent::default()));
/// assert!(matches!(Reacts::typing(Target::default(), true, None), Outcome::Failed(Fault::Unsupported(_))));
/// ```
pub trait Actions {
    /// A message of ours says these parts from now on. Media stay unless media are listed.
    fn edit(target: Target, parts: Vec<Part>) -> Outcome {
        let _ = (target, parts);
        unsupported("a message cannot be edited")
    }

    /// A message of ours is taken back.
    fn delete(target: Target) -> Outcome {
        let _ = target;
        unsupported("a message cannot be taken back")
    }

    /// Our reaction on a message: an emoji, or the provider's name between colons; added or taken back. Taking back names as
    /// `reaction` what adding returned as `message`.
    fn react(target: Target, symbol: String, added: bool, reaction: Option<String>) -> Outcome {
        let _ = (target, symbol, added, reaction);
        unsupported("there are no reactions")
    }

    /// The contact's messages up to and with the target's have been read. Called once: an unknown is forgotten.
    fn mark_read(target: Target) -> Outcome {
        let _ = target;
        unsupported("nobody is told what was read")
    }

    /// Somebody here began to write, or stopped. Called once: an unknown is forgotten.
    fn typing(target: Target, on: bool, author: Option<Author>) -> Outcome {
        let _ = (target, on, author);
        unsupported("nobody is told who writes")
    }

    /// Take the thread from another app, or give it back.
    fn take_over(target: Target, on: bool) -> Outcome {
        let _ = (target, on);
        unsupported("a thread belongs to nobody")
    }

    /// The conversation was closed here, or opened again.
    fn ended(target: Target, ended: bool) -> Outcome {
        let _ = (target, ended);
        unsupported("a conversation has no end")
    }
}

fn unsupported(words: &str) -> Outcome {
    Outcome::Failed(Fault::Unsupported(format!("{words} on this channel")))
}
