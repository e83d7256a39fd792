//! How far each channel or app was polled: one row each, claimed by whoever polls it now. The cursor moves with what its page found,
//! or not at all.

use lockgate_model::background::{Next, Work, judge};
use lockgate_model::id::{EnvelopeId, Owner, PluginName};
use lockgate_model::manifest::Level;

use super::queue::changed;
use super::{Broke, Worked, channel_of, dead_letter, effects, in_words};
use crate::Store;
use crate::captured;
use crate::db::{Dialect, Tx, args};
use crate::error::{Conflict, StoreError};
use crate::ingest::{IngestError, Ingested, Origin, work};
use crate::json as text;
use crate::outbox::{jitter, manifest, scope};

/// Rows that one look for who is polled for the first time makes.
const ROUND: u32 = 256;

/// A channel or app that its claimer is to poll now; nobody else does meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedPoll {
    /// Which one.
    pub owner: Owner,
    /// How far it was polled; none: it begins now.
    pub cursor: Option<String>,
    /// Calls in a row that came to nothing.
    pub failures: u32,
    /// What the end of the call must name.
    pub fence: u64,
    /// How often it was wished to be polled at once, when it was claimed.
    pub asked: u64,
}

/// A page, and when the next one is due.
#[derive(Clone, Debug)]
pub struct Turned {
    /// What was found.
    pub worked: Worked,
    /// How far it was polled by now; none: as before.
    pub cursor: Option<String>,
    /// When the next call is due, where nobody wishes it sooner.
    pub due_at: u64,
    /// Before which there is none, whoever wishes it.
    pub not_before: u64,
}

macro_rules! due {
    () => {
        "SELECT polls.owner FROM polls LEFT JOIN channels ON channels.id = polls.channel
         WHERE polls.due_at <= $1 AND polls.not_before <= $1 AND polls.halted = 0
         AND (polls.lease_until IS NULL OR polls.lease_until <= $1)
         AND (polls.channel IS NULL OR (channels.enabled = 1 AND channels.deleted_at IS NULL))
         AND NOT EXISTS (SELECT 1 FROM pauses WHERE until > $1 AND ((scope = 'account' AND target = polls.channel)
          OR (scope = 'app' AND (target = channels.app OR 'app:' || target = polls.owner))))
         AND NOT EXISTS (SELECT 1 FROM conduct WHERE conduct.owner = polls.owner AND conduct.until > $1)
         ORDER BY polls.due_at, polls.owner LIMIT $2"
    };
}

