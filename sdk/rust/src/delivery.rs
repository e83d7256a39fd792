//! The delivery in hand: which parts a request carries, and what the provider has.

use crate::{Draft, DraftPart, Outcome, PartOutcome, Sent};

/// The send requests that follow carry these parts: what departs is marked for them.
pub fn begin(parts: &[u32]) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::imports::lockgate::channel::delivery::begin(parts);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| host.journal.push(crate::fake::Step::Begin(parts.to_vec())));
}

/// The provider has these parts, as this message. Durable at once: a trap afterwards does not forget it.
pub fn settle(parts: &[u32], message: Option<&str>) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::imports::lockgate::channel::delivery::settle(parts, message);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| host.journal.push(crate::fake::Step::Settle(parts.to_vec(), message.map(str::to_owned))));
}

/// Sends the parts of a draft one by one, each with a request of its own, and keeps the books: `begin` before, `settle` after,
/// parts that an earlier attempt settled left alone, and everything behind the first that was not sent [`Outcome::NotTried`].
pub fn in_order(draft: &Draft, mut send: impl FnMut(&DraftPart) -> Outcome) -> Vec<PartOutcome> {
    let mut outcomes = Vec::with_capacity(draft.parts.len());
    let mut stopped = false;
    for part in &draft.parts {
        if matches!(part.earlier, Some(Outcome::Sent(_) | Outcome::Accepted(_) | Outcome::Unknown(_))) {
            continue;
        }
        if stopped {
            outcomes.push(PartOutcome::of(part.id, Outcome::NotTried));
            continue;
        }
        begin(&[part.id]);
        let outcome = send(part);
        if let Outcome::Sent(Sent { message, .. }) | Outcome::Accepted(Sent { message, .. }) = &outcome {
            settle(&[part.id], message.as_deref());
        } else {
            stopped = true;
        }
        outcomes.push(PartOutcome::of(part.id, outcome));
    }
    outcomes
}
