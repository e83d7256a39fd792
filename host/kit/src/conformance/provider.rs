//! Checks of what is made of a provider's answers.
//!
//! Each takes a draft that is sent, answers its last request (and whatever is asked beyond) otherwise, and looks at the outcome. The
//! answers are nobody's own words: what a proxy or a gateway before the provider says, which no plugin can know.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use lockgate_model::contract::common::Fault;
use lockgate_model::contract::outbound::Outcome;
use serde_json::{Value, json};

use super::payload::{all_numbers, all_texts, numbers, odd_number, texts};
use super::subject::{Sending, Subject};
use super::{Finding, NO_SENDING, Trials, answers};
use crate::case::{Answer, Answered, Break};

/// What a gateway says.
pub(super) const HTML: &str = "<html><body><h1>kit</h1></body></html>";

/// An answer with this status and text.
pub(super) fn status(status: u16, body: &str) -> Answered {
    Answered::Whole(Answer { status, headers: BTreeMap::new(), body: Value::String(body.to_owned()) })
}

/// Sends with the last answer replaced, and hands each outcome to `judge`, which says what is wrong with it.
async fn answered(
    subject: &Subject<'_>,
    trials: &mut Trials,
    answer: &Answered,
    what: &str,
    judge: impl Fn(&Outcome, &Sending<'_>) -> Option<String>,
) {
    for sending in subject.answered_sendings().await {
        let answers = answers::ending(&sending.answers, answer);
        let seen = subject.send(&sending.world, sending.draft.clone(), answers, Some(answer.clone())).await;
        trials.judged(&sending.case.name, what, seen.called.result, |outcomes| {
            // The parts before the last request were sent; the answer is to the last.
            outcomes.last().map_or(Some("it tells no outcome".to_owned()), |last| judge(&last.outcome, sending))
        });
        if trials.enough() {
            return;
        }
    }
}

pub(super) fn short(outcome: &Outcome) -> String {
    format!("its outcome is {outcome:?}").chars().take(240).collect()
}

/// S03
pub(super) async fn server_errors(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for code in [500, 502, 503, 504] {
        answered(subject, &mut trials, &status(code, HTML), &format!("status {code}"), |outcome, _| {
            (!matches!(outcome, Outcome::Unknown(_))).then(|| short(outcome))
        })
        .await;
    }
    trials.finding(NO_SENDING)
}

/// S04
pub(super) async fn no_answer(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let closed = Answered::Broken(Break::Closed);
    answered(subject, &mut trials, &closed, "the connection closes without an answer", |outcome, _| {
        (!matches!(outcome, Outcome::Unknown(_))).then(|| short(outcome))
    })
    .await;
    trials.finding(NO_SENDING)
}

/// An outcome after which the host sends it again by itself.
pub(super) fn again(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(fault) if comes_again(fault))
}

/// A fault after which the host tries it again by itself.
pub(super) fn comes_again(fault: &Fault) -> bool {
    matches!(fault, Fault::Passing(_) | Fault::RateLimited(_) | Fault::ChannelBlocked(_))
}

/// A fault that says that somebody must sign in, or give a permission.
pub(super) fn asks_to_sign_in(fault: &Fault) -> bool {
    matches!(fault, Fault::SignInExpired | Fault::PermissionMissing(_) | Fault::ChannelBlocked(_))
}

/// S05
pub(super) async fn unreachable(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let unreachable = Answered::Broken(Break::Unreachable);
    answered(subject, &mut trials, &unreachable, "nobody answers there", |outcome, _| {
        (!again(outcome)).then(|| short(outcome))
    })
    .await;
    trials.finding(NO_SENDING)
}

/// Too many requests, with this `Retry-After`.
pub(super) fn limited(after: Option<String>) -> Answered {
    let headers = after.map(|after| ("retry-after".to_owned(), after)).into_iter().collect();
    Answered::Whole(Answer { status: 429, headers, body: Value::String(HTML.into()) })
}

