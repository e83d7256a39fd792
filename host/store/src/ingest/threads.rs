//! Threads, and the conversations that begin with their first message.

use lockgate_model::contract::common::{Assurance, Context, Identity, IdentityKind, IdentityRole, Thread, ThreadKind};
use lockgate_model::id::{ChannelId, ContactId, ConversationId, IdentityId};
use lockgate_model::message::{Reach, Watermarks};
use lockgate_model::profile::ThreadDetails;

use super::channel::ChannelHead;
use super::people::{self, Person};
use super::{Batch, own};
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::event_log::{Entry, Kind};
use crate::json;

/// A thread's name with us. It has a UUID of its own because its key at the provider can change.
pub(crate) type ThreadId = String;

/// A thread, as far as a batch needs it.
#[derive(Clone, Debug)]
pub(super) struct ThreadRow {
    pub(super) id: ThreadId,
    pub(super) key: String,
    pub(super) kind: String,
    pub(super) conversation: Option<ConversationId>,
    pub(super) identity: Option<IdentityId>,
    pub(super) marks: Watermarks,
    pub(super) writable: bool,
    pub(super) details: ThreadDetails,
}

macro_rules! columns {
    () => {
        "SELECT threads.id, threads.key, threads.kind, conversation, threads.identity, details, sent_mark, delivered_mark,
         read_mark, writable FROM "
    };
}

impl ThreadRow {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            key: row.get("key")?,
            kind: row.get("kind")?,
            conversation: row.get("conversation")?,
            identity: row.get("identity")?,
            marks: marks(row)?,
            writable: row.get("writable")?,
            details: row.json("details")?,
        })
    }
}

/// The watermarks in a row that has them.
pub(super) fn marks(row: &Row) -> Result<Watermarks, StoreError> {
    Ok(Watermarks { sent: row.get("sent_mark")?, delivered: row.get("delivered_mark")?, read: row.get("read_mark")? })
}

/// The thread of this key, where it is known.
async fn known(tx: &mut Tx, channel: ChannelId, key: &str) -> Result<Option<ThreadRow>, StoreError> {
    let sql = concat!(
        columns!(),
        "thread_keys JOIN threads ON threads.id = thread_keys.thread
         WHERE thread_keys.channel = $1 AND thread_keys.key = $2"
    );
    tx.row(sql, args![channel, key]).await?.as_ref().map(ThreadRow::read).transpose()
}

/// The direct thread of a person, where there is one that is named after them.
pub(super) async fn of_person(tx: &mut Tx, identity: IdentityId) -> Result<Option<ThreadRow>, StoreError> {
    let sql = concat!(
        columns!(),
        "threads JOIN identity_keys ON identity_keys.identity = threads.identity AND identity_keys.channel = threads.channel
         AND identity_keys.key = threads.key
         WHERE threads.identity = $1 AND threads.kind = 'direct' ORDER BY threads.id LIMIT 1"
    );
    tx.row(sql, args![identity]).await?.as_ref().map(ThreadRow::read).transpose()
}

/// The thread that an event names: found or made. `contact` is whom a direct one is with, where that is known.
pub(super) async fn thread(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    told: &Thread,
    contact: Option<&Person>,
    at: u64,
) -> Result<ThreadRow, StoreError> {
    let cached = (channel.id, told.key.clone());
    let mut row = match batch.threads.get(&cached) {
        Some(row) => row.clone(),
        None => match find(tx, batch, channel, told).await? {
            Some(row) => row,
            None => create(tx, batch, channel.id, told).await?,
        },
    };
    if let (None, Some(contact), ThreadKind::Direct) = (row.identity, contact, told.kind) {
        row.identity = Some(contact.identity);
        tx.execute("UPDATE threads SET identity = $2 WHERE id = $1", args![row.id, contact.identity]).await?;
    }
    if row.details.learn(told, at) {
        let sql = "UPDATE threads SET details = $2 WHERE id = $1";
        tx.execute(sql, args![row.id, json::text(&row.details)?]).await?;
        if let (Some(conversation), Some(title)) = (row.conversation, &row.details.title) {
            let sql = "UPDATE conversations SET subject = $2 WHERE id = $1";
            tx.execute(sql, args![conversation, title.value]).await?;
        }
    }
    if let Some(context) = &told.context {
        keep_context(tx, &row.id, context, at).await?;
    }
    batch.threads.insert(cached, row.clone());
    Ok(row)
}

/// Finds a thread by its key; a direct one that has no name of its own by the person that the key names.
async fn find(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    told: &Thread,
) -> Result<Option<ThreadRow>, StoreError> {
    if let Some(row) = known(tx, channel.id, &told.key).await? {
        return Ok(Some(row));
    }
    if told.kind != ThreadKind::Direct {
        return Ok(None);
    }
    let Some(person) = people::known(tx, batch, channel.id, &told.key).await? else { return Ok(None) };
    let Some(row) = of_person(tx, person.identity).await? else { return Ok(None) };
    add_key(tx, channel.id, &row.id, &told.key).await?;
    Ok(Some(row))
}

