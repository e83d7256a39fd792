//! Writing a message: it and its way out are there together or not at all.

use lockgate_model::contract::common::Part;
use lockgate_model::contract::inbound::Quote;
use lockgate_model::contract::outbound::{Author, Ground};
use lockgate_model::delivery::DEADLINE_MS;
use lockgate_model::id::{ChannelId, ConversationId, DeliveryId, IdentityId, MessageId, Owner};
use lockgate_model::message::{Direction, MessageStatus, PartState, text_of};
use lockgate_model::seam::Seams;

use crate::Store;
use crate::db::{Tx, args};
use crate::error::{Conflict, StoreError};
use crate::event_log::{self, Entry, Kind};
use crate::inbox::{MessageRecord, messages};
use crate::ingest::{ChannelHead, Details, name, uuid};
use crate::json;
use crate::media;

/// A message to send. What capabilities and window permit was decided before.
#[derive(Clone, Debug)]
pub struct NewOutgoing {
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Its parts, each at most one message of the provider's.
    pub parts: Vec<Part>,
    /// Why it may be sent now.
    pub ground: Ground,
    /// Until when that holds, milliseconds since 1970; none: for ever. It is given up then, and after a day.
    pub until: Option<u64>,
    /// Whose name it is sent under.
    pub author: Option<Author>,
    /// The message that is answered.
    pub quote: Option<MessageId>,
    /// Not written by a person.
    pub automatic: bool,
}

impl Store {
    /// Writes down a message and queues it.
    ///
    /// # Errors
    ///
    /// [`Conflict::Missing`] where the conversation or its channel is not there; where the database is not available.
    pub async fn send_message(&self, outgoing: NewOutgoing) -> Result<MessageRecord, StoreError> {
        let sql = "SELECT channel FROM conversations WHERE id = $1";
        let row = self.db().glance().await?.row(sql, args![outgoing.conversation]).await?;
        let channel: ChannelId = row.ok_or(Conflict::Missing { what: "conversation" })?.get("channel")?;
        let lane = self.lane_of(channel).await?;
        let input = (outgoing, channel, self.seams().clone(), self.now_ms());
        self.db()
            .write(lane, input, |tx, (outgoing, channel, seams, now)| {
                Box::pin(write(tx, outgoing, *channel, seams, *now))
            })
            .await
    }
}

async fn write(
    tx: &mut Tx,
    outgoing: &NewOutgoing,
    channel: ChannelId,
    seams: &Seams,
    now: u64,
) -> Result<MessageRecord, StoreError> {
    // The lock makes numbers of deliveries follow the order of their commits.
    let channel = ChannelHead::lock(tx, channel).await?.filter(|channel| channel.inbox.is_some());
    let channel = channel.ok_or(Conflict::Missing { what: "channel" })?;
    let sql = "SELECT thread, identity, contact FROM conversations WHERE id = $1";
    let place = tx.row(sql, args![outgoing.conversation]).await?.ok_or(Conflict::Missing { what: "conversation" })?;
    let (thread, identity): (Option<String>, Option<IdentityId>) = (place.get("thread")?, place.get("identity")?);
    let message = MessageId::new(now, seams.entropy.as_ref());
    let delivery = DeliveryId::new(now, seams.entropy.as_ref());

    let details = Details { quote: quote(tx, outgoing).await?, ..Details::default() };
    let details = (details != Details::default()).then(|| json::text(&details)).transpose()?;
    let sql = "INSERT INTO messages (id, conversation, channel, thread, direction, at, status, parts, text, details, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let parts = json::text(&outgoing.parts)?;
    let names_media = media::any(&parts).then(|| parts.clone());
    let values = args![
        message,
        outgoing.conversation,
        channel.id,
        thread,
        Direction::Out.as_str(),
        now,
        MessageStatus::Queued.as_str(),
        parts,
        text_of(&outgoing.parts),
        details,
        now
    ];
    tx.execute(sql, values).await?;
    if let Some(parts) = names_media {
        media::named(tx, &media::of_message(message), &parts, Owner::Channel(channel.id), None).await?;
    }

    let latest = now.saturating_add(DEADLINE_MS);
    let deadline = outgoing.until.map_or(latest, |until| until.min(latest));
    let author = outgoing.author.as_ref().map(json::text).transpose()?;
    let sql = "INSERT INTO deliveries (id, message, conversation, channel, thread, identity, state, due_at, deadline, ground, author,
               automatic, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9, $10, $11, $7)";
    let values = args![
        delivery,
        message,
        outgoing.conversation,
        channel.id,
        thread,
        identity,
        now,
        deadline,
        json::text(&outgoing.ground)?,
        author,
        outgoing.automatic
    ];
    tx.execute(sql, values).await?;
    let scope = channel.id.to_string();
    name(tx, &scope, "ref", &delivery.to_string(), message, None).await?;
    for part in 0..u32::try_from(outgoing.parts.len()).unwrap_or(u32::MAX) {
        let client_ref = uuid(now, seams);
        let sql = "INSERT INTO delivery_parts (delivery, part, client_ref, state) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, args![delivery, part, client_ref, PartState::Queued.as_str()]).await?;
        name(tx, &scope, "ref", &client_ref, message, Some(part)).await?;
    }
    let sql = "UPDATE conversations SET last_at = CASE WHEN last_at < $2 THEN $2 ELSE last_at END WHERE id = $1";
    tx.execute(sql, args![outgoing.conversation, now]).await?;
    let created =
        Entry::of(Kind::MessageCreated).channel(channel.id).conversation(outgoing.conversation).message(message);
    event_log::append(tx, now, &[created.contact(place.get::<Option<_>>("contact")?)]).await?;
    tx.queued_outbox();
    messages::one(tx, message).await?.ok_or_else(|| StoreError::corrupt("messages"))
}

/// The message that is answered, by its name at the provider.
async fn quote(tx: &mut Tx, outgoing: &NewOutgoing) -> Result<Option<Quote>, StoreError> {
    let Some(quoted) = outgoing.quote else { return Ok(None) };
    let sql = "SELECT external_id, text FROM messages WHERE id = $1 AND conversation = $2";
    let row = tx.row(sql, args![quoted, outgoing.conversation]).await?.ok_or(Conflict::Missing { what: "message" })?;
    let excerpt = row.get::<String>("text")?.chars().take(200).collect();
    Ok(Some(Quote { message: row.get("external_id")?, excerpt: Some(excerpt) }))
}
