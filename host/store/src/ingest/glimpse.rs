//! One look before a message is taken in: at the person, the thread, the message's name, and at what was told about it.
//!
//! Only spares statements: what it finds is put where the rest of the ingest looks first, what it does not find is looked for
//! there as ever.

use lockgate_model::contract::common::ThreadKind;
use lockgate_model::contract::inbound::{Direction as Way, Event, Message};
use lockgate_model::profile::comparable;

use super::Batch;
use super::channel::ChannelHead;
use super::facts;
use super::people::Person;
use super::threads::{self, ThreadRow};
use crate::db::{Row, Tx, args};
use crate::error::StoreError;

/// What decides about the message itself.
pub(super) struct Glimpse {
    /// A message of this name is there already.
    pub(super) taken: bool,
    /// Something was told about it before it came.
    pub(super) waiting: bool,
}

const LOOK: &str = "SELECT
     (SELECT message FROM message_names WHERE channel = $1 AND kind = 'id' AND name = $2) AS taken,
     (SELECT MIN(id) FROM message_facts WHERE channel = $1 AND kind = 'id' AND name = $2) AS waiting,
     identities.id AS person, identities.contact, identities.profile,
     threads.id AS thread, threads.key, threads.kind, threads.conversation, threads.identity, threads.details,
     threads.sent_mark, threads.delivered_mark, threads.read_mark, threads.writable
     FROM (SELECT 1 AS one) AS always
     LEFT JOIN identity_keys ON identity_keys.channel = $1 AND identity_keys.key = $3
     LEFT JOIN identities ON identities.id = identity_keys.identity
     LEFT JOIN thread_keys ON thread_keys.channel = $1 AND thread_keys.key = $4
     LEFT JOIN threads ON threads.id = thread_keys.thread";

/// Looks.
pub(super) async fn look(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    said: &Message,
    external: Option<&str>,
) -> Result<Glimpse, StoreError> {
    let thread = event.thread.as_ref().map(|thread| thread.key.as_str());
    let person = person(event, said);
    let row = tx.row(LOOK, args![channel.id, external, person, thread]).await?;
    let row = row.ok_or_else(|| StoreError::corrupt("a look before a message"))?;
    if let (Some(key), Some(identity)) = (person, row.get("person")?) {
        let known = Person { identity, contact: row.get("contact")?, profile: row.json("profile")? };
        batch.people.entry((channel.id, key)).or_insert(known);
    }
    if let (Some(key), Some(id)) = (thread, row.get("thread")?) {
        let known = read_thread(&row, id)?;
        batch.threads.entry((channel.id, key.to_owned())).or_insert(known);
    }
    let mut waiting = row.get::<Option<i64>>("waiting")?.is_some();
    if let (false, Some(universal)) = (waiting, said.universal.as_deref()) {
        waiting = facts::are_waiting(tx, channel.id, None, Some(universal)).await?;
    }
    Ok(Glimpse { taken: row.get::<Option<String>>("taken")?.is_some(), waiting })
}

/// The key of whom the message is from or, of an echo, to.
fn person(event: &Event, said: &Message) -> Option<String> {
    let contact = event.thread.as_ref().and_then(|thread| thread.contact.as_ref());
    let named = contact.or(if said.direction == Way::Incoming { event.actor.as_ref() } else { None });
    match (named, &event.thread) {
        (Some(named), _) => Some(comparable(named.kind, &named.key)),
        (None, Some(thread)) if thread.kind == ThreadKind::Direct => Some(thread.key.clone()),
        (None, _) => None,
    }
}

fn read_thread(row: &Row, id: String) -> Result<ThreadRow, StoreError> {
    Ok(ThreadRow {
        id,
        key: row.get("key")?,
        kind: row.get("kind")?,
        conversation: row.get("conversation")?,
        identity: row.get("identity")?,
        marks: threads::marks(row)?,
        writable: row.get("writable")?,
        details: row.json("details")?,
    })
}
