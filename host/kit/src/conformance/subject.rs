//! The plugin under judgement: its component, its cases, and what is done with them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use lockgate_model::contract::inbound::{Event, Reception, Refusal, Request};
use lockgate_model::contract::outbound::{Draft, Outcome, PartOutcome, Problem};
use lockgate_model::contract::settings::{FieldProblem, Setting};
use lockgate_model::manifest::{Level, Manifest};
use lockgate_runtime::{Abilities, CallFailure, Called, Effects};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::acting::Acted;
use super::answers;
use super::payload::Payload;
use super::work::Worked;
use crate::bench::{Benches, Found, SendSeen, WorkSeen};
use crate::case::{Answered, Case, CaseCall, KeptFile, LookUp, Webhook};
use crate::judge::{level, log, request};
use crate::world::{World, account};

/// A plugin and what is known of it from outside.
pub(crate) struct Subject<'a> {
    pub(super) benches: &'a Benches,
    pub(super) manifest: &'a Manifest,
    pub(super) abilities: Abilities,
    pub(super) cases: &'a [Case],
    /// What the host refused in any call of any check.
    denials: Mutex<BTreeSet<String>>,
    /// Seen once: nearly every check begins with them.
    received: OnceCell<Vec<Received<'a>>>,
    answered: OnceCell<Vec<Sending<'a>>>,
    pub(super) acted: OnceCell<Vec<Acted<'a>>>,
    pub(super) polled: OnceCell<Vec<Worked<'a>>>,
    pub(super) followed_up: OnceCell<Vec<Worked<'a>>>,
}

/// A webhook of a case that gave events.
#[derive(Clone)]
pub(super) struct Received<'a> {
    pub(super) case: &'a Case,
    pub(super) webhook: &'a Webhook,
    pub(super) world: World,
    pub(super) request: Request,
    pub(super) payload: Option<Payload>,
    pub(super) reception: Reception,
    pub(super) effects: Effects,
}

/// A draft of a case that is sent.
#[derive(Clone)]
pub(super) struct Sending<'a> {
    pub(super) case: &'a Case,
    pub(super) world: World,
    pub(super) draft: Draft,
    pub(super) answers: Vec<Answered>,
}

/// Something that a case looks up and finds.
#[derive(Clone)]
pub(super) struct Looking<'a> {
    pub(super) case: &'a Case,
    pub(super) world: World,
    pub(super) look_up: &'a LookUp,
    pub(super) answers: Vec<Answered>,
}

/// What a reception is compared by: everything of each event.
pub(super) fn shown(events: &[Event]) -> Vec<Value> {
    events.iter().map(|event| crate::compare::trimmed(serde_json::to_value(event).unwrap_or_default())).collect()
}

/// A kind of event as the contract's JSON calls it.
pub(super) fn kind(event: &Event) -> String {
    let body = serde_json::to_value(&event.body).unwrap_or_default();
    body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What names an event to the host.
pub(super) fn keys<'e>(events: impl IntoIterator<Item = &'e Event>) -> Vec<(String, String)> {
    events.into_iter().map(|event| (kind(event), event.dedup.clone())).collect()
}

impl<'a> Subject<'a> {
    pub(crate) fn new(benches: &'a Benches, cases: &'a [Case]) -> Self {
        let plugin = benches.plugin();
        Self {
            benches,
            manifest: plugin.manifest(),
            abilities: plugin.abilities(),
            cases,
            denials: Mutex::default(),
            received: OnceCell::new(),
            answered: OnceCell::new(),
            acted: OnceCell::new(),
            polled: OnceCell::new(),
            followed_up: OnceCell::new(),
        }
    }

