//! The end of an attempt: what the plugin said is decided by the model and executed here, in one transaction.

use std::collections::BTreeSet;

use lockgate_model::contract::outbound::{Outcome, PartOutcome, Sent};
use lockgate_model::delivery::{Attempt, Next, PartBefore, Plan, plan};
use lockgate_model::id::{DeliveryId, Owner, PluginName};
use lockgate_model::manifest::{Manifest, RateScope};
use lockgate_model::message::PartState;
use lockgate_model::seam::Seams;
use lockgate_model::secret::Captured;

use super::{DeliveryRow, PartRow, Settled, act, effects};
use crate::Store;
use crate::captured;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry};
use crate::ingest::{ChannelHead, Settlement, refresh_all, settle_parts};
use crate::json;

/// What an attempt came to.
#[derive(Clone, Debug)]
pub struct Finished {
    /// What the plugin said of each part.
    pub outcomes: Vec<PartOutcome>,
    /// What was captured meanwhile; the channel's own.
    pub captured: Vec<Captured>,
}

impl From<Vec<PartOutcome>> for Finished {
    fn from(outcomes: Vec<PartOutcome>) -> Self {
        Self { outcomes, captured: Vec::new() }
    }
}

impl Store {
    /// Settles an attempt by what the plugin said of each part.
    ///
    /// # Errors
    ///
    /// [`crate::Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn finish_delivery(
        &self,
        delivery: DeliveryId,
        fence: u64,
        finished: impl Into<Finished>,
    ) -> Result<Settled, StoreError> {
        let (channel, lane) = self.lane_of_delivery(delivery).await?;
        let input = (self.clone(), channel, delivery, fence, finished.into(), self.now_ms());
        self.db()
            .write(lane, input, |tx, (store, channel, delivery, fence, finished, now)| {
                Box::pin(async move {
                    let channel = ChannelHead::lock(tx, *channel).await?;
                    let channel = channel.ok_or_else(|| StoreError::corrupt("deliveries.channel"))?;
                    let row = DeliveryRow::held(tx, *delivery, *fence).await?;
                    captured::keep(tx, store, Owner::Channel(channel.id), &finished.captured, *now).await?;
                    finish(tx, &channel, &row, &finished.outcomes, store.seams(), *now).await
                })
            })
            .await
    }
}

async fn finish(
    tx: &mut Tx,
    channel: &ChannelHead,
    row: &DeliveryRow,
    outcomes: &[PartOutcome],
    seams: &Seams,
    now: u64,
) -> Result<Settled, StoreError> {
    let parts = PartRow::all(tx, row.id).await?;
    let before: Vec<_> = parts.iter().map(|part| PartBefore { id: part.part, state: part.state }).collect();
    let manifest = manifest(tx, &channel.plugin).await?;
    let plan = plan(&Attempt {
        attempt: row.attempt,
        now,
        deadline: row.deadline,
        moved_before: row.moved,
        parts: &before,
        outcomes,
        broke: None,
        scope_of: &|bucket| scope(manifest.as_ref(), bucket),
        jitter: jitter(seams),
    });
    let mut log = Vec::new();
    // Also of parts that an echo settled meanwhile: the answer tells their names.
    for said in outcomes {
        if let Outcome::Sent(sent) | Outcome::Accepted(sent) = &said.outcome {
            match &row.action {
                None => has(tx, row, said, sent, now, &mut log).await?,
                Some(action) => act::done(tx, channel, row, action, sent, manifest.as_ref(), now).await?,
            }
        }
    }
    for part in &plan.parts {
        let outcome = part.outcome.as_ref().map(json::text).transpose()?;
        // Settled ones were written above, where what an echo told stays.
        let written = row.action.is_none() && matches!(part.state, PartState::Sent | PartState::Accepted);
        let state = (!written).then(|| part.state.as_str());
        let sql =
            "UPDATE delivery_parts SET state = COALESCE($3, state), outcome = $4 WHERE delivery = $1 AND part = $2";
        tx.execute(sql, args![row.id, part.id, state, outcome]).await?;
    }
    conclude(tx, row, &plan, now).await?;
    effects::apply(tx, channel, row, &plan.effects, seams, now, &mut log).await?;
    refresh_all(tx, seams, now, &BTreeSet::from([row.message]), &mut log).await?;
    if row.action.is_some() {
        act::tell(row, &mut log);
    }
    event_log::append(tx, now, &log).await?;
    Ok(settled(&plan))
}

/// What the provider has, with all that its answer tells.
async fn has(
    tx: &mut Tx,
    row: &DeliveryRow,
    said: &PartOutcome,
    sent: &Sent,
    now: u64,
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    let settlement = Settlement {
        channel: row.channel,
        delivery: row.id,
        message: row.message,
        parts: Some(said.parts.clone()),
        external: sent.message.as_deref(),
        universal: sent.universal.as_deref(),
        at: now,
        echo: false,
        sent: matches!(said.outcome, Outcome::Sent(_)),
    };
    settle_parts(tx, &settlement, log).await?;
    effects::learn(tx, row, sent).await
}

async fn conclude(tx: &mut Tx, row: &DeliveryRow, plan: &Plan, now: u64) -> Result<(), StoreError> {
    let (state, due_at) = match plan.next {
        Next::Done => ("done", now),
        Next::RetryAt(at) => ("waiting", at),
    };
    let sql = "UPDATE deliveries SET state = $2, due_at = $3, claimed_by = NULL, lease_until = NULL WHERE id = $1";
    tx.execute(sql, args![row.id, state, due_at]).await?;
    let failure = plan.failure.as_ref();
    if row.action.is_some() {
        let failure = failure.map(json::text).transpose()?;
        tx.execute("UPDATE deliveries SET failure = $2 WHERE id = $1", args![row.id, failure]).await?;
    } else if let Some(failure) = failure {
        tx.execute("UPDATE messages SET failure = $2 WHERE id = $1", args![row.message, json::text(failure)?]).await?;
    }
    // What it held back may go, or workers must know when to come again.
    tx.queued_outbox();
    Ok(())
}

fn settled(plan: &Plan) -> Settled {
    let has = |state| plan.parts.iter().any(|part| part.state == state);
    match plan.next {
        Next::RetryAt(_) => Settled::Retry,
        Next::Done if has(PartState::Unknown) => Settled::Unknown,
        Next::Done if has(PartState::Failed) => Settled::Failed,
        Next::Done if has(PartState::Accepted) => Settled::Accepted,
        Next::Done => Settled::Sent,
    }
}

/// The manifest of the version that serves now; it says what pauses with a bucket.
pub(crate) async fn manifest(tx: &mut Tx, plugin: &PluginName) -> Result<Option<Manifest>, StoreError> {
    let sql = "SELECT manifest FROM plugin_versions WHERE plugin = $1 AND is_current = 1";
    let text: Option<String> = tx.row(sql, args![plugin]).await?.map(|row| row.get("manifest")).transpose()?;
    // One that does not read any more names no bucket; the account pauses then.
    Ok(text.and_then(|text| Manifest::parse(&text).ok()))
}

pub(crate) fn scope(manifest: Option<&Manifest>, bucket: &str) -> Option<RateScope> {
    manifest?.rates.iter().find(|rate| rate.bucket == bucket).map(|rate| rate.per)
}

pub(crate) fn jitter(seams: &Seams) -> u64 {
    let mut random = [0; 8];
    seams.entropy.fill(&mut random);
    u64::from_be_bytes(random)
}
