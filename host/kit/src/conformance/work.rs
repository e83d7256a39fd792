//! What runs by itself, and the checks that `poll` and `follow_up` share: both ask the provider, and give events or a fault.
//!
//! Each takes a case in which everything goes well, and changes the provider's answers or calls it again. The bodies of all answers
//! are changed together, because a list names what further answers hold.

use lockgate_model::contract::common::Fault;
use lockgate_model::contract::inbound::{Event, EventBody, Page};
use lockgate_model::manifest::Level;
use lockgate_runtime::{CallFailure, Called, Effects};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::damage::words;
use super::keys::{LONGEST, lasts};
use super::payload::{put, renamed, ways, without};
use super::provider::{HTML, asks_to_sign_in, comes_again, limited, no_times, status, waits_by};
use super::subject::{Subject, died, keys, kind, shown};
use super::{Finding, Trials, answers};
use crate::bench::WorkSeen;
use crate::case::{Answer, Answered, Asked, Break, Case, CaseCall};
use crate::judge::level;
use crate::terse::Step;
use crate::world::World;

/// Changed answers of one check, at most.
const CHANGES: usize = 400;
/// Random changes that are tried.
const MUTATIONS: u64 = 100;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Poll,
    FollowUp,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Work {
    /// Poll from here.
    Poll(Option<String>),
    /// Do what an event asked for.
    FollowUp(String),
}

/// What a case shows to be done well.
#[derive(Clone)]
pub(super) struct Worked<'a> {
    pub(super) case: &'a Case,
    pub(super) world: World,
    pub(super) work: Work,
    pub(super) answers: Vec<Answered>,
    /// What came of it; of a follow-up its events alone.
    pub(super) page: Page,
    asked: Vec<Asked>,
    effects: Effects,
}

impl Kind {
    /// Why there is nothing to try.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Poll => "no case shows a poll that asks the provider and gives a page",
            Self::FollowUp => "no case shows a follow-up that asks the provider and gives events",
        }
    }
}

impl Worked<'_> {
    /// The bodies of all answers, as one list.
    pub(super) fn bodies(&self) -> Value {
        let body = |answer: &Answered| match answer {
            Answered::Whole(answer) => answer.body.clone(),
            Answered::Broken(_) => Value::Null,
        };
        self.answers.iter().map(body).collect()
    }

    /// The answers with other bodies.
    pub(super) fn with(&self, bodies: &Value) -> Vec<Answered> {
        let bodies = bodies.as_array().map(Vec::as_slice).unwrap_or_default();
        let other = |(place, answer): (usize, &Answered)| match answer {
            Answered::Whole(answer) => {
                let body = bodies.get(place).cloned().unwrap_or_default();
                Answered::Whole(Answer { body, ..answer.clone() })
            }
            broken @ Answered::Broken(_) => broken.clone(),
        };
        self.answers.iter().enumerate().map(other).collect()
    }

    /// The state that it left.
    pub(super) fn left(&self) -> World {
        let mut world = self.world.clone();
        for (key, value) in &self.effects.state_writes {
            match value {
                Some(value) => drop(world.state.insert(key.clone(), value.clone())),
                None => drop(world.state.remove(key)),
            }
        }
        world
    }
}

