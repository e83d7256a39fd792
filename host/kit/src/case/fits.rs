//! Whether what a case expects belongs to its call, and expects something.

use lockgate_model::contract::common::Fault;
use lockgate_model::contract::inbound::{Event, Refusal};
use lockgate_model::contract::outbound::{Outcome, PartOutcome, Problem};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::file::{Wrong, checked, without_position, wrong};
use super::{Answer, Case, CaseCall, Expectation, KeptFile};
use crate::terse::{Step, Texts};

impl Case {
    /// Whether its expectation is one of this call, and expects something.
    pub(super) fn fits(&self) -> Result<(), &'static str> {
        let Expectation {
            events,
            response,
            refusal,
            cursor,
            more,
            wait_at_least,
            file,
            fault,
            state,
            deleted,
            outcomes,
            outcome,
            problems,
            found,
            nothing,
        } = &self.expect;
        let writes = state.is_some() || deleted.is_some();
        let pages = cursor.is_some() || more.is_some() || wait_at_least.is_some();
        match &self.call {
            CaseCall::Act(_) => {
                let of_others =
                    [events.is_some(), response.is_some(), refusal.is_some(), pages, fault.is_some(), writes];
                let of_others = [&of_others[..], &[found.is_some(), nothing.is_some(), file.is_some()]].concat();
                match outcome {
                    _ if of_others.contains(&true) || outcomes.is_some() || problems.is_some() => {
                        Err("an action has one \"outcome\", and nothing else comes of it")
                    }
                    None => Err("it would be met by everything: write the \"outcome\" of the action"),
                    Some(_) => Ok(()),
                }
            }
            _ if outcome.is_some() => Err("\"outcome\" is of \"act\"; what is sent has \"outcomes\""),
            CaseCall::LookUp(look_up) => self.expect.fits_look_up(look_up),
            CaseCall::Fetch(_) => {
                let of_others = events.is_some() || response.is_some() || refusal.is_some() || pages;
                if of_others || outcomes.is_some() || problems.is_some() || found.is_some() || nothing.is_some() {
                    return Err("what is fetched is a \"file\" or a \"fault\"; everything else is of other calls");
                }
                match (file, fault) {
                    (None, None) => {
                        Err("it would be met by everything: write the \"file\" that is kept, or a \"fault\"")
                    }
                    (Some(_), Some(_)) => Err("a call comes to nothing or keeps a file, not both"),
                    (None, Some(_)) if writes => Err("a call that comes to nothing leaves no state"),
                    _ => Ok(()),
                }
            }
            _ if file.is_some() => Err("\"file\" is of what is fetched: \"fetch\""),
            _ if found.is_some() || nothing.is_some() => {
                Err("\"found\" and \"nothing\" are of what is looked up: \"look_up\"")
            }
            CaseCall::FollowUp(_) | CaseCall::Poll(_) => {
                if outcomes.is_some() || problems.is_some() || response.is_some() || refusal.is_some() {
                    return Err(
                        "what runs by itself has \"events\" or a \"fault\"; answers, refusals, outcomes and problems are of other calls",
                    );
                }
                match (events, fault) {
                    (None, None) => Err(
                        "it would be met by everything: write \"events\" (an empty list, if there are to be none) or a \"fault\"",
                    ),
                    (Some(_), Some(_)) => Err("a call comes to nothing or has events, not both"),
                    (None, Some(_)) if writes || pages => {
                        Err("a call that comes to nothing has no cursor and leaves no state")
                    }
                    _ if pages && matches!(self.call, CaseCall::FollowUp(_)) => {
                        Err("\"cursor\", \"more\" and \"wait_at_least\" are of a page, which \"poll\" gives")
                    }
                    _ => Ok(()),
                }
            }
            _ if pages || fault.is_some() => Err(
                "\"cursor\", \"more\", \"wait_at_least\" and \"fault\" are of \"poll\", \"follow_up\", \"fetch\" and \"look_up\"",
            ),
            CaseCall::Receive(_) => {
                if outcomes.is_some() || problems.is_some() {
                    return Err(
                        "what is received has \"events\" or a \"refusal\"; outcomes and problems are a draft's",
                    );
                }
                match (events, refusal) {
                    (None, None) => Err(
                        "it would be met by everything: write \"events\" (an empty list, if there are to be none) or a \"refusal\"",
                    ),
                    (Some(_), Some(_)) => Err("a request is refused or has events, not both"),
                    (None, Some(_)) if response.is_some() || writes => {
                        Err("a request that is refused has no answer of the plugin's and leaves no state")
                    }
                    _ if !self.provider.is_empty() => {
                        Err("no request leaves while something is received: leave \"provider\" out")
                    }
                    _ => Ok(()),
                }
            }
            CaseCall::Send(_) if outcomes.is_none() => {
                Err("it would be met by everything: write the \"outcomes\" of the draft's parts")
            }
            CaseCall::Preview(_) if problems.is_none() => {
                Err("it would be met by everything: write \"problems\" (an empty list, if there are to be none)")
            }
            CaseCall::Send(_) if problems.is_some() => {
                Err("problems are what \"preview\" says; what is sent has \"outcomes\"")
            }
            CaseCall::Preview(_) if outcomes.is_some() => {
                Err("outcomes are what \"send\" says; a preview has \"problems\"")
            }
            CaseCall::Send(_) | CaseCall::Preview(_)
                if events.is_some() || response.is_some() || refusal.is_some() || writes =>
            {
                Err("\"events\", \"response\", \"refusal\", \"state\" and \"deleted\" are of what is received")
            }
            CaseCall::Preview(_) if !self.provider.is_empty() => {
                Err("no request leaves during a preview: leave \"provider\" out")
            }
            CaseCall::Send(_) | CaseCall::Preview(_) => Ok(()),
        }
    }
}

impl Expectation {
    /// Whether everything in it is of the contract: what is misspelt could never come, and what is left out is easily meant.
    pub(super) fn read(&self) -> Result<(), Wrong> {
        each::<Event>("events", self.events.as_deref())?;
        each::<PartOutcome>("outcomes", self.outcomes.as_deref())?;
        each::<Problem>("problems", self.problems.as_deref())?;
        one::<Outcome>("outcome", self.outcome.as_ref())?;
        one::<Refusal>("refusal", self.refusal.as_ref())?;
        one::<Fault>("fault", self.fault.as_ref())?;
        if let Some(file) = &self.file {
            serde_json::from_value::<KeptFile>(file.clone())
                .map_err(|error| wrong(&["expect", "file"], without_position(&error.to_string())))?;
        }
        if let Some(response) = &self.response {
            serde_json::from_value::<Answer>(response.clone())
                .map_err(|error| wrong(&["expect", "response"], without_position(&error.to_string())))?;
        }
        Ok(())
    }
}

pub(super) fn each<T: DeserializeOwned>(key: &str, values: Option<&[Value]>) -> Result<(), Wrong> {
    for (at, value) in values.unwrap_or_default().iter().enumerate() {
        checked::<T>(value, Texts::MayBeMissing, &[Step::Key("expect".into()), Step::Key(key.into()), Step::At(at)])?;
    }
    Ok(())
}

fn one<T: DeserializeOwned>(key: &str, value: Option<&Value>) -> Result<(), Wrong> {
    match value {
        Some(value) => {
            checked::<T>(value, Texts::MayBeMissing, &[Step::Key("expect".into()), Step::Key(key.into())]).map(drop)
        }
        None => Ok(()),
    }
}
