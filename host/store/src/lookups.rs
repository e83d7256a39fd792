//! What was looked up at a provider while somebody waited: where that can be done, whom it is about, and what is kept of the answer.
//!
//! A profile, and what is told of a thread, are taken in as what an event tells, with an envelope of their own. Of the rest nothing
//! is kept. A fault moves the channel's health as one of a poll does, and nothing is tried again.

use lockgate_model::background::{Work, judge};
use lockgate_model::contract::common::{Fault, Identity, IdentityKind, Thread};
use lockgate_model::contract::inbound::{Event, EventBody};
use lockgate_model::id::{ChannelId, ContactId, ConversationId, EnvelopeId, IdentityId, Owner};
use lockgate_model::profile::comparable;
use lockgate_model::secret::Captured;

use crate::Store;
use crate::background::effects;
use crate::captured;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry, Kind};
use crate::inbox::kind;
use crate::ingest::{ChannelHead, IntakeOutcome, Origin, ThreadId, work};
use crate::outbox::{jitter, manifest, scope};

/// Where something is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupPlace {
    /// Whether the channel is switched on.
    pub is_on: bool,
    /// Until when something of it rests because its provider asked for that; none: nothing does.
    pub rests_until: Option<u64>,
}

/// A person at one address, as a plugin is asked about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// Their name with us.
    pub identity: IdentityId,
    /// Whose address it is; none of an agent or bot.
    pub contact: Option<ContactId>,
    /// The channel.
    pub channel: ChannelId,
    /// As the provider names them.
    pub key: String,
    /// What the key is.
    pub kind: IdentityKind,
    /// The provider's name of their newest thread, where there is one.
    pub thread: Option<String>,
}

/// A conversation's thread, as a plugin is asked about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownThread {
    /// The conversation.
    pub conversation: ConversationId,
    /// The channel.
    pub channel: ChannelId,
    /// The provider's name of it; none where the provider names no thread.
    pub key: Option<String>,
}

/// What of an answer is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// Nothing but that the provider answered.
    Nothing,
    /// What it tells of a person.
    Person(IdentityId, Box<Identity>),
    /// What it tells of a conversation's thread.
    Thread(ConversationId, Box<Thread>),
}

impl Store {
    /// Whether something can be looked up through a channel now; none where there is no such channel.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn lookup_place(&self, channel: ChannelId) -> Result<Option<LookupPlace>, StoreError> {
        let sql = "SELECT enabled, (SELECT MAX(until) FROM pauses WHERE until > $2 AND (
                   (scope = 'account' AND target = channels.id) OR (scope = 'app' AND target = channels.app))) AS rests_until
                   FROM channels WHERE id = $1 AND deleted_at IS NULL";
        let row = self.db().glance().await?.row(sql, args![channel, self.now_ms()]).await?;
        row.map(|row| Ok(LookupPlace { is_on: row.get("enabled")?, rests_until: row.get("rests_until")? })).transpose()
    }

    /// A person at one address; none where there is no such address.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn known_person(&self, id: IdentityId) -> Result<Option<KnownPerson>, StoreError> {
        let sql = "SELECT contact, channel, key, kind, (SELECT threads.key FROM conversations
                   JOIN threads ON threads.id = conversations.thread WHERE conversations.contact = identities.contact AND conversations.identity = identities.id
                   ORDER BY conversations.last_at DESC, conversations.id DESC LIMIT 1) AS thread
                   FROM identities WHERE id = $1";
        let Some(row) = self.db().glance().await?.row(sql, args![id]).await? else { return Ok(None) };
        Ok(Some(KnownPerson {
            identity: id,
            contact: row.get("contact")?,
            channel: row.get("channel")?,
            key: row.get("key")?,
            kind: kind(&row)?,
            thread: row.get("thread")?,
        }))
    }

    /// A conversation's thread; none where there is no such conversation.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn known_thread(&self, id: ConversationId) -> Result<Option<KnownThread>, StoreError> {
        let sql = "SELECT conversations.channel, threads.key FROM conversations
                   LEFT JOIN threads ON threads.id = conversations.thread WHERE conversations.id = $1";
        let Some(row) = self.db().glance().await?.row(sql, args![id]).await? else { return Ok(None) };
        Ok(Some(KnownThread { conversation: id, channel: row.get("channel")?, key: row.get("key")? }))
    }

    /// Keeps what a provider answered through a channel: the channel works, and what is told of a person or thread is known from now
    /// on. Whether it was kept: not where the answer is about somebody else.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn looked_up(
        &self,
        channel: ChannelId,
        envelope: EnvelopeId,
        kept: Kept,
        captured: Vec<Captured>,
    ) -> Result<bool, StoreError> {
        let lane = self.lane_of(channel).await?;
        let input = (self.clone(), channel, envelope, kept, captured, self.now_ms());
        self.db()
            .write(lane, input, |tx, (store, channel, envelope, kept, captured, now)| {
                Box::pin(async move {
                    let owner = Owner::Channel(*channel);
                    let Some(head) = ChannelHead::lock(tx, *channel).await? else { return Ok(true) };
                    captured::keep(tx, store, owner, captured, *now).await?;
                    effects::working(tx, owner, *now).await?;
                    take_in(tx, store, &head, *envelope, kept, *now).await
                })
            })
            .await
    }

    /// Does what a provider's fault brings about beside the call that met it.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn lookup_failed(
        &self,
        channel: ChannelId,
        fault: Fault,
        captured: Vec<Captured>,
    ) -> Result<(), StoreError> {
        let lane = self.lane_of(channel).await?;
        let input = (self.clone(), channel, fault, captured, self.now_ms());
        self.db()
            .write(lane, input, |tx, (store, channel, fault, captured, now)| {
                Box::pin(async move {
                    let owner = Owner::Channel(*channel);
                    let Some(head) = ChannelHead::lock(tx, *channel).await? else { return Ok(()) };
                    let manifest = manifest(tx, &head.plugin).await?;
                    let verdict = judge(&Work {
                        attempt: 1,
                        now: *now,
                        // Over: nothing of it is tried again.
                        deadline: Some(*now),
                        fault,
                        scope_of: &|bucket| scope(manifest.as_ref(), bucket),
                        jitter: jitter(store.seams()),
                    });
                    captured::keep(tx, store, owner, captured, *now).await?;
                    effects::apply(tx, owner, &verdict, *now).await
                })
            })
            .await
    }
}