impl<'a> Subject<'a> {
    /// Has it done.
    pub(super) async fn work(
        &self,
        world: &World,
        work: &Work,
        answers: Vec<Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Page> {
        let seen = self.work_oddly(world, work, answers, then).await;
        self.note(&seen.called.effects);
        seen
    }

    /// The same, with names or answers that make addresses which nobody would permit.
    pub(super) async fn work_oddly(
        &self,
        world: &World,
        work: &Work,
        answers: Vec<Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Page> {
        let mut bench = self.benches.one().await;
        match work {
            Work::Poll(cursor) => bench.poll(world, cursor.clone(), answers, then).await,
            Work::FollowUp(what) => {
                let WorkSeen { called, asked, answered } = bench.follow_up(world, what.clone(), answers, then).await;
                let page = |events| Page { events, cursor: None, more: false, wait_at_least: None };
                let result = called.result.map(|result| result.map(page));
                WorkSeen { called: Called { result, effects: called.effects }, asked, answered }
            }
        }
    }

    /// The same once more, with these answers; nothing is left to answer beyond.
    pub(super) async fn page(&self, one: &Worked<'_>, answers: Vec<Answered>) -> Result<Page, String> {
        match self.work_oddly(&one.world, &one.work, answers, None).await.called.result {
            Ok(Ok(page)) => Ok(page),
            Ok(Err(fault)) => Err(format!("it comes to nothing: {fault:?}")),
            Err(failure) => Err(failure.to_string()),
        }
    }

    /// What its cases show to be done well, each as it is.
    pub(super) async fn worked(&self, kind: Kind) -> &[Worked<'a>] {
        let cell = match kind {
            Kind::Poll => &self.polled,
            Kind::FollowUp => &self.followed_up,
        };
        cell.get_or_init(|| self.work_all(kind)).await
    }

    async fn work_all(&self, kind: Kind) -> Vec<Worked<'a>> {
        let mut worked = Vec::new();
        for case in self.cases {
            let work = match (&case.call, kind) {
                (CaseCall::Poll(cursor), Kind::Poll) => Work::Poll(cursor.clone()),
                (CaseCall::FollowUp(what), Kind::FollowUp) => Work::FollowUp(what.clone()),
                _ => continue,
            };
            let Some(answers) = answers::good(case) else { continue };
            let world = World::of(case, self.manifest, level(case, self.manifest));
            let seen = self.work(&world, &work, answers.clone(), None).await;
            let Called { result, effects } = seen.called;
            if let Ok(Ok(page)) = result
                && seen.asked.len() == answers.len()
            {
                worked.push(Worked { case, world, work, answers, page, asked: seen.asked, effects });
            }
        }
        worked
    }
}

/// The same at the same time, with the same chance and with other.
pub(super) async fn same_again(subject: &Subject<'_>, kind: Kind) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(kind).await {
        for seed in [one.world.seed, [3; 32]] {
            let world = World { seed, ..one.world.clone() };
            // What went wrong before leaves nothing behind.
            let fault = status(500, HTML);
            drop(subject.work(&world, &one.work, vec![fault.clone()], Some(fault)).await);
            let seen = subject.work(&world, &one.work, one.answers.clone(), None).await;
            let Called { result, effects } = seen.called;
            let Ok(Ok(page)) = result else {
                trials.add(Some(format!("{}: the same call comes to nothing", one.case.name)));
                continue;
            };
            let same = shown(&page.events) == shown(&one.page.events)
                && (&page.cursor, page.more, page.wait_at_least)
                    == (&one.page.cursor, one.page.more, one.page.wait_at_least)
                && effects.state_writes == one.effects.state_writes;
            trials.holds(same, || format!("{}: the same call comes to something else", one.case.name));
            trials.holds(seen.asked == one.asked, || format!("{}: the same call asks otherwise", one.case.name));
        }
    }
    trials.finding(kind.nothing())
}

/// Every event that lasts has a key, and where the app is polled an account.
pub(super) async fn named(subject: &Subject<'_>, kind_of: Kind) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(kind_of).await {
        let name = &one.case.name;
        for event in one.page.events.iter().filter(|event| lasts(event)) {
            let key = &event.dedup;
            trials.holds(!key.is_empty(), || format!("{name}: an event of the kind {} has no key", kind(event)));
            trials.holds(key.len() <= LONGEST, || format!("{name}: a key has {} bytes: {key}", key.len()));
            let of_app = level(one.case, subject.manifest) == Level::App;
            let account = event.account.as_ref().is_some_and(|account| !account.is_empty());
            let nobody = matches!(event.body, EventBody::EraseRequested(_));
            trials.holds(!of_app || account || nobody, || format!("{name}: an event names no account"));
        }
    }
    trials.finding(kind_of.nothing())
}

/// An hour later, with what it left and other chance, from the same place and from where it went on to: no key is new.
pub(super) async fn no_new_keys(subject: &Subject<'_>, kind: Kind) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(kind).await {
        let world = World { now_ms: one.world.now_ms + 3_600_000, seed: [9; 32], ..one.left() };
        let next = match (&one.work, &one.page.cursor) {
            (Work::Poll(_), Some(cursor)) => Some(Work::Poll(Some(cursor.clone()))),
            _ => None,
        };
        let before = named_keys(&one.page.events);
        for work in [Some(one.work.clone()), next].into_iter().flatten() {
            let last = one.answers.last().cloned();
            let seen = subject.work(&world, &work, one.answers.clone(), last).await.called.result;
            // That it comes to anything is another check's.
            let Ok(Ok(page)) = seen else { continue };
            let after = named_keys(&page.events);
            let new: Vec<_> = after.iter().filter(|key| !before.contains(key)).collect();
            trials.holds(new.is_empty(), || {
                format!("{}: the same answers give {new:?} an hour later, and gave {before:?}", one.case.name)
            });
        }
    }
    trials.finding(kind.nothing())
}

/// What names the events that last.
pub(super) fn named_keys(events: &[Event]) -> Vec<(String, String)> {
    keys(events.iter().filter(|event| lasts(event)))
}

/// Answers that nobody can read come to a fault, not to nothing.
pub(super) async fn unreadable(subject: &Subject<'_>, kind: Kind) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(kind).await {
        let Some(Answered::Whole(last)) = one.answers.last() else { continue };
        if !(last.body.is_object() || last.body.is_array()) {
            continue;
        }
        let whole = last.body.to_string();
        let cut: String = whole.chars().take(whole.chars().count() / 2).collect();
        for body in [cut, String::new(), " ".into(), "{".into(), HTML.into(), "7".into(), "\"kit\"".into()] {
            let told: String = body.chars().take(40).collect();
            let answer = Answered::Whole(Answer { body: Value::String(body), ..last.clone() });
            let result = subject
                .work(&one.world, &one.work, answers::ending(&one.answers, &answer), Some(answer))
                .await
                .called
                .result;
            let wrong = match result {
                Ok(Ok(page)) => Some(format!("it is taken, and gives {} events", page.events.len())),
                Ok(Err(_)) => None,
                Err(failure) => Some(failure.to_string()),
            };
            trials.add(wrong.map(|words| format!("{}: answered {told:?}: {words}", one.case.name)));
        }
    }
    trials.finding("no case shows an answer in JSON")
}

