//! What the provider tells of messages that this host sent: echoes and ids, before or after the answer to the sending.

use lockgate_model::contract::inbound::{Event, Message};
use lockgate_model::id::{ChannelId, ConversationId, DeliveryId, MessageId};
use lockgate_model::seam::Seams;

use super::Batch;
use super::channel::ChannelHead;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{Entry, Kind};
use crate::json;

/// A UUID for something that has no typed id.
pub(crate) fn uuid(now: u64, seams: &Seams) -> String {
    let mut random = [0; 10];
    seams.entropy.fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid().to_string()
}

/// Gives a message a name. False: the name belongs to a message already.
pub(crate) async fn name(
    tx: &mut Tx,
    channel: &str,
    kind: &str,
    name: &str,
    message: MessageId,
    part: Option<u32>,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO message_names (channel, kind, name, message, part) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, args![channel, kind, name, message, part]).await? > 0)
}

/// Gives a message of ours a name that the provider told. Where an echo came first and was taken for somebody else's, that echo
/// was this message: it goes, and what was told about it is told about this one.
pub(super) async fn claim_name(
    tx: &mut Tx,
    channel: ChannelId,
    external: &str,
    message: MessageId,
    part: Option<u32>,
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    let scope = channel.to_string();
    if name(tx, &scope, "id", external, message, part).await? {
        return Ok(());
    }
    let sql = "SELECT messages.id, conversation, direction, sent_at FROM message_names
               JOIN messages ON messages.id = message_names.message
               WHERE message_names.channel = $1 AND kind = 'id' AND name = $2";
    let Some(row) = tx.row(sql, args![scope, external]).await? else { return Ok(()) };
    let (other, conversation): (MessageId, ConversationId) = (row.get("id")?, row.get("conversation")?);
    if other == message || row.get::<String>("direction")? != "echo" {
        return Ok(());
    }
    let echoed_at: Option<u64> = row.get("sent_at")?;
    crate::media::forget(tx, &crate::media::of_message(other), false).await?;
    // What was asked for about the echo is about the message that it turns out to be.
    tx.execute("UPDATE deliveries SET message = $1 WHERE message = $2", args![message, other]).await?;
    tx.execute("DELETE FROM messages WHERE id = $1", args![other]).await?;
    name(tx, &scope, "id", external, message, part).await?;
    let sql = "UPDATE delivery_parts SET echoed = 1, sent_at = $3
               WHERE delivery = (SELECT id FROM deliveries WHERE message = $1 AND action IS NULL) AND part = COALESCE($2, part)";
    tx.execute(sql, args![message, part, echoed_at]).await?;
    log.push(Entry::of(Kind::MessageRemoved).channel(channel).conversation(conversation).message(other));
    Ok(())
}

/// Whether an echo is of a message of this host. If so, its delivery is settled and nothing else comes of it.
pub(super) async fn echoed(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    said: &Message,
    external: Option<&str>,
) -> Result<bool, StoreError> {
    let mut ours = None;
    if let Some(name) = said.client_ref.as_deref() {
        ours = by_ref(tx, channel.id, name).await?;
    }
    if ours.is_none()
        && let Some(external) = external
    {
        ours = by_id(tx, channel.id, external).await?;
    }
    let Some((delivery, message, part)) = ours else { return Ok(false) };
    let settlement = Settlement {
        channel: channel.id,
        delivery,
        message,
        parts: part.map(|part| vec![part]),
        external,
        universal: said.universal.as_deref(),
        at: event.at,
        echo: true,
        sent: true,
    };
    settle_parts(tx, &settlement, &mut batch.log).await?;
    if let Some(context) = said.context.as_ref().filter(|context| !context.value.is_empty()) {
        let context = json::text(context)?;
        tx.execute("UPDATE messages SET context = $2 WHERE id = $1", args![message, context]).await?;
    }
    batch.stale.insert(message);
    Ok(true)
}

type Ours = (DeliveryId, MessageId, Option<u32>);

