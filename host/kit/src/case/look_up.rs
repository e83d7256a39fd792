//! Reads what a case looks up: `"look_up": {"profile": {"key": "5001"}}`, and what it says was found.

use lockgate_model::contract::common::{Identity, IdentityKind, Thread};
use lockgate_model::contract::directory::{Resolved, TemplateDefinition};
use serde::Deserialize;

use super::file::{Wrong, checked, wrong};
use super::fits::each;
use super::{CaseCall, Expectation, LookUp};
use crate::terse::{Step, Texts};

/// One function of `directory`, by its name.
#[derive(Deserialize)]
#[serde(
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "an object with one function of `directory`: {\"templates\": {}}, {\"resolve\": {\"kind\": …, \"address\": …}}, {\"profile\": {\"key\": …}} or {\"about\": …}"
)]
pub(super) enum FileLookUp {
    Templates {},
    Resolve {
        kind: IdentityKind,
        address: String,
    },
    Profile {
        key: String,
        #[serde(default)]
        thread: Option<String>,
    },
    About(String),
}

impl FileLookUp {
    pub(super) fn read(self) -> LookUp {
        match self {
            Self::Templates {} => LookUp::Templates,
            Self::Resolve { kind, address } => LookUp::Resolve { kind, address },
            Self::Profile { key, thread } => LookUp::Profile { key, thread },
            Self::About(thread) => LookUp::About(thread),
        }
    }
}

impl Expectation {
    /// Whether it is one of something that is looked up, and expects something.
    pub(super) fn fits_look_up(&self, look_up: &LookUp) -> Result<(), &'static str> {
        let others = self.events.is_some() || self.response.is_some() || self.refusal.is_some();
        let others = others || self.outcomes.is_some() || self.problems.is_some() || self.file.is_some();
        let pages = self.cursor.is_some() || self.more.is_some() || self.wait_at_least.is_some();
        if others || pages || self.state.is_some() || self.deleted.is_some() {
            return Err("what is looked up has \"found\", \"nothing\" or a \"fault\"; all else is of other calls");
        }
        let told = [self.found.is_some(), self.nothing == Some(true), self.fault.is_some()];
        match (told.into_iter().filter(|told| *told).count(), look_up) {
            (1, LookUp::Templates) if self.nothing.is_some() => {
                Err("templates are a list: write \"found\" with an empty one")
            }
            (1, _) => Ok(()),
            (0, _) => Err("it would be met by everything: write what is \"found\", \"nothing\": true or a \"fault\""),
            _ => Err("something is found, nothing is, or there is a fault: write one of them"),
        }
    }

    /// Whether what is found is of the contract.
    pub(super) fn read_found(&self, call: &CaseCall) -> Result<(), Wrong> {
        let (CaseCall::LookUp(look_up), Some(found)) = (call, &self.found) else { return Ok(()) };
        let at = [Step::Key("expect".into()), Step::Key("found".into())];
        match look_up {
            LookUp::Templates => match found.as_array() {
                Some(list) => each::<TemplateDefinition>("found", Some(list)),
                None => Err(wrong(&["expect", "found"], "templates are a list")),
            },
            LookUp::Resolve { .. } => checked::<Resolved>(found, Texts::MayBeMissing, &at).map(drop),
            LookUp::Profile { .. } => checked::<Identity>(found, Texts::MayBeMissing, &at).map(drop),
            LookUp::About(_) => checked::<Thread>(found, Texts::MayBeMissing, &at).map(drop),
        }
    }
}
