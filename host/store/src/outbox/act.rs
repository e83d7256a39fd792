//! Something is done to what is there: a delivery of its own, with one part that stands for the action.
//!
//! What came of it becomes a fact about the message, as if the provider had told it; what the message shows follows from that. What is
//! done to a conversation changes who may write in it, or nothing here.

use lockgate_model::contract::actions::Action;
use lockgate_model::contract::common::{Content, Part, RichText};
use lockgate_model::contract::inbound::ReactionChange;
use lockgate_model::contract::outbound::{Ground, Sent};
use lockgate_model::delivery::DEADLINE_MS;
use lockgate_model::id::{ChannelId, ConversationId, DeliveryId, IdentityId, MessageId, Owner};
use lockgate_model::manifest::{Manifest, same_symbol};
use lockgate_model::message::{Fact, Failure, PartState};
use lockgate_model::seam::Seams;

use super::{ClaimedAction, DeliveryRow, signal};
use crate::Store;
use crate::db::{Row, Tx, args};
use crate::error::{Conflict, StoreError};
use crate::event_log::{Entry, Kind};
use crate::inbox::{MessageRecord, messages};
use crate::ingest::{self, ChannelHead, uuid};
use crate::json;
use crate::media;

/// The number of an action's one part.
const PART: u32 = 0;

/// Something to do to a message. What the manifest declares was looked at before.
#[derive(Clone, Debug)]
pub struct NewAction {
    /// The message.
    pub message: MessageId,
    /// What is done to it.
    pub action: Action,
}

/// What becomes of asking for an action.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// It is on its way: now, or since it was asked for before.
    OnItsWay(Box<ActionRecord>),
    /// It is so already.
    Already,
    /// There is nothing to take back.
    Nothing,
    /// The provider never named the message, so it cannot be told which one is meant.
    Unnamed,
    /// What goes out as one message here went out as several of the provider's, so it cannot be changed or taken back as one.
    Several,
}

/// Something that is, or was, done to a message or a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionRecord {
    /// Its name: that of its delivery.
    pub id: DeliveryId,
    /// The message that it is done to; of what is done to a conversation the one that it hangs on.
    pub message: MessageId,
    /// The conversation of the message.
    pub conversation: ConversationId,
    /// The channel that it goes through.
    pub channel: ChannelId,
    /// What is done.
    pub action: Action,
    /// How far it has come.
    pub state: PartState,
    /// Why it failed, is not known, or is being tried again.
    pub failure: Option<Failure>,
    /// When it was asked for.
    pub created_at: u64,
}

macro_rules! records {
    () => {
        "SELECT deliveries.id, deliveries.message, conversation, channel, action, failure, created_at,
         delivery_parts.state AS part_state
         FROM deliveries JOIN delivery_parts ON delivery_parts.delivery = deliveries.id WHERE action IS NOT NULL "
    };
}

fn read(row: &Row) -> Result<ActionRecord, StoreError> {
    let state = PartState::from_text(&row.get::<String>("part_state")?);
    Ok(ActionRecord {
        id: row.get("id")?,
        message: row.get("message")?,
        conversation: row.get("conversation")?,
        channel: row.get("channel")?,
        action: row.json("action")?,
        state: state.ok_or_else(|| StoreError::corrupt("delivery_parts.state"))?,
        failure: row.json_opt("failure")?,
        created_at: row.get("created_at")?,
    })
}

impl Store {
    /// Queues an action on a message. A reaction that stands, or is on its way, is not asked for twice. None: there is no such
    /// message.
    ///
    /// # Errors
    ///
    /// [`Conflict::Missing`] where the channel is not there any more; where the database is not available.
    pub async fn act_on_message(&self, asked: NewAction) -> Result<Option<Asked>, StoreError> {
        let Some(known) = self.message(asked.message).await? else { return Ok(None) };
        let lane = self.lane_of(known.channel).await?;
        let input = (asked, known.channel, self.seams().clone(), self.now_ms());
        self.db()
            .write(lane, input, |tx, (asked, channel, seams, now)| Box::pin(ask(tx, asked, *channel, seams, *now)))
            .await
    }

