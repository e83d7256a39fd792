//! Rows that wait to be worked at, each once: claimed with a lease and a fence, of one owner a share at once. The SQL is that of every
//! table of this kind: `id`, `owner`, `channel`, `due_at`, `deadline`, `attempt`, `fence`, `claimed_by`, `lease_until`, `failure`.

use std::collections::BTreeMap;

use lockgate_model::id::Owner;
use lockgate_model::message::Failure;

use crate::Store;
use crate::db::{Dialect, Row, Tx, args};
use crate::error::{Conflict, StoreError};
use crate::json as text;

/// The statements of one table.
#[derive(Clone, Copy)]
pub(super) struct Queue {
    due: &'static str,
    due_locked: &'static str,
    over: &'static str,
    over_locked: &'static str,
    claim: &'static str,
    held: &'static str,
    put_off: &'static str,
    retry: &'static str,
    end: &'static str,
}

/// Who claims: of one owner at most `share` are under way on this node, `busy` says how many are.
#[derive(Clone, Debug)]
pub struct Claimer {
    /// The node.
    pub node: String,
    /// Now, in milliseconds.
    pub now: u64,
    /// For how long the claim holds.
    pub lease_ms: u64,
    /// How many may be begun.
    pub limit: u32,
    /// How many of one owner may be under way.
    pub share: u32,
    /// How many are.
    pub busy: BTreeMap<Owner, u32>,
}

macro_rules! queue {
    ($table:literal) => {
        $crate::background::queue::Queue::of(
            $crate::background::queue::due!($table),
            concat!($crate::background::queue::due!($table), " FOR UPDATE OF waiting SKIP LOCKED"),
            $crate::background::queue::over!($table),
            concat!($crate::background::queue::over!($table), " FOR UPDATE SKIP LOCKED"),
            [
                concat!(
                    "UPDATE ",
                    $table,
                    " SET claimed_by = $2, lease_until = $3, attempt = attempt + 1, fence = fence + 1
                     WHERE id = $1 RETURNING *"
                ),
                concat!("SELECT * FROM ", $table, " WHERE id = $1 AND fence = $2 AND claimed_by IS NOT NULL"),
                concat!(
                    "UPDATE ",
                    $table,
                    " SET due_at = $3, attempt = attempt - 1, claimed_by = NULL, lease_until = NULL
                     WHERE id = $1 AND fence = $2 AND claimed_by IS NOT NULL"
                ),
                concat!(
                    "UPDATE ",
                    $table,
                    " SET due_at = $3, failure = $4, claimed_by = NULL, lease_until = NULL
                     WHERE id = $1 AND fence = $2 AND claimed_by IS NOT NULL"
                ),
                concat!("DELETE FROM ", $table, " WHERE id = $1 AND fence = $2 AND claimed_by IS NOT NULL"),
            ],
        )
    };
}

macro_rules! due {
    ($table:literal) => {
        concat!(
            "SELECT waiting.id, waiting.owner FROM ", $table, " AS waiting LEFT JOIN channels ON channels.id = waiting.channel
             WHERE waiting.due_at <= $1 AND (waiting.lease_until IS NULL OR waiting.lease_until <= $1)
             AND (waiting.channel IS NULL OR (channels.enabled = 1 AND channels.deleted_at IS NULL))
             AND NOT EXISTS (SELECT 1 FROM pauses WHERE until > $1 AND ((scope = 'account' AND target = waiting.channel)
              OR (scope = 'app' AND (target = channels.app OR 'app:' || target = waiting.owner))))
             AND NOT EXISTS (SELECT 1 FROM conduct WHERE conduct.owner = waiting.owner AND conduct.until > $1)
             AND $3 NOT LIKE '%' || waiting.owner || '%'
             ORDER BY waiting.due_at, waiting.id LIMIT $2"
        )
    };
}

macro_rules! over {
    ($table:literal) => {
        concat!(
            "SELECT * FROM ",
            $table,
            " WHERE deadline <= $1 AND (lease_until IS NULL OR lease_until <= $1) LIMIT $2"
        )
    };
}

pub(super) use {due, over, queue};

