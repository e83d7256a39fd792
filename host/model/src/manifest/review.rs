//! What does not fit between a manifest and what its component exports, and what is odd in a manifest that may be so.

use toml::de::{DeTable, DeValue};

use super::parse::{ManifestProblem, place_of};
use super::{Answered, CONTRACT, Capabilities, CredentialField, CredentialUse, Effect, Manifest};

/// Abilities that make no request: what a manifest asks for beyond them is asked for nothing.
const SILENT: [&str; 2] = ["connector", "ingress"];

/// How grave something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It cannot work so.
    Error,
    /// It can, and its author should know.
    Remark,
}

/// One thing that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub weight: Weight,
    /// Where, what, and what to write instead.
    pub problem: ManifestProblem,
}

impl Manifest {
    /// Looks over the manifest that was parsed from `text`, of a component that exports `abilities` of the contract, by their names.
    #[must_use]
    pub fn review(&self, text: &str, abilities: &[&str]) -> Vec<Finding> {
        let document = DeTable::parse(text).map(|document| document.into_inner()).unwrap_or_default();
        let mut review = Review { manifest: self, text, document, abilities, findings: Vec::new() };
        review.inbound();
        review.polling();
        review.outbound();
        review.credentials();
        review.paths();
        review.findings
    }

    /// What is wrong with the contract that it names; none where it is ours.
    #[must_use]
    pub fn foreign_contract(&self, text: &str) -> Option<ManifestProblem> {
        let named = &self.plugin.contract;
        if named == CONTRACT {
            return None;
        }
        let document = DeTable::parse(text).ok()?;
        let plugin = document.get_ref().get("plugin").and_then(|plugin| plugin.get_ref().as_table());
        let place = plugin.and_then(|plugin| plugin.get("contract")).map(|value| place_of(text, value.span().start));
        let words = format!(
            "plugin.contract is {named:?}, this host speaks {CONTRACT:?}; write that, and build with the SDK that speaks it"
        );
        Some(ManifestProblem::new(place, &words))
    }
}

struct Review<'a> {
    manifest: &'a Manifest,
    text: &'a str,
    document: DeTable<'a>,
    abilities: &'a [&'a str],
    findings: Vec<Finding>,
}

