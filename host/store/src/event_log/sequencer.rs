//! Giving positions.
//!
//! SQLite: one writer inserts rows in the order of its commits, so their numbers are positions already. PostgreSQL: several
//! writers commit in any order, so rows are inserted without a position and numbered afterwards by whoever holds the one row of
//! `event_sequencer` locked. That row is the lease: it ends with the transaction of its holder, also where the holder dies.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::Store;
use crate::db::{Dialect, Tx, args};
use crate::error::StoreError;
use crate::open::WeakStore;

/// How long rows of another node, or rows whose announcement was lost, wait at most.
const PERIOD: Duration = Duration::from_millis(500);

/// Rows numbered in one transaction.
const MOST: u64 = 5_000;

/// The last step of a transaction that added rows: on SQLite, where they have their positions, says up to which.
pub(crate) async fn stamp_in_batch(tx: &mut Tx) -> Result<(), StoreError> {
    if tx.dialect() == Dialect::Sqlite
        && let Some(row) = tx.row("SELECT MAX(position) AS newest FROM event_log", args![]).await?
        && let Some(newest) = row.get("newest")?
    {
        tx.stamped(newest);
    }
    Ok(())
}

/// The task that numbers rows on PostgreSQL.
pub(crate) struct Sequencer(JoinHandle<()>);

impl Sequencer {
    /// Starts it. `committed` rings when this process committed rows.
    pub(crate) fn start(store: WeakStore, committed: Arc<Notify>) -> Self {
        Self(tokio::spawn(async move {
            while let Some(store) = store.upgrade() {
                match store.stamp().await {
                    Ok(MOST..) => continue,
                    Ok(_) => {}
                    Err(error) if error.is_passing() => tracing::debug!(%error, "the event log waits to be numbered"),
                    Err(error) => tracing::error!(%error, "the event log cannot be numbered"),
                }
                drop(store);
                // The period catches up with what other nodes committed and with a ring that came too early.
                let _ = tokio::time::timeout(PERIOD, committed.notified()).await;
            }
        }))
    }
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Store {
    /// Numbers what is committed and has no position yet; how many rows.
    pub(crate) async fn stamp(&self) -> Result<u64, StoreError> {
        self.db().write("event_log", (), |tx, ()| Box::pin(stamp(tx))).await
    }
}

async fn stamp(tx: &mut Tx) -> Result<u64, StoreError> {
    // Cheap, and without the lock: there is nothing to do most of the time.
    let waiting = tx.row("SELECT number FROM event_log WHERE position IS NULL LIMIT 1", args![]).await?;
    if waiting.is_none() {
        let newest = tx.row("SELECT position FROM event_sequencer WHERE id = 1", args![]).await?;
        if let Some(row) = newest {
            tx.stamped(row.get("position")?);
        }
        return Ok(0);
    }
    // Who finds it locked leaves it to the holder: waiting for it here could be waiting for each other.
    let held = tx.row("SELECT position FROM event_sequencer WHERE id = 1 FOR UPDATE SKIP LOCKED", args![]).await?;
    let Some(held) = held else { return Ok(0) };
    let last: u64 = held.get("position")?;
    // After the lock, so that what the holder before numbered is seen as numbered.
    let sql = "UPDATE event_log SET position = $1 + waiting.place
               FROM (SELECT number, ROW_NUMBER() OVER (ORDER BY number) AS place FROM
                     (SELECT number FROM event_log WHERE position IS NULL ORDER BY number LIMIT $2) AS oldest) AS waiting
               WHERE event_log.number = waiting.number";
    let count = tx.execute(sql, args![last, MOST]).await?;
    if count > 0 {
        tx.execute("UPDATE event_sequencer SET position = $1 WHERE id = 1", args![last + count]).await?;
        tx.stamped(last + count);
    }
    Ok(count)
}
