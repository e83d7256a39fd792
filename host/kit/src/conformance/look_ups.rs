//! Checks of `directory`: what is made of a provider's answers while somebody waits for them.
//!
//! Each takes a case in which something is looked up and found, answers its last request (and whatever is asked beyond) otherwise,
//! and looks at what comes of it.

use lockgate_model::contract::common::Fault;
use serde_json::Value;

use super::payload::{all_texts, texts};
use super::provider::{HTML, add, limited, status};
use super::subject::{Looking, Subject};
use super::{Finding, NO_FINDING, Trials, answers};
use crate::bench::Found;
use crate::case::{Answer, Answered, Break, LookUp};
use crate::compare::trimmed;

type Came = Result<Found, Fault>;

/// Looks up with the last answer replaced, and hands what came of it to `judge`, which says whether it holds.
async fn answered(
    subject: &Subject<'_>,
    trials: &mut Trials,
    answer: &Answered,
    what: &str,
    holds: impl Fn(&Came) -> bool,
) {
    for looking in subject.findings() {
        let answers = answers::ending(&looking.answers, answer);
        let seen = subject.look_up(&looking.world, looking.look_up, answers, Some(answer.clone())).await;
        let wrong = |came: &Came| (!holds(came)).then(|| short(came));
        trials.judged(&looking.case.name, what, seen.called.result, wrong);
        if trials.enough() {
            return;
        }
    }
}

fn short(came: &Came) -> String {
    let words = match came {
        Ok(Some(found)) => format!("it finds {found}"),
        Ok(None) => "it finds nothing".to_owned(),
        Err(fault) => format!("its fault is {fault:?}"),
    };
    words.chars().take(240).collect()
}

/// What a case finds by its own answers, or by these.
async fn found(subject: &Subject<'_>, looking: &Looking<'_>, answers: &[Answered]) -> Result<Value, String> {
    let seen = subject.look_up(&looking.world, looking.look_up, answers.to_vec(), None).await;
    match seen.called.result {
        Ok(Ok(Some(found))) => Ok(trimmed(found)),
        Ok(came) => Err(short(&came)),
        Err(failure) => Err(failure.to_string()),
    }
}

/// The case's answers, the bodies of those in JSON changed.
fn changed(looking: &Looking<'_>, change: impl Fn(&Value) -> Value) -> Vec<Answered> {
    let one = |answer: &Answered| match answer {
        Answered::Whole(whole) if whole.body.is_object() || whole.body.is_array() => {
            Answered::Whole(Answer { body: change(&whole.body), ..whole.clone() })
        }
        other => other.clone(),
    };
    looking.answers.iter().map(one).collect()
}

/// D01
pub(super) async fn same_again(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for looking in subject.findings() {
        let first = subject.look_up(&looking.world, looking.look_up, looking.answers.clone(), None).await;
        let mut later = looking.world.clone();
        later.now_ms += 3_600_000;
        later.seed = [11; 32];
        let second = subject.look_up(&later, looking.look_up, looking.answers.clone(), None).await;
        let same = match (first.called.result, second.called.result) {
            (Ok(first), Ok(second)) => first == second,
            _ => false,
        };
        let name = &looking.case.name;
        trials.holds(same, || format!("{name}: asked again an hour later, it finds something else"));
        trials.holds(first.asked == second.asked, || format!("{name}: asked again, it asks the provider otherwise"));
    }
    trials.finding(NO_FINDING)
}

/// D02
pub(super) async fn limited_so_long(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for seconds in [17_u64, 3600] {
        let answer = limited(Some(seconds.to_string()));
        let what = format!("status 429 with retry-after {seconds}");
        answered(subject, &mut trials, &answer, &what, |came| {
            let waits = match came {
                Err(Fault::Passing(passing) | Fault::ChannelBlocked(passing)) => passing.retry_after,
                Err(Fault::RateLimited(limit)) => limit.retry_after,
                _ => None,
            };
            waits.is_some_and(|ms| ms >= seconds * 1000)
        })
        .await;
    }
    answered(subject, &mut trials, &limited(None), "status 429", |came| {
        matches!(came, Err(Fault::Passing(_) | Fault::RateLimited(_) | Fault::ChannelBlocked(_)))
    })
    .await;
    trials.finding(NO_FINDING)
}

/// D03
pub(super) async fn ambiguous(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let passes = |came: &Came| matches!(came, Err(Fault::Passing(_)));
    for code in [500, 502, 503, 504] {
        answered(subject, &mut trials, &status(code, HTML), &format!("status {code}"), passes).await;
    }
    let closed = Answered::Broken(Break::Closed);
    answered(subject, &mut trials, &closed, "the connection closes without an answer", passes).await;
    let unreachable = Answered::Broken(Break::Unreachable);
    answered(subject, &mut trials, &unreachable, "nobody answers there", passes).await;
    trials.finding(NO_FINDING)
}

