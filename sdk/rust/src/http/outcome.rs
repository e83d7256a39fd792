//! What a request without an answer means for the delivery: whether it may be tried again.

use crate::{Fault, Outcome};

/// Why there is no answer. The texts are for people and hold no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendError {
    /// The host does not permit it: no grant covers it, or it is no request that can be sent. Nothing left.
    Denied(String),
    /// No connection came to be. Nothing left, so it can be tried again.
    NotSent(String),
    /// It left and may have arrived; no (whole) answer came back.
    Unanswered(String),
}

impl std::fmt::Display for SendError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Denied(why) => write!(f, "the host refused the request: {why}"),
            Self::NotSent(why) => write!(f, "no connection: {why}"),
            Self::Unanswered(why) => write!(f, "no answer: {why}"),
        }
    }
}

impl std::error::Error for SendError {}

impl SendError {
    /// The outcome of a part whose request it was, where that request sends: refused is final, no connection passes, no answer
    /// is unknown.
    pub fn into_outcome(self) -> Outcome {
        match self {
            Self::Denied(why) => Outcome::Failed(Fault::rejected(Some("denied".into()), why)),
            Self::NotSent(why) => Outcome::Failed(Fault::passing(why, None)),
            Self::Unanswered(why) => Outcome::Unknown(why),
        }
    }
}
