//! What a request that was refused, or got no answer, means for the delivery: whether it may be tried again.

use super::Response;
use crate::{Fault, Outcome, RateLimited};

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

impl SendError {
    /// The fault of a call whose request it was, where that request changes nothing: without an answer it is asked again.
    pub fn into_fault(self) -> Fault {
        match self {
            Self::Denied(why) => Fault::rejected(Some("denied".into()), why),
            Self::NotSent(why) | Self::Unanswered(why) => Fault::passing(why, None),
        }
    }
}

impl Response {
    /// The outcome of a part that was answered so, by the status alone, where the provider keeps to what RFC 9110 says; `bucket`
    /// is the manifest's that a 429 empties. None for 2xx: what was sent the body says.
    ///
    /// A 5xx may come after the message was taken, so it is unknown; 503 with `Retry-After` is the provider's promise that it
    /// was not.
    pub fn refusal(&self, bucket: &str) -> Option<Outcome> {
        let fault = match self.status {
            200..=299 => return None,
            401 => Fault::SignInExpired,
            403 => Fault::PermissionMissing(Vec::new()),
            404 | 410 => Fault::Gone(self.in_words()),
            413 => Fault::TooLarge(None),
            429 => Fault::RateLimited(RateLimited { retry_after: self.retry_after(), bucket: bucket.into() }),
            503 if self.retry_after().is_some() => Fault::passing(self.in_words(), self.retry_after()),
            500.. => return Some(Outcome::Unknown(self.in_words())),
            _ => Fault::rejected(Some(self.status.to_string()), self.in_words()),
        };
        Some(Outcome::Failed(fault))
    }

    /// The fault that such an answer to a request stands for that changes nothing, as [`Response::refusal`] does for one that
    /// sends. A 5xx passes. None for 2xx.
    pub fn fault(&self, bucket: &str) -> Option<Fault> {
        match self.refusal(bucket)? {
            Outcome::Failed(fault) => Some(fault),
            _ => Some(Fault::passing(self.in_words(), self.retry_after())),
        }
    }

    fn in_words(&self) -> String {
        format!("the provider answered with status {}", self.status)
    }
}