impl Review<'_> {
    fn has(&self, ability: &str) -> bool {
        self.abilities.contains(&ability)
    }

    fn note(&mut self, weight: Weight, place: Option<(usize, usize)>, words: &str) {
        self.findings.push(Finding { weight, problem: ManifestProblem::new(place, words) });
    }

    /// Where a key stands at the top: its table's head.
    fn table(&self, key: &str) -> Option<(usize, usize)> {
        let (key, _) = self.document.iter().find(|(known, _)| known.get_ref() == key)?;
        Some(place_of(self.text, key.span().start))
    }

    /// Where a key's value stands in the n-th entry of a list of tables.
    fn entry(&self, list: &str, at: usize, key: &str) -> Option<(usize, usize)> {
        let DeValue::Array(entries) = self.document.get(list)?.get_ref() else { return None };
        let value = entries.get(at)?.get_ref().as_table()?.get(key)?;
        Some(place_of(self.text, value.span().start))
    }

    fn inbound(&mut self) {
        if self.has("ingress") && self.manifest.routes.is_empty() {
            let words = "the component has the ability ingress, and there is no [[route]] through which anything could come; write one with name, level, methods and verify, or leave ingress out of the code";
            self.note(Weight::Error, self.table("plugin"), words);
        }
        if !self.has("ingress") {
            for (at, route) in self.manifest.routes.iter().enumerate() {
                let words = format!(
                    "route {:?} leads to the ability ingress, which the component lacks; implement it and name it where the plugin registers its abilities, or leave the route out",
                    route.name
                );
                self.note(Weight::Error, self.entry("route", at, "name"), &words);
            }
        }
    }

    fn polling(&mut self) {
        for problem in self.manifest.polling_unmet(self.text, self.has("poller")) {
            self.findings.push(Finding { weight: Weight::Error, problem });
        }
    }

    fn outbound(&mut self) {
        let manifest = self.manifest;
        let sends = sends_something(&manifest.capabilities);
        if self.has("sender") {
            if !sends {
                let place = self.table("capabilities").or_else(|| self.table("plugin"));
                let words = "the component has the ability sender, and [capabilities] names nothing that can be sent; write for example text = { max = 2000 } there, or leave sender out of the code";
                self.note(Weight::Error, place, words);
            }
            if !manifest.egress.iter().any(|rule| rule.effect == Effect::Send) {
                let words = "the component has the ability sender, and no [[egress]] rule has effect = \"send\": nothing that it sends can leave; write such a rule, unless contacts fetch what is sent";
                self.note(Weight::Remark, self.table("plugin"), words);
            }
        } else if sends {
            let words = "[capabilities] says that something can be sent, and the component lacks the ability sender; implement it and name it where the plugin registers its abilities, or leave this out";
            self.note(Weight::Error, self.table("capabilities"), words);
        }
        if self.abilities.iter().all(|ability| SILENT.contains(ability)) {
            for (at, rule) in manifest.egress.iter().enumerate() {
                let words = format!(
                    "egress {:?} asks for a permission that nothing in the component can use: {} make no requests; leave the rule out, or implement the ability that makes them, such as sender",
                    rule.name,
                    SILENT.join(" and ")
                );
                self.note(Weight::Error, self.entry("egress", at, "name"), &words);
            }
        }
    }

    fn credentials(&mut self) {
        let manifest = self.manifest;
        for (at, field) in manifest.credentials.iter().enumerate() {
            for (purpose, word, remedy) in [
                (CredentialUse::Verify, "verify", "no route's recipe or handshake names it; name it in one"),
                (
                    CredentialUse::Egress,
                    "egress",
                    "no place of an egress rule names it; write it into one, as in place = [{ credential = \"…\", header = \"authorization\", prefix = \"Bearer \" }]",
                ),
                (CredentialUse::Derive, "derive", "no [[derived]] value is made of it; make one"),
            ] {
                if field.uses.contains(&purpose) && !manifest.uses(field, purpose) {
                    let words = format!(
                        "credential {:?} is asked for with use {word:?}, and {remedy}, or leave it out",
                        field.name
                    );
                    self.note(Weight::Remark, self.entry("credential", at, "name"), &words);
                }
            }
        }
        for (at, derived) in manifest.derived.iter().enumerate() {
            if !manifest.is_placed(&derived.name) {
                let words =
                    format!("derived {:?} is written nowhere: name it in a place of an egress rule", derived.name);
                self.note(Weight::Remark, self.entry("derived", at, "name"), &words);
            }
        }
    }

    fn paths(&mut self) {
        for (at, rule) in self.manifest.egress.iter().enumerate() {
            let wide = rule.paths.iter().find(|path| path.as_str() == "/*" || path.as_str().starts_with("/*/"));
            if let Some(path) = wide {
                let words = format!(
                    "egress {:?}: the path {:?} leaves its first segment open, so the admin grants whatever else the provider has there; write that segment if it is known",
                    rule.name,
                    path.as_str()
                );
                self.note(Weight::Remark, self.entry("egress", at, "paths"), &words);
            }
        }
    }
}

fn sends_something(capabilities: &Capabilities) -> bool {
    capabilities.text.is_some()
        || !capabilities.media.is_empty()
        || !capabilities.choices.is_empty()
        || !capabilities.native.is_empty()
        || capabilities.templates
        || capabilities.quote
        || !capabilities.begins.is_empty()
}

impl Manifest {
    /// Whether something uses a credential for this.
    fn uses(&self, field: &CredentialField, purpose: CredentialUse) -> bool {
        let name = field.name.as_str();
        match purpose {
            CredentialUse::Egress => self.is_placed(name),
            CredentialUse::Derive => self.derived.iter().any(|derived| derived.credentials().contains(&name)),
            CredentialUse::Verify => self.routes.iter().any(|route| {
                let challenge = route.challenge.as_ref();
                let hashed = challenge.and_then(|challenge| challenge.json.as_ref()).is_some_and(|members| {
                    members.values().any(|value| matches!(value, Answered::HmacSha256(hash) if hash.credential == name))
                });
                route.verify.credentials().contains(&name)
                    || challenge.and_then(|challenge| challenge.credential.as_deref()) == Some(name)
                    || hashed
            }),
        }
    }

    fn is_placed(&self, name: &str) -> bool {
        self.egress.iter().flat_map(|rule| &rule.places).any(|place| place.credential == name)
    }
}

#[cfg(test)]
mod tests;
