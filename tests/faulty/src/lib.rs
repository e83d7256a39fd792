//! A small channel that is good, or has the one fault whose name was written into the component.
//!
//! The provider flies batches of letters and receipts in, tells what is new when it is asked, takes one letter a request, and does
//! things to letters that are there. Each fault is one that authors of plugins
//! make; which checks of the conformance suite find it is written down in `tests/src/faulty.rs`.
#![allow(clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "these are among the faults")]

mod act;
mod fetch;
mod file;
mod look_up;
mod receive;
mod send;

use lockgate_sdk::{Connector, FieldProblem, Setting, SettingValue};

/// Where the fault's name is written: behind the first colon, filled up with dots.
static FAULT: [u8; 48] = *b"lockgate-fault:none.............................";

/// Whether this is the fault that this component has.
pub(crate) fn has(fault: &str) -> bool {
    // What stands there is written after it was compiled.
    let written = std::hint::black_box(&FAULT);
    let name = written.split(|byte| *byte == b':').nth(1).unwrap_or_default();
    name.split(|byte| *byte == b'.').next() == Some(fault.as_bytes())
}

/// The plugin.
pub struct Pigeon;

lockgate_sdk::register!(Pigeon: connector, ingress, background, poller, sender, actions, directory, media_fetcher);

impl Connector for Pigeon {
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        for setting in settings.into_iter().filter(|setting| setting.key == "loft") {
            let good = match &setting.value {
                SettingValue::Text(text) => !text.trim().is_empty() && text.len() < 100,
                _ if has("check-takes-one-type") => panic!("a loft is a text"),
                _ => false,
            };
            if !good || has("check-refuses-all") {
                let key = if has("check-names-another-key") { "left".to_owned() } else { setting.key };
                problems.push(FieldProblem { key: Some(key), words: "Write the loft's name".into() });
            }
        }
        problems
    }
}
