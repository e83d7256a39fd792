//! What each outcome and fault leads to.

use super::*;
use crate::contract::common::{Alias, Assurance, IdentityKind, Passing, RateLimited, Rejected, WindowClosed};
use crate::contract::outbound::{PartOutcome, Sent};
use crate::delivery::DEADLINE_MS;

const NOW: u64 = 1_000_000;

fn sent(id: &str) -> Outcome {
    Outcome::Sent(Sent {
        message: Some(id.to_owned()),
        universal: None,
        thread: None,
        recipient: Vec::new(),
        refused: Vec::new(),
        context: None,
    })
}

fn accepted() -> Outcome {
    match sent("m") {
        Outcome::Sent(sent) => Outcome::Accepted(sent),
        other => other,
    }
}

fn passing(retry_after: Option<u64>) -> Passing {
    Passing { why: "busy".to_owned(), retry_after }
}

fn alias() -> Alias {
    Alias { key: "new".to_owned(), kind: IdentityKind::Opaque, assurance: Assurance::Provider }
}

/// An attempt told in one line: the states before, what was said of each, in order.
struct Story {
    states: Vec<PartState>,
    said: Vec<Option<Outcome>>,
    broke: Option<&'static str>,
    moved_before: bool,
    deadline: u64,
}

fn story(states: &[PartState], said: &[Option<Outcome>]) -> Story {
    Story {
        states: states.to_vec(),
        said: said.to_vec(),
        broke: None,
        moved_before: false,
        deadline: NOW + DEADLINE_MS,
    }
}

impl Story {
    fn plan(&self) -> Plan {
        let parts: Vec<_> = (0..).zip(&self.states).map(|(id, state)| PartBefore { id, state: *state }).collect();
        let outcomes: Vec<_> = (0..)
            .zip(&self.said)
            .filter_map(|(id, said)| said.clone().map(|outcome| PartOutcome { parts: vec![id], outcome }))
            .collect();
        plan(&Attempt {
            attempt: 1,
            now: NOW,
            deadline: self.deadline,
            moved_before: self.moved_before,
            parts: &parts,
            outcomes: &outcomes,
            broke: self.broke,
            scope_of: &|bucket| (bucket == "thread").then_some(RateScope::Thread),
            jitter: 400,
        })
    }
}

fn states(plan: &Plan) -> Vec<PartState> {
    plan.parts.iter().map(|part| part.state).collect()
}

use PartState::{Accepted, Departing, Failed, NotTried, Queued, Unknown};

#[test]
fn every_outcome_of_a_lone_part_has_its_decision() {
    let table = [
        (sent("m"), PartState::Sent, Next::Done, vec![Effect::Working], None),
        (accepted(), Accepted, Next::Done, vec![Effect::Working], None),
        (Outcome::Unknown("who knows".into()), Unknown, Next::Done, vec![], Some("unknown")),
    ];
    for (outcome, state, next, effects, code) in table {
        let plan = story(&[Departing], &[Some(outcome.clone())]).plan();
        assert_eq!(states(&plan), vec![state], "{outcome:?}");
        assert_eq!(plan.next, next, "{outcome:?}");
        assert_eq!(plan.effects, effects, "{outcome:?}");
        assert_eq!(plan.failure.as_ref().map(|failure| failure.code.as_str()), code, "{outcome:?}");
    }
}

#[test]
fn what_was_settled_on_the_way_shows_that_the_channel_works() {
    let plan =
        story(&[PartState::Sent, Departing], &[Some(sent("m")), Some(Outcome::Failed(Fault::SignInExpired))]).plan();
    let refused = Effect::Reconnect("the provider refuses the credential".into());
    assert_eq!(plan.effects, [refused], "the fault counts more");
    assert_eq!(story(&[PartState::Sent], &[Some(sent("m"))]).plan().effects, [Effect::Working]);
}

