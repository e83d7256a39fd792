//! What an honest plugin does: messages from JSON, texts to a provider.

use lockgate_sdk::{
    Content, Draft, Event, FieldProblem, Identity, Message, Outcome, Problem, Reception, Refusal, Request, Sent,
    Setting, SettingValue, Thread, http, state,
};
use serde::Deserialize;

/// Where texts are sent.
const MESSAGES: &str = "https://provider.example.com/messages";

/// How long the slow cases take.
const SLOW: std::time::Duration = std::time::Duration::from_millis(1_500);

/// The body of a request.
#[derive(Default, Deserialize)]
pub(crate) struct Body {
    /// What to do instead of receiving messages.
    #[serde(default, rename = "do")]
    pub(crate) case: Option<String>,
    /// The id of the message that tells what a case found.
    #[serde(default, rename = "as")]
    pub(crate) name: Option<String>,
    #[serde(default)]
    events: Vec<Incoming>,
}

#[derive(Deserialize)]
struct Incoming {
    id: String,
    text: String,
    from: String,
    /// On the app's route: the account that it is for.
    #[serde(default)]
    account: Option<String>,
    /// Milliseconds since 1970; the time of receipt where it is left out.
    #[serde(default)]
    at: Option<u64>,
}

impl Body {
    pub(crate) fn read(request: &Request) -> Result<Self, Refusal> {
        if request.body.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_slice(&request.body).map_err(|error| Refusal::Malformed(error.to_string()))
    }
}

pub(crate) fn check(settings: &[Setting]) -> Vec<FieldProblem> {
    let refused = settings.iter().filter(|setting| setting.value == SettingValue::Text("refused".into()));
    refused.map(|setting| FieldProblem { key: Some(setting.key.clone()), words: "refused on request".into() }).collect()
}

/// Messages; `slow` takes its time first, `count` counts calls in the state, and `passing`, `unauthentic` refuse.
pub(crate) fn receive(case: &str, body: Body, request: &Request) -> Result<Reception, Refusal> {
    match case {
        "" => {}
        // Slower than the host keeps a provider waiting, faster than a call may last.
        "slow" => std::thread::sleep(SLOW),
        "count" => {
            let count = state::get("count").and_then(|bytes| bytes.first().copied()).unwrap_or_default();
            let written = state::set("count", &[count.wrapping_add(1)]);
            return Ok(crate::told(request, format!("{count} {written:?} {:?}", state::keys("", None, 10))));
        }
        "passing" | "slow-passing" => {
            if case == "slow-passing" {
                std::thread::sleep(SLOW);
            }
            return Err(Refusal::Passing(lockgate_sdk::Passing { why: "on request".into(), retry_after: None }));
        }
        "unauthentic" => return Err(Refusal::Unauthentic("on request".into())),
        unknown => return Err(Refusal::Malformed(format!("no such case: {unknown}"))),
    }
    let events = body.events.into_iter().map(|incoming| {
        let message = Message::of([Content::text(incoming.text)]).with_id(incoming.id.clone());
        let account = incoming.account.or_else(|| request.account.clone()).unwrap_or_default();
        Event::new(incoming.id, incoming.at.unwrap_or(request.received_at), message)
            .of_account(account)
            .in_thread(Thread::direct(incoming.from.clone()))
            .by(Identity::contact(incoming.from))
    });
    Ok(Reception::of(events.collect()))
}

pub(crate) fn text_of(draft: &Draft) -> String {
    match draft.parts.first().map(|part| &part.part.content) {
        Some(Content::Text(text)) => text.plain.clone(),
        _ => String::new(),
    }
}

/// Sends a text; the provider answers with `{"id": …}`.
pub(crate) fn send(text: &str) -> Outcome {
    post(MESSAGES, text)
}

pub(crate) fn post(url: &str, text: &str) -> Outcome {
    #[derive(Deserialize)]
    struct Answer {
        id: String,
    }
    match http::Request::post(url).json(&serde_json::json!({ "text": text })).send() {
        Ok(answer) => match answer.json::<Answer>() {
            Ok(sent) if answer.is_success() => Outcome::Sent(Sent::as_message(sent.id)),
            _ => Outcome::Unknown(format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body))),
        },
        Err(error) => error.into_outcome(),
    }
}

pub(crate) fn preview(draft: &Draft) -> Vec<Problem> {
    let text = text_of(draft);
    if text == "preview request" {
        return vec![Problem::error(
            0,
            "request",
            format!("{:?}", http::Request::get("https://provider.example.com/look/1").send()),
        )];
    }
    if text == "preview state" {
        return vec![Problem::error(0, "state", format!("{:?}", state::set("count", b"1")))];
    }
    Vec::new()
}