async fn by_ref(tx: &mut Tx, channel: ChannelId, name: &str) -> Result<Option<Ours>, StoreError> {
    let sql = "SELECT deliveries.id, deliveries.message, message_names.part FROM message_names
               JOIN deliveries ON deliveries.message = message_names.message AND deliveries.action IS NULL
               WHERE message_names.channel = $1 AND message_names.kind = 'ref' AND message_names.name = $2";
    let row = tx.row(sql, args![channel, name]).await?;
    row.map(|row| Ok((row.get("id")?, row.get("message")?, row.get("part")?))).transpose()
}

async fn by_id(tx: &mut Tx, channel: ChannelId, name: &str) -> Result<Option<Ours>, StoreError> {
    let sql = "SELECT deliveries.id, deliveries.message, message_names.part FROM message_names
               JOIN deliveries ON deliveries.message = message_names.message AND deliveries.action IS NULL
               WHERE message_names.channel = $1 AND message_names.kind = 'id' AND message_names.name = $2";
    let row = tx.row(sql, args![channel, name]).await?;
    row.map(|row| Ok((row.get("id")?, row.get("message")?, row.get("part")?))).transpose()
}

/// What the provider says it has of a delivery.
pub(crate) struct Settlement<'a> {
    pub(crate) channel: ChannelId,
    pub(crate) delivery: DeliveryId,
    pub(crate) message: MessageId,
    /// None: all parts, as one message.
    pub(crate) parts: Option<Vec<u32>>,
    pub(crate) external: Option<&'a str>,
    pub(crate) universal: Option<&'a str>,
    /// When the provider had it.
    pub(crate) at: u64,
    /// Whether an echo says so: its moment is the provider's own and stands.
    pub(crate) echo: bool,
    /// Whether it is certain; else the provider only promised to tell.
    pub(crate) sent: bool,
}

/// Settles parts of a delivery. What is settled is not sent again; a delivery with nothing left to send is done. The message
/// must be looked at again afterwards.
pub(crate) async fn settle_parts(
    tx: &mut Tx,
    settled: &Settlement<'_>,
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    let state = if settled.sent { "sent" } else { "accepted" };
    // What an echo or receipt settled is not taken back to `accepted` by an answer that comes later.
    let sql = "UPDATE delivery_parts SET
               state = CASE WHEN state = 'sent' THEN state ELSE $3 END,
               sent_at = CASE WHEN echoed = 1 AND $5 = 0 THEN sent_at ELSE $4 END,
               echoed = CASE WHEN $5 = 1 THEN 1 ELSE echoed END,
               external_id = COALESCE($6, external_id)
               WHERE delivery = $1 AND part = COALESCE($2, part)";
    let parts: Vec<Option<u32>> = match &settled.parts {
        Some(parts) => parts.iter().copied().map(Some).collect(),
        None => vec![None],
    };
    for part in &parts {
        tx.execute(sql, args![settled.delivery, part, state, settled.at, settled.echo, settled.external]).await?;
    }
    // Parts that travel as one message share its name.
    let part = match parts.as_slice() {
        [only] => *only,
        _ => None,
    };
    if let Some(external) = settled.external {
        claim_name(tx, settled.channel, external, settled.message, part, log).await?;
        let sql = "UPDATE messages SET external_id = $2 WHERE id = $1 AND external_id IS NULL";
        tx.execute(sql, args![settled.message, external]).await?;
    }
    if let Some(universal) = settled.universal {
        name(tx, "", "universal", universal, settled.message, part).await?;
    }
    let sql = "UPDATE deliveries SET state = 'done' WHERE id = $1 AND state = 'waiting' AND NOT EXISTS
               (SELECT 1 FROM delivery_parts WHERE delivery = $1 AND state IN ('queued', 'departing'))";
    if tx.execute(sql, args![settled.delivery]).await? > 0 {
        tx.queued_outbox();
    }
    Ok(())
}
