//! Checks of `poller`: nothing is lost between two pages, and nothing is there twice.

use serde_json::{Map, Value, json};

use super::content::{ODD_TEXT, differ, ids, renamed_in, said};
use super::keys::lasts;
use super::payload::{all_numbers, all_texts, at, numbers, odd_number, put, renamed, texts, ways};
use super::subject::{Subject, died, shown};
use super::work::{self, Kind, Work, Worked, named_keys};
use super::{Finding, Trials};
use crate::terse::Step;

const NO_BATCH: &str = "no case shows a page with several items: a list in an answer that gives as many events";

/// L01
pub(super) async fn same_again(subject: &Subject<'_>) -> Finding {
    work::same_again(subject, Kind::Poll).await
}

/// L02
pub(super) async fn named(subject: &Subject<'_>) -> Finding {
    work::named(subject, Kind::Poll).await
}

/// L03
pub(super) async fn no_new_keys(subject: &Subject<'_>) -> Finding {
    work::no_new_keys(subject, Kind::Poll).await
}

/// The items of a page, and the way to their list: the outermost one that has several and gives as many events.
fn items(one: &Worked<'_>) -> Option<(Vec<Step>, Vec<Value>)> {
    let bodies = one.bodies();
    let mut found: Vec<(Vec<Step>, Vec<Value>)> = Vec::new();
    // The list of the bodies itself is the kit's.
    for way in ways(&bodies).into_iter().skip(1) {
        let Some(list) = at(&bodies, &way).and_then(Value::as_array) else { continue };
        let count = list.iter().filter(|item| item.is_object()).count();
        if count >= 2 && one.page.events.len() >= count {
            found.push((way, list.clone()));
        }
    }
    found.into_iter().min_by_key(|(way, _)| way.len())
}

/// L04
pub(super) async fn repeated(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(Kind::Poll).await {
        let Some((way, items)) = items(one) else { continue };
        let twice: Vec<&Value> = items.iter().chain(&items).collect();
        let before = named_keys(&one.page.events);
        let wrong = match subject.page(one, one.with(&put(&one.bodies(), &way, json!(twice)))).await {
            Ok(page) => {
                let after = named_keys(&page.events);
                let new = after.iter().any(|key| !before.contains(key));
                let lost = before.iter().any(|key| !after.contains(key));
                (new || lost).then(|| format!("{after:?} instead of {before:?}"))
            }
            Err(why) => Some(why),
        };
        trials.add(wrong.map(|words| format!("{}: each item twice on its page: {words}", one.case.name)));
    }
    trials.finding(NO_BATCH)
}

/// L05
pub(super) async fn bad_item(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(Kind::Poll).await {
        let Some((way, items)) = items(one).filter(|_| one.page.events.iter().any(lasts)) else { continue };
        let good = shown(&one.page.events);
        let mut bad = vec![Value::Null, json!(7), json!("seven"), json!(["seven"]), json!({ "kit_unknown": 1 })];
        // An item of a kind that nobody knows: whatever holds its content has another name.
        for key in items.first().and_then(Value::as_object).into_iter().flat_map(Map::keys) {
            bad.extend(items.first().and_then(|item| renamed(item, &[Step::Key(key.clone())])));
        }
        for bad in bad {
            for first in [false, true] {
                let mut mixed = items.clone();
                mixed.insert(if first { 0 } else { mixed.len() }, bad.clone());
                let wrong = match subject.page(one, one.with(&put(&one.bodies(), &way, Value::Array(mixed)))).await {
                    Ok(page) => {
                        let seen = shown(&page.events);
                        if !good.iter().all(|event| seen.contains(event)) {
                            Some("a good item is lost".to_owned())
                        } else {
                            (seen.len() <= good.len()).then(|| "the bad item is lost".to_owned())
                        }
                    }
                    Err(why) => Some(why),
                };
                trials.add(wrong.map(|words| format!("{} beside {bad}: {words}", one.case.name)));
            }
        }
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_BATCH)
}

/// L06
pub(super) async fn unreadable(subject: &Subject<'_>) -> Finding {
    work::unreadable(subject, Kind::Poll).await
}

/// L07
pub(super) async fn moves_on(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(Kind::Poll).await {
        if let (true, Work::Poll(before)) = (one.page.more, &one.work) {
            let moved = one.page.cursor.is_some() && one.page.cursor != *before;
            trials.holds(moved, || {
                format!("{}: there is more, and from {before:?} it goes on to {:?}", one.case.name, one.page.cursor)
            });
        }
    }
    trials.finding("no case shows a page behind which there is more")
}

