//! The configuration's version: one number that every change of it raises, so that whoever remembers something of it learns in
//! one cheap read that it is out of date.

use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::open::Store;

/// The lane of every change of the configuration.
pub(crate) const LANE: &str = "config";

/// To be called first in every transaction that changes the configuration. The row stays locked until the commit: such changes
/// follow one another on all nodes, and what one has checked still holds when it writes.
pub(crate) async fn raise(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute("UPDATE config SET version = version + 1 WHERE id = 1", args![]).await.map(drop)
}

impl Store {
    /// Grows with every change of plugins, grants, apps, inboxes, channels and credentials.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn config_version(&self) -> Result<u64, StoreError> {
        let row = self.db().glance().await?.row("SELECT version FROM config WHERE id = 1", args![]).await?;
        row.ok_or(StoreError::corrupt("config"))?.get("version")
    }
}
