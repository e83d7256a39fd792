//! What runs by itself, without a request that came in or a message that goes out: what an event asked to be done afterwards, and
//! the look at what happened at the provider. Claimed with a lease and a fence, as deliveries are: a node that lost its claim
//! commits nothing.
//!
//! Rows are locked after the channels that a transaction speaks of, in every transaction: what was found is applied first, and the
//! fence decides at its end whether all of it holds.

pub(crate) mod effects;
mod fetches;
mod follow_ups;
mod polls;
mod queue;

use lockgate_model::contract::common::{Fault, Passing};
use lockgate_model::contract::inbound::Event;
use lockgate_model::id::{AppId, ChannelId, EnvelopeId, Owner};
use lockgate_model::message::Failure;
use lockgate_model::seam::Seams;
use lockgate_model::secret::Captured;
use lockgate_model::state::StateRead;

use crate::Store;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::ingest::IntakeOutcome;

pub use fetches::ClaimedFetch;
pub(crate) use fetches::{Naming, ask as ask_files, forget as forget_files};
pub use follow_ups::ClaimedFollowUp;
pub(crate) use follow_ups::{Asked, ask};
pub use polls::{ClaimedPoll, Turned};
pub use queue::Claimer;

/// What a call found, to be committed with its end.
#[derive(Clone, Debug)]
pub struct Worked {
    /// What names it among envelopes, where it found something.
    pub envelope: EnvelopeId,
    /// When the call began.
    pub at: u64,
    /// In the plugin's order.
    pub events: Vec<Event>,
    /// The plugin's state as the call saw it.
    pub state_reads: Vec<StateRead>,
    /// What is written to it: key and value, none to remove.
    pub state_writes: Vec<(String, Option<Vec<u8>>)>,
    /// What was captured meanwhile.
    pub captured: Vec<Captured>,
}

impl Worked {
    fn outcome(&self) -> IntakeOutcome {
        IntakeOutcome::Events {
            events: self.events.clone(),
            state_reads: self.state_reads.clone(),
            state_writes: self.state_writes.clone(),
        }
    }
}

/// Why a call came to nothing.
#[derive(Clone, Debug)]
pub enum Broke {
    /// The plugin says so.
    Fault(Fault, Vec<Captured>),
    /// The call ended without a word: a trap, a time-out, a plugin that wants more kept than is kept for it. A stable word for it.
    Failed(String),
    /// It cannot be done, now or later. A stable word for why.
    Never(String),
}

impl Broke {
    /// As a fault: a call that ended without a word is tried again.
    fn fault(&self) -> Fault {
        match self {
            Self::Fault(fault, _) => fault.clone(),
            Self::Failed(why) => Fault::Passing(Passing { why: why.clone(), retry_after: None }),
            Self::Never(why) => Fault::Unsupported(why.clone()),
        }
    }

    fn captured(&self) -> &[Captured] {
        match self {
            Self::Fault(_, captured) => captured,
            Self::Failed(_) | Self::Never(_) => &[],
        }
    }
}

impl Store {
    /// The next moment after `now` at which something in the background may be due; none where nothing waits for one. What is due
    /// already and held back by something else is not told: its end is announced, or seen by looking again.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn next_work(&self, now: u64) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT MIN(moment) AS moment FROM (
                    SELECT MIN(due_at) AS moment FROM follow_ups WHERE due_at > $1
                    UNION ALL SELECT MIN(lease_until) FROM follow_ups WHERE lease_until > $1
                    UNION ALL SELECT MIN(due_at) FROM fetches WHERE due_at > $1
                    UNION ALL SELECT MIN(lease_until) FROM fetches WHERE lease_until > $1
                    UNION ALL SELECT MIN(due_at) FROM polls WHERE due_at > $1 AND halted = 0
                    UNION ALL SELECT MIN(not_before) FROM polls WHERE not_before > $1 AND halted = 0
                    UNION ALL SELECT MIN(lease_until) FROM polls WHERE lease_until > $1) AS moments";
        let row = self.db().glance().await?.row(sql, args![now]).await?;
        Ok(row.map(|row| row.get("moment")).transpose()?.flatten())
    }

    async fn lane_of_owner(&self, owner: Owner) -> Result<Owner, StoreError> {
        match owner {
            Owner::Channel(channel) => self.lane_of(channel).await,
            Owner::App(_) => Ok(owner),
        }
    }
}

