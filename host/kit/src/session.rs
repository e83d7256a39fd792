//! A plugin that is being worked on: one bench whose component is replaced while its world stays.
//!
//! Calls are those of cases, also where somebody typed them. What a plugin writes to its state is there at the next call, also
//! of the next component.

mod deed;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lockgate_model::manifest::Manifest;
use lockgate_runtime::{Called, Compiler};
use serde::Serialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bench::{Bench, BenchError};
use crate::case::{Answered, Asked, Case, CaseCall, LookUp};
use crate::compare::compare;
use crate::judge::{self, Ran};
use crate::project;
use crate::world::World;

pub use deed::Deed;

/// The state of a plugin: values by their keys.
pub type State = BTreeMap<String, Vec<u8>>;

/// A bench that outlives components.
pub struct Session {
    bench: Bench,
    hosts: BTreeSet<String>,
    compiler: Compiler,
    images: TempDir,
    state: State,
}

/// A call that was made, as somebody is shown it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Played {
    /// `receive`, `send`, `preview` …, the name of an action, or of what is looked up the function's.
    pub call: &'static str,
    /// What the plugin was handed: the request, the draft, the action with its target.
    pub input: Value,
    /// Its answer, as a case expects it; none where it gave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Value>,
    /// Why it gave none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// What it asked the provider, and what that did.
    pub requests: Vec<Made>,
    /// What it tried and may not.
    pub denied: Vec<String>,
    /// What it logged.
    pub log: Vec<String>,
    /// From the start of the call to its end, in microseconds.
    pub wall_us: u64,
    /// Of it on a processor, in microseconds.
    pub cpu_us: u64,
    /// Bytes of memory that it had.
    pub memory_bytes: u64,
}

/// A request that a plugin made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Made {
    /// What was asked.
    pub request: Asked,
    /// What was answered; none: there was no answer left, and the connection was closed.
    pub answer: Option<Answered>,
}

impl Played {
    /// Where this differs from an earlier call, in words: its answer, its requests, its log. Time and memory do not count.
    #[must_use]
    pub fn differences(&self, before: &Self) -> Vec<String> {
        let value = |of: &Self| {
            serde_json::json!({
                "outcome": of.outcome, "failure": of.failure, "requests": of.requests, "denied": of.denied, "log": of.log,
            })
        };
        let strip =
            |difference: crate::compare::Difference| difference.to_string().trim_start_matches("it.").to_owned();
        compare("it", &value(before), &value(self)).into_iter().map(strip).collect()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("plugin", &self.bench.plugin()).finish_non_exhaustive()
    }
}

impl Session {
    /// Installs a component, with an empty state.
    ///
    /// # Errors
    ///
    /// Why it cannot be run.
    pub async fn start(component: &Arc<[u8]>, cases: &[Case], compiler: Compiler) -> Result<Self, BenchError> {
        let inspection = lockgate_runtime::inspect(component)?;
        let hosts = project::hosts(&inspection.manifest, cases);
        let images = tempfile::tempdir()?;
        let bench = Bench::set_up(component, &hosts, compiler.clone(), &images).await?;
        Ok(Self { bench, hosts, compiler, images, state: State::new() })
    }

    /// Puts another component in the place of the one that is here; the state stays.
    ///
    /// # Errors
    ///
    /// Why it cannot be run. The one that is here stays then.
    pub async fn reload(&mut self, component: &Arc<[u8]>, cases: &[Case]) -> Result<(), BenchError> {
        let inspection = lockgate_runtime::inspect(component)?;
        let hosts = project::hosts(&inspection.manifest, cases);
        if hosts.is_subset(&self.hosts) {
            self.bench.replace(component).await?;
        } else {
            // The sandbox takes its map of hosts when it starts.
            self.bench = Bench::set_up(component, &hosts, self.compiler.clone(), &self.images).await?;
            self.hosts = hosts;
        }
        Ok(())
    }

    /// The manifest of the component that is here.
    pub fn manifest(&self) -> &Manifest {
        self.bench.plugin().manifest()
    }

    /// `sha256:` and the digest of the component that is here.
    pub fn digest(&self) -> &str {
        self.bench.plugin().digest()
    }

