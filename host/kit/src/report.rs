//! What a plugin's cases and the suite came to, as data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lockgate_model::manifest::Manifest;
use serde::Serialize;
use serde_json::Value;

use crate::case::{Case, CaseCall};
use crate::conformance::{Binding, Finding, Tried};
use crate::judge::Judged;

/// Everything that `lockgate plugin test` found.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The plugin's id.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// `sha256:` and the digest of the component.
    pub digest: String,
    /// How many cases were run.
    pub cases: usize,
    /// How many of them passed.
    pub passed: usize,
    /// The others.
    pub failed: Vec<FailedCase>,
    /// What the suite found.
    pub conformance: Conformance,
    /// What the cases reach.
    pub coverage: Coverage,
}

/// A case that did not pass.
#[derive(Clone, Debug, Serialize)]
pub struct FailedCase {
    /// Its name.
    pub case: String,
    /// Its file.
    pub file: PathBuf,
    /// What it shows.
    pub about: String,
    /// Where what was seen differs.
    pub differences: Vec<String>,
    /// What the plugin logged meanwhile.
    pub log: Vec<String>,
}

/// What the suite found.
#[derive(Clone, Debug, Serialize)]
pub struct Conformance {
    /// Checks that were run, and those that hold without.
    pub run: usize,
    /// Checks that found nothing wrong.
    pub passed: usize,
    /// Checks that did.
    pub failed: Vec<FailedCheck>,
    /// Checks for which there was nothing to try.
    pub skipped: Vec<SkippedCheck>,
    /// Those of `run` that hold without a trial: the component does not export the ability that they are about.
    pub without: Vec<UnaskedCheck>,
    /// Those of `skipped` that were not tried because cases that show what they need did not pass.
    pub untried: Vec<&'static str>,
    /// Of what binds and was tried, how much passed, in percent, rounded down; none where some could not be tried.
    pub score: Option<u32>,
}

/// A check that found something wrong.
#[derive(Clone, Debug, Serialize)]
pub struct FailedCheck {
    /// Its number in the specification.
    pub check: &'static str,
    /// How much it binds.
    pub binding: Binding,
    /// Its rule.
    pub title: &'static str,
    /// Where it does not hold.
    pub seen: Vec<String>,
}

/// A check that was not tried.
#[derive(Clone, Debug, Serialize)]
pub struct SkippedCheck {
    /// Its number in the specification.
    pub check: &'static str,
    /// Why.
    pub why: String,
}

/// A check that holds because nobody can call what it is about.
#[derive(Clone, Debug, Serialize)]
pub struct UnaskedCheck {
    /// Its number in the specification.
    pub check: &'static str,
    /// The ability that the component does not export.
    pub ability: &'static str,
}

/// What the cases reach of what there is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    /// How many cases there are of each function: `receive`, `follow_up`, `poll`, `fetch`, `send`, `preview`, `act`.
    pub calls: BTreeMap<&'static str, usize>,
    /// The manifest's routes, and whether a case calls each.
    pub routes: BTreeMap<String, bool>,
    /// The actions that the manifest declares, and whether a case does each.
    pub actions: BTreeMap<String, bool>,
    /// Kinds of event that cases expect.
    pub events: BTreeSet<String>,
    /// Refusals, outcomes and faults that cases expect.
    pub outcomes: BTreeSet<String>,
}

impl Report {
    /// Whether all cases passed, and every check that binds.
    pub fn is_good(&self) -> bool {
        self.failed.is_empty() && self.conforms()
    }

    /// Whether every check that binds passed, of those that were tried.
    pub fn conforms(&self) -> bool {
        self.conformance.failed.iter().all(|failed| failed.binding == Binding::Should)
    }

    pub(crate) fn of(manifest: &Manifest, digest: &str, cases: &[Case], judged: &[Judged], tried: Vec<Tried>) -> Self {
        let failed: Vec<FailedCase> = cases
            .iter()
            .zip(judged)
            .filter(|(_, judged)| !judged.differences.is_empty())
            .map(|(case, judged)| FailedCase {
                case: case.name.clone(),
                file: case.file.clone(),
                about: case.about.clone(),
                differences: judged.differences.clone(),
                log: judged.log.clone(),
            })
            .collect();
        let all_passed = failed.is_empty();
        Self {
            plugin: manifest.plugin.id.clone(),
            version: manifest.plugin.version.clone(),
            digest: digest.to_owned(),
            cases: cases.len(),
            passed: cases.len() - failed.len(),
            failed,
            conformance: Conformance::of(tried, all_passed),
            coverage: Coverage::of(manifest, cases),
        }
    }
}