    /// One action.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn action(&self, id: DeliveryId) -> Result<Option<ActionRecord>, StoreError> {
        one(&mut self.db().glance().await?, id).await
    }
}

pub(super) async fn one(tx: &mut Tx, id: DeliveryId) -> Result<Option<ActionRecord>, StoreError> {
    tx.row(concat!(records!(), "AND deliveries.id = $1"), args![id]).await?.as_ref().map(read).transpose()
}

async fn ask(
    tx: &mut Tx,
    asked: &NewAction,
    channel: ChannelId,
    seams: &Seams,
    now: u64,
) -> Result<Option<Asked>, StoreError> {
    let channel = ChannelHead::lock(tx, channel).await?.filter(|channel| channel.inbox.is_some());
    let channel = channel.ok_or(Conflict::Missing { what: "channel" })?;
    let Some(message) = messages::one(tx, asked.message).await? else { return Ok(None) };
    if message.external_id.is_none() {
        return Ok(Some(Asked::Unnamed));
    }
    let needless = match &asked.action {
        Action::React { symbol, added, .. } => {
            let stands = stands(&message, &channel.account, symbol);
            match pending_reaction(tx, message.id, symbol).await? {
                Some((record, same)) if same == *added => Some(Asked::OnItsWay(Box::new(record))),
                Some(_) => None,
                None if *added && stands => Some(Asked::Already),
                None if !*added && !stands => Some(Asked::Nothing),
                None => None,
            }
        }
        Action::Edit { .. } | Action::Delete if went_out_as(tx, message.id).await? > 1 => Some(Asked::Several),
        Action::Delete if message.deleted_at.is_some() => Some(Asked::Already),
        Action::Delete => {
            let mut pending = pending(tx, message.id).await?.into_iter();
            pending.find(|record| record.action == Action::Delete).map(|record| Asked::OnItsWay(Box::new(record)))
        }
        _ => None,
    };
    if needless.is_some() {
        return Ok(needless);
    }
    let place = Place { message: message.id, conversation: message.conversation, channel: message.channel };
    let id = queue(tx, &place, &asked.action, seams, now).await?;
    let record = one(tx, id).await?.ok_or_else(|| StoreError::corrupt("deliveries"))?;
    Ok(Some(Asked::OnItsWay(Box::new(record))))
}

/// Whether our reaction with this symbol is shown.
fn stands(message: &MessageRecord, account: &str, symbol: &str) -> bool {
    let ours = |actor: &Option<String>| actor.as_deref() == Some(account);
    message.reactions.iter().any(|shown| ours(&shown.actor) && same_symbol(&shown.symbol, symbol))
}

/// The actions on a message that have not ended, the latest first.
async fn pending(tx: &mut Tx, message: MessageId) -> Result<Vec<ActionRecord>, StoreError> {
    let sql = concat!(
        records!(),
        "AND deliveries.message = $1 AND deliveries.state <> 'done' ORDER BY deliveries.number DESC"
    );
    tx.rows(sql, args![message]).await?.iter().map(read).collect()
}

/// What was written or asked for last in a conversation, where it has not ended and is an action.
pub(super) async fn last_pending(
    tx: &mut Tx,
    conversation: ConversationId,
) -> Result<Option<ActionRecord>, StoreError> {
    let sql = concat!(
        records!(),
        "AND deliveries.state <> 'done'
         AND deliveries.number = (SELECT MAX(number) FROM deliveries WHERE conversation = $1 AND state <> 'done')"
    );
    tx.row(sql, args![conversation]).await?.as_ref().map(read).transpose()
}