/// L08
pub(super) async fn odd_cursors(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let long = "9".repeat(4000);
    let odd = ["", "kit-unknown", "-1", "é/../?&#\u{0}👩", "{\"kit\":[1]}", "99999999999999999999", long.as_str()];
    for one in subject.worked(Kind::Poll).await {
        for cursor in [None].into_iter().chain(odd.map(Some)) {
            let work = Work::Poll(cursor.map(str::to_owned));
            let last = one.answers.last().cloned();
            let seen = subject.work_oddly(&one.world, &work, one.answers.clone(), last).await;
            let failure = seen.called.result.err().filter(died);
            let told: String = format!("{cursor:?}").chars().take(40).collect();
            trials.add(failure.map(|failure| format!("{}: from {told}: {failure}", one.case.name)));
        }
    }
    trials.finding(Kind::Poll.nothing())
}

/// The events with other bodies, held against what is expected of the change.
async fn differs(subject: &Subject<'_>, one: &Worked<'_>, bodies: &Value, expected: &Value) -> Option<String> {
    match subject.page(one, one.with(bodies)).await {
        Ok(page) => differ(expected, &one.page.events, &page.events),
        Err(why) => Some(why),
    }
}

/// L09
pub(super) async fn ids_opaque(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(Kind::Poll).await {
        let bodies = one.bodies();
        let events = json!(shown(&one.page.events));
        let known: Vec<&str> = one.page.events.iter().flat_map(ids).collect();
        let is_one = |text: &str| known.iter().any(|id| *id == text || id.split(':').any(|part| part == text));
        let settings = json!(one.world.settings);
        let mut found: Vec<&str> = all_texts(&bodies).into_iter().filter(|text| is_one(text)).collect();
        found.sort_unstable();
        found.dedup();
        for id in found {
            // What the admin filled in is known to the plugin.
            if id.is_empty() || all_texts(&settings).contains(&id) {
                continue;
            }
            let digits = id.bytes().all(|byte| byte.is_ascii_digit());
            let odd = if digits {
                "90071992547409930000000000000".into()
            } else {
                format!("{id}.kit-Ωé/+%$=👩\u{200d}👧.{}", "x".repeat(120))
            };
            let changed = texts(&bodies, &|text| if text == id { odd.clone() } else { text.to_owned() });
            let expected = texts(&events, &|text| renamed_in(text, id, &odd));
            let wrong = differs(subject, one, &changed, &expected).await;
            trials.add(wrong.map(|words| format!("{}: with the id {odd:?} for {id:?}: {words}", one.case.name)));
        }
        for id in all_numbers(&bodies) {
            let text = id.to_string();
            if id < 1_000 || !is_one(&text) {
                continue;
            }
            let odd = odd_number(id);
            let expected = texts(&numbers(&events, id, odd), &|whole| renamed_in(whole, &text, &odd.to_string()));
            let wrong = differs(subject, one, &numbers(&bodies, id, odd), &expected).await;
            trials.add(wrong.map(|words| format!("{}: with the id {odd} for {id}: {words}", one.case.name)));
        }
    }
    trials.finding("no case shows an id that stands in an answer and in the events")
}

/// L10
pub(super) async fn text_whole(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for one in subject.worked(Kind::Poll).await {
        let (bodies, events) = (one.bodies(), json!(shown(&one.page.events)));
        for text in said(&one.page.events) {
            if !all_texts(&bodies).contains(&text.as_str()) {
                continue;
            }
            let change = |whole: &str| if whole == text { ODD_TEXT.to_owned() } else { whole.to_owned() };
            let wrong = differs(subject, one, &texts(&bodies, &change), &texts(&events, &change)).await;
            trials.add(wrong.map(|words| format!("{}: {words}", one.case.name)));
        }
    }
    trials.finding("no case shows a text that stands in an answer and in a message")
}

/// L11
pub(super) async fn limit_with_time(subject: &Subject<'_>) -> Finding {
    work::limit_with_time(subject, Kind::Poll).await
}

/// L12
pub(super) async fn passing(subject: &Subject<'_>) -> Finding {
    work::passing(subject, Kind::Poll).await
}

/// L13
pub(super) async fn sign_in(subject: &Subject<'_>) -> Finding {
    work::sign_in(subject, Kind::Poll).await
}

/// L14
pub(super) async fn changed_answers(subject: &Subject<'_>) -> Finding {
    work::changed_answers(subject, Kind::Poll).await
}