/// Answers the last request otherwise, and hands what comes of it to `judge`, which says whether it is right.
async fn answered(
    subject: &Subject<'_>,
    kind: Kind,
    trials: &mut Trials,
    answer: &Answered,
    what: &str,
    judge: impl Fn(&Fault) -> bool,
) {
    for one in subject.worked(kind).await {
        let answers = answers::ending(&one.answers, answer);
        let seen = subject.work(&one.world, &one.work, answers, Some(answer.clone())).await;
        trials.judged(&one.case.name, what, seen.called.result, |came| match came {
            Ok(page) => Some(format!("it is taken, and gives {} events", page.events.len())),
            Err(fault) => (!judge(fault)).then(|| format!("its fault is {fault:?}").chars().take(240).collect()),
        });
        if trials.enough() {
            return;
        }
    }
}

/// Too many requests, with a time.
pub(super) async fn limit_with_time(subject: &Subject<'_>, kind: Kind) -> Finding {
    let mut trials = Trials::default();
    for seconds in [17, 3600] {
        let what = format!("status 429 with retry-after {seconds}");
        let right = |fault: &Fault| comes_again(fault) && waits_by(fault).is_some_and(|ms| ms >= seconds * 1000);
        answered(subject, kind, &mut trials, &limited(Some(seconds.to_string())), &what, right).await;
    }
    trials.finding(kind.nothing())
}

/// What passes: it comes again by itself.
pub(super) async fn passing(subject: &Subject<'_>, kind: Kind) -> Finding {
    let mut trials = Trials::default();
    for after in no_times() {
        let what = format!("status 429 with retry-after {after:?}");
        answered(subject, kind, &mut trials, &limited(after), &what, comes_again).await;
    }
    for code in [500, 502, 503, 504] {
        answered(subject, kind, &mut trials, &status(code, HTML), &format!("status {code}"), comes_again).await;
    }
    for (answer, what) in [(Break::Closed, "the connection closes"), (Break::Unreachable, "nobody answers there")] {
        answered(subject, kind, &mut trials, &Answered::Broken(answer), what, comes_again).await;
    }
    trials.finding(kind.nothing())
}

/// The sign-in ended.
pub(super) async fn sign_in(subject: &Subject<'_>, kind: Kind) -> Finding {
    let mut trials = Trials::default();
    answered(subject, kind, &mut trials, &status(401, HTML), "status 401", asks_to_sign_in).await;
    trials.finding(kind.nothing())
}

/// Whatever is changed in the answers, it does not stop.
pub(super) async fn changed_answers(subject: &Subject<'_>, kind: Kind) -> Finding {
    let mut trials = Trials::default();
    let others = [json!(null), json!(-1), json!(u64::MAX), json!("x"), json!(true), json!([]), json!({})];
    for one in subject.worked(kind).await {
        let bodies = one.bodies();
        let change = |way: Vec<Step>| {
            let changed = others.iter().map(|other| put(&bodies, &way, other.clone()));
            let changed: Vec<Value> = changed.chain(without(&bodies, &way)).chain(renamed(&bodies, &way)).collect();
            changed.into_iter().map(move |bodies| (words(&way), bodies))
        };
        // The list of the bodies itself is the kit's.
        let all: Vec<_> = ways(&bodies).into_iter().skip(1).flat_map(change).collect();
        let step = all.len().div_ceil(CHANGES).max(1);
        for (place, bodies) in all.into_iter().step_by(step) {
            let failure = stops(subject, one, &bodies).await;
            trials.add(failure.map(|failure| format!("{}: changed at {place}: {failure}", one.case.name)));
        }
        for seed in 0..MUTATIONS {
            // The same changes at every run: what fails once fails again.
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut changed = bodies.clone();
            for _ in 0..random.random_range(1..=4) {
                let all = ways(&changed);
                let Some(way) = all.get(random.random_range(0..all.len().max(1))).filter(|way| !way.is_empty()) else {
                    continue;
                };
                let texts = ["", "\u{0}", "é\u{301}𝔘", "-1", "null"];
                let other = match random.random_range(0..3) {
                    0 => json!(random.random::<i64>()),
                    1 => json!(texts.get(random.random_range(0..texts.len()))),
                    _ => Value::Null,
                };
                changed = put(&changed, way, other);
            }
            let failure = stops(subject, one, &changed).await;
            trials.add(failure.map(|failure| format!("{}: changed (seed {seed}): {failure}", one.case.name)));
        }
        if trials.enough() {
            break;
        }
    }
    trials.finding(kind.nothing())
}

async fn stops(subject: &Subject<'_>, one: &Worked<'_>, bodies: &Value) -> Option<CallFailure> {
    let answers = one.with(bodies);
    let last = answers.last().cloned();
    subject.work_oddly(&one.world, &one.work, answers, last).await.called.result.err().filter(died)
}
