//! New messages: what contacts say, and what was said for us elsewhere.

use lockgate_model::contract::common::Extras;
use lockgate_model::contract::common::{Recipient, RichText, ThreadKind};
use lockgate_model::contract::inbound::{Attribution, Direction as Way, Event, Message, Quote, Trait};
use lockgate_model::id::{ContactId, ConversationId, IdentityId, MessageId};
use lockgate_model::message::{Direction, Evidence, MessageStatus, PartState, status, text_of};
use serde::{Deserialize, Serialize};

use super::channel::ChannelHead;
use super::glimpse::{self, Glimpse};
use super::people::{self, Person};
use super::{Batch, own, threads};
use crate::background;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{Entry, Kind};
use crate::json;
use crate::media;

/// What is kept of a message beside its parts: shown, or handed back when it is answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) universal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) quote: Option<Quote>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) references: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) recipients: Vec<Recipient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attribution: Option<Attribution>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) album: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) traits: Vec<Trait>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) visible: Option<RichText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) extras: Extras,
}

impl Details {
    fn of(said: &Message) -> Self {
        Self {
            universal: said.universal.clone(),
            subject: said.subject.clone(),
            quote: said.quote.clone(),
            references: said.references.clone(),
            recipients: said.recipients.clone(),
            attribution: said.attribution.clone(),
            album: said.album.clone(),
            traits: said.traits.clone(),
            visible: said.visible.clone(),
            extras: said.extras.clone(),
        }
    }
}

/// Where a message belongs.
struct Place {
    conversation: ConversationId,
    thread: Option<threads::ThreadRow>,
    contact: Option<ContactId>,
    author: Option<IdentityId>,
}

/// Takes in a message. An echo of what this host sent settles that delivery and makes no second message.
pub(super) async fn receive(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    said: &Message,
) -> Result<(), StoreError> {
    // A provider that names no message still has a name for the event.
    let external = said.id.clone().or_else(|| (!event.dedup.is_empty()).then(|| event.dedup.clone()));
    if said.direction == Way::Echo && own::echoed(tx, batch, channel, event, said, external.as_deref()).await? {
        return Ok(());
    }
    let Glimpse { taken, waiting } = glimpse::look(tx, batch, channel, event, said, external.as_deref()).await?;
    if taken {
        // The plugin gave one message two keys. The name is the message.
        batch.done.duplicates += 1;
        return Ok(());
    }
    let place = place(tx, batch, channel, event, said).await?;
    let id = insert(tx, batch, channel, event, said, &place, external.as_deref()).await?;
    batch.done.messages += 1;
    if let Some(contact) = place.contact {
        batch.contacts.insert(contact);
    }
    advance(tx, batch, channel, event, said, &place).await?;
    if waiting {
        batch.stale.insert(id);
    }
    let created = Entry::of(Kind::MessageCreated).channel(channel.id).conversation(place.conversation).message(id);
    batch.note(created.contact(place.contact));
    Ok(())
}

/// Finds or makes the people, the thread and the conversation of a message.
async fn place(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    said: &Message,
) -> Result<Place, StoreError> {
    let author = match &event.actor {
        Some(actor) => Some(people::person(tx, batch, channel, actor, event.at).await?),
        None => None,
    };
    let with = whom(tx, batch, channel, event, said, author.as_ref()).await?;
    let contact = with.as_ref().and_then(|with| with.contact);
    let author = author.map(|author| author.identity);
    let Some(told) = &event.thread else {
        let (conversation, contact) = continued(tx, batch, channel, event, said, with.as_ref()).await?;
        return Ok(Place { conversation, thread: None, contact, author });
    };
    let mut thread = threads::thread(tx, batch, channel, told, with.as_ref(), event.at).await?;
    let contact = if told.kind == ThreadKind::Direct { contact } else { None };
    let conversation = threads::conversation(tx, batch, channel, &mut thread, contact, event.at).await?;
    Ok(Place { conversation, thread: Some(thread), contact, author })
}

/// The contact of a message: who should be answered.
async fn whom(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    said: &Message,
    author: Option<&Person>,
) -> Result<Option<Person>, StoreError> {
    if let Some(original) = &said.original_sender {
        return people::person(tx, batch, channel, original, event.at).await.map(Some);
    }
    let thread = event.thread.as_ref();
    if let Some(contact) = thread.and_then(|thread| thread.contact.as_ref()) {
        return people::person(tx, batch, channel, contact, event.at).await.map(Some);
    }
    match (said.direction, thread) {
        (Way::Incoming, _) => Ok(author.cloned()),
        (Way::Echo, Some(thread)) if thread.kind == ThreadKind::Direct => {
            people::person(tx, batch, channel, &threads::named_by(thread), event.at).await.map(Some)
        }
        (Way::Echo, _) => Ok(None),
    }
}

