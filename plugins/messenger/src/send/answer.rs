//! What the Send API answered, as the outcome of a part.

use lockgate_sdk::http::Response;
use lockgate_sdk::{Alias, Assurance, Draft, Fault, Outcome, RateLimited, Sent};
use serde::Deserialize;

use super::{Case, fault, usage};

/// The answer to a message that was taken.
#[derive(Deserialize)]
struct Taken {
    recipient_id: Option<String>,
    message_id: Option<String>,
}

/// The answer to one that was not.
#[derive(Deserialize)]
struct Refused {
    error: GraphError,
}

/// An error of the Graph API. One without a code is not Facebook's own.
#[derive(Debug, Deserialize)]
pub(crate) struct GraphError {
    pub(crate) code: u64,
    #[serde(default, rename = "error_subcode")]
    pub(crate) subcode: Option<u64>,
    #[serde(default)]
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) error_user_msg: Option<String>,
    #[serde(default)]
    pub(super) is_transient: Option<bool>,
}

/// The outcome of the part that was answered so.
pub(super) fn outcome(draft: &Draft, case: &Case, response: &Response) -> Outcome {
    refused(case, response).unwrap_or_else(|| taken(draft, response))
}

/// Facebook's own error, where the answer holds one.
pub(crate) fn error(response: &Response) -> Option<GraphError> {
    response.json().ok().map(|Refused { error }| error)
}

/// The outcome of what Facebook did not do, or does not say that it did; none for what it took.
pub(crate) fn refused(case: &Case, response: &Response) -> Option<Outcome> {
    if let Some(error) = error(response) {
        return Some(fault::outcome(case, response, &error));
    }
    let outcome = match response.status {
        200..=299 => return None,
        429 => Outcome::Failed(Fault::RateLimited(RateLimited {
            retry_after: usage::retry_after(response),
            bucket: "page".into(),
        })),
        401 => Outcome::Failed(Fault::SignInExpired),
        // Without Facebook's own error the message may have been sent all the same.
        500.. => Outcome::Unknown(format!("Facebook answered with status {} and no reason", response.status)),
        status => Outcome::Failed(Fault::Malformed(format!("Facebook answered with status {status} and no reason"))),
    };
    Some(outcome)
}

fn taken(draft: &Draft, response: &Response) -> Outcome {
    let taken: Taken = match response.json() {
        Ok(taken) => taken,
        Err(_) => return Outcome::Unknown("Facebook took the message, but its answer cannot be read".into()),
    };
    if taken.message_id.is_none() && taken.recipient_id.is_none() {
        return Outcome::Unknown("Facebook took the message, but named neither it nor its recipient".into());
    }
    let known =
        draft.recipients.iter().map(|recipient| &recipient.key).chain(draft.thread.as_ref().map(|thread| &thread.key));
    let learnt = taken.recipient_id.filter(|id| known.clone().all(|key| key != id));
    let recipient = learnt.map(|key| Alias { key, assurance: Assurance::Provider, ..Alias::default() });
    Outcome::Sent(Sent { message: taken.message_id, recipient: recipient.into_iter().collect(), ..Sent::default() })
}
