//! Secrets that providers minted in answers: sealed as soon as the call that saw them commits, removed where nothing names them in
//! time, and a credential of their owner once something does.

use std::collections::BTreeMap;

use lockgate_model::id::Owner;
use lockgate_model::secret::{Captured, Secret};

use crate::credentials;
use crate::db::{Tx, args};
use crate::error::{Conflict, StoreError};
use crate::open::Store;
use crate::vault::Place;
use crate::version::{self, LANE};

/// How long one is kept that nothing names: an admin who chooses among accounts takes minutes.
const KEPT_MS: u64 = 60 * 60 * 1000;
/// How many of one owner are kept; more than this, and the oldest go.
const OWNER_MOST: u64 = 1024;

impl Store {
    /// Makes a captured secret the owner's credential of this name, in place of any earlier value. The handle stands for nothing
    /// after that. Whether the manifest declares such a credential is for the caller to see to.
    ///
    /// # Errors
    ///
    /// [`Conflict::Missing`] where this owner has none under this handle, or had it too long ago; [`StoreError::Corrupt`] where
    /// it does not open; the database's.
    pub async fn bind_captured(&self, owner: Owner, handle: &str, name: &str) -> Result<(), StoreError> {
        let now = self.now_ms();
        let input = (self.clone(), owner, handle.to_owned(), name.to_owned(), now);
        self.db()
            .write(LANE, input, |tx, (store, owner, handle, name, now)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    let secret = take(tx, store, *owner, handle, *now).await?;
                    credentials::set(tx, store, *owner, &BTreeMap::from([(name.clone(), secret)]), *now).await
                })
            })
            .await
    }
}

/// Seals what a call captured. A handle that is there already, as after a replay, stands for the newer secret.
pub(crate) async fn keep(
    tx: &mut Tx,
    store: &Store,
    owner: Owner,
    captured: &[Captured],
    now: u64,
) -> Result<(), StoreError> {
    if captured.is_empty() {
        return Ok(());
    }
    let owner_text = owner.to_string();
    for Captured { handle, secret } in captured {
        let sealed = store.vault().seal(place(&owner_text, handle), secret, &*store.seams().entropy)?;
        let sql = "INSERT INTO captured (owner, handle, sealed, at) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (owner, handle) DO UPDATE SET sealed = excluded.sealed, at = excluded.at";
        tx.execute(sql, args![owner, handle, sealed, now]).await?;
    }
    let sql = "DELETE FROM captured WHERE owner = $1 AND handle NOT IN
               (SELECT handle FROM captured WHERE owner = $1 ORDER BY at DESC, handle LIMIT $2)";
    tx.execute(sql, args![owner, OWNER_MOST]).await.map(drop)
}

/// Removes those that nothing named in time.
pub(crate) async fn sweep(tx: &mut Tx, now: u64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM captured WHERE at <= $1", args![now.saturating_sub(KEPT_MS)]).await.map(drop)
}

async fn take(tx: &mut Tx, store: &Store, owner: Owner, handle: &str, now: u64) -> Result<Secret, StoreError> {
    let sql = "SELECT sealed FROM captured WHERE owner = $1 AND handle = $2 AND at > $3";
    let row = tx.row(sql, args![owner, handle, now.saturating_sub(KEPT_MS)]).await?;
    let row = row.ok_or(Conflict::Missing { what: "captured secret" })?;
    let secret = store
        .vault()
        .open(place(&owner.to_string(), handle), &row.get::<Vec<u8>>("sealed")?)
        .map_err(|error| StoreError::corrupt_because("captured.sealed", error))?;
    tx.execute("DELETE FROM captured WHERE owner = $1 AND handle = $2", args![owner, handle]).await?;
    Ok(secret)
}

/// A handle has a colon in it and a credential's name none, so that neither ciphertext opens as the other.
fn place<'a>(owner: &'a str, handle: &'a str) -> Place<'a> {
    Place { owner, name: handle, generation: 1 }
}