/// How long the host is told to wait, in milliseconds.
pub(super) fn waits(outcome: &Outcome) -> Option<u64> {
    if let Outcome::Failed(fault) = outcome { waits_by(fault) } else { None }
}

/// The same of a fault.
pub(super) fn waits_by(fault: &Fault) -> Option<u64> {
    match fault {
        Fault::Passing(passing) | Fault::ChannelBlocked(passing) => passing.retry_after,
        Fault::RateLimited(limited) => limited.retry_after,
        _ => None,
    }
}

/// `Retry-After` that says no time.
pub(super) fn no_times() -> [Option<String>; 4] {
    [None, Some("soon".to_owned()), Some("-1".into()), Some("99999999999999999999".into())]
}

/// S06
pub(super) async fn limit_with_time(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for seconds in [17, 3600] {
        let what = format!("status 429 with retry-after {seconds}");
        answered(subject, &mut trials, &limited(Some(seconds.to_string())), &what, |outcome, _| {
            let waits = waits(outcome).is_some_and(|ms| ms >= seconds * 1000);
            (!again(outcome) || !waits).then(|| short(outcome))
        })
        .await;
    }
    trials.finding(NO_SENDING)
}

/// S19
pub(super) async fn limit_with_date(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings().into_iter().take(1) {
        let moment =
            i64::try_from(sending.world.now_ms + 60_000).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let Some(date) = moment.and_then(|at| rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok())
        else {
            continue;
        };
        answered(
            subject,
            &mut trials,
            &limited(Some(date.clone())),
            &format!("status 429 with retry-after {date}"),
            |outcome, _| {
                let waits = waits(outcome).is_some_and(|ms| (50_000..=70_000).contains(&ms));
                (!waits).then(|| short(outcome))
            },
        )
        .await;
    }
    trials.finding(NO_SENDING)
}

/// S07
pub(super) async fn limit_without_time(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for after in no_times() {
        let what = format!("status 429 with retry-after {after:?}");
        answered(subject, &mut trials, &limited(after), &what, |outcome, _| (!again(outcome)).then(|| short(outcome)))
            .await;
    }
    trials.finding(NO_SENDING)
}

/// S08
pub(super) async fn sign_in(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    answered(subject, &mut trials, &status(401, HTML), "status 401", |outcome, _| {
        let told = matches!(outcome, Outcome::Failed(fault) if asks_to_sign_in(fault));
        (!told).then(|| short(outcome))
    })
    .await;
    trials.finding(NO_SENDING)
}

/// S09
pub(super) async fn refused(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for body in [HTML, "", "{", "null", "[1]", "{\"error\":true}"] {
        answered(subject, &mut trials, &status(400, body), &format!("status 400 with {body:?}"), |outcome, _| {
            let is_final = matches!(outcome, Outcome::Failed(_)) && !again(outcome);
            (!is_final).then(|| short(outcome))
        })
        .await;
    }
    trials.finding(NO_SENDING)
}

/// S10
pub(super) async fn taken(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for body in [HTML, "", "{", "null", "[]", "{\"kit\":1}"] {
        answered(subject, &mut trials, &status(200, body), &format!("status 200 with {body:?}"), |outcome, _| {
            let taken = matches!(outcome, Outcome::Sent(_) | Outcome::Accepted(_) | Outcome::Unknown(_));
            (!taken).then(|| short(outcome))
        })
        .await;
    }
    trials.finding(NO_SENDING)
}

/// The last answer, where it is JSON.
fn last_json<'a>(sending: &'a Sending<'_>) -> Option<&'a Answer> {
    match sending.answers.last()? {
        Answered::Whole(answer) if answer.body.is_object() || answer.body.is_array() => Some(answer),
        _ => None,
    }
}

