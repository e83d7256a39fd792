//! One run of a plugin's `receive`, and what it means.

use std::time::Duration;

use lockgate_model::conduct::Leave;
use lockgate_model::contract::inbound::{Reception, Refusal, Request, Response};
use lockgate_model::id::EnvelopeId;
use lockgate_runtime::{CallFailure, Called, Effects, Reaction};
use lockgate_store::{IntakeOutcome, Refused};
use serde_json::json;

use crate::call::call;
use crate::conduct::Told;
use crate::directory::{LoadedPlugin, Mounted};
use crate::host::Host;

/// What one run came to, in terms of what follows.
#[derive(Debug)]
pub enum Attempt {
    /// Events to commit, and perhaps the plugin's own answer.
    Events {
        /// The plugin's own answer.
        response: Option<Response>,
        /// What is to be committed.
        outcome: IntakeOutcome,
    },
    /// It will fail again the same way: kept as a dead letter.
    Dead(IntakeOutcome),
    /// Not from whom it claims.
    Unauthentic,
    /// It may succeed later.
    Passing {
        /// A stable word for the reason.
        reason: &'static str,
        /// When to try again.
        retry_after: Duration,
        /// Whether the plugin was run, so that it counts as a try.
        counts: bool,
    },
}

/// Runs `receive` once on a verified request, with leave to.
pub async fn attempt(host: &Host, mounted: &Mounted, leave: Leave, envelope: EnvelopeId, request: Request) -> Attempt {
    let Some(loaded) = &mounted.plugin else {
        return Attempt::Passing { reason: "plugin-unavailable", retry_after: Duration::from_secs(60), counts: true };
    };
    let is_vouched_for = request.verification.is_some();
    let Called { result, effects } = run(host, mounted, loaded, leave, envelope, request).await;
    let now = host.seams.clock.now_ms();
    let (plugin, failure) = (&mounted.plugin_name, result.as_ref().err());
    let told = Told { owner: mounted.owner, plugin, leave, is_vouched_for, failure, now };
    host.conducts.told(&host.store, told).await;
    crate::metrics::called("receive", mounted.plugin_name.as_str(), &result, &effects);
    crate::logging::guest(mounted, &effects);
    host.denials.note(mounted, &effects, now);
    match result {
        Ok(Ok(reception)) => Attempt::Events {
            outcome: IntakeOutcome::Events {
                events: reception.events,
                state_reads: effects.state_reads,
                state_writes: effects.state_writes,
            },
            response: reception.response,
        },
        Ok(Err(Refusal::Malformed(why))) => dead("malformed", json!({ "why": clip(&why) })),
        Ok(Err(Refusal::Unauthentic(why))) => {
            tracing::info!(owner = %mounted.owner, why = clip(&why), "the plugin says that a request is not authentic");
            Attempt::Unauthentic
        }
        Ok(Err(Refusal::Passing(passing))) => Attempt::Passing {
            reason: "passing",
            retry_after: Duration::from_millis(passing.retry_after.unwrap_or(5_000).clamp(1_000, 3_600_000)),
            counts: true,
        },
        Err(failure) => match failure.reaction() {
            Reaction::DeadLetter => dead(failure.code(), json!({ "why": clip(&failure.to_string()) })),
            Reaction::Passing => Attempt::Passing {
                reason: failure.code(),
                retry_after: Duration::from_secs(2),
                counts: !matches!(failure, CallFailure::Overloaded | CallFailure::Busy),
            },
        },
    }
}

async fn run(
    host: &Host,
    mounted: &Mounted,
    loaded: &LoadedPlugin,
    leave: Leave,
    envelope: EnvelopeId,
    request: Request,
) -> Called<Result<Reception, Refusal>> {
    match &loaded.native {
        None => {
            let mut call = call(host, mounted, request.received_at, &envelope.to_string(), None);
            call.alone = leave.is_alone();
            loaded.plugin.receive(call, request).await
        }
        Some(native) => Called { result: Ok(native.receive(request)), effects: Effects::default() },
    }
}

/// What the plugin wants kept is more than is kept for it.
pub(super) fn refused_state(why: &Refused) -> IntakeOutcome {
    IntakeOutcome::Dead { code: "state".to_owned(), params: json!({ "why": why.to_string() }) }
}

fn dead(code: &str, params: serde_json::Value) -> Attempt {
    Attempt::Dead(IntakeOutcome::Dead { code: code.to_owned(), params })
}

/// A plugin's words, bounded.
fn clip(words: &str) -> String {
    words.chars().take(500).collect()
}
