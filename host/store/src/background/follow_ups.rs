//! What an event asked to be done afterwards: written down with the event, run later, and gone with what it found.

use lockgate_model::background::{MOST_DEEP, MOST_OPEN, Next, WHAT_BYTES, Work, judge};
use lockgate_model::delivery::DEADLINE_MS;
use lockgate_model::id::{EnvelopeId, FollowUpId, Owner, PluginName};
use lockgate_model::seam::Seams;
use serde_json::json;

use super::queue::{Claimer, Queue, queue};
use super::{Broke, Worked, channel_of, dead_letter, effects, in_words};
use crate::Store;
use crate::captured;
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::ingest::{IngestError, Ingested, Origin, work};
use crate::json as text;
use crate::outbox::{jitter, manifest, scope};

/// What an event asks for.
pub(crate) struct Asked<'a> {
    pub(crate) owner: Owner,
    pub(crate) plugin: &'a PluginName,
    pub(crate) what: &'a str,
    /// 1 where a request asked for it.
    pub(crate) depth: u32,
}

/// Why it is not done.
pub(crate) struct NotAsked {
    pub(crate) code: &'static str,
    pub(crate) most: u64,
}

/// Writes down that it is to be done.
pub(crate) async fn ask(
    tx: &mut Tx,
    asked: &Asked<'_>,
    seams: &Seams,
    now: u64,
) -> Result<Result<(), NotAsked>, StoreError> {
    if asked.depth > MOST_DEEP {
        return Ok(Err(NotAsked { code: "follow-up-too-deep", most: MOST_DEEP.into() }));
    }
    if asked.what.len() > WHAT_BYTES {
        return Ok(Err(NotAsked { code: "follow-up-too-long", most: WHAT_BYTES as u64 }));
    }
    let row = tx.row("SELECT COUNT(*) AS open FROM follow_ups WHERE owner = $1", args![asked.owner]).await?;
    if row.map(|row| row.get::<u64>("open")).transpose()?.unwrap_or_default() >= MOST_OPEN {
        return Ok(Err(NotAsked { code: "too-many-follow-ups", most: MOST_OPEN }));
    }
    let sql = "INSERT INTO follow_ups (id, owner, channel, plugin, what, depth, due_at, deadline, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)";
    let id = FollowUpId::new(now, seams.entropy.as_ref());
    let values = args![
        id,
        asked.owner,
        channel_of(asked.owner),
        asked.plugin,
        text::text(&asked.what)?,
        asked.depth,
        now,
        now.saturating_add(DEADLINE_MS)
    ];
    tx.execute(sql, values).await?;
    tx.queued_work();
    Ok(Ok(()))
}

/// A follow-up that its claimer is to run now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedFollowUp {
    /// Its name.
    pub id: FollowUpId,
    /// For whom.
    pub owner: Owner,
    /// In the plugin's words.
    pub what: String,
    /// 1 at the first run.
    pub attempt: u32,
    /// What the end of the run must name.
    pub fence: u64,
}

struct Held {
    claimed: ClaimedFollowUp,
    plugin: PluginName,
    depth: u32,
    deadline: u64,
}

const QUEUE: Queue = queue!("follow_ups");

impl Store {
    /// Claims follow-ups that are due for this node, oldest first; whose time is over becomes a dead letter.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn claim_follow_ups(&self, claimer: Claimer) -> Result<Vec<ClaimedFollowUp>, StoreError> {
        if !QUEUE.is_due(self, &claimer).await? {
            return Ok(Vec::new());
        }
        self.db()
            .write("follow-ups", (claimer, self.seams().clone()), |tx, (claimer, seams)| {
                Box::pin(async move {
                    overdue(tx, seams, claimer).await?;
                    QUEUE.claim(tx, claimer).await?.iter().map(claimed).collect()
                })
            })
            .await
    }

    /// Ends a follow-up with what it found: its events, what it wrote to the plugin's state and its end are there together.
    ///
    /// # Errors
    ///
    /// [`IngestError::StateConflict`]: run it again. [`crate::Conflict::Changed`] where the claim is lost. Nothing was taken in then.
    pub async fn finish_follow_up(&self, claimed: &ClaimedFollowUp, worked: Worked) -> Result<Ingested, IngestError> {
        let lane = self.lane_of_owner(claimed.owner).await?;
        let input = (self.clone(), claimed.clone(), worked, self.now_ms());
        let done = self
            .db()
            .write(lane, input, |tx, (store, claimed, worked, now)| {
                Box::pin(async move {
                    let held = held(tx, claimed).await?;
                    let origin = held.origin(worked.envelope, worked.at);
                    let Some(ingested) = work(tx, &origin, &worked.outcome(), store.seams(), *now).await? else {
                        return Ok(None);
                    };
                    captured::keep(tx, store, claimed.owner, &worked.captured, *now).await?;
                    effects::working(tx, claimed.owner, *now).await?;
                    QUEUE.end(tx, &claimed.id.to_string(), claimed.fence).await?;
                    Ok(Some(ingested))
                })
            })
            .await?;
        done.ok_or(IngestError::StateConflict)
    }

    /// Ends a run that came to nothing: it is tried again, or becomes a dead letter. Whether it is over.
    ///
    /// # Errors
    ///
    /// [`crate::Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn fail_follow_up(&self, claimed: &ClaimedFollowUp, broke: Broke) -> Result<bool, StoreError> {
        let lane = self.lane_of_owner(claimed.owner).await?;
        let input = (self.clone(), claimed.clone(), broke, self.now_ms());
        self.db()
            .write(lane, input, |tx, (store, claimed, broke, now)| Box::pin(fail(tx, store, claimed, broke, *now)))
            .await
    }

    /// Gives a claimed follow-up back, to be run at this moment. It does not count as a run.
    ///
    /// # Errors
    ///
    /// [`crate::Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn put_off_follow_up(&self, claimed: &ClaimedFollowUp, until: u64) -> Result<(), StoreError> {
        QUEUE.put_off(self, claimed.id.to_string(), claimed.fence, until).await
    }
}

