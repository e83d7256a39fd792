//! What an event asked to be done afterwards: written down with the event, run later, and gone with what it found.

use std::collections::BTreeMap;

use lockgate_model::background::{MOST_DEEP, MOST_OPEN, Next, WHAT_BYTES, Work, judge};
use lockgate_model::delivery::DEADLINE_MS;
use lockgate_model::id::{EnvelopeId, FollowUpId, Owner, PluginName};
use lockgate_model::seam::Seams;
use serde_json::json;

use super::{Broke, Worked, channel_of, dead_letter, effects, in_words};
use crate::Store;
use crate::captured;
use crate::db::{Dialect, Tx, args};
use crate::error::{Conflict, StoreError};
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

macro_rules! due {
    () => {
        "SELECT follow_ups.id, follow_ups.owner FROM follow_ups LEFT JOIN channels ON channels.id = follow_ups.channel
         WHERE follow_ups.due_at <= $1 AND (follow_ups.lease_until IS NULL OR follow_ups.lease_until <= $1)
         AND (follow_ups.channel IS NULL OR (channels.enabled = 1 AND channels.deleted_at IS NULL))
         AND NOT EXISTS (SELECT 1 FROM pauses WHERE until > $1 AND ((scope = 'account' AND target = follow_ups.channel)
          OR (scope = 'app' AND (target = channels.app OR 'app:' || target = follow_ups.owner))))
         AND NOT EXISTS (SELECT 1 FROM conduct WHERE conduct.owner = follow_ups.owner AND conduct.until > $1)
         AND $3 NOT LIKE '%' || follow_ups.owner || '%'
         ORDER BY follow_ups.due_at, follow_ups.id LIMIT $2"
    };
}

impl Store {
    /// Claims follow-ups that are due for this node, oldest first; whose time is over becomes a dead letter. Of one owner at most
    /// `share` are under way on this node: `busy` says how many are.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn claim_follow_ups(
        &self,
        node: &str,
        now: u64,
        lease_ms: u64,
        limit: u32,
        share: u32,
        busy: BTreeMap<Owner, u32>,
    ) -> Result<Vec<ClaimedFollowUp>, StoreError> {
        // What is held back costs a look and no transaction, however long.
        let over =
            "SELECT 1 FROM follow_ups WHERE deadline <= $1 AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1";
        let is_due = limit > 0 && {
            let mut look = self.db().glance().await?;
            look.row(due!(), args![now, 1, full(&busy, share)]).await?.is_some()
                || look.row(over, args![now]).await?.is_some()
        };
        if !is_due {
            return Ok(Vec::new());
        }
        let input = (node.to_owned(), now, lease_ms, limit, share, busy, self.seams().clone());
        self.db()
            .write("follow-ups", input, |tx, (node, now, lease, limit, share, busy, seams)| {
                Box::pin(async move {
                    overdue(tx, seams, *now, *limit).await?;
                    claim(tx, node, *now, now.saturating_add(*lease), *limit, (*share, busy.clone())).await
                })
            })
            .await
    }

    /// Ends a follow-up with what it found: its events, what it wrote to the plugin's state and its end are there together.
    ///
    /// # Errors
    ///
    /// [`IngestError::StateConflict`]: run it again. [`Conflict::Changed`] where the claim is lost. Nothing was taken in then.
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
                    end(tx, claimed).await?;
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
    /// [`Conflict::Changed`] where the claim is lost; where the database is not available.
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
    /// [`Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn put_off_follow_up(&self, claimed: &ClaimedFollowUp, until: u64) -> Result<(), StoreError> {
        self.db()
            .write("follow-ups", (claimed.clone(), until), |tx, (claimed, until)| {
                Box::pin(async move {
                    let sql = "UPDATE follow_ups SET due_at = $3, attempt = attempt - 1, claimed_by = NULL, lease_until = NULL
                               WHERE id = $1 AND fence = $2 AND claimed_by IS NOT NULL";
                    changed(tx.execute(sql, args![claimed.id, claimed.fence, until]).await?)
                })
            })
            .await
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

