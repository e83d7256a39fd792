//! Checks of `actions`.
//!
//! Each takes an action that a case shows to be done, and changes one thing: what it is done to, or what the provider answers. An
//! action may be asked again where that does no harm, so after an answer that is lost a plugin may say `unknown` or `passing`; it
//! never says that it was done, nor that it cannot be.

use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::contract::common::{Content, Context, Contexts, Fault, Part, RichText, Thread};
use lockgate_model::contract::outbound::Outcome;
use lockgate_model::manifest::{Level, NotDeclared};
use serde_json::{Value, json};

use super::drafts::holds;
use super::payload::{all_texts, put, texts, ways, without};
use super::provider::{HTML, again, asks_to_sign_in, limited, no_times, short, status, waits};
use super::subject::{Subject, died};
use super::{Finding, Trials, answers};
use crate::bench::SendSeen;
use crate::case::{Acting, Answer, Answered, Asked, Break, Case, CaseCall};
use crate::terse::{self, Step, Texts};
use crate::world::World;

const NO_ACTION: &str = "no case shows an action that is done";
/// Changed answers of one check, at most.
const CHANGES: usize = 200;

/// An action of a case that is done.
#[derive(Clone)]
pub(super) struct Acted<'a> {
    case: &'a Case,
    world: World,
    acting: Acting,
    answers: Vec<Answered>,
}

