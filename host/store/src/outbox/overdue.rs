//! What was let lie: leases that ended, and deliveries whose time is over.

use std::collections::BTreeSet;

use lockgate_model::message::{Failure, PartState};
use lockgate_model::seam::Seams;

use super::{DeliveryRow, PartRow, act};
use crate::db::{Dialect, Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry};
use crate::ingest::refresh_all;
use crate::json;

/// Settles what its worker lost and what can be sent no more.
pub(super) async fn settle(tx: &mut Tx, seams: &Seams, now: u64, limit: u32) -> Result<(), StoreError> {
    let (mut stale, mut log) = (BTreeSet::new(), Vec::new());
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM deliveries WHERE state = 'claimed' AND lease_until <= $1 LIMIT $2",
        Dialect::Postgres => {
            "SELECT id FROM deliveries WHERE state = 'claimed' AND lease_until <= $1 LIMIT $2
             FOR UPDATE SKIP LOCKED"
        }
    };
    for row in tx.rows(sql, args![now, limit]).await? {
        let Some(delivery) = DeliveryRow::lock(tx, row.get("id")?).await? else { continue };
        stale.insert(delivery.message);
        lost(tx, &delivery, &mut log).await?;
    }
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT id FROM deliveries WHERE state = 'waiting' AND deadline <= $1 LIMIT $2",
        Dialect::Postgres => {
            "SELECT id FROM deliveries WHERE state = 'waiting' AND deadline <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED"
        }
    };
    for row in tx.rows(sql, args![now, limit]).await? {
        let Some(delivery) = DeliveryRow::lock(tx, row.get("id")?).await? else { continue };
        stale.insert(delivery.message);
        too_late(tx, &delivery, &mut log).await?;
    }
    refresh_all(tx, seams, now, &stale, &mut log).await?;
    event_log::append(tx, now, &log).await
}

/// Its worker is gone. What had not left is tried again; what may have left is unknown, and then nothing behind it is tried.
async fn lost(tx: &mut Tx, delivery: &DeliveryRow, log: &mut Vec<Entry>) -> Result<(), StoreError> {
    let parts = PartRow::all(tx, delivery.id).await?;
    if !parts.iter().any(|part| part.state == PartState::Departing) {
        let open = parts.iter().any(|part| part.state == PartState::Queued);
        let state = if open { "waiting" } else { "done" };
        let sql = "UPDATE deliveries SET state = $2, claimed_by = NULL, lease_until = NULL WHERE id = $1";
        return tx.execute(sql, args![delivery.id, state]).await.map(drop);
    }
    let sql = "UPDATE delivery_parts SET state = CASE state WHEN 'departing' THEN 'unknown' ELSE 'not_tried' END
               WHERE delivery = $1 AND state IN ('departing', 'queued')";
    tx.execute(sql, args![delivery.id]).await?;
    end(tx, delivery, &Failure::with("unknown", "the request left, and then the host stopped"), log).await
}

/// Its window closed, or a day passed, before it could be sent.
async fn too_late(tx: &mut Tx, delivery: &DeliveryRow, log: &mut Vec<Entry>) -> Result<(), StoreError> {
    let sql = "UPDATE delivery_parts SET state = 'failed' WHERE delivery = $1 AND state = 'queued'";
    tx.execute(sql, args![delivery.id]).await?;
    let row = match &delivery.action {
        None => tx.row("SELECT failure FROM messages WHERE id = $1", args![delivery.message]).await?,
        Some(_) => tx.row("SELECT failure FROM deliveries WHERE id = $1", args![delivery.id]).await?,
    };
    let last: Option<Failure> = row.map(|row| row.json_opt("failure")).transpose()?.flatten();
    let detail = match last {
        Some(Failure { code, detail: Some(detail), .. }) => format!("{code}: {detail}"),
        Some(Failure { code, .. }) => code,
        None => "it waited until it was too late".to_owned(),
    };
    end(tx, delivery, &Failure::with("gave-up", detail), log).await
}

async fn end(tx: &mut Tx, delivery: &DeliveryRow, failure: &Failure, log: &mut Vec<Entry>) -> Result<(), StoreError> {
    let sql = "UPDATE deliveries SET state = 'done', claimed_by = NULL, lease_until = NULL WHERE id = $1";
    tx.execute(sql, args![delivery.id]).await?;
    let failure = json::text(failure)?;
    if delivery.action.is_some() {
        tx.execute("UPDATE deliveries SET failure = $2 WHERE id = $1", args![delivery.id, failure]).await?;
        act::tell(delivery, log);
    } else {
        tx.execute("UPDATE messages SET failure = $2 WHERE id = $1", args![delivery.message, failure]).await?;
    }
    tx.queued_outbox();
    Ok(())
}
