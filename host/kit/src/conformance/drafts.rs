//! Checks of what is sent.

use lockgate_model::contract::common::{Content, RichText};
use lockgate_model::contract::outbound::{Draft, DraftPart, Outcome, Sent};
use serde_json::{Value, json};

use super::content::{MARK, ODD_TEXT};
use super::payload::{all_numbers, all_texts, texts};
use super::subject::{Sending, Subject, died, logged, outcome_of};
use super::{Finding, NO_SENDING, Trials};
use crate::case::Asked;

/// Answers as the case's provider gives them, and its last one to everything beyond.
macro_rules! sent {
    ($subject:expr, $sending:expr, $draft:expr) => {
        $subject.send(&$sending.world, $draft, $sending.answers.clone(), $sending.answers.last().cloned()).await
    };
}

/// A draft with its parts twice, the second ones with names of their own.
fn doubled(draft: &Draft) -> Draft {
    let free = (1000..).filter(|id| draft.parts.iter().all(|part| part.id != *id));
    let more = draft.parts.iter().zip(free).map(|(part, number)| DraftPart {
        id: number,
        client_ref: format!("00000000-0000-4000-8001-{number:012}"),
        ..part.clone()
    });
    Draft { parts: draft.parts.iter().cloned().chain(more).collect(), ..draft.clone() }
}

/// S01
pub(super) async fn every_part(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings() {
        for draft in [sending.draft.clone(), doubled(&sending.draft)] {
            let mut ids: Vec<u32> =
                draft.parts.iter().filter(|part| part.earlier.is_none()).map(|part| part.id).collect();
            ids.sort_unstable();
            let seen = sent!(subject, sending, draft);
            let name = &sending.case.name;
            match seen.called.result {
                Ok(outcomes) => {
                    let mut told: Vec<u32> = outcomes.iter().flat_map(|outcome| outcome.parts.clone()).collect();
                    told.sort_unstable();
                    trials.holds(told == ids, || format!("{name}: of the parts {ids:?} it tells of {told:?}"));
                }
                Err(failure) => trials.add(Some(format!("{name}: {failure}"))),
            }
        }
    }
    trials.finding(NO_SENDING)
}

/// S02
pub(super) async fn settled(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let sent = Sent {
        message: Some("kit-earlier".into()),
        universal: None,
        thread: None,
        recipient: Vec::new(),
        refused: Vec::new(),
        context: None,
    };
    let earlier = [Outcome::Sent(sent.clone()), Outcome::Accepted(sent), Outcome::Unknown("no answer".into())];
    for sending in subject.sendings() {
        let name = &sending.case.name;
        let open = sent!(subject, sending, sending.draft.clone()).asked.len();
        for earlier in &earlier {
            let mut all = sending.draft.clone();
            all.attempt = 2;
            all.parts.iter_mut().for_each(|part| part.earlier = Some(earlier.clone()));
            let seen = sent!(subject, sending, all.clone());
            let requests = seen.asked.len();
            trials.holds(requests == 0, || {
                format!("{name}: all parts are {earlier:?}, and it makes {requests} requests")
            });

            // Half of it is settled: the other half is sent, and no more.
            let mut half = doubled(&sending.draft);
            half.attempt = 2;
            half.parts.iter_mut().take(all.parts.len()).for_each(|part| part.earlier = Some(earlier.clone()));
            let seen = sent!(subject, sending, half);
            let requests = seen.asked.len();
            trials.holds(requests <= open, || {
                format!("{name}: half of its parts are {earlier:?}, and it makes {requests} requests instead of {open}")
            });
        }
        if trials.enough() {
            break;
        }
    }
    trials.finding(NO_SENDING)
}

/// Whether something that was asked holds this, as a text or a number.
pub(super) fn holds(asked: &[Asked], text: &str) -> bool {
    asked.iter().any(|asked| {
        let texts = all_texts(&asked.body);
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let in_path = [text.to_owned(), encoded.clone(), encoded.replace('+', "%20")];
        texts.iter().any(|own| own.contains(text))
            || all_numbers(&asked.body).iter().any(|number| number.to_string() == text)
            || in_path.iter().any(|text| asked.url.contains(text))
            || asked.headers.values().any(|value| value.contains(text))
    })
}

/// S14
pub(super) async fn recipients(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.answered_sendings().await {
        let draft = json!(sending.draft);
        let named = sending.draft.recipients.iter().map(|recipient| &recipient.key);
        let thread = sending.draft.thread.as_ref().map(|thread| &thread.key);
        let settings = json!(sending.world.settings);
        let shown: Vec<Asked> = sending.case.provider.iter().map(|exchange| exchange.request.clone()).collect();
        for key in named.chain(thread) {
            // What the provider is not told, or is told for another reason, cannot be looked for.
            if !holds(&shown, key) || all_texts(&settings).contains(&key.as_str()) {
                continue;
            }
            let digits = key.bytes().all(|byte| byte.is_ascii_digit());
            // Providers with numbers for names promise to keep to 52 bits.
            let odd = if digits { "4503599627370495".to_owned() } else { format!("{key}.kit-odd") };
            let other = texts(&draft, &|text| if text == key { odd.clone() } else { text.to_owned() });
            let Ok(other) = serde_json::from_value::<Draft>(other) else { continue };
            let seen = sent!(subject, sending, other);
            trials.holds(holds(&seen.asked, &odd), || {
                format!("{}: it is for {odd}, and no request says so", sending.case.name)
            });
        }
    }
    trials.finding("no case sends to somebody who is named in the request")
}

