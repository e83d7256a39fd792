//! How a webhook is made and its events are looked at.

use lockgate_messenger::Messenger;
use lockgate_sdk::{Content, Event, EventBody, Ingress, Media, MediaKind, MediaSource, Message, Refusal, Request};
use serde_json::{Value, json};

pub(crate) const AT: u64 = 1_760_000_000_123;

pub(crate) fn receive(body: &str) -> Result<Vec<Event>, Refusal> {
    let request = Request {
        route: "events".into(),
        method: "POST".into(),
        body: body.into(),
        received_at: 42,
        ..Request::default()
    };
    Messenger::receive(request).map(|reception| reception.events)
}

pub(crate) fn batch(list: &str, items: &Value) -> String {
    json!({ "object": "page", "entry": [{ "id": "PAGE", "time": AT, list: items }] }).to_string()
}

/// The events of one item from the contact, `kind` being what the table names.
pub(crate) fn item(kind: &str, value: Value) -> Vec<Event> {
    let mut item = json!({ "sender": { "id": "ANNA" }, "recipient": { "id": "PAGE" }, "timestamp": AT });
    item[kind] = value;
    receive(&batch("messaging", &json!([item]))).expect("a batch")
}

#[track_caller]
pub(crate) fn one(mut events: Vec<Event>) -> Event {
    assert_eq!(events.len(), 1, "{events:#?}");
    events.remove(0)
}

/// The message of the one event, after a look at what every message from the contact has.
#[track_caller]
pub(crate) fn message(events: Vec<Event>) -> Message {
    let event = one(events);
    assert_eq!((event.account.as_deref(), event.at), (Some("PAGE"), AT));
    assert_eq!(event.thread.as_ref().map(|thread| thread.key.as_str()), Some("ANNA"));
    match event.body {
        EventBody::Message(message) => {
            assert_eq!(message.id.as_deref(), Some(event.dedup.as_str()));
            message
        }
        other => panic!("no message: {other:?}"),
    }
}

pub(crate) fn contents(message: Message) -> Vec<Content> {
    message.parts.into_iter().map(|part| part.content).collect()
}

pub(crate) fn attached(attachments: Value) -> Vec<Content> {
    contents(message(item("message", json!({ "mid": "m", "attachments": attachments }))))
}

pub(crate) fn media(kind: MediaKind, url: &str) -> Content {
    Content::Media(Media { kind, source: MediaSource::Address(url.into()), ..Media::default() })
}