#[test]
fn every_fault_has_its_decision() {
    let reject = Rejected { code: Some("100".into()), words: "no".into() };
    let window = WindowClosed { since: None, allowed: vec!["HUMAN_AGENT".into()] };
    let limit = |bucket: &str| RateLimited { retry_after: Some(5_000), bucket: bucket.into() };
    let pause = |bucket: &str, scope| Effect::PauseBucket { bucket: bucket.into(), scope, until: NOW + 5_400 };
    let again = |wait| (Queued, Next::RetryAt(NOW + wait));
    let last = || (Failed, Next::Done);
    let table = [
        (Fault::Passing(passing(None)), again(400), vec![], "passing"),
        (Fault::Passing(passing(Some(60_000))), again(60_400), vec![], "passing"),
        (Fault::RateLimited(limit("thread")), again(5_400), vec![pause("thread", RateScope::Thread)], "rate-limited"),
        (Fault::RateLimited(limit("else")), again(5_400), vec![pause("else", RateScope::Account)], "rate-limited"),
        (
            Fault::SignInExpired,
            last(),
            vec![Effect::Reconnect("the provider refuses the credential".into())],
            "sign-in-expired",
        ),
        (
            Fault::PermissionMissing(vec!["pages".into()]),
            last(),
            vec![Effect::PermissionMissing(vec!["pages".into()])],
            "permission-missing",
        ),
        (
            Fault::ChannelBlocked(passing(None)),
            again(BLOCKED_MS + 400),
            vec![Effect::PauseChannel { until: NOW + BLOCKED_MS + 400, why: "busy".into() }],
            "channel-blocked",
        ),
        (Fault::WindowClosed(window), last(), vec![], "window-closed"),
        (
            Fault::RecipientUnreachable("left".into()),
            last(),
            vec![Effect::Unreachable("left".into())],
            "recipient-unreachable",
        ),
        (Fault::OptedOut("all".into()), last(), vec![Effect::OptedOut("all".into())], "opted-out"),
        (Fault::RecipientMoved(alias()), again(0), vec![Effect::Moved(alias())], "recipient-moved"),
        (Fault::HeldElsewhere("app 2".into()), last(), vec![], "held-elsewhere"),
        (Fault::Unsupported("poll".into()), last(), vec![], "unsupported"),
        (Fault::TooLarge(Some(2_000)), last(), vec![], "too-large"),
        (Fault::Gone("quote".into()), last(), vec![], "gone"),
        (Fault::Malformed("html".into()), last(), vec![Effect::Unreadable("html".into())], "malformed"),
        (Fault::Rejected(reject), last(), vec![], "rejected"),
    ];
    for (fault, (state, next), effects, code) in table {
        let plan = story(&[Departing], &[Some(Outcome::Failed(fault.clone()))]).plan();
        assert_eq!(states(&plan), vec![state], "{fault:?}");
        assert_eq!(plan.next, next, "{fault:?}");
        assert_eq!(plan.effects, effects, "{fault:?}");
        assert_eq!(plan.failure.map(|failure| failure.code), Some(code.to_owned()), "{fault:?}");
    }
}

#[test]
fn a_recipient_moves_once() {
    let fault = Outcome::Failed(Fault::RecipientMoved(alias()));
    let plan = Story { moved_before: true, ..story(&[Departing], &[Some(fault)]) }.plan();
    assert_eq!((states(&plan), plan.next, plan.effects), (vec![Failed], Next::Done, vec![]));
}

#[test]
fn what_would_be_tried_after_the_deadline_is_given_up() {
    let fault = Outcome::Failed(Fault::Passing(passing(Some(60_000))));
    let plan = Story { deadline: NOW + 10_000, ..story(&[Departing], &[Some(fault)]) }.plan();
    assert_eq!((states(&plan), &plan.next), (vec![Failed], &Next::Done));
    assert_eq!(plan.failure, Some(Failure::with("gave-up", "passing: busy")));
}

#[test]
fn a_trap_before_departure_is_tried_again_and_one_after_it_is_unknown() {
    let trapped = |state| Story { broke: Some("trap"), ..story(&[state], &[None]) }.plan();
    let before = trapped(Queued);
    assert_eq!((states(&before), before.next), (vec![Queued], Next::RetryAt(NOW + 400)));
    let after = trapped(Departing);
    assert_eq!((states(&after), after.next), (vec![Unknown], Next::Done));
}

#[test]
fn what_departed_and_was_not_spoken_of_is_unknown_whatever_the_plugin_says_of_trying() {
    assert_eq!(states(&story(&[Departing], &[None]).plan()), vec![Unknown]);
    assert_eq!(states(&story(&[Departing], &[Some(Outcome::NotTried)]).plan()), vec![Unknown]);
}

#[test]
fn parts_behind_a_final_failure_are_not_tried_and_those_behind_a_passing_one_wait() {
    let refused = Outcome::Failed(Fault::Gone("quote".into()));
    let plan = story(&[PartState::Sent, Departing, Queued], &[None, Some(refused), Some(Outcome::NotTried)]).plan();
    assert_eq!((states(&plan), plan.next), (vec![Failed, NotTried], Next::Done));

    let busy = Outcome::Failed(Fault::Passing(passing(None)));
    let plan = story(&[Departing, Departing, Queued], &[Some(sent("m")), Some(busy), Some(Outcome::NotTried)]).plan();
    assert_eq!(states(&plan), vec![PartState::Sent, Queued, Queued]);
    assert_eq!(plan.next, Next::RetryAt(NOW + 400));
}

#[test]
fn nothing_is_tried_behind_a_part_that_is_unknown() {
    let lost = Outcome::Unknown("timed out".into());
    let busy = Outcome::Failed(Fault::Passing(passing(None)));
    let plan = story(&[Departing, Queued, Queued], &[Some(lost), Some(busy), Some(Outcome::NotTried)]).plan();
    assert_eq!((states(&plan), plan.next), (vec![Unknown, Failed, NotTried], Next::Done));
    assert_eq!(plan.failure.map(|failure| failure.code), Some("unknown".to_owned()));
}

#[test]
fn a_part_that_the_plugin_forgot_before_departure_is_tried_again() {
    let plan = story(&[Queued], &[None]).plan();
    assert_eq!((states(&plan), plan.next), (vec![Queued], Next::RetryAt(NOW + 400)));
}
