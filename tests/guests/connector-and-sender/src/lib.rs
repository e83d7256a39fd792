//! A plugin that sends but receives nothing: every part is sent, and nothing leaves.

use lockgate_sdk::{Connector, Draft, FieldProblem, Outcome, PartOutcome, Sender, Sent, Setting, delivery, register};

/// The plugin.
#[derive(Debug)]
pub struct ConnectorAndSender;

impl Connector for ConnectorAndSender {
    fn check(_: Vec<Setting>) -> Vec<FieldProblem> {
        Vec::new()
    }
}

impl Sender for ConnectorAndSender {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        delivery::in_order(&draft, |part| Outcome::Sent(Sent::as_message(part.client_ref.as_str())))
    }
}

register!(ConnectorAndSender: connector, sender);
