//! The sending side towards a host: what Meta's webhooks do to the address that was registered.
//!
//! Builds events ([`Thread`]), packs and signs them ([`Envelope`]), and delivers them by HTTP ([`Webhooks`]) the way
//! Meta does: again and again until the answer is 200. Hooks are posted to over plain HTTP, on loopback.

mod envelope;
mod event;
mod post;
mod responder;
#[cfg(test)]
mod tests;
mod thread;

pub use envelope::{Entry, Envelope, Forgery, HookRequest, nested};
pub use event::{Event, REACTIONS, Reaction, appointment, fallback, location, media, sticker};
pub use post::{Answer, HandshakeError, PlayReport, PostError, Retry, Webhooks, WebhooksConfig};
pub use responder::{Aftermath, Responder};
pub use thread::Thread;
