//! How far a message has come, from what our own delivery did and what the provider told of it.
//!
//! Two sources that never contradict each other here: the state of each part (ours, changed by deliveries) and the evidence
//! (the provider's, only ever growing). A status is made of both, so the same facts give the same status in any order.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MessageStatus;
use crate::contract::common::Timestamp;
use crate::contract::inbound::ReceiptStatus;

/// What our own delivery did with one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    /// Waits, or is tried again.
    Queued,
    /// Its first byte may have left; what came of it is not known yet.
    Departing,
    /// The provider took it and will tell its fate.
    Accepted,
    /// The provider has it.
    Sent,
    /// It was refused, or given up.
    Failed,
    /// It may have been sent.
    Unknown,
    /// An earlier part failed, so this one was not tried.
    NotTried,
    /// Taken back before it left.
    Cancelled,
}

impl PartState {
    const ALL: [Self; 8] = [
        Self::Queued,
        Self::Departing,
        Self::Accepted,
        Self::Sent,
        Self::Failed,
        Self::Unknown,
        Self::NotTried,
        Self::Cancelled,
    ];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Departing => "departing",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::NotTried => "not_tried",
            Self::Cancelled => "cancelled",
        }
    }

    /// The reverse of [`PartState::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the provider has it, or may have it: such a part is never handed to a plugin to be sent again.
    pub fn is_out(self) -> bool {
        matches!(self, Self::Accepted | Self::Sent | Self::Unknown)
    }

    fn alone(self) -> MessageStatus {
        match self {
            Self::Queued => MessageStatus::Queued,
            Self::Departing => MessageStatus::Sending,
            Self::Accepted => MessageStatus::Accepted,
            Self::Sent => MessageStatus::Sent,
            Self::Failed | Self::NotTried => MessageStatus::Failed,
            Self::Unknown => MessageStatus::Unknown,
            Self::Cancelled => MessageStatus::Cancelled,
        }
    }
}

/// How far the provider says that something got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// The provider has it.
    Sent,
    /// It is on the contact's device.
    Delivered,
    /// The contact looked at it, or played it.
    Read,
}

impl Reach {
    /// What a receipt says of how far; none where it says that it failed or is delayed.
    pub fn of(status: ReceiptStatus) -> Option<Self> {
        match status {
            ReceiptStatus::Sent => Some(Self::Sent),
            ReceiptStatus::Delivered => Some(Self::Delivered),
            ReceiptStatus::Read | ReceiptStatus::Played => Some(Self::Read),
            ReceiptStatus::Delayed | ReceiptStatus::Failed => None,
        }
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
        }
    }

    /// The reverse of [`Reach::as_str`].
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Sent, Self::Delivered, Self::Read].into_iter().find(|reach| reach.as_str() == text)
    }

    fn status(self) -> MessageStatus {
        match self {
            Self::Sent => MessageStatus::Sent,
            Self::Delivered => MessageStatus::Delivered,
            Self::Read => MessageStatus::Read,
        }
    }
}

/// What receipts and echoes told about one part, all taken together. Only grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The farthest that was told.
    pub reach: Option<Reach>,
    /// Whether a receipt said that it failed.
    pub failed: bool,
}

impl Evidence {
    /// Adds what one receipt says.
    pub fn add(&mut self, status: ReceiptStatus) {
        self.reach = self.reach.max(Reach::of(status));
        self.failed |= status == ReceiptStatus::Failed;
    }
}

/// Up to which moment the messages of a thread have come so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watermarks {
    /// Sent up to and with this moment.
    pub sent: Option<Timestamp>,
    /// Delivered up to and with this moment.
    pub delivered: Option<Timestamp>,
    /// Read up to and with this moment.
    pub read: Option<Timestamp>,
}

impl Watermarks {
    /// Raises one of them; never lowers it.
    pub fn raise(&mut self, reach: Reach, at: Timestamp) {
        let mark = match reach {
            Reach::Sent => &mut self.sent,
            Reach::Delivered => &mut self.delivered,
            Reach::Read => &mut self.read,
        };
        *mark = (*mark).max(Some(at));
    }

    /// How far something that was out at this moment has come.
    pub fn reach(&self, sent_at: Timestamp) -> Option<Reach> {
        let covers = |mark: Option<Timestamp>| mark.is_some_and(|mark| sent_at <= mark);
        [(Reach::Read, self.read), (Reach::Delivered, self.delivered), (Reach::Sent, self.sent)]
            .into_iter()
            .find_map(|(reach, mark)| covers(mark).then_some(reach))
    }
}

/// One part's status. `sent_at` is the moment by which watermarks find it: the echo's, or else the answer's.
///
/// A receipt about this very part outranks a watermark: what failed by name is not delivered by a later neighbour. What was
/// delivered by name did not fail.
pub fn of_part(
    state: PartState,
    evidence: Evidence,
    sent_at: Option<Timestamp>,
    watermarks: &Watermarks,
) -> MessageStatus {
    let passed = sent_at.and_then(|at| watermarks.reach(at));
    match evidence.reach {
        Some(reach @ (Reach::Delivered | Reach::Read)) => reach.max(passed.unwrap_or(reach)).status(),
        _ if evidence.failed => MessageStatus::Failed,
        Some(Reach::Sent) => passed.unwrap_or(Reach::Sent).max(Reach::Sent).status(),
        None => match (state, passed) {
            (PartState::Accepted | PartState::Sent, Some(reach)) => reach.max(Reach::Sent).status(),
            _ => state.alone(),
        },
    }
}

