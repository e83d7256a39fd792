//! Claiming what may be sent now.

use std::collections::BTreeMap;

use lockgate_model::id::{ChannelId, DeliveryId};

use super::{ClaimedDelivery, DeliveryRow, draft, overdue};
use crate::Store;
use crate::db::{Dialect, Tx, args};
use crate::error::StoreError;

/// What may be sent: due, on a channel that is there and switched on, behind nothing unfinished of its conversation (messages wait
/// for messages, actions on messages for those: no answer waits for a reaction that is tried again; what is done to the conversation
/// itself waits for all before it, as an end is told after the last answer, and only the like waits for it), paused by nothing, and not on a channel that `$3` names.
macro_rules! sendable {
    () => {
        "SELECT deliveries.id, deliveries.channel FROM deliveries JOIN channels ON channels.id = deliveries.channel
         WHERE deliveries.state = 'waiting' AND due_at <= $1 AND channels.enabled = 1 AND channels.deleted_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM deliveries AS before WHERE before.conversation = deliveries.conversation
          AND before.number < deliveries.number AND before.state <> 'done'
          AND (deliveries.waits_for_all = 1
           OR (before.waits_for_all = 0 AND (before.action IS NULL) = (deliveries.action IS NULL))))
         AND NOT EXISTS (SELECT 1 FROM pauses WHERE until > $1 AND (
          (scope = 'account' AND target = deliveries.channel) OR (scope = 'thread' AND target = deliveries.thread)
          OR (scope = 'recipient' AND target = deliveries.identity) OR (scope = 'app' AND target = channels.app)))
         AND NOT EXISTS (SELECT 1 FROM conduct WHERE conduct.owner = 'channel:' || deliveries.channel AND conduct.until > $1)
         AND $3 NOT LIKE '%' || deliveries.channel || '%'
         ORDER BY due_at, deliveries.number LIMIT $2"
    };
}

impl Store {
    /// Claims deliveries for this node. What others let lie is settled first: a delivery whose lease ended is tried again, and
    /// where a part of it may have left, that part is unknown.
    ///
    /// Of one channel at most `share` are under way on this node: `busy` says how many are by channel. So a channel with thousands
    /// waiting, or whose provider hangs, leaves room for the others.
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
        share: u32,
        busy: BTreeMap<ChannelId, u32>,
    ) -> Result<Vec<ClaimedDelivery>, StoreError> {
        let work = "SELECT 1 FROM deliveries WHERE (state = 'waiting' AND (due_at <= $1 OR deadline <= $1))
                    OR (state = 'claimed' AND lease_until <= $1) LIMIT 1";
        if limit == 0 || self.db().glance().await?.row(work, args![now]).await?.is_none() {
            return Ok(Vec::new());
        }
        let input = (node.to_owned(), now, lease_ms, limit, share, busy, self.seams().clone());
        self.db()
            .write("outbox", input, |tx, (node, now, lease, limit, share, busy, seams)| {
                Box::pin(async move {
                    overdue::settle(tx, seams, *now, *limit).await?;
                    claim(tx, node, *now, *lease, *limit, (*share, busy.clone())).await
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
    (share, mut busy): (u32, BTreeMap<ChannelId, u32>),
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => sendable!(),
        Dialect::Postgres => concat!(sendable!(), " FOR UPDATE OF deliveries SKIP LOCKED"),
    };
    let full = |busy: &BTreeMap<ChannelId, u32>| -> String {
        busy.iter().filter(|(_, count)| **count >= share).map(|(channel, _)| format!("{channel} ")).collect()
    };
    let mut claimed = Vec::new();
    // Each round leaves out the channels that the rounds before filled, so there are few.
    loop {
        let left = limit.saturating_sub(u32::try_from(claimed.len()).unwrap_or(u32::MAX));
        let rows = if left == 0 { Vec::new() } else { tx.rows(sql, args![now, left, full(&busy)]).await? };
        let mut passed_over = false;
        for row in rows {
            let (id, channel): (DeliveryId, ChannelId) = (row.get("id")?, row.get("channel")?);
            let count = busy.entry(channel).or_default();
            if *count >= share {
                passed_over = true;
                continue;
            }
            let sql =
                "UPDATE deliveries SET state = 'claimed', claimed_by = $2, lease_until = $3, attempt = attempt + 1,
                       fence = fence + 1 WHERE id = $1";
            tx.execute(sql, args![id, node, now.saturating_add(lease_ms)]).await?;
            let Some(delivery) = DeliveryRow::lock(tx, id).await? else { continue };
            *count += 1;
            claimed.push(draft::of(tx, delivery, now).await?);
        }
        if !passed_over {
            return Ok(claimed);
        }
    }
}