/// D04
pub(super) async fn sign_in(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    answered(subject, &mut trials, &status(401, HTML), "status 401", |came| {
        matches!(came, Err(Fault::SignInExpired | Fault::PermissionMissing(_)))
    })
    .await;
    trials.finding(NO_FINDING)
}

/// D05
pub(super) async fn unreadable(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for body in [HTML, "", "{", "null"] {
        let what = format!("status 200 with {body:?}");
        answered(subject, &mut trials, &status(200, body), &what, |came| {
            matches!(came, Err(Fault::Malformed(_) | Fault::Passing(_)))
        })
        .await;
    }
    trials.finding(NO_FINDING)
}

/// D06
pub(super) async fn answers_with_more(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for looking in subject.findings() {
        let with_more = changed(&looking, |body| {
            let mut body = body.clone();
            add(&mut body);
            body
        });
        if with_more == looking.answers {
            continue;
        }
        let plain = found(subject, &looking, &looking.answers).await;
        let more = found(subject, &looking, &with_more).await;
        let same = plain.is_ok() && plain == more;
        trials.holds(same, || format!("{}: with more in the answer, it finds something else", looking.case.name));
    }
    trials.finding("no case looks something up that is answered with JSON")
}

/// What is put in the place of an id or a name that was found.
fn odd(text: &str) -> String {
    format!("{text} Ωé中😀\u{202e}\u{0301}&<{}", "x".repeat(200))
}

/// D07
pub(super) async fn text_whole(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for looking in subject.findings() {
        let Ok(plain) = found(subject, &looking, &looking.answers).await else { continue };
        let asked = asked(looking.look_up);
        let told: Vec<String> = looking
            .answers
            .iter()
            .filter_map(|answer| if let Answered::Whole(answer) = answer { Some(&answer.body) } else { None })
            .flat_map(all_texts)
            .map(str::to_owned)
            .collect();
        // Names and texts of people's own: words of the provider's, addresses and what was asked for are not.
        let own = |text: &&str| {
            let plain_word = text.len() > 2 && !text.contains("://") && !asked.contains(text);
            plain_word && told.iter().filter(|told| told == text).count() == 1
        };
        let free = free_texts(&plain);
        let whole: Vec<&str> = free.into_iter().filter(own).collect();
        for text in whole {
            let other = odd(text);
            let change = |own: &str| if own == text { other.clone() } else { own.to_owned() };
            let seen = found(subject, &looking, &changed(&looking, |body| texts(body, &change))).await;
            let name = &looking.case.name;
            let whole = |found: &Value| all_texts(found).contains(&other.as_str()) && !all_texts(found).contains(&text);
            trials.holds(seen.as_ref().is_ok_and(whole), || match &seen {
                Ok(_) => format!("{name}: {text:?} is another text in the answer, and not in what it finds"),
                Err(words) => format!("{name}: with a long and odd text for {text:?}, {words}"),
            });
            if trials.enough() {
                return trials.finding("");
            }
        }
    }
    trials.finding("no case finds a text that stands in the provider's answer as it is")
}

/// The texts of what was found that are names, titles and ids, and no words of the contract.
fn free_texts(found: &Value) -> Vec<&str> {
    const FREE: [&str; 4] = ["name", "username", "title", "key"];
    let mut texts = Vec::new();
    match found {
        Value::Object(object) => {
            for (key, value) in object {
                match value.as_str() {
                    Some(text) if FREE.contains(&key.as_str()) => texts.push(text),
                    Some(_) => {}
                    None => texts.extend(free_texts(value)),
                }
            }
        }
        Value::Array(list) => texts.extend(list.iter().flat_map(free_texts)),
        _ => {}
    }
    texts
}

/// What a question names.
fn asked(look_up: &LookUp) -> Vec<&str> {
    match look_up {
        LookUp::Templates => Vec::new(),
        LookUp::Resolve { address, .. } => vec![address],
        LookUp::Profile { key, thread } => [Some(key.as_str()), thread.as_deref()].into_iter().flatten().collect(),
        LookUp::About(thread) => vec![thread],
    }
}

/// D08
pub(super) async fn as_asked(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for looking in subject.findings() {
        let (LookUp::Profile { key, .. } | LookUp::About(key)) = looking.look_up else { continue };
        let seen = found(subject, &looking, &looking.answers).await;
        let told = seen.as_ref().ok().and_then(|found| found.get("key")).and_then(Value::as_str);
        let name = &looking.case.name;
        trials.holds(told == Some(key.as_str()), || format!("{name}: asked about {key:?}, it tells of {told:?}"));
    }
    trials.finding("no case shows what is told of a person or a thread")
}
