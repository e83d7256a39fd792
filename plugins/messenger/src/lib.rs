//! Facebook Messenger: pages, their conversations, and answers to them.
//!
//! [`receive`](Ingress::receive) is pure and calls no import, so that the same parser also runs natively. What each kind of
//! webhook becomes, and what each error of the Send API, is listed in the plugin's README.

mod act;
mod check;
mod look_up;
mod preview;
mod receive;
mod send;

use lockgate_sdk::{
    Actions, Author, Connector, Directory, Draft, Fault, FieldProblem, Identity, Ingress, Outcome, PartOutcome,
    Problem, Reception, Refusal, Request, Sender, Setting, Target, TemplateDefinition, register,
};

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct Messenger;

impl Connector for Messenger {
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem> {
        settings.iter().filter_map(check::setting).collect()
    }
}

impl Ingress for Messenger {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        receive::body(&request.body, request.received_at).map(Reception::of)
    }
}

impl Sender for Messenger {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        send::draft(&draft)
    }

    fn preview(draft: Draft) -> Vec<Problem> {
        preview::draft(&draft)
    }
}

impl Actions for Messenger {
    fn react(target: Target, symbol: String, added: bool, _: Option<String>) -> Outcome {
        act::react(&target, &symbol, added)
    }

    fn mark_read(target: Target) -> Outcome {
        act::mark_seen(&target)
    }

    fn typing(target: Target, on: bool, _: Option<Author>) -> Outcome {
        act::typing(&target, on)
    }
}

impl Directory for Messenger {
    fn templates() -> Result<Vec<TemplateDefinition>, Fault> {
        look_up::templates()
    }

    fn profile(key: String, _: Option<String>) -> Result<Option<Identity>, Fault> {
        look_up::profile(key)
    }
}

register!(Messenger: connector, ingress, sender, actions, directory);