async fn take_in(
    tx: &mut Tx,
    store: &Store,
    head: &ChannelHead,
    envelope: EnvelopeId,
    kept: &Kept,
    now: u64,
) -> Result<bool, StoreError> {
    let told = Event {
        dedup: String::new(),
        account: None,
        thread: None,
        actor: None,
        at: now,
        order: None,
        body: EventBody::Profile,
        extras: Vec::new(),
    };
    let (ability, handed, event, conversation) = match kept {
        Kept::Nothing => return Ok(true),
        Kept::Person(identity, person) => {
            if !is_theirs(tx, head.id, *identity, person).await? {
                return Ok(false);
            }
            ("profile", &person.key, Event { actor: Some((**person).clone()), ..told }, None)
        }
        Kept::Thread(conversation, thread) => {
            if !is_of(tx, head.id, *conversation, thread).await? {
                return Ok(false);
            }
            ("about", &thread.key, Event { thread: Some((**thread).clone()), ..told }, Some(*conversation))
        }
    };
    let origin =
        Origin { owner: Owner::Channel(head.id), plugin: &head.plugin, envelope, ability, handed, depth: 0, at: now };
    let outcome = IntakeOutcome::Events { events: vec![event], state_reads: Vec::new(), state_writes: Vec::new() };
    work(tx, &origin, &outcome, store.seams(), now).await?;
    if let Some(conversation) = conversation {
        let entry = Entry::of(Kind::ConversationChanged).channel(head.id).conversation(conversation);
        event_log::append(tx, now, &[entry]).await?;
    }
    Ok(true)
}

/// Whether what is told is about this person.
async fn is_theirs(tx: &mut Tx, channel: ChannelId, identity: IdentityId, told: &Identity) -> Result<bool, StoreError> {
    let sql = "SELECT identity FROM identity_keys WHERE channel = $1 AND key = $2";
    let row = tx.row(sql, args![channel, comparable(told.kind, &told.key)]).await?;
    Ok(row.map(|row| row.get::<IdentityId>("identity")).transpose()? == Some(identity))
}

/// Whether what is told is about this conversation's thread.
async fn is_of(
    tx: &mut Tx,
    channel: ChannelId,
    conversation: ConversationId,
    told: &Thread,
) -> Result<bool, StoreError> {
    let sql =
        "SELECT thread_keys.thread FROM thread_keys JOIN conversations ON conversations.thread = thread_keys.thread
               WHERE thread_keys.channel = $1 AND thread_keys.key = $2 AND conversations.id = $3";
    let row = tx.row(sql, args![channel, told.key, conversation]).await?;
    Ok(row.map(|row| row.get::<ThreadId>("thread")).transpose()?.is_some())
}
