//! What follows a send: the echo of the message, its delivery, its reading, told by webhook.

use tokio::task::JoinHandle;

use super::envelope::Envelope;
use super::event::Event;
use super::post::{Retry, Webhooks};
use super::thread::Thread;
use crate::books::AcceptedMessage;

/// Which webhooks follow a message that the provider accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aftermath {
    /// The echo, with our app's id and the message's mark.
    pub echo: bool,
    /// That it reached the person.
    pub delivery: bool,
    /// That the person saw it.
    pub read: bool,
}

impl Aftermath {
    /// Echo, delivery and reading.
    pub const ALL: Self = Self { echo: true, delivery: true, read: true };
}

impl Webhooks {
    /// The events that follow an accepted message, oldest first. Each is a millisecond younger than the one before.
    #[must_use]
    pub fn follow(&self, message: &AcceptedMessage, aftermath: Aftermath) -> Vec<Event> {
        let thread = Thread::new(&message.page_id, &message.recipient_id);
        let at = message.at_ms;
        let mut events = Vec::new();
        if aftermath.echo {
            let mut body = message.message.clone();
            if let Some(fields) = body.as_object_mut() {
                fields.retain(|key, _| matches!(key.as_str(), "text" | "sticker_id"));
                if let Some(attachment) = message.message.get("attachment") {
                    fields.insert("attachments".to_owned(), serde_json::json!([attachment]));
                }
            }
            let app_id = Some(self.config().app_id.as_str());
            events.push(thread.echo_of(&message.mid, at, body, app_id, message.metadata.as_deref()));
        }
        if aftermath.delivery {
            events.push(thread.delivery(at + 1, at, &[&message.mid]));
        }
        if aftermath.read {
            events.push(thread.read(at + 2, at));
        }
        events
    }

    /// From now on every message that these books see accepted is followed by `aftermath`, each event in a request of
    /// its own.
    #[must_use]
    pub fn respond(&self, aftermath: Aftermath, retry: Retry) -> Responder {
        let webhooks = self.clone();
        let mut answered = self.books().accepted().len();
        Responder(tokio::spawn(async move {
            loop {
                let known = answered as u64;
                webhooks.books().wait_until(|counts| counts.accepted > known).await;
                for message in webhooks.books().accepted_from(answered) {
                    answered += 1;
                    for event in webhooks.follow(&message, aftermath) {
                        if let Err(error) = webhooks.tell(&Envelope::one(event), retry).await {
                            tracing::warn!(%error, "simulated provider: a receipt was not acknowledged");
                        }
                    }
                }
            }
        }))
    }
}

/// Follows accepted messages until dropped.
#[derive(Debug)]
pub struct Responder(JoinHandle<()>);

impl Drop for Responder {
    fn drop(&mut self) {
        self.0.abort();
    }
}