impl Store {
    /// Lets every channel (or app) of a plugin be polled that was not before, each at a moment of its own within `spread_ms`. How
    /// many are new.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn begin_polling(&self, plugin: &PluginName, level: Level, spread_ms: u64) -> Result<u32, StoreError> {
        let sql = match level {
            Level::Channel => {
                "SELECT 'channel:' || id AS owner FROM channels WHERE plugin = $1 AND deleted_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM polls WHERE polls.owner = 'channel:' || channels.id) ORDER BY id LIMIT $2"
            }
            Level::App => {
                "SELECT 'app:' || id AS owner FROM apps WHERE plugin = $1
                 AND NOT EXISTS (SELECT 1 FROM polls WHERE polls.owner = 'app:' || apps.id) ORDER BY id LIMIT $2"
            }
        };
        let rows = self.db().glance().await?.rows(sql, args![plugin, ROUND]).await?;
        let owners = rows.iter().map(|row| row.get("owner")).collect::<Result<Vec<Owner>, _>>()?;
        if owners.is_empty() {
            return Ok(0);
        }
        let now = self.now_ms();
        let begun: Vec<(Owner, u64)> = owners
            .into_iter()
            .map(|owner| (owner, now.saturating_add(jitter(self.seams()) % spread_ms.max(1))))
            .collect();
        self.db()
            .write("polls", (plugin.clone(), begun), |tx, (plugin, begun)| {
                Box::pin(async move {
                    let mut new = 0_u32;
                    for (owner, due_at) in begun {
                        let sql = "INSERT INTO polls (owner, channel, plugin, due_at) VALUES ($1, $2, $3, $4)
                                   ON CONFLICT DO NOTHING";
                        let rows = tx.execute(sql, args![owner, channel_of(*owner), plugin, due_at]).await?;
                        new = new.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
                    }
                    tx.queued_work();
                    Ok(new)
                })
            })
            .await
    }

    /// Claims who is to be polled now, longest due first. Each is one row, so whoever has the claim is the only one.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn claim_polls(
        &self,
        node: &str,
        now: u64,
        lease_ms: u64,
        limit: u32,
    ) -> Result<Vec<ClaimedPoll>, StoreError> {
        // Who is held back costs a look and no transaction, however long.
        if limit == 0 || self.db().glance().await?.row(due!(), args![now, 1]).await?.is_none() {
            return Ok(Vec::new());
        }
        let input = (node.to_owned(), now, now.saturating_add(lease_ms), limit);
        self.db()
            .write("polls", input, |tx, (node, now, until, limit)| Box::pin(claim(tx, node, *now, *until, *limit)))
            .await
    }

    /// Ends a call with its page: events, what it wrote to the plugin's state and the cursor are there together.
    ///
    /// # Errors
    ///
    /// [`IngestError::StateConflict`]: run it again. [`Conflict::Changed`] where the claim is lost. Nothing was taken in then, and
    /// the cursor is as it was.
    pub async fn turn_page(&self, claimed: &ClaimedPoll, turned: Turned) -> Result<Ingested, IngestError> {
        let lane = self.lane_of_owner(claimed.owner).await?;
        let input = (self.clone(), claimed.clone(), turned, self.now_ms());
        let done = self
            .db()
            .write(lane, input, |tx, (store, claimed, turned, now)| Box::pin(turn(tx, store, claimed, turned, *now)))
            .await?;
        done.ok_or(IngestError::StateConflict)
    }

    /// Ends a call that came to nothing; the cursor is as it was.
    ///
    /// # Errors
    ///
    /// [`Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn fail_poll(&self, claimed: &ClaimedPoll, broke: Broke) -> Result<(), StoreError> {
        let lane = self.lane_of_owner(claimed.owner).await?;
        let input = (self.clone(), claimed.clone(), broke, self.now_ms());
        self.db()
            .write(lane, input, |tx, (store, claimed, broke, now)| Box::pin(fail(tx, store, claimed, broke, *now)))
            .await
    }

    /// Gives back a claim without a call, until this moment.
    ///
    /// # Errors
    ///
    /// [`Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn put_off_poll(&self, claimed: &ClaimedPoll, until: u64) -> Result<(), StoreError> {
        self.db()
            .write("polls", (claimed.clone(), until), |tx, (claimed, until)| {
                Box::pin(async move {
                    let sql = "UPDATE polls SET due_at = $3, not_before = $3, claimed_by = NULL, lease_until = NULL
                               WHERE owner = $1 AND fence = $2 AND claimed_by IS NOT NULL";
                    changed(tx.execute(sql, args![claimed.owner, claimed.fence, until]).await?)
                })
            })
            .await
    }
}

/// The plugin of a claim that holds. Looked at again at the end.
async fn held(tx: &mut Tx, claimed: &ClaimedPoll) -> Result<PluginName, StoreError> {
    let sql = "SELECT plugin FROM polls WHERE owner = $1 AND fence = $2 AND claimed_by IS NOT NULL";
    tx.row(sql, args![claimed.owner, claimed.fence]).await?.ok_or(Conflict::Changed)?.get("plugin")
}

fn origin<'a>(claimed: &'a ClaimedPoll, plugin: &'a PluginName, envelope: EnvelopeId, at: u64) -> Origin<'a> {
    let handed = claimed.cursor.as_deref().unwrap_or_default();
    Origin { owner: claimed.owner, plugin, envelope, ability: "poll", handed, depth: 0, at }
}