impl Conformance {
    fn of(tried: Vec<Tried>, all_cases_passed: bool) -> Self {
        let tried_at_all = |tried: &Tried| !matches!(tried.finding, Finding::Skipped(_) | Finding::Without(_));
        let binding = |tried: &&Tried| tried.binding == Binding::Must && tried_at_all(tried);
        let bound = tried.iter().filter(binding).count();
        let held = tried.iter().filter(binding).filter(|tried| tried.finding == Finding::Passed).count();
        let score = u32::try_from((held * 100).checked_div(bound).unwrap_or(100)).unwrap_or_default();
        let all = tried.len();
        let (mut failed, mut skipped) = (Vec::new(), Vec::new());
        let (mut without, mut untried) = (Vec::new(), Vec::new());
        for Tried { id, binding, title, finding } in tried {
            match finding {
                Finding::Passed => {}
                Finding::Failed(seen) => failed.push(FailedCheck { check: id, binding, title, seen }),
                // A case shows something only where it passes, so which of both it is cannot be known.
                Finding::Skipped(why) if !all_cases_passed && why.starts_with("no case ") => {
                    untried.push(id);
                    skipped.push(SkippedCheck { check: id, why: "the cases that would show it did not pass".into() });
                }
                Finding::Skipped(why) => skipped.push(SkippedCheck { check: id, why }),
                Finding::Without(ability) => {
                    without.push(UnaskedCheck { check: id, ability });
                }
            }
        }
        let run = all - skipped.len();
        let score = untried.is_empty().then_some(score);
        Self { run, passed: run - failed.len(), failed, skipped, without, untried, score }
    }
}

impl Coverage {
    fn of(manifest: &Manifest, cases: &[Case]) -> Self {
        let mut coverage = Self {
            routes: manifest.routes.iter().map(|route| (route.name.clone(), false)).collect(),
            actions: manifest.capabilities.actions().into_iter().map(|action| (action.to_owned(), false)).collect(),
            ..Self::default()
        };
        for case in cases {
            let call = match &case.call {
                CaseCall::Receive(webhook) => {
                    coverage.routes.insert(webhook.route.clone(), true);
                    "receive"
                }
                CaseCall::FollowUp(_) => "follow_up",
                CaseCall::Poll(_) => "poll",
                CaseCall::Fetch(_) => "fetch",
                CaseCall::Send(_) => "send",
                CaseCall::Preview(_) => "preview",
                CaseCall::LookUp(_) => "look_up",
                CaseCall::Act(acting) => {
                    if let Some(covered) = coverage.actions.get_mut(&acting.action.name().replace('-', "_")) {
                        *covered = true;
                    }
                    "act"
                }
            };
            *coverage.calls.entry(call).or_default() += 1;
            let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
            coverage
                .events
                .extend(case.expect.events.iter().flatten().filter_map(|event| text(event.pointer("/body/type"))));
            coverage.outcomes.extend(case.expect.fault.iter().filter_map(|fault| text(fault.get("type"))));
            coverage.outcomes.extend(case.expect.refusal.iter().filter_map(|refusal| text(refusal.get("type"))));
            let of_parts = case.expect.outcomes.iter().flatten().filter_map(|outcome| outcome.get("outcome"));
            for outcome in of_parts.chain(&case.expect.outcome) {
                let fault = text(outcome.pointer("/value/type"));
                coverage.outcomes.extend(fault.or_else(|| text(outcome.get("type"))));
            }
        }
        coverage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_tried_has_no_score() {
        let tried = |id, finding| Tried { id, binding: Binding::Must, title: "", finding };
        let all = || {
            vec![
                tried("C01", Finding::Passed),
                tried("R01", Finding::Skipped("no case shows a webhook that gives events".into())),
                tried("R19", Finding::Skipped("no route belongs to the app".into())),
            ]
        };
        let told = Conformance::of(all(), false);
        assert_eq!((told.run, told.passed, told.score), (1, 1, None));
        assert_eq!((told.untried, told.skipped.len()), (vec!["R01"], 2));
        let told = Conformance::of(all(), true);
        assert_eq!((told.untried.len(), told.skipped.len(), told.score), (0, 2, Some(100)));
    }
}
