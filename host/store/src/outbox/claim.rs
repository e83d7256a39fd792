//! Claiming what may be sent now.

use lockgate_model::id::DeliveryId;

use super::{ClaimedDelivery, DeliveryRow, draft, overdue};
use crate::Store;
use crate::db::{Dialect, Tx, args};
use crate::error::StoreError;

/// What may be sent: due, on a channel that is there and switched on, behind nothing unfinished of its conversation, and paused
/// by nothing.
macro_rules! sendable {
    () => {
        "SELECT deliveries.id FROM deliveries JOIN channels ON channels.id = deliveries.channel
         WHERE deliveries.state = 'waiting' AND due_at <= $1 AND channels.enabled = 1 AND channels.deleted_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM deliveries AS before WHERE before.conversation = deliveries.conversation
          AND before.number < deliveries.number AND before.state <> 'done')
         AND NOT EXISTS (SELECT 1 FROM pauses WHERE until > $1 AND (
          (scope = 'account' AND target = deliveries.channel) OR (scope = 'thread' AND target = deliveries.thread)
          OR (scope = 'recipient' AND target = deliveries.identity) OR (scope = 'app' AND target = channels.app)))
         ORDER BY due_at, deliveries.number LIMIT $2"
    };
}

impl Store {
    /// Claims deliveries for this node. What others let lie is settled first: a delivery whose lease ended is tried again, and
    /// where a part of it may have left, that part is unknown.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn claim_deliveries(
        &self,
        node: &str,
        now: u64,
        lease_ms: u64,
        limit: u32,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let work = "SELECT 1 FROM deliveries WHERE (state = 'waiting' AND (due_at <= $1 OR deadline <= $1))
                    OR (state = 'claimed' AND lease_until <= $1) LIMIT 1";
        if limit == 0 || self.db().glance().await?.row(work, args![now]).await?.is_none() {
            return Ok(Vec::new());
        }
        let input = (node.to_owned(), now, lease_ms, limit, self.seams().clone());
        self.db()
            .write("outbox", input, |tx, (node, now, lease, limit, seams)| {
                Box::pin(async move {
                    overdue::settle(tx, seams, *now, *limit).await?;
                    claim(tx, node, *now, *lease, *limit).await
                })
            })
            .await
    }
}

async fn claim(
    tx: &mut Tx,
    node: &str,
    now: u64,
    lease_ms: u64,
    limit: u32,
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => sendable!(),
        Dialect::Postgres => concat!(sendable!(), " FOR UPDATE OF deliveries SKIP LOCKED"),
    };
    let mut claimed = Vec::new();
    for row in tx.rows(sql, args![now, limit]).await? {
        let id: DeliveryId = row.get("id")?;
        let sql = "UPDATE deliveries SET state = 'claimed', claimed_by = $2, lease_until = $3, attempt = attempt + 1,
                   fence = fence + 1 WHERE id = $1";
        tx.execute(sql, args![id, node, now.saturating_add(lease_ms)]).await?;
        let Some(delivery) = DeliveryRow::lock(tx, id).await? else { continue };
        claimed.push(draft::of(tx, delivery, now).await?);
    }
    Ok(claimed)
}
