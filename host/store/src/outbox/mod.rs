//! What goes out: a message and its delivery in one transaction, claims with a lease and a fence, durable marks of departure, and
//! the execution of what `lockgate_model::delivery` decides.
//!
//! A row is claimed by one worker at a time; a fence that grows with every claim makes sure that who lost its lease changes
//! nothing any more. Order is kept within a conversation: an unfinished message holds back those after it, and an unfinished action
//! those; `claim` has the whole rule.

mod act;
mod act_on_conversation;
mod claim;
mod depart;
mod draft;
mod due;
mod effects;
mod finish;
mod overdue;
mod retry;
mod send;
mod signal;

use lockgate_model::contract::actions::Action;
use lockgate_model::contract::common::{Contexts, Part, Recipient, Thread};
use lockgate_model::contract::outbound::{Author, Ground, Outcome};
use lockgate_model::id::{AppId, ChannelId, ConversationId, DeliveryId, IdentityId, MessageId, Owner};
use lockgate_model::message::PartState;

use crate::Store;
use crate::db::{Dialect, Row, Tx, args};
use crate::error::{Conflict, StoreError};
use crate::ingest::ThreadId;

pub use act::{ActionRecord, Asked, NewAction};
pub(crate) use act_on_conversation::ask as act_on;
pub(crate) use due::{reclaim, sweep};
pub use finish::Finished;
pub(crate) use finish::{jitter, manifest, scope};
pub use retry::Again;
pub use send::NewOutgoing;
pub use signal::SignalPlace;

/// A delivery that the caller may send, and nobody else until its lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedDelivery {
    /// Names it; the same at every attempt.
    pub delivery: DeliveryId,
    /// Proves the claim.
    pub fence: u64,
    /// 1 for the first.
    pub attempt: u32,
    /// The message; of an action the one that it is done to, or hangs on.
    pub message: MessageId,
    /// What is done to the message or its conversation, where it is no message that goes out. Its one part then stands for the action.
    pub action: Option<ClaimedAction>,
    /// The conversation.
    pub conversation: ConversationId,
    /// The channel that it goes through.
    pub channel: ChannelId,
    /// The channel's account at the provider.
    pub account: String,
    /// The thread, where the provider names one.
    pub thread: Option<Thread>,
    /// To whom.
    pub recipients: Vec<Recipient>,
    /// Of a mail.
    pub subject: Option<String>,
    /// The provider's name of the message that is answered.
    pub quote: Option<String>,
    /// Why it may be sent now.
    pub ground: Ground,
    /// Whose name it is sent under.
    pub author: Option<Author>,
    /// Not written by a person.
    pub automatic: bool,
    /// What the plugin wants back.
    pub contexts: Contexts,
    /// All of its parts.
    pub parts: Vec<ClaimedPart>,
}

impl ClaimedDelivery {
    /// The parts that are to be sent.
    pub fn open_parts(&self) -> impl Iterator<Item = u32> + '_ {
        self.parts.iter().filter(|part| part.open).map(|part| part.id)
    }
}

/// What a claimed delivery does to a message or a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedAction {
    /// What is asked for. A reaction that is taken back has the name that the provider gave it.
    pub action: Action,
    /// The provider's name of the message; of what is done to a conversation, of the contact's newest one.
    pub target: Option<String>,
}

/// A part of a claimed delivery.
#[derive(Clone, Debug)]
pub struct ClaimedPart {
    /// Its number in the message.
    pub id: u32,
    /// Our name for it, the same at every attempt.
    pub client_ref: String,
    /// What it says.
    pub part: Part,
    /// What an earlier attempt came to.
    pub earlier: Option<Outcome>,
    /// Whether it is to be sent; else it is listed for what surrounds it.
    pub open: bool,
}

/// What an attempt came to, for the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// The provider has all of it.
    Sent,
    /// The provider took it and will tell its fate.
    Accepted,
    /// It is tried again.
    Retry,
    /// It is not tried again.
    Failed,
    /// It may have been sent.
    Unknown,
}

