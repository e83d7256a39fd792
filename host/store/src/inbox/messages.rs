//! Messages as they stand now.

use lockgate_model::contract::common::Part;
use lockgate_model::contract::inbound::{Attribution, Trait};
use lockgate_model::id::{ChannelId, ConversationId, IdentityId, MessageId};
use lockgate_model::message::{Direction, Failure, MessageStatus, PartState, ReactionShown};
use lockgate_model::profile::Profile;

use super::cursor::Place;
use crate::Store;
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::ingest::{Details, direction, message_status};
use crate::page::{Page, Paged};

/// One thing said, as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRecord {
    /// Its name.
    pub id: MessageId,
    /// The conversation that it belongs to.
    pub conversation: ConversationId,
    /// The channel that it came or goes through.
    pub channel: ChannelId,
    /// Which way it went.
    pub direction: Direction,
    /// The provider's own name of it; none while the provider has not named it.
    pub external_id: Option<String>,
    /// Who said it, where that is known.
    pub author: Option<AuthorRecord>,
    /// When it was said, milliseconds since 1970; of one of ours, when it was written.
    pub at: u64,
    /// The provider's own order.
    pub order: Option<u64>,
    /// Older than the channel's connection: it fires nothing.
    pub history: bool,
    /// Its parts, as they stand now.
    pub parts: Vec<Part>,
    /// What can be read of it as plain text.
    pub text: String,
    /// How far it has come.
    pub status: MessageStatus,
    /// Why it failed, is not known, or is being tried again.
    pub failure: Option<Failure>,
    /// When the provider had all of it, where it is one of ours.
    pub sent_at: Option<u64>,
    /// When it was last changed.
    pub edited_at: Option<u64>,
    /// When it was deleted at the provider.
    pub deleted_at: Option<u64>,
    /// Whether our copy had to go too.
    pub erased: bool,
    /// The reactions that stand.
    pub reactions: Vec<ReactionRecord>,
    /// The message that it answers.
    pub quote: Option<QuoteRecord>,
    /// Of a mail.
    pub subject: Option<String>,
    /// What the host should think twice about.
    pub traits: Vec<Trait>,
    /// How the contact got here.
    pub attribution: Option<Attribution>,
    /// Messages with the same key are one album.
    pub album: Option<String>,
    /// Of one of ours: what became of each part.
    pub part_states: Vec<PartRecord>,
    /// When it was kept here.
    pub created_at: u64,
}

/// Who said something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorRecord {
    /// The identity.
    pub identity: IdentityId,
    /// As the provider names them.
    pub key: String,
    /// Their name, where it is known.
    pub name: Option<String>,
}

/// One reaction that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactionRecord {
    /// Whose, as the provider names them.
    pub actor: Option<String>,
    /// Their name, where it is known.
    pub actor_name: Option<String>,
    /// An emoji, or the provider's name of one between colons.
    pub symbol: String,
    /// Since when.
    pub at: u64,
}

/// The message that is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteRecord {
    /// Our name of it, where it is kept here.
    pub message: Option<MessageId>,
    /// The provider's name of it.
    pub external_id: Option<String>,
    /// What is quoted of it.
    pub excerpt: Option<String>,
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRecord {
    /// Its number.
    pub part: u32,
    /// What the delivery did with it.
    pub state: PartState,
    /// When the provider had it.
    pub sent_at: Option<u64>,
}

macro_rules! columns {
    () => {
        "SELECT messages.id, conversation, messages.channel, direction, external_id, messages.identity, identities.key,
         identities.profile, at, ord, history, messages.status, failure, sent_at, parts, text, details, reactions, edited_at,
         deleted_at, erased, messages.created_at
         FROM messages LEFT JOIN identities ON identities.id = messages.identity "
    };
}

impl Store {
    /// The messages of a conversation, oldest first.
    ///
    /// # Errors
    ///
    /// Where the database is not available, or the cursor is of another list.
    pub async fn messages(&self, conversation: ConversationId, page: Page) -> Result<Paged<MessageRecord>, StoreError> {
        let after: Option<Place> = page.after()?;
        let sql = concat!(
            columns!(),
            "WHERE conversation = $1 AND ($2 IS NULL OR at > $2 OR (at = $2 AND
              (COALESCE(ord, -1) > $3 OR (COALESCE(ord, -1) = $3 AND messages.id > $4))))
             ORDER BY at, COALESCE(ord, -1), messages.id LIMIT $5"
        );
        let values = args![
            conversation,
            after.as_ref().map(|after| after.at),
            after.as_ref().map(|after| after.order),
            after.as_ref().map(|after| &after.id),
            page.rows()
        ];
        let mut tx = self.db().read().await?;
        let rows = tx.rows(sql, values).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            items.push(read(&mut tx, row).await?);
        }
        Ok(Paged::of(&page, items, |last| {
            let order = last.order.and_then(|order| i64::try_from(order).ok()).unwrap_or(-1);
            Place { at: last.at, order, id: last.id.to_string() }.to_string()
        }))
    }

    /// One message.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn message(&self, id: MessageId) -> Result<Option<MessageRecord>, StoreError> {
        one(&mut self.db().read().await?, id).await
    }
}