impl Held {
    fn origin(&self, envelope: EnvelopeId, at: u64) -> Origin<'_> {
        Origin {
            owner: self.claimed.owner,
            plugin: &self.plugin,
            envelope,
            ability: "follow-up",
            handed: &self.claimed.what,
            depth: self.depth,
            at,
        }
    }
}

fn claimed(row: &Row) -> Result<ClaimedFollowUp, StoreError> {
    Ok(ClaimedFollowUp {
        id: row.get("id")?,
        owner: row.get("owner")?,
        what: row.json("what")?,
        attempt: row.get("attempt")?,
        fence: row.get("fence")?,
    })
}

async fn held(tx: &mut Tx, claimed: &ClaimedFollowUp) -> Result<Held, StoreError> {
    let row = QUEUE.held(tx, &claimed.id.to_string(), claimed.fence).await?;
    Ok(Held {
        claimed: claimed.clone(),
        plugin: row.get("plugin")?,
        depth: row.get("depth")?,
        deadline: row.get("deadline")?,
    })
}

async fn fail(
    tx: &mut Tx,
    store: &Store,
    claimed: &ClaimedFollowUp,
    broke: &Broke,
    now: u64,
) -> Result<bool, StoreError> {
    let held = held(tx, claimed).await?;
    let seams = store.seams();
    let manifest = manifest(tx, &held.plugin).await?;
    let verdict = judge(&Work {
        attempt: claimed.attempt,
        now,
        deadline: Some(held.deadline),
        fault: &broke.fault(),
        scope_of: &|bucket| scope(manifest.as_ref(), bucket),
        jitter: jitter(seams),
    });
    captured::keep(tx, store, claimed.owner, broke.captured(), now).await?;
    effects::apply(tx, claimed.owner, &verdict, now).await?;
    match verdict.next {
        Next::RetryAt(at) => {
            QUEUE.retry(tx, (&claimed.id.to_string(), claimed.fence), at, &verdict.failure).await?;
            Ok(false)
        }
        Next::Halt | Next::GiveUp => {
            let origin = held.origin(EnvelopeId::new(now, seams.entropy.as_ref()), now);
            dead_letter(tx, seams, now, &origin, ("follow-up", in_words(&verdict.failure))).await?;
            QUEUE.end(tx, &claimed.id.to_string(), claimed.fence).await?;
            Ok(true)
        }
    }
}

/// Those whose day is over: dead letters, with why the last run failed.
async fn overdue(tx: &mut Tx, seams: &Seams, claimer: &Claimer) -> Result<(), StoreError> {
    let now = claimer.now;
    for row in QUEUE.over(tx, claimer).await? {
        let (id, plugin, what): (FollowUpId, PluginName, String) =
            (row.get("id")?, row.get("plugin")?, row.json("what")?);
        let last: Option<lockgate_model::message::Failure> = row.json_opt("failure")?;
        let origin = Origin {
            owner: row.get("owner")?,
            plugin: &plugin,
            envelope: EnvelopeId::new(now, seams.entropy.as_ref()),
            ability: "follow-up",
            handed: &what,
            depth: row.get("depth")?,
            at: now,
        };
        let words = last.as_ref().map_or_else(|| json!({ "reason": "waited", "why": null }), in_words);
        dead_letter(tx, seams, now, &origin, ("follow-up", words)).await?;
        tx.execute("DELETE FROM follow_ups WHERE id = $1", args![id]).await?;
    }
    Ok(())
}