/// The status of a message of several parts: what needs a person first, else the part that is furthest behind.
pub fn of_message(parts: impl IntoIterator<Item = MessageStatus>) -> MessageStatus {
    use MessageStatus::{Accepted, Cancelled, Delivered, Failed, Queued, Read, Received, Sending, Sent, Unknown};
    let rank = |status: MessageStatus| match status {
        Unknown => 0,
        Failed => 1,
        Cancelled => 2,
        Sending => 3,
        Queued => 4,
        Accepted => 5,
        Sent => 6,
        Delivered => 7,
        Read | Received => 8,
    };
    let mut least: Option<MessageStatus> = None;
    let mut some_out = false;
    for status in parts {
        some_out |= matches!(status, Accepted | Sent | Delivered | Read);
        if least.is_none_or(|least| rank(status) < rank(least)) {
            least = Some(status);
        }
    }
    match least {
        Some(Queued) if some_out => Sending,
        Some(status) => status,
        None => Received,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RECEIPTS: [ReceiptStatus; 6] = [
        ReceiptStatus::Sent,
        ReceiptStatus::Delivered,
        ReceiptStatus::Read,
        ReceiptStatus::Played,
        ReceiptStatus::Delayed,
        ReceiptStatus::Failed,
    ];

    fn evidence(receipts: &[ReceiptStatus]) -> Evidence {
        let mut evidence = Evidence::default();
        receipts.iter().for_each(|receipt| evidence.add(*receipt));
        evidence
    }

    fn part(state: PartState, receipts: &[ReceiptStatus]) -> MessageStatus {
        of_part(state, evidence(receipts), Some(10), &Watermarks::default())
    }

    #[test]
    fn a_receipt_settles_what_is_accepted_or_unknown() {
        assert_eq!(part(PartState::Accepted, &[ReceiptStatus::Sent]), MessageStatus::Sent);
        assert_eq!(part(PartState::Unknown, &[ReceiptStatus::Delivered]), MessageStatus::Delivered);
        assert_eq!(part(PartState::Accepted, &[ReceiptStatus::Failed]), MessageStatus::Failed);
        assert_eq!(part(PartState::Sent, &[ReceiptStatus::Delayed]), MessageStatus::Sent);
    }

    #[test]
    fn what_was_delivered_by_name_did_not_fail() {
        assert_eq!(part(PartState::Sent, &[ReceiptStatus::Failed, ReceiptStatus::Delivered]), MessageStatus::Delivered);
    }

    #[test]
    fn a_watermark_covers_what_was_out_by_then_and_nothing_else() {
        let mut marks = Watermarks::default();
        marks.raise(Reach::Delivered, 20);
        marks.raise(Reach::Read, 10);
        marks.raise(Reach::Read, 5);
        let at = |state, sent_at| of_part(state, Evidence::default(), sent_at, &marks);
        assert_eq!(at(PartState::Sent, Some(10)), MessageStatus::Read);
        assert_eq!(at(PartState::Sent, Some(20)), MessageStatus::Delivered);
        assert_eq!(at(PartState::Sent, Some(21)), MessageStatus::Sent);
        assert_eq!(at(PartState::Accepted, Some(15)), MessageStatus::Delivered);
        assert_eq!(at(PartState::Unknown, None), MessageStatus::Unknown);
        assert_eq!(at(PartState::Failed, Some(1)), MessageStatus::Failed);
        let failed = evidence(&[ReceiptStatus::Failed]);
        assert_eq!(of_part(PartState::Sent, failed, Some(1), &marks), MessageStatus::Failed);
    }

    #[test]
    fn a_message_is_as_far_as_its_last_part_and_trouble_comes_first() {
        use MessageStatus::{Delivered, Failed, Queued, Read, Sending, Sent, Unknown};
        assert_eq!(of_message([Read, Delivered]), Delivered);
        assert_eq!(of_message([Sent, Queued]), Sending);
        assert_eq!(of_message([Queued, Queued]), Queued);
        assert_eq!(of_message([Sent, Failed]), Failed);
        assert_eq!(of_message([Failed, Unknown]), Unknown);
    }

    proptest! {
        #[test]
        fn receipts_give_one_status_in_any_order_and_only_move_it_forward(
            picks in proptest::collection::vec(0..RECEIPTS.len(), 0..8),
            more in 0..RECEIPTS.len(),
        ) {
            let receipts: Vec<_> = picks.iter().map(|pick| RECEIPTS[*pick]).collect();
            let mut turned = receipts.clone();
            turned.reverse();
            prop_assert_eq!(part(PartState::Sent, &receipts), part(PartState::Sent, &turned));
            let rank = |status| match status {
                MessageStatus::Sent => 0,
                MessageStatus::Failed => 1,
                MessageStatus::Delivered => 2,
                MessageStatus::Read => 3,
                other => panic!("not reachable from sent: {other:?}"),
            };
            let before = rank(part(PartState::Sent, &receipts));
            turned.push(RECEIPTS[more]);
            prop_assert!(rank(part(PartState::Sent, &turned)) >= before);
        }
    }
}
