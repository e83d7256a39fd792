//! Facebook Messenger.

use lockgate_sdk::{
    Connector, Content, Draft, Event, Fault, FieldProblem, Identity, Ingress, Message, Outcome, PartOutcome, Reception,
    Refusal, Request, Sender, Sent, Setting, Thread, delivery, http, register, settings,
};
use serde::Deserialize;

/// The plugin.
#[derive(Debug)]
pub struct Messenger;

#[derive(Deserialize)]
struct Body {
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    messaging: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    sender: Party,
    timestamp: u64,
    message: Option<Text>,
}

#[derive(Deserialize)]
struct Party {
    id: String,
}

#[derive(Deserialize)]
struct Text {
    mid: String,
    #[serde(default)]
    text: String,
}

impl Connector for Messenger {
    fn check(_: Vec<Setting>) -> Vec<FieldProblem> {
        Vec::new()
    }
}

impl Ingress for Messenger {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        let body: Body =
            serde_json::from_slice(&request.body).map_err(|error| Refusal::Malformed(error.to_string()))?;
        let mut events = Vec::new();
        for entry in body.entry {
            for item in entry.messaging {
                let Some(message) = item.message else { continue };
                let body = Message::of([Content::text(message.text)]).with_id(message.mid.as_str());
                let event = Event::new(message.mid, item.timestamp, body).of_account(entry.id.as_str());
                events.push(
                    event.in_thread(Thread::direct(item.sender.id.as_str())).by(Identity::contact(item.sender.id)),
                );
            }
        }
        Ok(Reception::of(events))
    }
}

impl Sender for Messenger {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        let version = settings::text("graph_version").unwrap_or_else(|| "v25.0".into());
        let url = format!("https://graph.facebook.com/{version}/{}/messages", draft.account);
        let recipient = draft.recipients.first().map(|recipient| recipient.key.as_str()).unwrap_or_default();
        delivery::in_order(&draft, |part| {
            let Content::Text(text) = &part.part.content else {
                return Outcome::Failed(Fault::Unsupported("only text".into()));
            };
            let body = serde_json::json!({
                "recipient": { "id": recipient }, "messaging_type": "RESPONSE",
                "message": { "text": text.plain, "metadata": part.client_ref },
            });
            match http::Request::post(url.as_str()).json(&body).send() {
                Ok(response) if response.is_success() => {
                    let answer: serde_json::Value = response.json().unwrap_or_default();
                    Outcome::Sent(Sent::as_message(
                        answer.get("message_id").and_then(|id| id.as_str()).unwrap_or_default(),
                    ))
                }
                Ok(response) => {
                    Outcome::Failed(Fault::passing(format!("status {}", response.status), response.retry_after()))
                }
                Err(error) => error.into_outcome(),
            }
        })
    }
}

register!(Messenger: connector, ingress, sender);