impl Queue {
    pub(super) const fn of(
        due: &'static str,
        due_locked: &'static str,
        over: &'static str,
        over_locked: &'static str,
        [claim, held, put_off, retry, end]: [&'static str; 5],
    ) -> Self {
        Self { due, due_locked, over, over_locked, claim, held, put_off, retry, end }
    }

    /// Whether anything is due, or over. What is held back costs this look and no transaction, however long.
    pub(super) async fn is_due(&self, store: &Store, claimer: &Claimer) -> Result<bool, StoreError> {
        if claimer.limit == 0 {
            return Ok(false);
        }
        let mut look = store.db().glance().await?;
        let full = full(&claimer.busy, claimer.share);
        Ok(look.row(self.due, args![claimer.now, 1, full]).await?.is_some()
            || look.row(self.over, args![claimer.now, 1]).await?.is_some())
    }

    /// Those whose time is over and that nobody works at.
    pub(super) async fn over(&self, tx: &mut Tx, claimer: &Claimer) -> Result<Vec<Row>, StoreError> {
        let sql = match tx.dialect() {
            Dialect::Sqlite => self.over,
            Dialect::Postgres => self.over_locked,
        };
        tx.rows(sql, args![claimer.now, claimer.limit]).await
    }

    /// Claims one of these rows: as it is now.
    pub(super) async fn take(&self, tx: &mut Tx, claimer: &Claimer, id: &str) -> Result<Option<Row>, StoreError> {
        tx.row(self.claim, args![id, claimer.node, claimer.now.saturating_add(claimer.lease_ms)]).await
    }

    /// Claims what is due, oldest first.
    pub(super) async fn claim(&self, tx: &mut Tx, claimer: &Claimer) -> Result<Vec<Row>, StoreError> {
        let sql = match tx.dialect() {
            Dialect::Sqlite => self.due,
            Dialect::Postgres => self.due_locked,
        };
        let mut busy = claimer.busy.clone();
        let mut claimed = Vec::new();
        // Each round leaves out the owners that the rounds before filled, so there are few.
        loop {
            let left = claimer.limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
            let values = args![claimer.now, left, full(&busy, claimer.share)];
            let rows = if left == 0 { Vec::new() } else { tx.rows(sql, values).await? };
            let mut passed_over = false;
            for row in rows {
                let owner: Owner = row.get("owner")?;
                let count = busy.entry(owner).or_default();
                if *count >= claimer.share {
                    passed_over = true;
                    continue;
                }
                let id: String = row.get("id")?;
                let Some(row) = self.take(tx, claimer, &id).await? else { continue };
                *count += 1;
                claimed.push(row);
            }
            if !passed_over {
                return Ok(claimed);
            }
        }
    }

    /// What is kept of it beside the claim. That the claim still holds is decided at the end.
    pub(super) async fn held(&self, tx: &mut Tx, id: &str, fence: u64) -> Result<Row, StoreError> {
        Ok(tx.row(self.held, args![id, fence]).await?.ok_or(Conflict::Changed)?)
    }

    /// Gives a claimed one back, to be run at this moment. It does not count as a run.
    pub(super) async fn put_off(&self, store: &Store, id: String, fence: u64, until: u64) -> Result<(), StoreError> {
        store
            .db()
            .write("background", (*self, id, fence, until), |tx, (queue, id, fence, until)| {
                Box::pin(async move { changed(tx.execute(queue.put_off, args![id, fence, until]).await?) })
            })
            .await
    }

    /// Has it tried again at this moment.
    pub(super) async fn retry(
        &self,
        tx: &mut Tx,
        (id, fence): (&str, u64),
        at: u64,
        failure: &Failure,
    ) -> Result<(), StoreError> {
        changed(tx.execute(self.retry, args![id, fence, at, text::text(failure)?]).await?)?;
        tx.queued_work();
        Ok(())
    }

    /// It is done.
    pub(super) async fn end(&self, tx: &mut Tx, id: &str, fence: u64) -> Result<(), StoreError> {
        changed(tx.execute(self.end, args![id, fence]).await?)
    }
}

/// Whoever lost the claim commits nothing.
pub(super) fn changed(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(Conflict::Changed.into()) } else { Ok(()) }
}

/// The owners of whom as many as may be are under way.
fn full(busy: &BTreeMap<Owner, u32>, share: u32) -> String {
    busy.iter().filter(|(_, count)| **count >= share).map(|(owner, _)| format!("{owner} ")).collect()
}
