//! What runs by itself: how often a provider is asked what happened, and what follows where such a call, or one that an event asked
//! for, comes to nothing.
//!
//! Pure. Time and jitter are handed in.

use crate::contract::common::{Fault, Milliseconds, Timestamp};
use crate::contract::inbound::Page;
use crate::contract::outbound::{Outcome, PartOutcome};
use crate::delivery::{self, Attempt, Effect, PartBefore, delay};
use crate::manifest::RateScope;
use crate::message::{Failure, PartState};

/// Follow-ups of which each was asked for by the one before. What goes on for ever is a poll's work.
pub const MOST_DEEP: u32 = 8;
/// Follow-ups of one channel or app that wait.
pub const MOST_OPEN: u64 = 1_000;
/// Files of one channel that wait to be fetched.
pub const MOST_FILES: u64 = 10_000;
/// Bytes of a follow-up's words, and of what a file is fetched by.
pub const WHAT_BYTES: usize = 64 << 10;

/// The shortest time between two calls of `poll` where the page before said nothing of more: wishes cannot make it spin.
const REST_MS: Milliseconds = 1_000;
/// The longest that a plugin may ask to be left alone.
const LONGEST_MS: Milliseconds = 24 * 60 * 60 * 1000;

/// A call that came to nothing.
pub struct Work<'a> {
    /// 1 for the first that did in a row.
    pub attempt: u32,
    /// Now.
    pub now: Timestamp,
    /// When the host gives up. None: never, as with polling.
    pub deadline: Option<Timestamp>,
    /// Why.
    pub fault: &'a Fault,
    /// What pauses with a bucket, as the manifest says. None: a bucket that it does not name.
    pub scope_of: &'a dyn Fn(&str) -> Option<RateScope>,
    /// 64 random bits.
    pub jitter: u64,
}

/// What follows for the call itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is tried again at this moment.
    RetryAt(Timestamp),
    /// It waits until somebody did what only a person can.
    Halt,
    /// It is over.
    GiveUp,
}

/// The decision about a call that came to nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What follows.
    pub next: Next,
    /// Why it came to nothing.
    pub failure: Failure,
    /// What else is to be done, to the channel as a whole.
    pub effects: Vec<Effect>,
    /// Whether an admin should see it: time alone does not mend it.
    pub is_odd: bool,
}

/// Decides what follows: what the same fault brings about where a message is sent, except that nobody waits here who could be told.
/// So what a person must mend (a sign-in, a permission) ends nothing, and polling is never given up.
pub fn judge(work: &Work<'_>) -> Verdict {
    let part = [PartBefore { id: 0, state: PartState::Queued }];
    let said = [PartOutcome { parts: vec![0], outcome: Outcome::Failed(work.fault.clone()) }];
    let plan = delivery::plan(&Attempt {
        attempt: work.attempt,
        now: work.now,
        deadline: work.deadline.unwrap_or(Timestamp::MAX),
        moved_before: true,
        parts: &part,
        outcomes: &said,
        broke: None,
        scope_of: work.scope_of,
        jitter: work.jitter,
    });
    let failure = plan.failure.unwrap_or_else(|| Failure::from(work.fault));
    let effects: Vec<Effect> = plan.effects.into_iter().filter(of_the_channel).collect();
    let later = work.now.saturating_add(delay(work.attempt, None, work.jitter));
    let (next, is_odd) = match (plan.next, work.fault, work.deadline) {
        (delivery::Next::RetryAt(at), _, _) => (Next::RetryAt(at), false),
        (_, Fault::SignInExpired | Fault::PermissionMissing(_), None) => (Next::Halt, false),
        (_, Fault::SignInExpired | Fault::PermissionMissing(_), Some(deadline)) if later < deadline => {
            (Next::RetryAt(later), false)
        }
        (_, _, Some(_)) => (Next::GiveUp, true),
        (_, _, None) => (Next::RetryAt(later), true),
    };
    Verdict { next, failure, effects, is_odd }
}

fn of_the_channel(effect: &Effect) -> bool {
    match effect {
        Effect::Reconnect(_)
        | Effect::PermissionMissing(_)
        | Effect::PauseChannel { .. }
        | Effect::PauseBucket { .. } => true,
        Effect::Working | Effect::Unreachable(_) | Effect::OptedOut(_) | Effect::Moved(_) | Effect::Unreadable(_) => {
            false
        }
    }
}

/// When the call after a page is due, where nobody wishes it sooner, and before which there is none, whoever wishes it.
///
/// A page that says that there is more is followed at once if its cursor moved; else it would be the same page again. The rest keep
/// the interval, up to a tenth longer, so that what began together does not stay together.
pub fn after_page(
    page: &Page,
    before: Option<&str>,
    interval_ms: Milliseconds,
    now: Timestamp,
    jitter: u64,
) -> (Timestamp, Timestamp) {
    let wait = page.wait_at_least.unwrap_or_default().min(LONGEST_MS);
    let moved = page.cursor.is_some() && page.cursor.as_deref() != before;
    if page.more && moved {
        let at = now.saturating_add(wait);
        return (at, at);
    }
    let spread = jitter % (interval_ms / 10).max(1);
    let due = now.saturating_add(interval_ms.saturating_add(spread).max(wait));
    (due, now.saturating_add(wait.max(REST_MS)))
}

