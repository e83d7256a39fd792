//! Conversations.

use lockgate_model::contract::actions::Action;
use lockgate_model::conversation::ConversationStatus;
use lockgate_model::id::{ChannelId, ContactId, ConversationId, InboxId};

use super::cursor::Place;
use crate::Store;
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry, Kind};
use crate::ingest::ChannelHead;
use crate::outbox::{self, ActionRecord};
use crate::page::{Page, Paged};

/// One thread with a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationRecord {
    /// Its name.
    pub id: ConversationId,
    /// Where it appears.
    pub inbox: InboxId,
    /// The channel that it goes on in.
    pub channel: ChannelId,
    /// With whom; none in a group.
    pub contact: Option<ContactId>,
    /// Their name, where it is known.
    pub contact_name: Option<String>,
    /// What it is about, where the provider says so.
    pub title: Option<String>,
    /// Whether it waits for somebody.
    pub status: ConversationStatus,
    /// Whether we may write, as far as the provider told.
    pub writable: bool,
    /// Whether it ended at the contact's side.
    pub ended: bool,
    /// When the contact last opened the messaging window by writing, milliseconds since 1970.
    pub window_opened_at: Option<u64>,
    /// When the contact last came back by a link or advert.
    pub referred_at: Option<u64>,
    /// When it began here.
    pub created_at: u64,
    /// When the last message came or went.
    pub last_message_at: Option<u64>,
}

/// Which conversations; what is none does not matter.
#[derive(Clone, Debug, Default)]
pub struct ConversationFilter {
    /// Those of this inbox.
    pub inbox: Option<InboxId>,
    /// Those of this status.
    pub status: Option<ConversationStatus>,
    /// Those of this channel.
    pub channel: Option<ChannelId>,
    /// Those with this contact.
    pub contact: Option<ContactId>,
}

/// What is changed; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct ConversationChange {
    /// Whether it waits for somebody.
    pub status: Option<ConversationStatus>,
    /// Whether its plugin is asked to tell the provider of an end. What the manifest declares was looked at before.
    pub tells_of_an_end: bool,
}

macro_rules! columns {
    () => {
        "SELECT conversations.id, conversations.inbox, conversations.channel, conversations.contact, contacts.name,
         subject, conversations.status, last_at, opened_at, referred_at, conversations.created_at,
         COALESCE(threads.writable, 1) AS writable, COALESCE(threads.ended, 0) AS ended
         FROM conversations LEFT JOIN contacts ON contacts.id = conversations.contact
         LEFT JOIN threads ON threads.id = conversations.thread "
    };
}

fn read(row: &Row) -> Result<ConversationRecord, StoreError> {
    Ok(ConversationRecord {
        id: row.get("id")?,
        inbox: row.get("inbox")?,
        channel: row.get("channel")?,
        contact: row.get("contact")?,
        contact_name: row.get("name")?,
        title: row.get("subject")?,
        status: row.parse("status")?,
        writable: row.get("writable")?,
        ended: row.get("ended")?,
        window_opened_at: row.get("opened_at")?,
        referred_at: row.get("referred_at")?,
        created_at: row.get("created_at")?,
        last_message_at: row.get("last_at")?,
    })
}

impl Store {
    /// Conversations, the one with the newest message first.
    ///
    /// # Errors
    ///
    /// Where the database is not available, or the cursor is of another list.
    pub async fn conversations(
        &self,
        filter: ConversationFilter,
        page: Page,
    ) -> Result<Paged<ConversationRecord>, StoreError> {
        let after: Option<Place> = page.after()?;
        let sql = concat!(
            columns!(),
            "WHERE ($1 IS NULL OR conversations.inbox = $1) AND ($2 IS NULL OR conversations.status = $2)
             AND ($3 IS NULL OR conversations.channel = $3) AND ($4 IS NULL OR conversations.contact = $4)
             AND ($5 IS NULL OR last_at < $5 OR (last_at = $5 AND conversations.id < $6))
             ORDER BY last_at DESC, conversations.id DESC LIMIT $7"
        );
        let (at, id) = (after.as_ref().map(|after| after.at), after.as_ref().map(|after| &after.id));
        let status = filter.status.map(ConversationStatus::as_str);
        let values = args![filter.inbox, status, filter.channel, filter.contact, at, id, page.rows()];
        let rows = self.db().glance().await?.rows(sql, values).await?;
        let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Paged::of(&page, items, |last| {
            Place { at: last.last_message_at.unwrap_or_default(), order: 0, id: last.id.to_string() }.to_string()
        }))
    }

    /// One conversation.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRecord>, StoreError> {
        one(&mut self.db().glance().await?, id).await
    }

    /// Changes a conversation; none where it is not there any more. With it what tells the provider of the change, where that is asked
    /// for and something was said in it.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn change_conversation(
        &self,
        known: &ConversationRecord,
        change: ConversationChange,
    ) -> Result<Option<(ConversationRecord, Option<ActionRecord>)>, StoreError> {
        let lane = self.lane_of(known.channel).await?;
        let input = (known.id, known.channel, change, self.seams().clone(), self.now_ms());
        self.db()
            .write(lane, input, |tx, (id, channel, change, seams, now)| {
                Box::pin(async move {
                    let channel = ChannelHead::lock(tx, *channel).await?.filter(|channel| channel.inbox.is_some());
                    let Some(known) = one(tx, *id).await? else { return Ok(None) };
                    let Some(status) = change.status.filter(|status| *status != known.status) else {
                        return Ok(Some((known, None)));
                    };
                    let sql = "UPDATE conversations SET status = $2 WHERE id = $1";
                    tx.execute(sql, args![id, status.as_str()]).await?;
                    let changed = Entry::of(Kind::ConversationChanged).channel(known.channel).conversation(*id);
                    event_log::append(tx, *now, &[changed.contact(known.contact)]).await?;
                    let told = match channel.filter(|_| change.tells_of_an_end) {
                        Some(channel) => {
                            let ended = Action::Ended { ended: status == ConversationStatus::Closed };
                            outbox::act_on(tx, *id, channel.id, &ended, seams, *now).await?
                        }
                        None => None,
                    };
                    Ok(Some((ConversationRecord { status, ..known }, told)))
                })
            })
            .await
    }
}

async fn one(tx: &mut Tx, id: ConversationId) -> Result<Option<ConversationRecord>, StoreError> {
    tx.row(concat!(columns!(), "WHERE conversations.id = $1"), args![id]).await?.as_ref().map(read).transpose()
}