/// S11
pub(super) async fn answers_with_more(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings() {
        let Some(answer) = last_json(&sending) else { continue };
        let mut body = answer.body.clone();
        add(&mut body);
        let more = Answered::Whole(Answer { body, ..answer.clone() });
        let answers = answers::ending(&sending.answers, &more);
        let plain = subject.send(&sending.world, sending.draft.clone(), sending.answers.clone(), None).await;
        let seen = subject.send(&sending.world, sending.draft.clone(), answers, None).await;
        let same = match (&plain.called.result, &seen.called.result) {
            (Ok(plain), Ok(seen)) => plain == seen,
            _ => false,
        };
        trials.holds(same, || format!("{}: with more in the answer, the outcome is another", sending.case.name));
    }
    trials.finding("no case is answered with JSON")
}

/// Something in each object that nobody knows, secrets that the host masks among it.
pub(super) fn add(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(add);
            object.insert("kit_unknown".into(), json!({ "kit": [1, null, "***"] }));
        }
        Value::Array(list) => list.iter_mut().for_each(add),
        _ => {}
    }
}

/// S12
pub(super) async fn message_ids(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings() {
        let Some(answer) = last_json(&sending) else { continue };
        let plain = subject.send(&sending.world, sending.draft.clone(), sending.answers.clone(), None).await;
        let Some(id) = plain.called.result.ok().and_then(|outcomes| named(&outcomes.last()?.outcome)) else { continue };
        let parts: Vec<&str> = id.split(':').collect();
        let text =
            all_texts(&answer.body).into_iter().find(|text| **text == *id || parts.contains(text)).map(str::to_owned);
        let number =
            all_numbers(&answer.body).into_iter().find(|number| parts.last() == Some(&number.to_string().as_str()));
        let (body, from, to) = match (text, number) {
            (Some(text), _) => {
                let odd = format!("{text}.kit-Ωé/+%$={}", "x".repeat(200));
                let change = |own: &str| if own == text { odd.clone() } else { own.to_owned() };
                (texts(&answer.body, &change), text, odd.clone())
            }
            (None, Some(number)) => {
                let odd = odd_number(number);
                (numbers(&answer.body, number, odd), number.to_string(), odd.to_string())
            }
            (None, None) => continue,
        };
        let other = Answered::Whole(Answer { body, ..answer.clone() });
        let answers = answers::ending(&sending.answers, &other);
        let seen = subject.send(&sending.world, sending.draft.clone(), answers, None).await;
        let told = seen.called.result.ok().and_then(|outcomes| named(&outcomes.last()?.outcome));
        let holds = told.as_deref().is_some_and(|told| told.contains(&to));
        trials.holds(holds, || {
            format!("{}: the provider says {to:?} for {from:?}, and it tells {told:?}", sending.case.name)
        });
    }
    trials.finding("no case shows a provider that names the message it took")
}

fn named(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Sent(sent) | Outcome::Accepted(sent) => sent.message.clone(),
        _ => None,
    }
}

/// S13
///
/// How a provider says that the window is closed only the plugin's cases know: one of them must show it, and pass.
pub(super) async fn window(subject: &Subject<'_>) -> Finding {
    if subject.manifest.window.is_none() {
        return Finding::Skipped("its manifest has no [window]".into());
    }
    let mut trials = Trials::default();
    for case in subject.cases {
        let closed = case
            .expect
            .outcomes
            .iter()
            .flatten()
            .any(|outcome| outcome.pointer("/outcome/value/type").and_then(Value::as_str) == Some("window_closed"));
        if closed {
            let judged = crate::judge::judge(&mut *subject.benches.one().await, case, subject.manifest).await;
            // What was asked is other checks' business.
            let about = |words: &&String| words.starts_with("expect") || words.starts_with("the call");
            let wrong = judged.differences.iter().find(about).cloned();
            trials.add(wrong.map(|words| format!("{}: {words}", case.name)));
        }
    }
    if trials.tried == 0 {
        return Finding::Failed(vec![
            "its manifest has a [window], and no case shows how the provider says that it is closed".into(),
        ]);
    }
    trials.finding("")
}