    /// What the plugin's state holds.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Puts another state in its place.
    pub fn set_state(&mut self, state: State) {
        self.state = state;
    }

    /// Makes a case's call in the world of this session: on its state, with that of the case laid over it. What the plugin
    /// writes is kept. The provider answers as the case says, and `then` to everything beyond.
    ///
    /// # Errors
    ///
    /// What of the case the manifest does not know.
    pub async fn play(&mut self, case: &Case, then: Option<Answered>) -> Result<Played, Vec<String>> {
        let manifest = self.manifest().clone();
        let unknown = project::unknown(case, &manifest);
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let mut world = World::of(case, &manifest, judge::level(case, &manifest));
        let own = std::mem::take(&mut world.state);
        world.state.clone_from(&self.state);
        world.state.extend(own);
        let ran = judge::run(&mut self.bench, case, &manifest, &world, then).await;
        let (call, input) = input(case, &manifest);
        Ok(self.played(call, input, world.state, ran))
    }

    /// Keeps what a call wrote to this state, and says what came of it.
    fn played(&mut self, call: &'static str, input: Value, state: State, ran: Ran) -> Played {
        let Ran { called: Called { result, effects }, asked, answered } = ran;
        if result.is_ok() {
            self.state = state;
            for (key, value) in &effects.state_writes {
                match value {
                    Some(value) => drop(self.state.insert(key.clone(), value.clone())),
                    None => drop(self.state.remove(key)),
                }
            }
        }
        let (outcome, failure) = match result {
            Ok(outcome) => (Some(outcome), None),
            Err(failure) => (None, Some(failure.to_string())),
        };
        Played {
            call,
            input,
            outcome,
            failure,
            requests: asked.into_iter().zip(answered).map(|(request, answer)| Made { request, answer }).collect(),
            denied: effects.denials.iter().map(|denial| denial.what.clone()).collect(),
            log: judge::log(&effects),
            wall_us: u64::try_from(effects.wall.as_micros()).unwrap_or(u64::MAX),
            cpu_us: u64::try_from(effects.cpu.as_micros()).unwrap_or(u64::MAX),
            memory_bytes: effects.memory,
        }
    }

    /// Judges a case in a world of its own, as `lockgate plugin test` does: where it differs from what it expects, in words.
    pub async fn judge(&mut self, case: &Case) -> Vec<String> {
        let manifest = self.manifest().clone();
        match project::unknown(case, &manifest) {
            unknown if unknown.is_empty() => judge::judge(&mut self.bench, case, &manifest).await.differences,
            unknown => unknown,
        }
    }
}

fn asked(look_up: &LookUp) -> Value {
    match look_up {
        LookUp::Templates => json!({}),
        LookUp::Resolve { kind, address } => json!({ "kind": kind, "address": address }),
        LookUp::Profile { key, thread } => json!({ "key": key, "thread": thread }),
        LookUp::About(thread) => json!({ "thread": thread }),
    }
}

/// What a case's call is and hands over.
fn input(case: &Case, manifest: &Manifest) -> (&'static str, Value) {
    let draft = |draft| crate::compare::trimmed(serde_json::to_value(draft).unwrap_or_default());
    match &case.call {
        CaseCall::Receive(webhook) => ("receive", judge::input(&judge::request(webhook, case, manifest))),
        CaseCall::FollowUp(what) => ("follow_up", Value::from(what.as_str())),
        CaseCall::Poll(cursor) => ("poll", json!({ "cursor": cursor })),
        CaseCall::Fetch(deferred) => ("fetch", Value::from(deferred.as_str())),
        CaseCall::Send(sent) => ("send", draft(sent)),
        CaseCall::Preview(looked_at) => ("preview", draft(looked_at)),
        CaseCall::LookUp(look_up) => (look_up.name(), asked(look_up)),
        CaseCall::Act(acting) => {
            let target = serde_json::to_value(&acting.target).unwrap_or_default();
            let mut shown = serde_json::to_value(&acting.action).unwrap_or_default();
            if let Some(object) = shown.as_object_mut() {
                object.insert("target".into(), target);
            }
            ("act", crate::compare::trimmed(shown))
        }
    }
}