/// The draft with another text in each of its text parts; none where it has none.
fn saying(sending: &Sending<'_>, words: &str) -> Option<Draft> {
    let mut draft = sending.draft.clone();
    let mut any = false;
    for part in &mut draft.parts {
        if let Content::Text(text) = &mut part.part.content {
            *text = RichText { plain: words.to_owned(), html: None };
            any = true;
        }
    }
    any.then_some(draft)
}

/// S15
pub(super) async fn text_whole(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings() {
        let Some(draft) = saying(&sending, ODD_TEXT) else { continue };
        let seen = sent!(subject, sending, draft);
        trials.holds(holds(&seen.asked, ODD_TEXT), || {
            format!("{}: the text {ODD_TEXT:?} is in no request as it is", sending.case.name)
        });
    }
    trials.finding("no case sends a text")
}

/// S16
pub(super) async fn same_again(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings() {
        let first = sent!(subject, sending, sending.draft.clone());
        let again = sent!(subject, sending, sending.draft.clone());
        let name = &sending.case.name;
        trials.holds(first.asked == again.asked, || format!("{name}: the same draft makes other requests"));
        let same = match (&first.called.result, &again.called.result) {
            (Ok(first), Ok(again)) => first == again,
            _ => false,
        };
        trials.holds(same, || format!("{name}: the same draft and answers come to another outcome"));
        let later = sent!(subject, sending, Draft { attempt: 2, ..sending.draft.clone() });
        trials.holds(first.asked == later.asked, || {
            format!("{name}: at a second attempt it asks otherwise, and the provider cannot know that it is the same")
        });
    }
    trials.finding(NO_SENDING)
}

/// Drafts that no host should hand in, and one might.
fn odd(draft: &Draft) -> Vec<(&'static str, Draft)> {
    let with = |change: &dyn Fn(&mut Draft)| {
        let mut draft = draft.clone();
        change(&mut draft);
        draft
    };
    let content =
        |content: &Content| with(&|draft| draft.parts.iter_mut().for_each(|part| part.part.content = content.clone()));
    let text = |words: &str| Content::Text(RichText { plain: words.into(), html: None });
    let mut odd = vec![
        ("no parts", with(&|draft| draft.parts.clear())),
        (
            "no recipient and no thread",
            with(&|draft| {
                draft.recipients.clear();
                draft.thread = None;
            }),
        ),
        ("an empty recipient", with(&|draft| draft.recipients.iter_mut().for_each(|one| one.key.clear()))),
        (
            "a recipient that is no number",
            with(&|draft| {
                draft.recipients.iter_mut().for_each(|one| one.key = "é/../?&#\u{0}".into());
                draft.thread.iter_mut().for_each(|one| one.key = "é/../?&#\u{0}".into());
            }),
        ),
        ("an empty text", content(&text(""))),
        ("a text of 100,000 letters", content(&text(&"ä".repeat(100_000)))),
        ("an odd quote", with(&|draft| draft.quote = Some("\u{0}é:-1".into()))),
    ];
    odd.extend(super::preview::every_content().into_iter().map(|(name, other)| (name, content(&other))));
    odd
}

/// S17
pub(super) async fn odd_drafts(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings().into_iter().take(3) {
        for (what, draft) in odd(&sending.draft) {
            let name = &sending.case.name;
            let looked = subject.preview(&sending.world, draft.clone()).await.result.err().filter(died);
            trials.add(looked.map(|failure| format!("{name}: a preview of {what}: {failure}")));
            let parts: Vec<u32> = draft.parts.iter().map(|part| part.id).collect();
            match sent!(subject, sending, draft).called.result {
                Ok(outcomes) => trials.holds(parts.iter().all(|part| outcome_of(&outcomes, *part).is_some()), || {
                    format!("{name}: of {what} it tells no outcome")
                }),
                Err(failure) => trials.add(died(&failure).then(|| format!("{name}: {what}: {failure}"))),
            }
        }
    }
    trials.finding(NO_SENDING)
}

/// S18
pub(super) async fn log_silent(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    for sending in subject.sendings() {
        let Some(draft) = saying(&sending, MARK) else { continue };
        let mut logs = vec![logged(&sent!(subject, sending, draft.clone()).called.effects)];
        for refusal in [400, 429, 500] {
            let answer = crate::case::Answered::Whole(crate::case::Answer {
                status: refusal,
                body: Value::String("no".into()),
                ..crate::case::Answer::default()
            });
            let seen = subject.send(&sending.world, draft.clone(), [], Some(answer)).await;
            logs.push(logged(&seen.called.effects));
        }
        logs.push(logged(&subject.preview(&sending.world, draft).await.effects));
        let silent = !logs.iter().any(|log| log.contains(MARK));
        trials.holds(silent, || format!("{}: what was written stands in the log", sending.case.name));
    }
    trials.finding("no case sends a text")
}