    /// What the host refused so far.
    pub(super) fn denials(&self) -> Vec<String> {
        self.denials.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Remembers what the host refused.
    pub(super) fn note(&self, effects: &Effects) {
        let denied = effects.denials.iter().map(|denial| denial.what.clone());
        self.denials.lock().unwrap_or_else(PoisonError::into_inner).extend(denied);
    }

    /// Hands the plugin a request.
    pub(super) async fn receive(&self, world: &World, request: Request) -> Called<Result<Reception, Refusal>> {
        let called = self.benches.one().await.receive(world, request).await;
        self.note(&called.effects);
        called
    }

    /// Hands the plugin a case's request with another body.
    pub(super) async fn body(&self, of: &Received<'_>, body: Vec<u8>) -> Called<Result<Reception, Refusal>> {
        self.receive(&of.world, Request { body, ..of.request.clone() }).await
    }

    /// The events of a case's request with another body; none where it gives none.
    pub(super) async fn events(&self, of: &Received<'_>, payload: &Payload) -> Result<Vec<Event>, String> {
        match self.body(of, payload.bytes()).await.result {
            Ok(Ok(reception)) => Ok(reception.events),
            Ok(Err(refusal)) => Err(format!("it is refused: {refusal:?}")),
            Err(failure) => Err(failure.to_string()),
        }
    }

    /// Looks at a draft.
    pub(super) async fn preview(&self, world: &World, draft: Draft) -> Called<Vec<Problem>> {
        let called = self.benches.one().await.preview(world, draft).await;
        self.note(&called.effects);
        called
    }

    /// Asks about settings.
    pub(super) async fn check(&self, world: &World, settings: Vec<Setting>) -> Called<Vec<FieldProblem>> {
        let called = self.benches.one().await.check(world, settings).await;
        self.note(&called.effects);
        called
    }

    /// Sends a draft.
    pub(super) async fn send(
        &self,
        world: &World,
        draft: Draft,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> SendSeen {
        let seen = self.benches.one().await.send(world, draft, answers, then).await;
        self.note(&seen.called.effects);
        seen
    }

    /// Fetches a file.
    pub(super) async fn fetch(
        &self,
        world: &World,
        deferred: &str,
        answers: Vec<Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Option<KeptFile>> {
        let seen = self.fetch_oddly(world, deferred, answers, then).await;
        self.note(&seen.called.effects);
        seen
    }

    /// The same, with names or answers that make addresses which nobody would permit.
    pub(super) async fn fetch_oddly(
        &self,
        world: &World,
        deferred: &str,
        answers: Vec<Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Option<KeptFile>> {
        self.benches.one().await.fetch(world, deferred.to_owned(), answers, then).await
    }

    /// Looks something up.
    pub(super) async fn look_up(
        &self,
        world: &World,
        look_up: &LookUp,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Found> {
        let seen = self.benches.one().await.look_up(world, look_up.clone(), answers, then).await;
        self.note(&seen.called.effects);
        seen
    }

    /// Its cases in which something is looked up and found, by good answers alone.
    pub(super) fn findings(&self) -> Vec<Looking<'a>> {
        let looking = |case: &'a Case| {
            let CaseCall::LookUp(look_up) = &case.call else { return None };
            let answers = answers::good(case)?;
            let found = case.expect.found.as_ref().is_some_and(|found| *found != Value::Array(Vec::new()));
            let world = World::of(case, self.manifest, Level::Channel);
            found.then_some(Looking { case, world, look_up, answers })
        };
        self.cases.iter().filter_map(looking).collect()
    }

    /// The webhooks of its cases that give events, each as it is.
    pub(super) async fn received(&self) -> &[Received<'a>] {
        self.received.get_or_init(|| self.receive_all()).await
    }

    async fn receive_all(&self) -> Vec<Received<'a>> {
        let mut received = Vec::new();
        for case in self.cases {
            let CaseCall::Receive(webhook) = &case.call else { continue };
            let world = World::of(case, self.manifest, level(case, self.manifest));
            let mut request = request(webhook, case, self.manifest);
            let payload = Payload::of(webhook);
            if let Some(payload) = &payload {
                // Written as the changed ones are: a copy of the body in an event is the same then.
                request.body = payload.bytes();
            }
            let Called { result, effects } = self.receive(&world, request.clone()).await;
            let Ok(Ok(reception)) = result else { continue };
            if reception.events.is_empty() {
                continue;
            }
            received.push(Received {
                case,
                webhook,
                world,
                request,
                payload: Payload::of(webhook),
                reception,
                effects,
            });
        }
        received
    }

    /// The drafts of its cases that are sent, by what the cases expect: every answer of the provider is a good one, and so is every
    /// outcome. The simplest first.
    pub(super) fn sendings(&self) -> Vec<Sending<'a>> {
        let sent = |outcome: &Value| {
            let kind = outcome.pointer("/outcome/type").and_then(Value::as_str);
            matches!(kind, Some("sent" | "accepted"))
        };
        let mut sendings: Vec<Sending<'a>> = self
            .cases
            .iter()
            .filter_map(|case| {
                let CaseCall::Send(draft) = &case.call else { return None };
                let outcomes = case.expect.outcomes.as_deref()?;
                let answers = answers::good(case)?;
                if outcomes.is_empty() || !outcomes.iter().all(sent) {
                    return None;
                }
                let mut draft = draft.clone();
                if draft.account == crate::case::ACCOUNT {
                    draft.account = account(case, self.manifest);
                }
                Some(Sending { case, world: World::of(case, self.manifest, Level::Channel), draft, answers })
            })
            .collect();
        sendings.sort_by_key(|sending| (sending.draft.parts.len(), sending.answers.len()));
        sendings
    }
}

impl<'a> Subject<'a> {
    /// Those of its sendings for which a request is made: of the others there is no answer to look at.
    pub(super) async fn answered_sendings(&self) -> &[Sending<'a>] {
        self.answered.get_or_init(|| self.send_all()).await
    }

    async fn send_all(&self) -> Vec<Sending<'a>> {
        let mut answered = Vec::new();
        for sending in self.sendings() {
            let seen = self.send(&sending.world, sending.draft.clone(), sending.answers.clone(), None).await;
            if seen.asked.len() == sending.answers.len() {
                answered.push(sending);
            }
        }
        answered
    }
}

/// A guest that ended without an answer; what may be tried again is the machine's doing, save time.
pub(super) fn died(failure: &CallFailure) -> bool {
    !matches!(failure, CallFailure::Overloaded | CallFailure::Busy | CallFailure::StateUnavailable)
}

/// The plugin's log as one text.
pub(super) fn logged(effects: &Effects) -> String {
    log(effects).join("\n")
}

/// The outcome of a part.
pub(super) fn outcome_of(outcomes: &[PartOutcome], part: u32) -> Option<&Outcome> {
    outcomes.iter().find(|outcome| outcome.parts.contains(&part)).map(|outcome| &outcome.outcome)
}
