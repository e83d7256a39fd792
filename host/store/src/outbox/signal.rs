//! What is worth nothing later: that somebody writes, or has read. Nothing of it is kept; a provider's fault is acted on as one
//! that a message met.

use lockgate_model::contract::common::{Contexts, Thread};
use lockgate_model::contract::outbound::{Ground, Outcome, PartOutcome};
use lockgate_model::delivery::{Attempt, PartBefore, plan};
use lockgate_model::id::{ChannelId, ConversationId, DeliveryId, IdentityId, MessageId, Owner};
use lockgate_model::message::PartState;
use lockgate_model::secret::Captured;

use super::draft::{self, Handing};
use super::{DeliveryRow, effects, finish};
use crate::Store;
use crate::captured;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log;
use crate::ingest::{ChannelHead, ThreadId};

/// Where a signal goes.
#[derive(Clone, Debug)]
pub struct SignalPlace {
    /// The channel.
    pub channel: ChannelId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Whether the channel is switched on.
    pub is_on: bool,
    /// Whether something of it rests, because its provider asked for that.
    pub rests: bool,
    /// The thread, where the provider names one.
    pub thread: Option<Thread>,
    /// The newest incoming message, by the provider's name for it.
    pub newest: Option<String>,
    /// What the plugin wants back, save what is handed back once.
    pub contexts: Contexts,
}

impl Store {
    /// Where a signal of this conversation goes; none where there is no such conversation, or no channel any more.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn signal_place(&self, conversation: ConversationId) -> Result<Option<SignalPlace>, StoreError> {
        let now = self.now_ms();
        place(&mut self.db().read().await?, conversation, now).await
    }

    /// Does what the contract says that follows where a provider refused a signal. What it took, or may have taken, leaves nothing
    /// behind but the secrets that its answers minted.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn settle_signal(
        &self,
        at: &SignalPlace,
        outcome: Outcome,
        captured: Vec<Captured>,
    ) -> Result<(), StoreError> {
        let lane = self.lane_of(at.channel).await?;
        let input = (self.clone(), at.channel, at.conversation, outcome, captured, self.now_ms());
        self.db()
            .write(lane, input, |tx, (store, channel, conversation, outcome, minted, now)| {
                Box::pin(async move {
                    let Some(channel) = ChannelHead::lock(tx, *channel).await? else { return Ok(()) };
                    captured::keep(tx, store, Owner::Channel(channel.id), minted, *now).await?;
                    settle(tx, store, &channel, *conversation, outcome, *now).await
                })
            })
            .await
    }
}

async fn place(tx: &mut Tx, conversation: ConversationId, now: u64) -> Result<Option<SignalPlace>, StoreError> {
    let sql = "SELECT conversations.channel, conversations.thread, conversations.identity, channels.enabled,
               (SELECT COUNT(*) FROM pauses WHERE until > $2 AND (
                (scope = 'account' AND target = conversations.channel) OR (scope = 'thread' AND target = conversations.thread)
                OR (scope = 'recipient' AND target = conversations.identity) OR (scope = 'app' AND target = channels.app)))
                AS resting
               FROM conversations JOIN channels ON channels.id = conversations.channel
               WHERE conversations.id = $1 AND channels.deleted_at IS NULL";
    let Some(row) = tx.row(sql, args![conversation, now]).await? else { return Ok(None) };
    let (thread, identity): (Option<ThreadId>, Option<IdentityId>) = (row.get("thread")?, row.get("identity")?);
    let mut contexts = Contexts { message: None, thread: None, recipient: None };
    let mut found = SignalPlace {
        channel: row.get("channel")?,
        conversation,
        is_on: row.get("enabled")?,
        rests: row.get::<u64>("resting")? > 0,
        thread: None,
        newest: None,
        contexts: contexts.clone(),
    };
    if let Some(newest) = newest(tx, conversation).await? {
        found.newest = newest.name;
        contexts.message = draft::of_message(tx, newest.id, now).await?;
    }
    if let Some(thread) = thread {
        (found.thread, contexts.thread) = draft::thread(tx, &thread, now, Handing::Action).await?;
    }
    if let Some(identity) = identity {
        (_, contexts.recipient) = draft::recipient(tx, identity, now, Handing::Action).await?;
    }
    found.contexts = contexts;
    Ok(Some(found))
}

/// A conversation's newest incoming message.
pub(super) struct Newest {
    pub(super) id: MessageId,
    pub(super) name: Option<String>,
}

pub(super) async fn newest(tx: &mut Tx, conversation: ConversationId) -> Result<Option<Newest>, StoreError> {
    let sql = "SELECT id, external_id FROM messages WHERE conversation = $1 AND direction = 'in'
               ORDER BY at DESC, COALESCE(ord, -1) DESC, id DESC LIMIT 1";
    let row = tx.row(sql, args![conversation]).await?;
    row.map(|row| Ok(Newest { id: row.get("id")?, name: row.get("external_id")? })).transpose()
}

async fn settle(
    tx: &mut Tx,
    store: &Store,
    channel: &ChannelHead,
    conversation: ConversationId,
    outcome: &Outcome,
    now: u64,
) -> Result<(), StoreError> {
    let sql = "SELECT thread, identity, (SELECT id FROM messages WHERE conversation = conversations.id ORDER BY at DESC LIMIT 1)
               AS message FROM conversations WHERE id = $1";
    let Some(row) = tx.row(sql, args![conversation]).await? else { return Ok(()) };
    let Some(message) = row.get::<Option<MessageId>>("message")? else { return Ok(()) };
    let manifest = finish::manifest(tx, &channel.plugin).await?;
    let plan = plan(&Attempt {
        attempt: 1,
        now,
        // Over: nothing of it is tried again.
        deadline: now,
        moved_before: false,
        parts: &[PartBefore { id: 0, state: PartState::Queued }],
        outcomes: &[PartOutcome { parts: vec![0], outcome: outcome.clone() }],
        broke: None,
        scope_of: &|bucket| finish::scope(manifest.as_ref(), bucket),
        jitter: finish::jitter(store.seams()),
    });
    let whom = DeliveryRow {
        id: DeliveryId::new(now, store.seams().entropy.as_ref()),
        number: 0,
        message,
        conversation,
        channel: channel.id,
        thread: row.get("thread")?,
        identity: row.get("identity")?,
        state: "done".into(),
        deadline: now,
        attempt: 1,
        fence: 0,
        moved: false,
        ground: Ground::Open,
        author: None,
        automatic: false,
        action: None,
    };
    let mut log = Vec::new();
    effects::apply(tx, channel, &whom, &plan.effects, store.seams(), now, &mut log).await?;
    event_log::append(tx, now, &log).await
}
