//! From a verified request to rows: the plugin parses, one transaction commits, and only then is the provider answered.
//!
//! Who is slower than the provider's patience costs nobody a message: the envelope is committed as *pending*, the manifest's
//! default answer goes out, and the events commit later together with the envelope's completion ([`pending`]).

mod attempt;
mod entrance;
pub mod pending;

use std::sync::Arc;
use std::time::Duration;

use lockgate_model::conduct::Leave;
use lockgate_model::contract::inbound::{Request, Response};
use lockgate_model::id::EnvelopeId;
use lockgate_store::{IngestError, Intake, IntakeOutcome, NewEnvelope, StoreError};
use tokio::time::Instant;

use crate::directory::Mounted;
use crate::host::Host;
use crate::metrics::Stage;
use crate::seams::FailPoint;
pub use attempt::{Attempt, attempt};
pub use entrance::{Crowded, Entrance};

/// How often `receive` is run where another call changed the state that it read.
const STATE_ATTEMPTS: u32 = 3;

/// When who found the entrance crowded is to come again.
const CROWDED: Duration = Duration::from_secs(2);

/// A verified request on its way in.
pub struct Arrival {
    /// The app or channel whose hook was called.
    pub mounted: Arc<Mounted>,
    /// What is kept of it.
    pub envelope: NewEnvelope,
    /// What the plugin is handed.
    pub request: Request,
    /// How long the provider may be kept waiting for the plugin.
    pub ack_within: Duration,
}

/// What the provider is answered.
#[derive(Debug)]
pub enum Answer {
    /// The manifest's default answer for the route.
    Default,
    /// The plugin's own.
    Own(Response),
    /// The plugin says that it is not from whom it claims: 401, and nothing was kept.
    Unauthentic,
    /// 503: the provider is to try again.
    Unavailable {
        /// After so long.
        retry_after: Duration,
    },
}

/// Takes a request in. What it returns is committed already.
pub async fn take_in(host: &Host, arrival: Arrival) -> Answer {
    let Arrival { mounted, envelope, request, ack_within } = arrival;
    let id = envelope.id;
    let deadline = Instant::now() + ack_within;
    let Ok(_inside) = mounted.entrance.enter(ack_within).await else {
        return Answer::Unavailable { retry_after: CROWDED };
    };
    let leave = host.conducts.ask(mounted.owner, host.seams.clock.now_ms());
    if let Leave::Wait(_) = leave {
        let outcome = IntakeOutcome::Waiting { reason: "paused".into() };
        return store(host, &mounted, envelope, outcome).await.map_or_else(|refused| refused, |()| Answer::Default);
    }
    let work = {
        let (host, mounted, request) = (host.clone(), mounted.clone(), request.clone());
        async move { attempt(&host, &mounted, leave, id, request).await }
    };
    let mut work = Box::pin(work);
    let stage = Stage::begin("receive");
    let in_time = tokio::select! {
        biased;
        done = &mut work => Some(done),
        () = tokio::time::sleep_until(deadline) => None,
    };
    stage.end();
    match in_time {
        Some(done) => commit(host, &mounted, envelope, request, done).await,
        None => {
            let answer = store(host, &mounted, envelope, IntakeOutcome::Pending { reason: "slow".into() }).await;
            if matches!(answer, Ok(())) {
                let (host, mounted) = (host.clone(), mounted.clone());
                host.clone().spawn_work(async move {
                    let done = work.await;
                    pending::settle(&host, &mounted, id, 1, done, request).await;
                });
            }
            answer.map_or_else(|refused| refused, |()| Answer::Default)
        }
    }
}

/// Commits what an attempt came to; where the state it read has changed, runs it again.
async fn commit(
    host: &Host,
    mounted: &Arc<Mounted>,
    envelope: NewEnvelope,
    request: Request,
    mut done: Attempt,
) -> Answer {
    for round in 1..=STATE_ATTEMPTS {
        let (outcome, answer) = match done {
            Attempt::Events { response, outcome } => (outcome, response.map_or(Answer::Default, Answer::Own)),
            Attempt::Dead(outcome) => (outcome, Answer::Default),
            Attempt::Unauthentic => return Answer::Unauthentic,
            Attempt::Passing { retry_after, .. } => return Answer::Unavailable { retry_after },
        };
        host.seams.reached(FailPoint::BeforeIngest);
        match intake(host, mounted, envelope.clone(), outcome).await {
            Ok(()) => return answer,
            Err(IngestError::StateConflict) if round < STATE_ATTEMPTS => {
                done = attempt(host, mounted, Leave::Go, envelope.id, request.clone()).await;
            }
            // What it keeps may have become too much since it was looked at. The call is told so the next time, and can make room.
            Err(IngestError::Store(StoreError::Refused(_))) if round == 1 => {
                done = attempt(host, mounted, Leave::Go, envelope.id, request.clone()).await;
            }
            // It would be refused again, however often the provider told it.
            Err(IngestError::Store(StoreError::Refused(why))) => {
                let stored = store(host, mounted, envelope, attempt::refused_state(&why)).await;
                return stored.map_or_else(|refused| refused, |()| Answer::Default);
            }
            Err(IngestError::StateConflict) => return Answer::Unavailable { retry_after: Duration::from_secs(1) },
            Err(error) => return refused(envelope.id, &error),
        }
    }
    Answer::Unavailable { retry_after: Duration::from_secs(1) }
}

async fn store(host: &Host, mounted: &Mounted, envelope: NewEnvelope, outcome: IntakeOutcome) -> Result<(), Answer> {
    let id = envelope.id;
    intake(host, mounted, envelope, outcome).await.map_err(|error| refused(id, &error))
}

async fn intake(
    host: &Host,
    mounted: &Mounted,
    envelope: NewEnvelope,
    outcome: IntakeOutcome,
) -> Result<(), IngestError> {
    let intake = Intake { owner: mounted.owner, plugin: mounted.plugin_name.clone(), envelope, outcome };
    let stage = Stage::begin("commit");
    let ingested = host.store.ingest(intake).await?;
    stage.end();
    host.seams.reached(FailPoint::AfterIngest);
    crate::metrics::ingested(&ingested);
    Ok(())
}

fn refused(envelope: EnvelopeId, error: &IngestError) -> Answer {
    tracing::error!(%envelope, error = %error, source = ?std::error::Error::source(error).map(ToString::to_string), "an envelope could not be committed; the provider is told to try again");
    Answer::Unavailable { retry_after: Duration::from_secs(5) }
}