/// As how many messages of the provider's one of ours went out.
async fn went_out_as(tx: &mut Tx, message: MessageId) -> Result<u64, StoreError> {
    let sql = "SELECT COUNT(DISTINCT external_id) AS names FROM delivery_parts
               JOIN deliveries ON deliveries.id = delivery_parts.delivery WHERE message = $1 AND action IS NULL";
    tx.row(sql, args![message]).await?.map_or(Ok(0), |row| row.get("names"))
}

/// The latest reaction with this symbol that has not ended, and whether it adds one.
async fn pending_reaction(
    tx: &mut Tx,
    message: MessageId,
    symbol: &str,
) -> Result<Option<(ActionRecord, bool)>, StoreError> {
    for record in pending(tx, message).await? {
        if let Action::React { symbol: known, added, .. } = &record.action
            && same_symbol(known, symbol)
        {
            let added = *added;
            return Ok(Some((record, added)));
        }
    }
    Ok(None)
}

/// What an action hangs on.
pub(super) struct Place {
    pub(super) message: MessageId,
    pub(super) conversation: ConversationId,
    pub(super) channel: ChannelId,
}

pub(super) async fn queue(
    tx: &mut Tx,
    at: &Place,
    action: &Action,
    seams: &Seams,
    now: u64,
) -> Result<DeliveryId, StoreError> {
    let sql = "SELECT thread, identity FROM conversations WHERE id = $1";
    let whom = tx.row(sql, args![at.conversation]).await?.ok_or(Conflict::Missing { what: "conversation" })?;
    let (thread, identity): (Option<String>, Option<IdentityId>) = (whom.get("thread")?, whom.get("identity")?);
    let id = DeliveryId::new(now, seams.entropy.as_ref());
    let sql =
        "INSERT INTO deliveries (id, message, conversation, channel, thread, identity, state, due_at, deadline, ground,
               created_at, action, waits_for_all) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $9, $7, $10, $11)";
    let values = args![
        id,
        at.message,
        at.conversation,
        at.channel,
        thread,
        identity,
        now,
        now.saturating_add(DEADLINE_MS),
        json::text(&Ground::Open)?,
        json::text(action)?,
        action.is_on_conversation()
    ];
    tx.execute(sql, values).await?;
    if let Action::Edit { parts } = action {
        // From now on: it may take a day until the provider has it.
        let parts = json::text(parts)?;
        media::named(tx, &media::of_message(at.message), &parts, Owner::Channel(at.channel), None).await?;
    }
    let sql = "INSERT INTO delivery_parts (delivery, part, client_ref, state) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, args![id, PART, uuid(now, seams), PartState::Queued.as_str()]).await?;
    tx.queued_outbox();
    Ok(id)
}

/// What the part of an action says where the message says nothing any more.
pub(super) fn placeholder() -> Part {
    Part { content: Content::Text(RichText { plain: String::new(), html: None }), extras: Vec::new() }
}

/// What a claimed delivery does, where it is an action, and the message whose context the plugin wants back.
pub(super) async fn claimed(
    tx: &mut Tx,
    row: &DeliveryRow,
) -> Result<Option<(ClaimedAction, Option<MessageId>)>, StoreError> {
    let Some(action) = row.action.clone() else { return Ok(None) };
    if action.is_on_conversation() {
        // The contact may have written since it was asked for.
        let newest = signal::newest(tx, row.conversation).await?;
        let (message, target) = newest.map_or((None, None), |newest| (Some(newest.id), newest.name));
        return Ok(Some((ClaimedAction { action, target }, message)));
    }
    let sql = "SELECT external_id, account FROM messages JOIN channels ON channels.id = messages.channel
               WHERE messages.id = $1";
    let message = tx.row(sql, args![row.message]).await?.ok_or_else(|| StoreError::corrupt("deliveries.message"))?;
    let target: Option<String> = message.get("external_id")?;
    let action = match (action, &target) {
        (Action::React { symbol, added: false, reaction: None }, Some(target)) => {
            let account: String = message.get("account")?;
            let reaction = name_of_reaction(tx, row.channel, target, &account, &symbol).await?;
            Action::React { symbol, added: false, reaction }
        }
        (action, _) => action,
    };
    Ok(Some((ClaimedAction { action, target }, Some(row.message))))
}

