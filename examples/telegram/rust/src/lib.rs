//! Telegram bots: what people write to one, and answers to them.
//!
//! What each kind of update becomes, and what each answer of `sendMessage`, is listed in the README.

mod check;
mod ids;
mod preview;
mod receive;
mod render;
mod send;

use lockgate_sdk::{
    Connector, Draft, FieldProblem, Ingress, PartOutcome, Problem, Reception, Refusal, Request, Sender, Setting,
    register,
};

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct Telegram;

impl Connector for Telegram {
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem> {
        settings.iter().filter_map(check::setting).collect()
    }
}

impl Ingress for Telegram {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        Ok(Reception::of(receive::update(&request.body, request.received_at)?))
    }
}

impl Sender for Telegram {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        send::draft(&draft)
    }

    fn preview(draft: Draft) -> Vec<Problem> {
        preview::draft(&draft)
    }
}

register!(Telegram: connector, ingress, sender);
