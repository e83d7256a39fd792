//! Checks of `media-fetcher`: the file that an event named is kept as the provider has it, or a fault says why there is none.
//!
//! Each takes a case in which a file is kept, answers its last request (and whatever is asked beyond) otherwise, and looks at what
//! comes of it.

use lockgate_model::contract::common::Fault;
use lockgate_model::manifest::Level;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::damage::words;
use super::follow_ups::wordless;
use super::payload::{put, ways, without};
use super::provider::{HTML, asks_to_sign_in, comes_again, limited, no_times, status, waits_by};
use super::subject::{Subject, died};
use super::{Finding, Trials, answers};
use crate::case::{Answer, Answered, Break, CaseCall, KeptFile};
use crate::world::World;

/// Why there is nothing to try.
const NO_FILE: &str = "no case shows a file that is fetched and kept";
/// Changed answers of one case, at most.
const CHANGES: usize = 200;

type Came = Result<Option<KeptFile>, Fault>;

/// A file that a case fetches, by good answers alone.
struct Fetching<'a> {
    name: &'a str,
    world: World,
    deferred: &'a str,
    answers: Vec<Answered>,
}

impl Fetching<'_> {
    /// The last answer's body, where it is a text.
    fn text(&self) -> Option<(&Answer, &str)> {
        let Some(Answered::Whole(last)) = self.answers.last() else { return None };
        Some((last, last.body.as_str()?))
    }
}

fn fetchings<'a>(subject: &Subject<'a>) -> Vec<Fetching<'a>> {
    let mut fetchings = Vec::new();
    for case in subject.cases {
        let CaseCall::Fetch(deferred) = &case.call else { continue };
        let Some(answers) = answers::good(case).filter(|_| case.expect.file.is_some()) else { continue };
        let world = World::of(case, subject.manifest, Level::Channel);
        fetchings.push(Fetching { name: &case.name, world, deferred, answers });
    }
    fetchings
}

/// Fetches with the last answer replaced, and hands what came of it to `holds`.
async fn answered(
    subject: &Subject<'_>,
    trials: &mut Trials,
    answer: &Answered,
    what: &str,
    holds: impl Fn(&Came) -> bool,
) {
    for one in fetchings(subject) {
        let answers = answers::ending(&one.answers, answer);
        let seen = subject.fetch(&one.world, one.deferred, answers, Some(answer.clone())).await;
        let wrong = |came: &Came| (!holds(came)).then(|| short(came));
        trials.judged(one.name, what, seen.called.result, wrong);
        if trials.enough() {
            return;
        }
    }
}

fn short(came: &Came) -> String {
    let words = match came {
        Ok(Some(file)) => format!("a file of {} bytes is kept", file.size),
        Ok(None) => "it gives the name of no file".to_owned(),
        Err(fault) => format!("its fault is {fault:?}"),
    };
    words.chars().take(240).collect()
}

fn fault(came: &Came, is: impl Fn(&Fault) -> bool) -> bool {
    came.as_ref().is_err_and(is)
}

/// M01
pub(super) async fn same_again(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in fetchings(subject) {
        let first = subject.fetch(&one.world, one.deferred, one.answers.clone(), None).await;
        let later = World { now_ms: one.world.now_ms + 3_600_000, seed: [7; 32], ..one.world.clone() };
        // What went wrong in between leaves nothing behind.
        let wrong = status(500, HTML);
        drop(subject.fetch(&later, one.deferred, vec![wrong.clone()], Some(wrong)).await);
        let second = subject.fetch(&later, one.deferred, one.answers.clone(), None).await;
        let same = match (first.called.result, second.called.result) {
            (Ok(Ok(Some(first))), Ok(Ok(Some(second)))) => first == second,
            _ => false,
        };
        let name = one.name;
        trials.holds(same, || format!("{name}: fetched again an hour later, it is another file"));
        trials.holds(first.asked == second.asked, || format!("{name}: fetched again, it is asked for otherwise"));
    }
    trials.finding(NO_FILE)
}

/// M02
pub(super) async fn limit_with_time(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for seconds in [17, 3600] {
        let what = format!("status 429 with retry-after {seconds}");
        let right = |fault: &Fault| comes_again(fault) && waits_by(fault).is_some_and(|ms| ms >= seconds * 1000);
        let answer = limited(Some(seconds.to_string()));
        answered(subject, &mut trials, &answer, &what, |came| self::fault(came, right)).await;
    }
    trials.finding(NO_FILE)
}

/// M03
pub(super) async fn passing(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let passes = |came: &Came| fault(came, comes_again);
    for after in no_times() {
        let what = format!("status 429 with retry-after {after:?}");
        answered(subject, &mut trials, &limited(after), &what, passes).await;
    }
    for code in [500, 502, 503, 504] {
        answered(subject, &mut trials, &status(code, HTML), &format!("status {code}"), passes).await;
    }
    for (answer, what) in [(Break::Closed, "the connection closes"), (Break::Unreachable, "nobody answers there")] {
        answered(subject, &mut trials, &Answered::Broken(answer), what, passes).await;
    }
    trials.finding(NO_FILE)
}

/// M04
pub(super) async fn sign_in(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    answered(subject, &mut trials, &status(401, HTML), "status 401", |came| fault(came, asks_to_sign_in)).await;
    trials.finding(NO_FILE)
}