/// What the provider called our reaction with this symbol when it was added.
async fn name_of_reaction(
    tx: &mut Tx,
    channel: ChannelId,
    target: &str,
    account: &str,
    symbol: &str,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT own_id, fact FROM message_facts WHERE channel = $1 AND kind = 'id' AND name = $2
               AND own_id IS NOT NULL ORDER BY id DESC";
    for row in tx.rows(sql, args![channel.to_string(), target]).await? {
        let Fact::Reaction { actor: Some(actor), change } = row.json("fact")? else { continue };
        let added = match &change {
            ReactionChange::Added(known) => same_symbol(known, symbol),
            ReactionChange::Now(known) => known.iter().any(|known| same_symbol(known, symbol)),
            ReactionChange::Removed(_) => false,
        };
        if added && actor == account {
            return row.get("own_id");
        }
    }
    Ok(None)
}

/// The provider did it: that is a fact about the message from now on.
pub(super) async fn done(
    tx: &mut Tx,
    channel: &ChannelHead,
    row: &DeliveryRow,
    action: &Action,
    sent: &Sent,
    manifest: Option<&Manifest>,
    now: u64,
) -> Result<(), StoreError> {
    let several = manifest.and_then(|manifest| manifest.capabilities.react.as_ref()).is_some_and(|react| react.several);
    let fact = match action {
        Action::React { symbol, added, .. } => {
            let change = match (*added, several) {
                (true, true) => ReactionChange::Added(symbol.clone()),
                (true, false) => ReactionChange::Now(vec![symbol.clone()]),
                (false, true) => ReactionChange::Removed(Some(symbol.clone())),
                (false, false) => ReactionChange::Removed(None),
            };
            Fact::Reaction { actor: Some(channel.account.clone()), change }
        }
        Action::Edit { parts } => Fact::Edit { parts: parts.clone() },
        Action::Delete => Fact::Deletion { erase: false },
        // Who holds the thread may write in it. The provider may say so itself, and what it says later counts.
        Action::TakeOver { on } => {
            let Some(thread) = &row.thread else { return Ok(()) };
            return ingest::set_writable(tx, thread, *on, now).await.map(drop);
        }
        Action::Ended { .. } | Action::MarkRead | Action::Typing { .. } => return Ok(()),
    };
    // What it was called when it was asked for; an echo can bring further names, never another one.
    let known = tx.row("SELECT external_id FROM messages WHERE id = $1", args![row.message]).await?;
    let name: Option<String> = known.map(|known| known.get("external_id")).transpose()?.flatten();
    let Some(name) = name else { return Ok(()) };
    let sql = "INSERT INTO message_facts (channel, kind, name, own_id, at, dedup, fact)
               VALUES ($1, 'id', $2, $3, $4, $5, $6)";
    // Of two in one millisecond the later delivery counts.
    let dedup = format!("action:{:020}", row.number);
    let (scope, fact) = (channel.id.to_string(), json::text(&fact)?);
    media::named(tx, &media::of_fact(&scope, "id", &name), &fact, Owner::Channel(channel.id), None).await?;
    tx.execute(sql, args![scope, name, sent.message, now, dedup, fact]).await.map(drop)
}

/// How far an action has come is told as a change of its message, or of its conversation where it is done to that.
pub(super) fn tell(row: &DeliveryRow, log: &mut Vec<Entry>) {
    let of = |kind| Entry::of(kind).channel(row.channel).conversation(row.conversation);
    let entry = match &row.action {
        Some(action) if action.is_on_conversation() => of(Kind::ConversationChanged),
        _ => of(Kind::MessageChanged).message(row.message),
    };
    if !log.contains(&entry) {
        log.push(entry);
    }
}