impl<'a> Subject<'a> {
    /// Asks for an action.
    async fn act(
        &self,
        world: &World,
        acting: Acting,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> SendSeen<Outcome> {
        let seen = self.act_oddly(world, acting, answers, then).await;
        self.note(&seen.called.effects);
        seen
    }

    /// The same, with names or answers that make addresses which nobody would permit.
    async fn act_oddly(
        &self,
        world: &World,
        acting: Acting,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> SendSeen<Outcome> {
        self.benches.one().await.act(world, acting, answers, then).await
    }

    /// The actions of its cases that are done with requests, by what the cases expect and the plugin does.
    async fn acted(&self) -> &[Acted<'a>] {
        self.acted.get_or_init(|| self.act_all()).await
    }

    async fn act_all(&self) -> Vec<Acted<'a>> {
        let mut acted = Vec::new();
        for case in self.cases {
            let CaseCall::Act(acting) = &case.call else { continue };
            let kind = case.expect.outcome.as_ref().and_then(|outcome| outcome.get("type")).and_then(Value::as_str);
            let Some(answers) = answers::good(case).filter(|_| matches!(kind, Some("sent" | "accepted"))) else {
                continue;
            };
            let one = Acted { case, world: self.world(case), acting: acting.clone(), answers };
            let seen = self.again(&one).await;
            if seen.asked.len() == one.answers.len() {
                acted.push(one);
            }
        }
        acted
    }

    fn world(&self, case: &Case) -> World {
        World::of(case, self.manifest, Level::Channel)
    }

    /// The same once more.
    async fn again(&self, one: &Acted<'_>) -> SendSeen<Outcome> {
        self.act(&one.world, one.acting.clone(), one.answers.clone(), None).await
    }

    /// The same with another action or target; the last answer goes for everything beyond.
    async fn other(&self, one: &Acted<'_>, acting: Acting) -> SendSeen<Outcome> {
        self.act(&one.world, acting, one.answers.clone(), one.answers.last().cloned()).await
    }
}

/// What every function is asked for.
fn every_action() -> Vec<Action> {
    let text = |words: &str| Content::Text(RichText { plain: words.into(), html: None });
    let part = Part { content: text("kit"), extras: Vec::new() };
    let react = |added| Action::React { symbol: "👍".into(), added, reaction: None };
    vec![
        Action::Edit { parts: vec![part] },
        Action::Delete,
        react(true),
        react(false),
        Action::MarkRead,
        Action::Typing { on: true, author: None },
        Action::Typing { on: false, author: None },
        Action::TakeOver { on: true },
        Action::TakeOver { on: false },
        Action::Ended { ended: true },
        Action::Ended { ended: false },
    ]
}

/// A target for a plugin that shows none.
fn some_target() -> Option<Target> {
    let thread = json!({ "key": "kit-thread", "kind": "direct" });
    let client_ref = "00000000-0000-4000-8000-000000000001";
    let target = json!({ "thread": thread, "message": "kit-message", "client_ref": client_ref });
    terse::read(&target, Texts::Written).ok()
}

/// A01
pub(super) async fn undeclared(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let shown = subject.cases.iter().find_map(|case| match &case.call {
        CaseCall::Act(acting) => Some((case, acting.target.clone())),
        _ => None,
    });
    let Some((case, target)) = shown.or_else(|| Some((subject.cases.first()?, some_target()?))) else {
        return trials.finding(NO_ACTION);
    };
    for action in every_action() {
        if subject.manifest.capabilities.permit(&action) != Err(NotDeclared::Action) {
            continue;
        }
        let acting = Acting { target: target.clone(), action };
        let name = acting.action.name();
        let taken = Answered::Whole(Answer { status: 200, body: json!({}), ..Answer::default() });
        let seen = subject.act(&subject.world(case), acting, [], Some(taken)).await;
        match seen.called.result {
            Ok(Outcome::Failed(Fault::Unsupported(_))) => {
                trials.holds(seen.asked.is_empty(), || format!("{name} is not declared, and it makes requests"));
            }
            Ok(outcome) => trials.add(Some(format!("{name} is not declared, and {}", short(&outcome)))),
            Err(failure) => trials.add(Some(format!("{name} is not declared: {failure}"))),
        }
    }
    trials.finding("it declares every action")
}

/// The same action in the other ways in which it may be asked for.
fn variants(subject: &Subject<'_>, action: &Action) -> Vec<Action> {
    match action {
        Action::React { added, reaction, .. } => {
            let declared = subject.manifest.capabilities.react.iter().flat_map(|react| react.symbols.clone());
            let mut symbols: Vec<String> = declared.collect();
            if symbols.is_empty() {
                let any = ["👍", "❤", "❤\u{fe0f}", "👨\u{200d}👩\u{200d}👧\u{200d}👦", "🇫🇷", "1\u{fe0f}\u{20e3}"];
                symbols = any.map(str::to_owned).into();
            }
            let react = |symbol| Action::React { symbol, added: *added, reaction: reaction.clone() };
            symbols.into_iter().map(react).collect()
        }
        Action::Typing { author, .. } => [true, false].map(|on| Action::Typing { on, author: author.clone() }).into(),
        Action::TakeOver { .. } => [true, false].map(|on| Action::TakeOver { on }).into(),
        Action::Ended { .. } => [true, false].map(|ended| Action::Ended { ended }).into(),
        same => vec![same.clone()],
    }
}

/// A02
pub(super) async fn declared(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.acted().await {
        if subject.manifest.capabilities.permit(&one.acting.action).is_err() {
            continue;
        }
        for action in variants(subject, &one.acting.action) {
            let told = format!("{action:?}");
            let seen = subject.other(one, Acting { action, ..one.acting.clone() }).await;
            let wrong = match seen.called.result {
                Ok(Outcome::Failed(Fault::Unsupported(why))) => Some(format!("it is unsupported: {why}")),
                Ok(_) => None,
                Err(failure) => Some(failure.to_string()),
            };
            trials.add(wrong.map(|words| format!("{}: {told} is declared: {words}", one.case.name)));
        }
    }
    trials.finding("no case shows an action that is declared and done")
}

/// Answers the last request otherwise, and hands the outcome to `judge`, which says whether it is right.
async fn answered(
    subject: &Subject<'_>,
    trials: &mut Trials,
    answer: &Answered,
    what: &str,
    judge: impl Fn(&Outcome) -> bool,
) {
    for one in subject.acted().await {
        let answers = answers::ending(&one.answers, answer);
        let seen = subject.act(&one.world, one.acting.clone(), answers, Some(answer.clone())).await;
        let wrong = |outcome: &Outcome| (!judge(outcome)).then(|| short(outcome));
        trials.judged(&one.case.name, what, seen.called.result, wrong);
        if trials.enough() {
            return;
        }
    }
}

/// Nobody knows whether it was done, or it is asked for again, which does no harm.
fn open(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Unknown(_)) || again(outcome)
}

/// A03
pub(super) async fn server_errors(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for code in [500, 502, 503, 504] {
        answered(subject, &mut trials, &status(code, HTML), &format!("status {code}"), open).await;
    }
    trials.finding(NO_ACTION)
}

/// A04
pub(super) async fn no_answer(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let closed = Answered::Broken(Break::Closed);
    answered(subject, &mut trials, &closed, "the connection closes without an answer", open).await;
    trials.finding(NO_ACTION)
}