#[cfg(test)]
mod tests {
    use crate::contract::common::{Passing, RateLimited, Rejected};

    use super::*;

    const NOW: Timestamp = 1_000_000;
    const DAY: Timestamp = NOW + 86_400_000;

    fn judged(fault: &Fault, deadline: Option<Timestamp>) -> Verdict {
        let scope_of = |bucket: &str| (bucket == "all").then_some(RateScope::App);
        judge(&Work { attempt: 2, now: NOW, deadline, fault, scope_of: &scope_of, jitter: 700 })
    }

    fn passing(retry_after: Option<u64>) -> Fault {
        Fault::Passing(Passing { why: "busy".into(), retry_after })
    }

    #[test]
    fn what_passes_is_tried_again_when_the_provider_says() {
        for deadline in [None, Some(DAY)] {
            assert_eq!(judged(&passing(None), deadline).next, Next::RetryAt(NOW + 700));
            assert_eq!(judged(&passing(Some(9_000)), deadline).next, Next::RetryAt(NOW + 9_700));
            let limited = Fault::RateLimited(RateLimited { retry_after: Some(60_000), bucket: "all".into() });
            let verdict = judged(&limited, deadline);
            let until = NOW + 60_700;
            assert_eq!((verdict.next, verdict.is_odd), (Next::RetryAt(until), false));
            assert_eq!(verdict.effects, [Effect::PauseBucket { bucket: "all".into(), scope: RateScope::App, until }]);
            let blocked = judged(&Fault::ChannelBlocked(Passing { why: "spam".into(), retry_after: None }), deadline);
            assert!(matches!(blocked.effects.as_slice(), [Effect::PauseChannel { .. }]), "{blocked:?}");
        }
    }

    #[test]
    fn what_a_person_must_mend_stops_polling_and_keeps_follow_ups_for_their_day() {
        for fault in [Fault::SignInExpired, Fault::PermissionMissing(vec!["read".into()])] {
            let poll = judged(&fault, None);
            assert_eq!((poll.next, poll.effects.len()), (Next::Halt, 1), "{fault:?}");
            assert_eq!(judged(&fault, Some(DAY)).next, Next::RetryAt(NOW + 700), "{fault:?}");
            assert_eq!(judged(&fault, Some(NOW + 700)).next, Next::GiveUp, "{fault:?}");
        }
    }

    #[test]
    fn what_will_not_mend_ends_a_follow_up_and_never_the_polling() {
        let rejected = Fault::Rejected(Rejected { code: None, words: "no".into() });
        for fault in
            [Fault::Malformed("html".into()), rejected, Fault::Gone("m-1".into()), Fault::OptedOut("all".into())]
        {
            let (follow_up, poll) = (judged(&fault, Some(DAY)), judged(&fault, None));
            assert_eq!((follow_up.next, follow_up.is_odd), (Next::GiveUp, true), "{fault:?}");
            assert_eq!((poll.next, poll.is_odd), (Next::RetryAt(NOW + 700), true), "{fault:?}");
            assert!(poll.effects.is_empty(), "{fault:?}");
        }
    }

    #[test]
    fn what_passes_ends_with_its_day() {
        let verdict = judged(&passing(Some(86_400_000)), Some(DAY));
        assert_eq!((verdict.next, verdict.failure.code.as_str()), (Next::GiveUp, "gave-up"));
        assert!(matches!(judged(&passing(Some(86_400_000)), None).next, Next::RetryAt(_)));
    }

    #[test]
    fn a_page_is_followed_after_the_interval_or_at_once() {
        let page = |cursor: Option<&str>, more, wait_at_least| Page {
            events: Vec::new(),
            cursor: cursor.map(str::to_owned),
            more,
            wait_at_least,
        };
        let after = |page: &Page| after_page(page, Some("1"), 60_000, NOW, 6_500);
        assert_eq!(after(&page(Some("2"), false, None)), (NOW + 60_500, NOW + 1_000));
        assert_eq!(after(&page(Some("2"), true, None)), (NOW, NOW), "there is more");
        assert_eq!(after(&page(Some("2"), true, Some(50))), (NOW + 50, NOW + 50));
        for stuck in [page(Some("1"), true, None), page(None, true, None)] {
            assert_eq!(after(&stuck).0, NOW + 60_500, "more of the same");
        }
        assert_eq!(after(&page(None, false, Some(300_000))), (NOW + 300_000, NOW + 300_000));
        assert_eq!(after(&page(None, false, Some(u64::MAX))).1, NOW + 86_400_000, "for ever is a day");
    }
}