async fn turn(
    tx: &mut Tx,
    store: &Store,
    claimed: &ClaimedPoll,
    turned: &Turned,
    now: u64,
) -> Result<Option<Ingested>, StoreError> {
    let plugin = held(tx, claimed).await?;
    let Turned { worked, cursor, due_at, not_before } = turned;
    let origin = origin(claimed, &plugin, worked.envelope, worked.at);
    let Some(ingested) = work(tx, &origin, &worked.outcome(), store.seams(), now).await? else { return Ok(None) };
    captured::keep(tx, store, claimed.owner, &worked.captured, now).await?;
    effects::working(tx, claimed.owner, now).await?;
    // Who wished it since the claim, also by an event of this page, did not see what this call saw.
    let sql = "UPDATE polls SET cursor = COALESCE($3, cursor), due_at = CASE WHEN asked > $6 THEN $7 ELSE $4 END,
               not_before = $5, failures = 0, failure = NULL, polled_at = $7, claimed_by = NULL, lease_until = NULL
               WHERE owner = $1 AND fence = $2 AND claimed_by IS NOT NULL";
    let cursor = cursor.as_ref().map(text::text).transpose()?;
    let values = args![claimed.owner, claimed.fence, cursor, due_at, not_before, claimed.asked, now];
    changed(tx.execute(sql, values).await?)?;
    tx.queued_work();
    Ok(Some(ingested))
}

async fn fail(tx: &mut Tx, store: &Store, claimed: &ClaimedPoll, broke: &Broke, now: u64) -> Result<(), StoreError> {
    let plugin = held(tx, claimed).await?;
    let seams = store.seams();
    let manifest = manifest(tx, &plugin).await?;
    let verdict = judge(&Work {
        attempt: claimed.failures.saturating_add(1),
        now,
        deadline: None,
        fault: &broke.fault(),
        scope_of: &|bucket| scope(manifest.as_ref(), bucket),
        jitter: jitter(seams),
    });
    captured::keep(tx, store, claimed.owner, broke.captured(), now).await?;
    effects::apply(tx, claimed.owner, &verdict, now).await?;
    // Once for a row of such calls: the next would say the same.
    if verdict.is_odd && claimed.failures == 0 {
        let origin = origin(claimed, &plugin, EnvelopeId::new(now, seams.entropy.as_ref()), now);
        dead_letter(tx, seams, now, &origin, ("poll", in_words(&verdict.failure))).await?;
    }
    let (halted, at) = match verdict.next {
        Next::RetryAt(at) => (false, at),
        Next::Halt | Next::GiveUp => (true, now),
    };
    let sql = "UPDATE polls SET halted = $3, due_at = $4, not_before = $4, failures = failures + 1, failure = $5,
               claimed_by = NULL, lease_until = NULL WHERE owner = $1 AND fence = $2 AND claimed_by IS NOT NULL";
    let failure = text::text(&verdict.failure)?;
    changed(tx.execute(sql, args![claimed.owner, claimed.fence, halted, at, failure]).await?)?;
    tx.queued_work();
    Ok(())
}

async fn claim(tx: &mut Tx, node: &str, now: u64, until: u64, limit: u32) -> Result<Vec<ClaimedPoll>, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => due!(),
        Dialect::Postgres => concat!(due!(), " FOR UPDATE OF polls SKIP LOCKED"),
    };
    let mut claimed = Vec::new();
    for row in tx.rows(sql, args![now, limit]).await? {
        let owner: Owner = row.get("owner")?;
        let sql = "UPDATE polls SET claimed_by = $2, lease_until = $3, fence = fence + 1 WHERE owner = $1
                   RETURNING cursor, failures, fence, asked";
        let Some(row) = tx.row(sql, args![owner, node, until]).await? else { continue };
        claimed.push(ClaimedPoll {
            owner,
            cursor: row.json_opt("cursor")?,
            failures: row.get("failures")?,
            fence: row.get("fence")?,
            asked: row.get("asked")?,
        });
    }
    Ok(claimed)
}
