//! What happened on a channel and is no message.

use lockgate_model::contract::inbound::Event;
use lockgate_model::id::{ChannelId, ContactId, ConversationId};

use crate::Store;
use crate::db::args;
use crate::error::StoreError;
use crate::page::{Page, Paged};

/// One event, as the plugin made it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelEventRecord {
    /// Its name, a UUID.
    pub id: String,
    /// The channel that it happened on.
    pub channel: Option<ChannelId>,
    /// The conversation that it concerns.
    pub conversation: Option<ConversationId>,
    /// The contact that it concerns.
    pub contact: Option<ContactId>,
    /// `native`, `membership`, `account` …
    pub kind: String,
    /// The provider's time, milliseconds since 1970.
    pub at: u64,
    /// All of it.
    pub event: Event,
}

impl Store {
    /// What happened on a channel, the newest first.
    ///
    /// # Errors
    ///
    /// Where the database is not available, or the cursor is of another list.
    pub async fn channel_events(
        &self,
        channel: ChannelId,
        page: Page,
    ) -> Result<Paged<ChannelEventRecord>, StoreError> {
        let after: Option<String> = page.after()?;
        let sql = "SELECT id, channel, conversation, contact, kind, at, event FROM channel_events
                   WHERE channel = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3";
        let rows = self.db().glance().await?.rows(sql, args![channel, after, page.rows()]).await?;
        let items = rows
            .iter()
            .map(|row| {
                Ok(ChannelEventRecord {
                    id: row.get("id")?,
                    channel: row.get("channel")?,
                    conversation: row.get("conversation")?,
                    contact: row.get("contact")?,
                    kind: row.get("kind")?,
                    at: row.get("at")?,
                    event: row.json("event")?,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Paged::of(&page, items, |last| last.id.clone()))
    }
}
