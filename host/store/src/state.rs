//! What plugins keep from one call to the next. Read here; written only together with the events of the call that changed it
//! (`crate::ingest`).

use lockgate_model::id::Owner;
use lockgate_model::state::StateSize;

use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::open::Store;

impl Store {
    /// A value and its version, which no other value of this key ever had.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn state_get(&self, owner: Owner, key: &str) -> Result<Option<(Vec<u8>, u64)>, StoreError> {
        let sql = "SELECT value, version FROM plugin_state WHERE owner = $1 AND key = $2";
        let row = self.db().glance().await?.row(sql, args![owner, key]).await?;
        row.map(|row| Ok((row.get("value")?, row.get("version")?))).transpose()
    }

    /// How much an owner keeps.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn state_size(&self, owner: Owner) -> Result<StateSize, StoreError> {
        size(&mut self.db().glance().await?, owner).await
    }

    /// Keys that begin with `prefix` and come after `after`, in the order of their bytes, at most `count` of them.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn state_keys(
        &self,
        owner: Owner,
        prefix: &str,
        after: Option<&str>,
        count: u32,
    ) -> Result<Vec<String>, StoreError> {
        keys(&mut self.db().glance().await?, owner, prefix, after, count).await
    }
}

/// As [`Store::state_size`], in a transaction.
pub(crate) async fn size(tx: &mut Tx, owner: Owner) -> Result<StateSize, StoreError> {
    let sql = "SELECT COALESCE(SUM(LENGTH(value) + LENGTH(key)), 0) AS kept, COUNT(*) AS keys FROM plugin_state WHERE owner = $1";
    let row = tx.row(sql, args![owner]).await?;
    row.map_or(Ok(StateSize::default()), |row| Ok(StateSize { bytes: row.get("kept")?, keys: row.get("keys")? }))
}

/// As [`Store::state_keys`], in a transaction.
pub(crate) async fn keys(
    tx: &mut Tx,
    owner: Owner,
    prefix: &str,
    after: Option<&str>,
    count: u32,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT key FROM plugin_state
        WHERE owner = $1 AND key >= $2 AND key > COALESCE($3, '') AND substr(key, 1, length($2)) = $2
        ORDER BY key LIMIT $4";
    let rows = tx.rows(sql, args![owner, prefix, after, count]).await?;
    rows.iter().map(|row| row.get("key")).collect()
}
