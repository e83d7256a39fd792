//! Envelopes: what arrived, as it arrived.

use bytes::Bytes;
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound::FormFile;
use lockgate_model::id::{EnvelopeId, Owner, PluginName};

use crate::Store;
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::ingest::Head;
use crate::page::{Page, Paged};

/// One raw inbound delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvelopeRecord {
    /// Its name.
    pub id: EnvelopeId,
    /// Whose hook was called.
    pub owner: Owner,
    /// The plugin that was to read it.
    pub plugin: PluginName,
    /// The route that it came to.
    pub route: String,
    /// HTTP method.
    pub method: String,
    /// What followed the route in the path.
    pub path: String,
    /// The query, decoded.
    pub query: Vec<Pair>,
    /// The headers, without those that hold secrets.
    pub headers: Vec<Pair>,
    /// The bytes, of a form with files its fields. Empty where they were erased, as path, query, headers and files are then.
    pub body: Bytes,
    /// The files of a form, which are kept elsewhere.
    pub files: Vec<FormFile>,
    /// When it arrived, milliseconds since 1970.
    pub received_at: u64,
}

/// An envelope without what is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvelopeHead {
    /// Its name.
    pub id: EnvelopeId,
    /// Whose hook was called.
    pub owner: Owner,
    /// The plugin that was to read it.
    pub plugin: PluginName,
    /// The route that it came to.
    pub route: String,
    /// When it arrived, milliseconds since 1970.
    pub received_at: u64,
}

fn head(row: &Row) -> Result<EnvelopeHead, StoreError> {
    Ok(EnvelopeHead {
        id: row.get("id")?,
        owner: row.get("owner")?,
        plugin: row.get("plugin")?,
        route: row.get("route")?,
        received_at: row.get("received_at")?,
    })
}

/// One envelope, where it was not erased.
pub(super) async fn find(tx: &mut Tx, id: EnvelopeId) -> Result<Option<EnvelopeRecord>, StoreError> {
    let sql = "SELECT id, owner, plugin, route, request, body, received_at FROM envelopes WHERE id = $1";
    let Some(row) = tx.row(sql, args![id]).await? else { return Ok(None) };
    let EnvelopeHead { id, owner, plugin, route, received_at } = head(&row)?;
    let Head { method, path, query, headers, files, .. } = row.json("request")?;
    let body = row.get::<Vec<u8>>("body")?.into();
    Ok(Some(EnvelopeRecord { id, owner, plugin, route, method, path, query, headers, body, files, received_at }))
}

impl Store {
    /// Envelopes, of one plugin or all, the newest first.
    ///
    /// # Errors
    ///
    /// Where the database is not available, or the cursor is of another list.
    pub async fn envelopes(&self, plugin: Option<&PluginName>, page: Page) -> Result<Paged<EnvelopeHead>, StoreError> {
        let after: Option<EnvelopeId> = page.after()?;
        let sql = "SELECT id, owner, plugin, route, received_at FROM envelopes
                   WHERE ($1 IS NULL OR plugin = $1) AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3";
        let rows = self.db().glance().await?.rows(sql, args![plugin, after, page.rows()]).await?;
        let items = rows.iter().map(head).collect::<Result<Vec<_>, _>>()?;
        Ok(Paged::of(&page, items, |last| last.id.to_string()))
    }

    /// One envelope with everything that is in it.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn envelope(&self, id: EnvelopeId) -> Result<Option<EnvelopeRecord>, StoreError> {
        let mut tx = self.db().read().await?;
        find(&mut tx, id).await
    }
}
