//! When workers should look again, and giving back what a node holds.

use crate::Store;
use crate::db::{Tx, args};
use crate::error::StoreError;

impl Store {
    /// When something may next become sendable or must be settled, as far as time alone decides; none: nothing waits.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn next_due(&self, now: u64) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT
            (SELECT MIN(due_at) FROM deliveries WHERE state = 'waiting' AND due_at > $1) AS due,
            (SELECT MIN(deadline) FROM deliveries WHERE state = 'waiting') AS deadline,
            (SELECT MIN(lease_until) FROM deliveries WHERE state = 'claimed') AS lease,
            (SELECT MIN(until) FROM pauses WHERE until > $1
             AND EXISTS (SELECT 1 FROM deliveries WHERE state = 'waiting')) AS pause";
        let Some(row) = self.db().glance().await?.row(sql, args![now]).await? else { return Ok(None) };
        let moments: [Option<u64>; 4] = [row.get("due")?, row.get("deadline")?, row.get("lease")?, row.get("pause")?];
        Ok(moments.into_iter().flatten().min())
    }

    /// Gives back what this node has claimed and not begun to send. What has begun keeps its lease: its outcome may still come.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn release_claims(&self, node: &str) -> Result<u64, StoreError> {
        self.db()
            .write("outbox", node.to_owned(), |tx, node| {
                Box::pin(async move {
                    let sql = "UPDATE deliveries SET state = 'waiting', claimed_by = NULL, lease_until = NULL,
                               fence = fence + 1, attempt = attempt - 1
                               WHERE claimed_by = $1 AND state = 'claimed' AND NOT EXISTS
                               (SELECT 1 FROM delivery_parts WHERE delivery = deliveries.id AND delivery_parts.state <> 'queued')";
                    let returned = tx.execute(sql, args![node]).await?;
                    crate::background::release(tx, node).await?;
                    Ok(returned)
                })
            })
            .await
    }
}

/// Forgets pauses that are over.
pub(crate) async fn sweep(tx: &mut Tx, now: u64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM pauses WHERE until <= $1", args![now]).await.map(drop)
}

/// A SQLite file has one host at a time, so what is claimed when it is opened was lost by the one before. What had not left is
/// tried again at once, what may have left is unknown; nobody waits for leases to end.
pub(crate) async fn reclaim(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute("UPDATE deliveries SET lease_until = 0 WHERE state = 'claimed'", args![]).await?;
    crate::background::reclaim(tx).await?;
    tx.execute("UPDATE envelopes SET next_at = 0 WHERE state = 'pending'", args![]).await.map(drop)
}