/// A05
pub(super) async fn unreachable(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let unreachable = Answered::Broken(Break::Unreachable);
    answered(subject, &mut trials, &unreachable, "nobody answers there", again).await;
    trials.finding(NO_ACTION)
}

/// A06
pub(super) async fn limit_with_time(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for seconds in [17, 3600] {
        let what = format!("status 429 with retry-after {seconds}");
        let right = |outcome: &Outcome| again(outcome) && waits(outcome).is_some_and(|ms| ms >= seconds * 1000);
        answered(subject, &mut trials, &limited(Some(seconds.to_string())), &what, right).await;
    }
    trials.finding(NO_ACTION)
}

/// A07
pub(super) async fn limit_without_time(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for after in no_times() {
        let what = format!("status 429 with retry-after {after:?}");
        answered(subject, &mut trials, &limited(after), &what, again).await;
    }
    trials.finding(NO_ACTION)
}

/// A08
pub(super) async fn sign_in(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let right = |outcome: &Outcome| matches!(outcome, Outcome::Failed(fault) if asks_to_sign_in(fault));
    answered(subject, &mut trials, &status(401, HTML), "status 401", right).await;
    trials.finding(NO_ACTION)
}

/// A09
pub(super) async fn refused(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for body in [HTML, "", "{", "null", "{\"error\":true}"] {
        let right = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_)) && !again(outcome);
        answered(subject, &mut trials, &status(400, body), &format!("status 400 with {body:?}"), right).await;
    }
    trials.finding(NO_ACTION)
}

/// A10
pub(super) async fn taken(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for body in [HTML, "", "{", "null", "[]", "{\"kit\":1}"] {
        let right = |outcome: &Outcome| matches!(outcome, Outcome::Sent(_) | Outcome::Accepted(_)) || open(outcome);
        answered(subject, &mut trials, &status(200, body), &format!("status 200 with {body:?}"), right).await;
    }
    trials.finding(NO_ACTION)
}

/// A11
pub(super) async fn same_again(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.acted().await {
        let first = subject.again(one).await;
        // A second attempt is another call, with other chance.
        for seed in [one.world.seed, [3; 32]] {
            let other = Acted { world: World { seed, ..one.world.clone() }, ..one.clone() };
            let second = subject.again(&other).await;
            let same = match (&first.called.result, &second.called.result) {
                (Ok(first), Ok(second)) => first == second,
                _ => false,
            };
            trials.holds(first.asked == second.asked, || {
                format!("{}: the same action makes other requests", one.case.name)
            });
            trials.holds(same, || format!("{}: the same action and answers come to another outcome", one.case.name));
        }
    }
    trials.finding(NO_ACTION)
}

/// Targets that no host should hand in, and one might.
fn odd_targets(target: &Target) -> Vec<(&'static str, Target)> {
    let odd = "é/../?&#\u{0}👩\u{200d}👧";
    let thread = |key: &str| target.thread.clone().map(|thread| Thread { key: key.into(), ..thread });
    let context = || Some(Context { value: odd.into(), expires: Some(0), once: true });
    let contexts = Contexts { message: context(), thread: context(), recipient: context() };
    vec![
        ("neither thread nor message", Target { thread: None, message: None, ..target.clone() }),
        ("no thread", Target { thread: None, ..target.clone() }),
        ("no message", Target { message: None, ..target.clone() }),
        ("empty names", Target { thread: thread(""), message: Some(String::new()), ..target.clone() }),
        (
            "odd names",
            Target { thread: thread(odd), message: Some(odd.into()), client_ref: odd.into(), ..target.clone() },
        ),
        ("long names", Target { thread: thread(&"9".repeat(5000)), message: Some("ä".repeat(5000)), ..target.clone() }),
        ("odd contexts", Target { contexts, ..target.clone() }),
    ]
}

/// The action with what no host should hand in, and one might.
fn odd_actions(action: &Action) -> Vec<Action> {
    match action {
        Action::Edit { .. } => {
            let part = |content| Part { content, extras: Vec::new() };
            let every = super::preview::every_content().into_iter().map(|(_, content)| vec![part(content)]);
            let long = Content::Text(RichText { plain: "ä".repeat(100_000), html: Some("<b>".into()) });
            [Vec::new(), vec![part(long)]].into_iter().chain(every).map(|parts| Action::Edit { parts }).collect()
        }
        Action::React { .. } => {
            let symbols = ["", ":", ":kit_unknown:", "like", "\u{0}", "👍👍👍", "%2F\"\\"];
            let react = |added, symbol: &str, reaction: &str| Action::React {
                symbol: symbol.into(),
                added,
                reaction: Some(reaction.into()).filter(|reaction: &String| !reaction.is_empty()),
            };
            symbols.iter().flat_map(|symbol| [react(true, symbol, ""), react(false, symbol, "é/\u{0}")]).collect()
        }
        _ => Vec::new(),
    }
}

