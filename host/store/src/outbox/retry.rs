//! A person asks for a failed message to be tried again.

use std::collections::BTreeSet;

use lockgate_model::contract::inbound::ReceiptStatus;
use lockgate_model::contract::outbound::Ground;
use lockgate_model::delivery::DEADLINE_MS;
use lockgate_model::id::{ChannelId, DeliveryId, MessageId};
use lockgate_model::message::{Direction, Fact, MessageStatus};
use lockgate_model::seam::Seams;

use crate::Store;
use crate::db::{Tx, args};
use crate::error::{Conflict, StoreError};
use crate::event_log;
use crate::inbox::{MessageRecord, messages};
use crate::ingest::{ChannelHead, refresh_all};
use crate::json;

/// Why a message may be sent now, decided as for a new one: what held then may be over.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// The ground.
    pub ground: Ground,
    /// Until when that holds, in milliseconds; none: for ever.
    pub until: Option<u64>,
}

impl Store {
    /// Under which ground a message of ours was to be sent, and whether no person wrote it. None: it has no way out.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn sent_as(&self, id: MessageId) -> Result<Option<(Ground, bool)>, StoreError> {
        let sql = "SELECT ground, automatic FROM deliveries WHERE message = $1 AND action IS NULL";
        let row = self.db().glance().await?.row(sql, args![id]).await?;
        row.map(|row| Ok((row.json("ground")?, row.get("automatic")?))).transpose()
    }

    /// Queues what failed of a message, or may not have arrived, once more. None: there is no such message.
    ///
    /// # Errors
    ///
    /// [`Conflict::Changed`] where it is none of ours, or neither failed nor unknown; where the database is not available.
    pub async fn retry_message(
        &self,
        known: &MessageRecord,
        terms: Again,
    ) -> Result<Option<MessageRecord>, StoreError> {
        let lane = self.lane_of(known.channel).await?;
        let input = (known.id, known.channel, terms, self.seams().clone(), self.now_ms());
        self.db()
            .write(lane, input, |tx, (id, channel, terms, seams, now)| {
                Box::pin(again(tx, *id, *channel, terms, seams, *now))
            })
            .await
    }
}

async fn again(
    tx: &mut Tx,
    id: MessageId,
    channel: ChannelId,
    terms: &Again,
    seams: &Seams,
    now: u64,
) -> Result<Option<MessageRecord>, StoreError> {
    ChannelHead::lock(tx, channel).await?;
    let Some(message) = messages::one(tx, id).await? else { return Ok(None) };
    let settled = matches!(message.status, MessageStatus::Failed | MessageStatus::Unknown | MessageStatus::Cancelled);
    if message.direction != Direction::Out || !settled {
        return Err(Conflict::Changed.into());
    }
    let row =
        tx.row("SELECT id FROM deliveries WHERE message = $1 AND state = 'done' AND action IS NULL", args![id]).await?;
    let delivery: DeliveryId = row.ok_or(Conflict::Changed)?.get("id")?;
    let sql =
        "UPDATE delivery_parts SET state = 'queued', outcome = NULL, sent_at = NULL, echoed = 0, external_id = NULL
               WHERE delivery = $1 AND state IN ('failed', 'not_tried', 'unknown', 'cancelled')";
    if tx.execute(sql, args![delivery]).await? == 0 {
        reported(tx, id, delivery).await?;
    }
    let latest = now.saturating_add(DEADLINE_MS);
    let deadline = terms.until.map_or(latest, |until| until.min(latest));
    let sql =
        "UPDATE deliveries SET state = 'waiting', due_at = $2, deadline = $3, ground = $4, moved = 0 WHERE id = $1";
    tx.execute(sql, args![delivery, now, deadline, json::text(&terms.ground)?]).await?;
    tx.execute("UPDATE messages SET failure = NULL WHERE id = $1", args![id]).await?;
    let mut log = Vec::new();
    refresh_all(tx, seams, now, &BTreeSet::from([id]), &mut log).await?;
    event_log::append(tx, now, &log).await?;
    tx.queued_outbox();
    messages::one(tx, id).await
}

/// Everything was sent and the provider reported afterwards that it failed: all of it goes out again under a new name, and what
/// was reported of the old one is forgotten.
async fn reported(tx: &mut Tx, id: MessageId, delivery: DeliveryId) -> Result<(), StoreError> {
    let sql = "SELECT message_facts.id, fact FROM message_names JOIN message_facts
               ON message_facts.channel = message_names.channel AND message_facts.kind = message_names.kind
                AND message_facts.name = message_names.name WHERE message_names.message = $1";
    for row in tx.rows(sql, args![id]).await? {
        if matches!(row.json("fact")?, Fact::Receipt { status: ReceiptStatus::Failed, .. }) {
            let fact: i64 = row.get("id")?;
            tx.execute("DELETE FROM message_facts WHERE id = $1", args![fact]).await?;
        }
    }
    tx.execute("DELETE FROM message_names WHERE message = $1 AND kind = 'id'", args![id]).await?;
    tx.execute("UPDATE messages SET external_id = NULL, sent_at = NULL WHERE id = $1", args![id]).await?;
    let sql =
        "UPDATE delivery_parts SET state = 'queued', outcome = NULL, sent_at = NULL, echoed = 0, external_id = NULL
               WHERE delivery = $1";
    tx.execute(sql, args![delivery]).await.map(drop)
}
