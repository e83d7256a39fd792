//! A plugin that misbehaves on request, to show that the sandbox holds.

use lockgate_sdk::{
    Connector, Draft, FieldProblem, Ingress, PartOutcome, Reception, Refusal, Request, Sender, Setting, register,
};

/// The plugin.
#[derive(Debug)]
pub struct Hostile;

impl Connector for Hostile {
    fn check(_: Vec<Setting>) -> Vec<FieldProblem> {
        Vec::new()
    }
}

impl Ingress for Hostile {
    fn receive(_: Request) -> Result<Reception, Refusal> {
        Ok(Reception::default())
    }
}

impl Sender for Hostile {
    fn send(_: Draft) -> Vec<PartOutcome> {
        Vec::new()
    }
}

register!(Hostile: connector, ingress, sender);
