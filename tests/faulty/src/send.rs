//! What flies out: one letter a request.

use lockgate_sdk::http::{Response, SendError};
use lockgate_sdk::{
    Content, Draft, DraftPart, Fault, MediaKind, MediaSource, Outcome, PartOutcome, Problem, Sender, Sent,
    WindowClosed, delivery, http, log,
};
use serde_json::{Value, json};

use crate::{Pigeon, has};

const LONGEST: usize = 2000;
const LETTERS: &str = "https://api.pigeon.example/letters";

impl Sender for Pigeon {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        if has("asks-elsewhere") {
            let _ = http::Request::get("https://weather.example/today").send();
        }
        if has("sends-twice-after-a-retry") {
            return draft.parts.iter().map(|part| PartOutcome::of(part.id, fly(&draft, part))).collect();
        }
        let mut outcomes = delivery::in_order(&draft, |part| fly(&draft, part));
        if has("tells-of-the-first-part") {
            outcomes.truncate(1);
        }
        outcomes
    }

    fn preview(draft: Draft) -> Vec<Problem> {
        if has("asks-during-a-preview") {
            let _ = http::Request::get(LETTERS).send();
        }
        let problem = |part: &DraftPart| {
            let wrong = if has("finds-fault-with-all") { Err(("no", "Never".into())) } else { content(part).map(drop) };
            wrong.err().map(|(code, words)| Problem::error(part.id, code, words))
        };
        draft.parts.iter().filter_map(problem).collect()
    }
}

/// What a letter holds, or why it cannot be sent.
fn content(part: &DraftPart) -> Result<Value, (&'static str, String)> {
    match &part.part.content {
        Content::Text(text) => {
            let long = text.plain.chars().count() > LONGEST && !has("looks-at-no-length");
            if long {
                return Err(("too-long", format!("A letter has at most {LONGEST} characters")));
            }
            if has("logs-what-is-written") {
                log::info("a letter", &[("text", &text.plain)]);
            }
            let plain = match &text.plain {
                plain if has("writes-ascii-only") => plain.chars().filter(char::is_ascii).collect(),
                plain => plain.clone(),
            };
            Ok(json!({ "text": plain }))
        }
        Content::Media(media) => match (&media.kind, &media.source) {
            (MediaKind::Image, MediaSource::Address(_)) if has("cannot-send-what-it-declares") => {
                Err(("unknown-type", "A pigeon carries no pictures".into()))
            }
            (kind, MediaSource::Address(address)) if *kind == MediaKind::Image || has("passes-what-it-cannot-send") => {
                Ok(json!({ "picture": address }))
            }
            _ => Err(("unknown-type", "A pigeon carries pictures with an address only".into())),
        },
        _ => Err(("unknown-type", "A pigeon carries texts and pictures".into())),
    }
}

fn fly(draft: &Draft, part: &DraftPart) -> Outcome {
    let content = match content(part) {
        Ok(content) => content,
        Err((_, words)) => return Outcome::Failed(Fault::Unsupported(words)),
    };
    let to = if has("takes-somebody-for-granted") {
        draft.recipients.first().expect("somebody").key.clone()
    } else {
        draft.recipients.first().map(|recipient| recipient.key.clone()).unwrap_or_default()
    };
    let to = if has("takes-people-for-numbers") { to.parse::<u32>().unwrap_or_default().to_string() } else { to };
    let reference = match has("gives-each-attempt-a-name") {
        true => format!("{}-{}", part.client_ref, draft.attempt),
        false => part.client_ref.clone(),
    };
    let body = json!({ "to": to, "content": content, "reference": reference });
    match http::Request::post(LETTERS).json(&body).send() {
        Ok(response) => flown(&response),
        Err(SendError::Unanswered(why)) if has("sends-again-without-an-answer") => {
            Outcome::Failed(Fault::passing(why, None))
        }
        Err(SendError::NotSent(why)) if has("gives-up-where-nobody-answers") => {
            Outcome::Failed(Fault::rejected(None, why))
        }
        Err(error) => error.into_outcome(),
    }
}

fn flown(response: &Response) -> Outcome {
    let answer: Value = response.json().unwrap_or_default();
    let id = answer.get("id").and_then(Value::as_str);
    match response.status {
        500.. if has("takes-5xx-for-sent") => return Outcome::Sent(Sent::default()),
        429 if has("does-not-read-how-long") => return response.refusal("loft").map_or(Outcome::NotTried, patient),
        429 if has("waits-by-a-number-only") && response.retry_after().is_none() => {
            return Outcome::Failed(Fault::rejected(None, "too many"));
        }
        401 if has("takes-401-for-final") => return Outcome::Failed(Fault::rejected(None, "no")),
        400 if has("takes-400-for-passing") => return Outcome::Failed(Fault::passing("later", None)),
        403 if answer.get("reason").and_then(Value::as_str) == Some("asleep")
            && !has("takes-a-closed-window-for-final") =>
        {
            return Outcome::Failed(Fault::WindowClosed(WindowClosed { since: None, allowed: Vec::new() }));
        }
        403 => return Outcome::Failed(Fault::rejected(None, "no")),
        _ => {}
    }
    if let Some(refused) = response.refusal("loft") {
        return refused;
    }
    let more = answer.as_object().is_some_and(|answer| answer.len() > 1);
    match id {
        Some(_) if has("reads-only-what-it-knows") && more => Outcome::Unknown("an odd answer".into()),
        Some(id) if has("cuts-ids") => Outcome::Sent(Sent::as_message(id.chars().take(20).collect::<String>())),
        Some(id) => Outcome::Sent(Sent::as_message(id)),
        None if has("sends-again-what-was-taken") => Outcome::Failed(Fault::passing("an odd answer", None)),
        None => Outcome::Unknown("the letter was taken, and the answer cannot be read".into()),
    }
}

/// The same without how long.
fn patient(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed(Fault::RateLimited(limited)) => {
            Outcome::Failed(Fault::RateLimited(lockgate_sdk::RateLimited { retry_after: None, ..limited }))
        }
        other => other,
    }
}