impl Settled {
    /// As it is counted.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Retry => "retry",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// A delivery as it is stored.
struct DeliveryRow {
    id: DeliveryId,
    number: u64,
    message: MessageId,
    conversation: ConversationId,
    channel: ChannelId,
    thread: Option<ThreadId>,
    identity: Option<IdentityId>,
    state: String,
    deadline: u64,
    attempt: u32,
    fence: u64,
    moved: bool,
    ground: Ground,
    author: Option<Author>,
    automatic: bool,
    action: Option<Action>,
}

impl DeliveryRow {
    /// One delivery, locked.
    async fn lock(tx: &mut Tx, id: DeliveryId) -> Result<Option<Self>, StoreError> {
        macro_rules! select {
            () => {
                "SELECT id, number, message, conversation, channel, thread, identity, state, deadline, attempt, fence, moved, ground, author,
                 automatic, action FROM deliveries WHERE id = $1"
            };
        }
        let sql = match tx.dialect() {
            Dialect::Sqlite => select!(),
            Dialect::Postgres => concat!(select!(), " FOR UPDATE"),
        };
        tx.row(sql, args![id]).await?.as_ref().map(Self::read).transpose()
    }

    /// The same, where the claim still holds.
    async fn held(tx: &mut Tx, id: DeliveryId, fence: u64) -> Result<Self, StoreError> {
        match Self::lock(tx, id).await? {
            Some(row) if row.state == "claimed" && row.fence == fence => Ok(row),
            _ => Err(Conflict::Changed.into()),
        }
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get("id")?,
            number: row.get("number")?,
            message: row.get("message")?,
            conversation: row.get("conversation")?,
            channel: row.get("channel")?,
            thread: row.get("thread")?,
            identity: row.get("identity")?,
            state: row.get("state")?,
            deadline: row.get("deadline")?,
            attempt: row.get("attempt")?,
            fence: row.get("fence")?,
            moved: row.get("moved")?,
            ground: row.json("ground")?,
            author: row.json_opt("author")?,
            automatic: row.get("automatic")?,
            action: row.json_opt("action")?,
        })
    }
}

/// A part as it is stored.
struct PartRow {
    part: u32,
    client_ref: String,
    state: PartState,
    outcome: Option<Outcome>,
}

impl PartRow {
    async fn all(tx: &mut Tx, delivery: DeliveryId) -> Result<Vec<Self>, StoreError> {
        let sql = "SELECT part, client_ref, state, outcome FROM delivery_parts WHERE delivery = $1 ORDER BY part";
        let rows = tx.rows(sql, args![delivery]).await?;
        rows.iter()
            .map(|row| {
                let state = PartState::from_text(&row.get::<String>("state")?);
                Ok(Self {
                    part: row.get("part")?,
                    client_ref: row.get("client_ref")?,
                    state: state.ok_or_else(|| StoreError::corrupt("delivery_parts.state"))?,
                    outcome: row.json_opt("outcome")?,
                })
            })
            .collect()
    }
}

impl Store {
    /// The lane by which changes of a channel are written: its app's, because envelopes of an app speak of all its channels. That
    /// is only worth asking where there are several.
    pub(crate) async fn lane_of(&self, channel: ChannelId) -> Result<Owner, StoreError> {
        if self.db().dialect() == Dialect::Sqlite {
            return Ok(Owner::Channel(channel));
        }
        let row = self.db().glance().await?.row("SELECT app FROM channels WHERE id = $1", args![channel]).await?;
        let app: Option<AppId> = row.map(|row| row.get("app")).transpose()?.flatten();
        Ok(app.map_or(Owner::Channel(channel), Owner::App))
    }

    async fn lane_of_delivery(&self, delivery: DeliveryId) -> Result<(ChannelId, Owner), StoreError> {
        let sql = "SELECT deliveries.channel, channels.app FROM deliveries
                   LEFT JOIN channels ON channels.id = deliveries.channel WHERE deliveries.id = $1";
        let row = self.db().glance().await?.row(sql, args![delivery]).await?.ok_or(Conflict::Changed)?;
        let (channel, app): (ChannelId, Option<AppId>) = (row.get("channel")?, row.get("app")?);
        Ok((channel, app.map_or(Owner::Channel(channel), Owner::App)))
    }
}
