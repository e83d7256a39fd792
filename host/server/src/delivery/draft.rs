//! From a claimed row to the draft that a plugin is handed.

use lockgate_model::contract::outbound::{Draft, DraftPart};
use lockgate_store::ClaimedDelivery;

/// The draft of one attempt.
pub(super) fn draft(claimed: &ClaimedDelivery) -> Draft {
    Draft {
        delivery: claimed.delivery.to_string(),
        attempt: claimed.attempt,
        account: claimed.account.clone(),
        thread: claimed.thread.clone(),
        recipients: claimed.recipients.clone(),
        subject: claimed.subject.clone(),
        quote: claimed.quote.clone(),
        references: Vec::new(),
        ground: claimed.ground.clone(),
        author: claimed.author.clone(),
        automatic: claimed.automatic,
        contexts: claimed.contexts.clone(),
        parts: claimed
            .parts
            .iter()
            .map(|part| DraftPart {
                id: part.id,
                client_ref: part.client_ref.clone(),
                part: part.part.clone(),
                earlier: part.earlier.clone(),
            })
            .collect(),
        extras: Vec::new(),
    }
}