/// Somebody says that something changed. Wishes of the same moment are one.
pub(crate) async fn poll_now(tx: &mut Tx, owner: Owner, app: Option<AppId>, now: u64) -> Result<(), StoreError> {
    let sql = "UPDATE polls SET asked = asked + 1, due_at = CASE WHEN due_at > $4 THEN $4 ELSE due_at END
               WHERE owner = $1 OR owner = $2 OR channel IN (SELECT id FROM channels WHERE app = $3)";
    // An app's wish without a channel is one for all of its channels, a channel's wish one for the app where that is polled.
    let of_app = match owner {
        Owner::App(app) => Some(app),
        Owner::Channel(_) => None,
    };
    tx.execute(sql, args![owner, app.map(Owner::App), of_app, now]).await?;
    tx.queued_work();
    Ok(())
}

/// A credential was set or a channel switched on: what was halted goes on.
pub(crate) async fn resume(tx: &mut Tx, owner: Owner, now: u64) -> Result<(), StoreError> {
    let app = match owner {
        Owner::App(app) => Some(app),
        Owner::Channel(_) => None,
    };
    let sql = "UPDATE polls SET halted = 0, failures = 0, not_before = 0, due_at = $3
               WHERE owner = $1 OR channel IN (SELECT id FROM channels WHERE app = $2)";
    tx.execute(sql, args![owner, app, now]).await?;
    let sql = "UPDATE follow_ups SET due_at = $3 WHERE due_at > $3 AND (owner = $1
               OR channel IN (SELECT id FROM channels WHERE app = $2))";
    tx.execute(sql, args![owner, app, now]).await?;
    let sql = "UPDATE fetches SET due_at = $3 WHERE due_at > $3 AND (owner = $1
               OR channel IN (SELECT id FROM channels WHERE app = $2))";
    tx.execute(sql, args![owner, app, now]).await?;
    tx.queued_work();
    Ok(())
}

/// Gives back what a node has claimed; its calls are over.
pub(crate) async fn release(tx: &mut Tx, node: &str) -> Result<(), StoreError> {
    let sql = "UPDATE follow_ups SET claimed_by = NULL, lease_until = NULL, fence = fence + 1 WHERE claimed_by = $1";
    tx.execute(sql, args![node]).await?;
    let sql = "UPDATE fetches SET claimed_by = NULL, lease_until = NULL, fence = fence + 1 WHERE claimed_by = $1";
    tx.execute(sql, args![node]).await?;
    let sql = "UPDATE polls SET claimed_by = NULL, lease_until = NULL, fence = fence + 1 WHERE claimed_by = $1";
    tx.execute(sql, args![node]).await.map(drop)
}

/// A SQLite file has one host at a time: what is claimed when it is opened was lost by the one before.
pub(crate) async fn reclaim(tx: &mut Tx) -> Result<(), StoreError> {
    let sql =
        "UPDATE follow_ups SET claimed_by = NULL, lease_until = NULL, fence = fence + 1 WHERE claimed_by IS NOT NULL";
    tx.execute(sql, args![]).await?;
    let sql =
        "UPDATE fetches SET claimed_by = NULL, lease_until = NULL, fence = fence + 1 WHERE claimed_by IS NOT NULL";
    tx.execute(sql, args![]).await?;
    let sql = "UPDATE polls SET claimed_by = NULL, lease_until = NULL, fence = fence + 1 WHERE claimed_by IS NOT NULL";
    tx.execute(sql, args![]).await.map(drop)
}

/// A dead letter about something that no request brought.
async fn dead_letter(
    tx: &mut Tx,
    seams: &Seams,
    now: u64,
    origin: &crate::ingest::Origin<'_>,
    failure: (&str, serde_json::Value),
) -> Result<(), StoreError> {
    let (code, params) = failure;
    let outcome = IntakeOutcome::Dead { code: code.to_owned(), params };
    crate::ingest::work(tx, origin, &outcome, seams, now).await.map(drop)
}

/// What a failure is called, and its words.
fn in_words(failure: &Failure) -> serde_json::Value {
    serde_json::json!({ "reason": failure.code, "why": failure.detail })
}

/// The channel of an owner.
fn channel_of(owner: Owner) -> Option<ChannelId> {
    match owner {
        Owner::Channel(channel) => Some(channel),
        Owner::App(_) => None,
    }
}

/// The app's id as it stands in an owner's text; none of a channel.
fn app_of(owner: Owner) -> Option<AppId> {
    match owner {
        Owner::App(app) => Some(app),
        Owner::Channel(_) => None,
    }
}