/// One message, as a transaction sees it.
pub(crate) async fn one(tx: &mut Tx, id: MessageId) -> Result<Option<MessageRecord>, StoreError> {
    match tx.row(concat!(columns!(), "WHERE messages.id = $1"), args![id]).await? {
        Some(row) => read(tx, &row).await.map(Some),
        None => Ok(None),
    }
}

async fn read(tx: &mut Tx, row: &Row) -> Result<MessageRecord, StoreError> {
    let (id, channel): (MessageId, ChannelId) = (row.get("id")?, row.get("channel")?);
    let details: Details = row.json_opt("details")?.unwrap_or_default();
    let direction = direction(row)?;
    let author = match row.get::<Option<IdentityId>>("identity")? {
        Some(identity) => {
            let profile: Profile = row.json("profile")?;
            Some(AuthorRecord { identity, key: row.get("key")?, name: profile.name.map(|name| name.value) })
        }
        None => None,
    };
    let mut reactions = Vec::new();
    for shown in row.json_opt::<Vec<ReactionShown>>("reactions")?.unwrap_or_default() {
        let actor_name = match &shown.actor {
            Some(actor) => name_of(tx, channel, actor).await?,
            None => None,
        };
        reactions.push(ReactionRecord { actor: shown.actor, actor_name, symbol: shown.symbol, at: shown.at });
    }
    let quote = match details.quote {
        Some(quote) => Some(QuoteRecord {
            message: match &quote.message {
                Some(quoted) => named(tx, channel, quoted).await?,
                None => None,
            },
            external_id: quote.message,
            excerpt: quote.excerpt,
        }),
        None => None,
    };
    Ok(MessageRecord {
        id,
        conversation: row.get("conversation")?,
        channel,
        direction,
        external_id: row.get("external_id")?,
        author,
        at: row.get("at")?,
        order: row.get("ord")?,
        history: row.get("history")?,
        parts: row.json("parts")?,
        text: row.get("text")?,
        status: message_status(row)?,
        failure: row.json_opt("failure")?,
        sent_at: row.get("sent_at")?,
        edited_at: row.get("edited_at")?,
        deleted_at: row.get("deleted_at")?,
        erased: row.get("erased")?,
        reactions,
        quote,
        subject: details.subject,
        traits: details.traits,
        attribution: details.attribution,
        album: details.album,
        part_states: if direction == Direction::Out { part_states(tx, id).await? } else { Vec::new() },
        created_at: row.get("created_at")?,
    })
}

async fn name_of(tx: &mut Tx, channel: ChannelId, key: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT profile FROM identity_keys JOIN identities ON identities.id = identity_keys.identity
               WHERE identity_keys.channel = $1 AND identity_keys.key = $2";
    match tx.row(sql, args![channel, key]).await? {
        Some(row) => Ok(row.json::<Profile>("profile")?.name.map(|name| name.value)),
        None => Ok(None),
    }
}

async fn named(tx: &mut Tx, channel: ChannelId, name: &str) -> Result<Option<MessageId>, StoreError> {
    let sql = "SELECT message FROM message_names WHERE channel = $1 AND kind = 'id' AND name = $2";
    tx.row(sql, args![channel, name]).await?.map(|row| row.get("message")).transpose()
}

async fn part_states(tx: &mut Tx, message: MessageId) -> Result<Vec<PartRecord>, StoreError> {
    let sql = "SELECT part, delivery_parts.state, sent_at FROM delivery_parts
               JOIN deliveries ON deliveries.id = delivery_parts.delivery
               WHERE message = $1 AND action IS NULL ORDER BY part";
    let rows = tx.rows(sql, args![message]).await?;
    rows.iter()
        .map(|row| {
            let state = PartState::from_text(&row.get::<String>("state")?);
            let state = state.ok_or_else(|| StoreError::corrupt("delivery_parts.state"))?;
            Ok(PartRecord { part: row.get("part")?, state, sent_at: row.get("sent_at")? })
        })
        .collect()
}