/// M05
pub(super) async fn gone(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for code in [404, 410] {
        let last = |came: &Came| fault(came, |fault| !comes_again(fault) && !asks_to_sign_in(fault));
        answered(subject, &mut trials, &status(code, HTML), &format!("status {code}"), last).await;
    }
    trials.finding(NO_FILE)
}

/// M06
pub(super) async fn bytes_whole(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let most = subject.manifest.media.as_ref().map_or(0, |rule| rule.max_bytes);
    for one in fetchings(subject) {
        let Some((last, text)) = one.text() else { continue };
        let plain = subject.fetch(&one.world, one.deferred, one.answers.clone(), None).await;
        if !matches!(plain.called.result, Ok(Ok(Some(file))) if file.sha256 == digest(text)) {
            // What the provider wraps a file in is nobody's to guess.
            continue;
        }
        // What it is shows in how it begins.
        let long = "0123456789abcdef".repeat(20_000);
        for more in ["\u{0}\r\n\u{feff}é中😀\u{1}", " \n\n", &long] {
            let whole = format!("{text}{more}");
            if whole.len() as u64 > most {
                continue;
            }
            let answer = Answered::Whole(Answer { body: Value::String(whole.clone()), ..last.clone() });
            let seen = subject.fetch(&one.world, one.deferred, answers::ending(&one.answers, &answer), None).await;
            let wrong = match seen.called.result {
                Ok(Ok(Some(file))) if file.sha256 == digest(&whole) => None,
                Ok(came) => Some(format!("of {} other bytes, {}", whole.len(), short(&came))),
                Err(failure) => Some(failure.to_string()),
            };
            trials.add(wrong.map(|words| format!("{}: {words}", one.name)));
        }
    }
    trials.finding("no case keeps the text of an answer as it is")
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// M07
pub(super) async fn too_large(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in fetchings(subject) {
        let seen = subject.fetch(&one.world, one.deferred, one.answers.clone(), None).await;
        let Ok(Ok(Some(file))) = seen.called.result else { continue };
        let Some(most) = file.size.checked_sub(1) else { continue };
        let world = World { media_max: Some(most), ..one.world.clone() };
        let wrong = match subject.fetch(&world, one.deferred, one.answers.clone(), None).await.called.result {
            Ok(came) => (!fault(&came, |fault| !comes_again(fault))).then(|| short(&came)),
            Err(failure) => Some(failure.to_string()),
        };
        trials.add(wrong.map(|words| format!("{}: kept are {most} bytes, and it has one more: {words}", one.name)));
    }
    trials.finding(NO_FILE)
}

/// M08
///
/// The provider has nothing of that name. What an earlier version deferred comes to this one.
pub(super) async fn unknown(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let (nowhere, long) = (status(404, HTML), "x".repeat(4000));
    for one in fetchings(subject) {
        for deferred in ["", "kit-unknown", "é/../?&#\u{0}👩", "{\"kit\":[1]}", "kit:unknown:7", long.as_str()] {
            let seen = subject.fetch_oddly(&one.world, deferred, vec![nowhere.clone()], Some(nowhere.clone())).await;
            let told: String = deferred.chars().take(40).collect();
            let wrong = match seen.called.result {
                Ok(Err(fault)) => wordless(&fault).then(|| format!("it does not say why: {fault:?}")),
                Ok(came) => Some(short(&came)),
                Err(failure) => Some(failure.to_string()),
            };
            trials.add(wrong.map(|words| format!("{}: asked for {told:?}: {words}", one.name)));
        }
    }
    trials.finding(NO_FILE)
}

/// M09
pub(super) async fn changed_answers(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in fetchings(subject) {
        for (place, answer) in one.answers.iter().enumerate() {
            let Answered::Whole(answer) = answer else { continue };
            let changed = changes(answer);
            let step = changed.len().div_ceil(CHANGES).max(1);
            for (what, other) in changed.into_iter().step_by(step) {
                let mut answers = one.answers.clone();
                answers.splice(place..=place, [other.clone()]);
                // Where it goes on asking, it is asked too often; that is the host's to end.
                let seen = subject.fetch_oddly(&one.world, one.deferred, answers, Some(other)).await;
                let failure = seen.called.result.err().filter(died);
                trials.add(failure.map(|failure| format!("{}: answer {place} {what}: {failure}", one.name)));
            }
        }
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_FILE)
}

/// An answer in other words, and what is other.
fn changes(answer: &Answer) -> Vec<(String, Answered)> {
    let with = |body: Value| Answered::Whole(Answer { body, ..answer.clone() });
    let mut changed: Vec<_> = [200, 204, 206, 302, 400, 403, 418, 503]
        .into_iter()
        .flat_map(|code| ["", HTML].map(|body| (format!("with status {code} and {body:?}"), status(code, body))))
        .collect();
    let texts = ["", "null", "{", "[]", "\u{0}\u{0}", "7"];
    changed.extend(texts.map(|text| (format!("with {text:?}"), with(Value::String(text.into())))));
    if answer.body.is_object() || answer.body.is_array() {
        for way in ways(&answer.body) {
            let others = [json!(null), json!(-1), json!("x"), json!([]), json!({})];
            let others = others.into_iter().map(|other| put(&answer.body, &way, other));
            let all: Vec<Value> = others.chain(without(&answer.body, &way)).collect();
            changed.extend(all.into_iter().map(|body| (format!("changed at {}", words(&way)), with(body))));
        }
    }
    changed
}