/// The conversation that a message without a thread continues: that of the newest message it refers to which is known, else a
/// new one.
async fn continued(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    said: &Message,
    with: Option<&Person>,
) -> Result<(ConversationId, Option<ContactId>), StoreError> {
    for reference in said.references.iter().rev() {
        let sql = "SELECT conversation, contact FROM message_names JOIN messages ON messages.id = message_names.message
                   JOIN conversations ON conversations.id = messages.conversation
                   WHERE message_names.channel = '' AND message_names.kind = 'universal' AND message_names.name = $1";
        if let Some(row) = tx.row(sql, args![reference]).await? {
            return Ok((row.get("conversation")?, row.get("contact")?));
        }
    }
    let contact = with.and_then(|with| with.contact);
    let identity = with.map(|with| with.identity);
    let conversation =
        threads::begin(tx, batch, channel, (contact, identity, None), said.subject.as_deref(), event.at).await?;
    Ok((conversation, contact))
}

/// Writes the message and its names, which nobody has yet.
async fn insert(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    said: &Message,
    place: &Place,
    external: Option<&str>,
) -> Result<MessageId, StoreError> {
    let id = MessageId::new(batch.now, batch.seams.entropy.as_ref());
    let echo = said.direction == Way::Echo;
    let (direction, status, sent_at) = if echo {
        let marks = place.thread.as_ref().map(|thread| thread.marks).unwrap_or_default();
        let status = status::of_part(PartState::Sent, Evidence::default(), Some(event.at), &marks);
        (Direction::Echo, status, Some(event.at))
    } else {
        (Direction::In, MessageStatus::Received, None)
    };
    let details = Details::of(said);
    let details = (details != Details::default()).then(|| json::text(&details)).transpose()?;
    let context = said.context.as_ref().filter(|context| !context.value.is_empty()).map(json::text).transpose()?;
    let sql =
        "INSERT INTO messages (id, conversation, channel, thread, direction, external_id, identity, at, ord, history,
               status, sent_at, parts, text, details, expires_at, context, envelope, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
    let used_by = media::of_message(id);
    let naming = background::Naming { channel: channel.id, plugin: batch.plugin, used_by: &used_by };
    let kept = background::ask_files(tx, &naming, &said.parts, batch.seams, batch.now).await?;
    let parts = json::text(kept.as_ref().unwrap_or(&said.parts))?;
    let names_media = media::any(&parts).then(|| parts.clone());
    let values = args![
        id,
        place.conversation,
        channel.id,
        place.thread.as_ref().map(|thread| &thread.id),
        direction.as_str(),
        external,
        place.author,
        event.at,
        event.order,
        event.at < channel.connected_at,
        status.as_str(),
        sent_at,
        parts,
        text_of(&said.parts),
        details,
        said.expires,
        context,
        batch.envelope,
        batch.now
    ];
    tx.put(sql, values);
    if let Some(parts) = names_media {
        media::named(tx, &used_by, &parts, batch.owner, Some(channel.id)).await?;
    }
    if let Some(external) = external {
        let sql = "INSERT INTO message_names (channel, kind, name, message) VALUES ($1, 'id', $2, $3)";
        tx.put(sql, args![channel.id, external, id]);
    }
    if let Some(universal) = &said.universal {
        own::name(tx, "", "universal", universal, id, None).await?;
    }
    Ok(id)
}

/// What a new message does to its conversation: the contact's opens the window and, where it is news, opens what was closed.
async fn advance(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    said: &Message,
    place: &Place,
) -> Result<(), StoreError> {
    let incoming = said.direction == Way::Incoming;
    let news = incoming && event.at >= channel.connected_at;
    let sql = "UPDATE conversations SET
               last_at = CASE WHEN last_at < $2 THEN $2 ELSE last_at END,
               opened_at = CASE WHEN $3 = 1 AND (opened_at IS NULL OR opened_at < $2) THEN $2 ELSE opened_at END,
               status = CASE WHEN $4 = 1 THEN 'open' ELSE status END
               WHERE id = $1";
    tx.put(sql, args![place.conversation, event.at, incoming, news]);
    let standby = said.traits.contains(&Trait::Standby);
    if let Some(thread) = &place.thread
        && incoming
        && standby == thread.writable
    {
        super::other::writable(tx, batch, thread, !standby, event.at).await?;
    }
    Ok(())
}