async fn create(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: ChannelId,
    told: &Thread,
) -> Result<ThreadRow, StoreError> {
    let row = ThreadRow {
        id: own::uuid(batch.now, batch.seams),
        key: told.key.clone(),
        kind: people::word(told.kind)?,
        conversation: None,
        identity: None,
        marks: Watermarks::default(),
        writable: true,
        details: ThreadDetails::default(),
    };
    let sql = "INSERT INTO threads (id, channel, key, kind, details) VALUES ($1, $2, $3, $4, '{}')";
    tx.execute(sql, args![row.id, channel, row.key, row.kind]).await?;
    add_key(tx, channel, &row.id, &told.key).await?;
    Ok(row)
}

async fn add_key(tx: &mut Tx, channel: ChannelId, thread: &str, key: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO thread_keys (channel, key, thread) VALUES ($1, $2, $3)";
    tx.execute(sql, args![channel, key, thread]).await.map(drop)
}

/// The thread is known by another key too. Where that key is a thread already, it is handed back: the two are one.
pub(super) async fn also(
    tx: &mut Tx,
    channel: ChannelId,
    row: &ThreadRow,
    key: &str,
) -> Result<Option<ThreadRow>, StoreError> {
    match known(tx, channel, key).await? {
        Some(other) if other.id != row.id => Ok(Some(other)),
        Some(_) => Ok(None),
        None => add_key(tx, channel, &row.id, key).await.map(|()| None),
    }
}

/// The person whom a direct thread's key names, where an event does not say more of them.
pub(super) fn named_by(thread: &Thread) -> Identity {
    Identity {
        key: thread.key.clone(),
        kind: IdentityKind::Opaque,
        role: IdentityRole::Contact,
        aliases: Vec::new(),
        assurance: Assurance::Provider,
        name: None,
        username: None,
        picture: None,
        language: None,
        timezone: None,
        context: None,
        extras: Vec::new(),
    }
}

/// The conversation of a thread; begun where there is none yet.
pub(super) async fn conversation(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    row: &mut ThreadRow,
    contact: Option<ContactId>,
    at: u64,
) -> Result<ConversationId, StoreError> {
    if let Some(conversation) = row.conversation {
        return Ok(conversation);
    }
    let title = row.details.title.as_ref().map(|title| title.value.clone());
    let conversation = begin(tx, batch, channel, (contact, row.identity, Some(&row.id)), title.as_deref(), at).await?;
    tx.execute("UPDATE threads SET conversation = $2 WHERE id = $1", args![row.id, conversation]).await?;
    row.conversation = Some(conversation);
    for cached in batch.threads.values_mut().filter(|cached| cached.id == row.id) {
        cached.conversation = Some(conversation);
    }
    Ok(conversation)
}

/// Begins a conversation.
pub(super) async fn begin(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    (contact, identity, thread): (Option<ContactId>, Option<IdentityId>, Option<&str>),
    subject: Option<&str>,
    at: u64,
) -> Result<ConversationId, StoreError> {
    let id = ConversationId::new(batch.now, batch.seams.entropy.as_ref());
    let sql = "INSERT INTO conversations (id, inbox, channel, contact, identity, thread, status, subject, last_at, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9)";
    let values = args![id, channel.inbox, channel.id, contact, identity, thread, subject, at, batch.now];
    tx.execute(sql, values).await?;
    batch.note(Entry::of(Kind::ConversationCreated).channel(channel.id).conversation(id).contact(contact));
    Ok(id)
}

/// Raises a watermark of a thread; whether it rose.
pub(super) async fn raise(tx: &mut Tx, thread: &str, reach: Reach, at: u64) -> Result<bool, StoreError> {
    let sql = match reach {
        Reach::Sent => "UPDATE threads SET sent_mark = $2 WHERE id = $1 AND (sent_mark IS NULL OR sent_mark < $2)",
        Reach::Delivered => {
            "UPDATE threads SET delivered_mark = $2 WHERE id = $1 AND (delivered_mark IS NULL OR delivered_mark < $2)"
        }
        Reach::Read => "UPDATE threads SET read_mark = $2 WHERE id = $1 AND (read_mark IS NULL OR read_mark < $2)",
    };
    Ok(tx.execute(sql, args![thread, at]).await? > 0)
}

async fn keep_context(tx: &mut Tx, thread: &str, context: &Context, at: u64) -> Result<(), StoreError> {
    let kept = (!context.value.is_empty()).then(|| json::text(context)).transpose()?;
    let sql =
        "UPDATE threads SET context = $2, context_at = $3 WHERE id = $1 AND (context_at IS NULL OR context_at <= $3)";
    tx.execute(sql, args![thread, kept, at]).await.map(drop)
}