/// A12
pub(super) async fn odd(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.acted().await {
        let Acting { target, action } = &one.acting;
        let targets = odd_targets(target).into_iter().map(|(what, target)| (what.to_owned(), target, action.clone()));
        let actions = odd_actions(action).into_iter().map(|odd| {
            let told: String = format!("{odd:?}").chars().take(120).collect();
            (told, target.clone(), odd)
        });
        for (what, target, action) in targets.chain(actions) {
            let (answers, last) = (one.answers.clone(), one.answers.last().cloned());
            let seen = subject.act_oddly(&one.world, Acting { target, action }, answers, last).await;
            let failure = seen.called.result.err().filter(died);
            trials.add(failure.map(|failure| format!("{}: {what}: {failure}", one.case.name)));
        }
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_ACTION)
}

/// A13
pub(super) async fn targets(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.acted().await {
        let target = &one.acting.target;
        let settings = json!(one.world.settings);
        let shown: Vec<Asked> = one.case.provider.iter().map(|exchange| exchange.request.clone()).collect();
        for key in target.message.iter().chain(target.thread.as_ref().map(|thread| &thread.key)) {
            // What the provider is not told, or is told for another reason, cannot be looked for.
            if key.is_empty() || !holds(&shown, key) || all_texts(&settings).contains(&key.as_str()) {
                continue;
            }
            let digits = key.bytes().all(|byte| byte.is_ascii_digit());
            let odd = if digits { "4503599627370495".to_owned() } else { format!("{key}.kit-odd") };
            let other = texts(&json!(target), &|text| if text == key { odd.clone() } else { text.to_owned() });
            let Ok(other) = serde_json::from_value::<Target>(other) else { continue };
            let seen = subject.other(one, Acting { target: other, ..one.acting.clone() }).await;
            trials.holds(holds(&seen.asked, &odd), || {
                format!("{}: it is about {odd}, and no request says so", one.case.name)
            });
        }
    }
    trials.finding("no case shows an action whose message or thread is named in the request")
}

/// A14
pub(super) async fn changed_answers(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let others = [json!(null), json!(-1), json!("x"), json!(true), json!([]), json!({})];
    for one in subject.acted().await {
        let Some(Answered::Whole(answer)) = one.answers.last() else { continue };
        let change = |way: Vec<Step>| {
            let other = others.iter().map(|other| put(&answer.body, &way, other.clone())).collect::<Vec<_>>();
            without(&answer.body, &way).into_iter().chain(other)
        };
        let all: Vec<Value> = ways(&answer.body).into_iter().flat_map(change).collect();
        let step = all.len().div_ceil(CHANGES).max(1);
        for body in all.into_iter().step_by(step) {
            let told: String = body.to_string().chars().take(120).collect();
            let answer = Answered::Whole(Answer { body, ..answer.clone() });
            let answers = answers::ending(&one.answers, &answer);
            let seen = subject.act_oddly(&one.world, one.acting.clone(), answers, Some(answer)).await;
            let failure = seen.called.result.err().filter(died);
            trials.add(failure.map(|failure| format!("{}: answered {told}: {failure}", one.case.name)));
        }
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_ACTION)
}

/// A15
///
/// How a provider says that the window is closed, a case of `send` shows.
pub(super) async fn window(subject: &Subject<'_>) -> Finding {
    if subject.manifest.window.is_none() {
        return Finding::Skipped("its manifest has no [window]".into());
    }
    let mut trials = Trials::default();
    for case in subject.cases {
        let closed =
            |outcome: &Value| outcome.pointer("/outcome/value/type").and_then(Value::as_str) == Some("window_closed");
        let told = case.expect.outcomes.iter().flatten().any(closed);
        if let (true, Some(exchange)) = (told, case.provider.last()) {
            let right = |outcome: &Outcome| matches!(outcome, Outcome::Failed(Fault::WindowClosed(_)));
            let what = format!("answered as in {}", case.name);
            answered(subject, &mut trials, &exchange.answer, &what, right).await;
        }
    }
    trials.finding("no case shows how the provider says that the window is closed, or none an action that is done")
}
