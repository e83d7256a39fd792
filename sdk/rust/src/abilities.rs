//! What a plugin implements: one trait an ability. Each call runs in a fresh instance, so there is no `self`: what must be
//! remembered goes into [`crate::state`].

use crate::{Draft, FieldProblem, PartOutcome, Problem, Reception, Refusal, Request, Setting};

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
