//! Dead letters, with the raw bytes that they came in.

use lockgate_model::id::{DeadLetterId, EnvelopeId, Owner, PluginName};

use super::envelopes::{self, EnvelopeRecord};
use crate::Store;
use crate::db::{Row, args};
use crate::error::StoreError;
use crate::page::{Page, Paged};

/// An envelope, or one event of it, that could not become messages.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetterRecord {
    /// Its name.
    pub id: DeadLetterId,
    /// The envelope that it came in; none of an answer to a delivery that could not be read.
    pub envelope: Option<EnvelopeId>,
    /// Whose hook was called.
    pub owner: Owner,
    /// The plugin that could not take it.
    pub plugin: PluginName,
    /// A stable word for why.
    pub code: String,
    /// What the words for people are made of.
    pub params: serde_json::Value,
    /// Whether it is one event, and the rest of the envelope became messages.
    pub event_only: bool,
    /// The event, where it is one.
    pub event: Option<serde_json::Value>,
    /// When, milliseconds since 1970.
    pub received_at: u64,
}

fn read(row: &Row) -> Result<DeadLetterRecord, StoreError> {
    let event: Option<serde_json::Value> = row.json_opt("event")?;
    Ok(DeadLetterRecord {
        id: row.get("id")?,
        envelope: row.get("envelope")?,
        owner: row.get("owner")?,
        plugin: row.get("plugin")?,
        code: row.get("code")?,
        params: row.json("params")?,
        event_only: event.is_some(),
        event,
        received_at: row.get("at")?,
    })
}

impl Store {
    /// Dead letters, the newest first.
    ///
    /// # Errors
    ///
    /// Where the database is not available, or the cursor is of another list.
    pub async fn dead_letters(&self, page: Page) -> Result<Paged<DeadLetterRecord>, StoreError> {
        let after: Option<DeadLetterId> = page.after()?;
        let sql = "SELECT id, envelope, owner, plugin, code, params, event, at FROM dead_letters
                   WHERE ($1 IS NULL OR id < $1) ORDER BY id DESC LIMIT $2";
        let rows = self.db().glance().await?.rows(sql, args![after, page.rows()]).await?;
        let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Paged::of(&page, items, |last| last.id.to_string()))
    }

    /// One dead letter with the envelope that it came in.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn dead_letter(
        &self,
        id: DeadLetterId,
    ) -> Result<Option<(DeadLetterRecord, Option<EnvelopeRecord>)>, StoreError> {
        let mut tx = self.db().read().await?;
        let sql = "SELECT id, envelope, owner, plugin, code, params, event, at FROM dead_letters WHERE id = $1";
        let Some(row) = tx.row(sql, args![id]).await? else { return Ok(None) };
        let letter = read(&row)?;
        let Some(envelope) = letter.envelope else { return Ok(Some((letter, None))) };
        let envelope = envelopes::find(&mut tx, envelope).await?;
        Ok(Some((letter, envelope)))
    }
}
