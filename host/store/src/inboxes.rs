//! Inboxes: where a team's conversations appear.

use lockgate_model::id::InboxId;

use crate::db::{Row, Tx, args};
use crate::error::{Conflict, StoreError};
use crate::open::Store;
use crate::page::{Page, Paged};
use crate::version::{self, LANE};

/// An inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRecord {
    /// Its id.
    pub id: InboxId,
    /// As people are shown it; no two have the same.
    pub name: String,
    /// Since when there is one.
    pub created_at: u64,
}

impl Store {
    /// Creates an inbox.
    ///
    /// # Errors
    ///
    /// [`Conflict::NameTaken`]; the database's.
    pub async fn create_inbox(&self, name: &str) -> Result<InboxRecord, StoreError> {
        let now = self.now_ms();
        let new = InboxRecord { id: InboxId::new(now, &*self.seams().entropy), name: name.to_owned(), created_at: now };
        self.db()
            .write(LANE, new, |tx, new| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    let sql =
                        "INSERT INTO inboxes (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
                    if tx.execute(sql, args![new.id, new.name, new.created_at]).await? == 0 {
                        return Err(Conflict::NameTaken.into());
                    }
                    Ok(new.clone())
                })
            })
            .await
    }

    /// One inbox.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn inbox(&self, id: InboxId) -> Result<Option<InboxRecord>, StoreError> {
        inbox(&mut self.db().glance().await?, id).await
    }

    /// Inboxes, oldest first.
    ///
    /// # Errors
    ///
    /// [`crate::Refused::Cursor`]; the database's.
    pub async fn inboxes(&self, page: Page) -> Result<Paged<InboxRecord>, StoreError> {
        let sql = "SELECT id, name, created_at FROM inboxes WHERE id > COALESCE($1, '') ORDER BY id LIMIT $2";
        let rows = self.db().glance().await?.rows(sql, args![page.after::<InboxId>()?, page.rows()]).await?;
        let inboxes = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        Ok(Paged::of(&page, inboxes, |inbox| inbox.id.to_string()))
    }

    /// Gives an inbox another name; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`Conflict::NameTaken`]; the database's.
    pub async fn rename_inbox(&self, id: InboxId, name: &str) -> Result<Option<InboxRecord>, StoreError> {
        self.db()
            .write(LANE, (id, name.to_owned()), |tx, (id, name)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    let sql = "SELECT 1 AS found FROM inboxes WHERE name = $1 AND id <> $2";
                    if tx.row(sql, args![name, id]).await?.is_some() {
                        return Err(Conflict::NameTaken.into());
                    }
                    tx.execute("UPDATE inboxes SET name = $2 WHERE id = $1", args![id, name]).await?;
                    inbox(tx, *id).await
                })
            })
            .await
    }

    /// Deletes an inbox; whether there was one.
    ///
    /// # Errors
    ///
    /// [`Conflict::InUse`] by channels or conversations; the database's.
    pub async fn delete_inbox(&self, id: InboxId) -> Result<bool, StoreError> {
        self.db()
            .write(LANE, id, |tx, id| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    if tx.row("SELECT 1 AS found FROM channels WHERE inbox = $1 LIMIT 1", args![id]).await?.is_some() {
                        return Err(Conflict::InUse { by: "channels" }.into());
                    }
                    if tx
                        .row("SELECT 1 AS found FROM conversations WHERE inbox = $1 LIMIT 1", args![id])
                        .await?
                        .is_some()
                    {
                        return Err(Conflict::InUse { by: "conversations" }.into());
                    }
                    Ok(tx.execute("DELETE FROM inboxes WHERE id = $1", args![id]).await? > 0)
                })
            })
            .await
    }
}

/// Whether there is such an inbox, for changes that hang something on it.
pub(crate) async fn must_exist(tx: &mut Tx, id: InboxId) -> Result<(), StoreError> {
    match inbox(tx, id).await? {
        Some(_) => Ok(()),
        None => Err(Conflict::Missing { what: "inbox" }.into()),
    }
}

async fn inbox(tx: &mut Tx, id: InboxId) -> Result<Option<InboxRecord>, StoreError> {
    let row = tx.row("SELECT id, name, created_at FROM inboxes WHERE id = $1", args![id]).await?;
    row.as_ref().map(record).transpose()
}

fn record(row: &Row) -> Result<InboxRecord, StoreError> {
    Ok(InboxRecord { id: row.get("id")?, name: row.get("name")?, created_at: row.get("created_at")? })
}
