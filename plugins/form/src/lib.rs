//! Forms of websites: what a visitor fills in becomes a message, whoever built the form.
//!
//! There is no sender: an answer goes by mail, to the address that was filled in. Which body becomes what is listed in the plugin's
//! README.

mod check;
mod config;
mod receive;

use lockgate_sdk::{Connector, FieldProblem, Ingress, Reception, Refusal, Request, Setting, register};

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct Forms;

impl Connector for Forms {
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem> {
        check::settings(&settings)
    }
}

impl Ingress for Forms {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        receive::submission(&request)
    }
}

register!(Forms: connector, ingress);