/// What is kept of it beside the claim. That the claim still holds is decided at the end.
async fn held(tx: &mut Tx, claimed: &ClaimedFollowUp) -> Result<Held, StoreError> {
    let sql = "SELECT plugin, depth, deadline FROM follow_ups WHERE id = $1 AND fence = $2 AND claimed_by IS NOT NULL";
    let row = tx.row(sql, args![claimed.id, claimed.fence]).await?.ok_or(Conflict::Changed)?;
    Ok(Held {
        claimed: claimed.clone(),
        plugin: row.get("plugin")?,
        depth: row.get("depth")?,
        deadline: row.get("deadline")?,
    })
}

fn changed(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(Conflict::Changed.into()) } else { Ok(()) }
}

async fn end(tx: &mut Tx, claimed: &ClaimedFollowUp) -> Result<(), StoreError> {
    let sql = "DELETE FROM follow_ups WHERE id = $1 AND fence = $2 AND claimed_by IS NOT NULL";
    changed(tx.execute(sql, args![claimed.id, claimed.fence]).await?)
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
            let sql = "UPDATE follow_ups SET due_at = $3, failure = $4, claimed_by = NULL, lease_until = NULL
                       WHERE id = $1 AND fence = $2 AND claimed_by IS NOT NULL";
            let failure = text::text(&verdict.failure)?;
            changed(tx.execute(sql, args![claimed.id, claimed.fence, at, failure]).await?)?;
            tx.queued_work();
            Ok(false)
        }
        Next::Halt | Next::GiveUp => {
            let origin = held.origin(EnvelopeId::new(now, seams.entropy.as_ref()), now);
            dead_letter(tx, seams, now, &origin, ("follow-up", in_words(&verdict.failure))).await?;
            end(tx, claimed).await?;
            Ok(true)
        }
    }
}

/// Those whose day is over: dead letters, with why the last run failed.
async fn overdue(tx: &mut Tx, seams: &Seams, now: u64, limit: u32) -> Result<(), StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => {
            "SELECT id, owner, plugin, what, depth, failure FROM follow_ups
             WHERE deadline <= $1 AND (lease_until IS NULL OR lease_until <= $1) LIMIT $2"
        }
        Dialect::Postgres => {
            "SELECT id, owner, plugin, what, depth, failure FROM follow_ups
             WHERE deadline <= $1 AND (lease_until IS NULL OR lease_until <= $1) LIMIT $2 FOR UPDATE SKIP LOCKED"
        }
    };
    for row in tx.rows(sql, args![now, limit]).await? {
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

async fn claim(
    tx: &mut Tx,
    node: &str,
    now: u64,
    until: u64,
    limit: u32,
    (share, mut busy): (u32, BTreeMap<Owner, u32>),
) -> Result<Vec<ClaimedFollowUp>, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => due!(),
        Dialect::Postgres => concat!(due!(), " FOR UPDATE OF follow_ups SKIP LOCKED"),
    };
    let mut claimed = Vec::new();
    // Each round leaves out the owners that the rounds before filled, so there are few.
    loop {
        let left = limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
        let rows = if left == 0 { Vec::new() } else { tx.rows(sql, args![now, left, full(&busy, share)]).await? };
        let mut passed_over = false;
        for row in rows {
            let (id, owner): (FollowUpId, Owner) = (row.get("id")?, row.get("owner")?);
            let count = busy.entry(owner).or_default();
            if *count >= share {
                passed_over = true;
                continue;
            }
            let sql =
                "UPDATE follow_ups SET claimed_by = $2, lease_until = $3, attempt = attempt + 1, fence = fence + 1
                       WHERE id = $1 RETURNING what, attempt, fence";
            let Some(row) = tx.row(sql, args![id, node, until]).await? else { continue };
            *count += 1;
            claimed.push(ClaimedFollowUp {
                id,
                owner,
                what: row.json("what")?,
                attempt: row.get("attempt")?,
                fence: row.get("fence")?,
            });
        }
        if !passed_over {
            return Ok(claimed);
        }
    }
}

/// The owners of whom as many as may be are under way.
fn full(busy: &BTreeMap<Owner, u32>, share: u32) -> String {
    busy.iter().filter(|(_, count)| **count >= share).map(|(owner, _)| format!("{owner} ")).collect()
}
