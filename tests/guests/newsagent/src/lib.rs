//! A plugin that polls, and fetches afterwards what a webhook named.
//!
//! Its provider's news are `{"id", "from", "text", "at"}`, perhaps with `"account"`, with `"then"`: what to fetch after it, and with
//! `"again"`: that there is more to poll. A webhook is a list of `{"fetch": "…"}` and `{"poll": true}`. What is to be fetched as
//! `trap` traps, as `send` tries to send a message.

use lockgate_sdk::{
    Background, Content, Event, EventBody, Fault, Identity, Ingress, Message, Page, Poller, Reception, Refusal,
    Request, Thread, http, register, settings, state,
};
use serde_json::Value;

/// The plugin.
#[derive(Debug)]
pub struct Newsagent;

const HOST: &str = "https://provider.example.com";

impl Ingress for Newsagent {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        let asked: Vec<Value> =
            serde_json::from_slice(&request.body).map_err(|error| Refusal::Malformed(error.to_string()))?;
        let events = asked.iter().map(|asked| match asked.get("fetch").and_then(Value::as_str) {
            Some(what) => Event::new(key(asked), request.received_at, EventBody::FollowUp(what.to_owned())),
            None => Event::new("", request.received_at, EventBody::PollNow),
        });
        Ok(Reception::of(events.collect()))
    }
}

impl Background for Newsagent {
    #[allow(clippy::panic, reason = "a trap is the case")]
    fn follow_up(what: String) -> Result<Vec<Event>, Fault> {
        assert!(what != "trap", "trapped on request");
        let request = match what.as_str() {
            "send" => http::Request::post(format!("{HOST}/messages")),
            what => http::Request::get(format!("{HOST}/news/{what}")),
        };
        let news: Value = answered(request)?;
        count("fetched")?;
        let then = news.get("then").and_then(Value::as_str);
        let then = then.map(|then| Event::new("", time(&news), EventBody::FollowUp(then.to_owned())));
        Ok([event(&news)].into_iter().chain(then).collect())
    }
}

impl Poller for Newsagent {
    fn poll(cursor: Option<String>) -> Result<Page, Fault> {
        let stand = settings::text("stand").unwrap_or_else(|| "all".into());
        let after = cursor.unwrap_or_else(|| "start".into());
        let found = answered(http::Request::get(format!("{HOST}/stands/{stand}/news?after={after}")))?;
        count("polled")?;
        let news = found.get("news").and_then(Value::as_array).cloned().unwrap_or_default();
        let again = news.iter().filter(|news| news.get("again").is_some());
        let again = again
            .map(|news| Event { account: text(news, "account"), ..Event::new("", time(news), EventBody::PollNow) });
        Ok(Page {
            events: news.iter().map(event).chain(again).collect(),
            cursor: text(&found, "next"),
            more: found.get("more").is_some_and(|more| *more == true),
            wait_at_least: None,
        })
    }
}

/// Counts in state how often something was done: it commits with what was found, or not at all.
fn count(what: &str) -> Result<(), Fault> {
    let before = state::get(what).and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<u64>().ok()).unwrap_or(0);
    let counted = state::set(what, (before + 1).to_string().as_bytes());
    counted.map_err(|error| Fault::passing(format!("{error:?}"), None))
}

fn answered(request: http::Request) -> Result<Value, Fault> {
    let answer = request.send().map_err(http::SendError::into_fault)?;
    match answer.fault("news") {
        Some(fault) => Err(fault),
        None => answer.json().map_err(|error| Fault::Malformed(error.to_string())),
    }
}

fn event(news: &Value) -> Event {
    let (id, from) = (key(news), text(news, "from").unwrap_or_default());
    let message = Message::of([Content::text(text(news, "text").unwrap_or_default())]).with_id(id.clone());
    let event = Event::new(id, time(news), message).in_thread(Thread::direct(from.clone())).by(Identity::contact(from));
    Event { account: text(news, "account"), ..event }
}

fn key(news: &Value) -> String {
    text(news, "id").unwrap_or_default()
}

fn time(news: &Value) -> u64 {
    news.get("at").and_then(Value::as_u64).unwrap_or_default()
}

fn text(news: &Value, key: &str) -> Option<String> {
    news.get(key).and_then(Value::as_str).map(str::to_owned)
}

register!(Newsagent: ingress, background, poller);
