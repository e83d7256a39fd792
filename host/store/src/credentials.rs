//! Credentials of apps and channels: what is known of each, and its value for the one place that uses it.

use std::collections::BTreeMap;

use lockgate_model::id::Owner;
use lockgate_model::secret::Secret;

use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::open::Store;
use crate::vault::Place;

/// What may be known of a credential: everything but its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialInfo {
    /// As the manifest names it.
    pub name: String,
    /// When it was set last.
    pub set_at: u64,
    /// Grows whenever it is set.
    pub generation: u64,
    /// When it stops to work, where that is known.
    pub expires: Option<u64>,
}

impl Store {
    /// The value of a credential.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] where it does not open: it was put there by somebody else. The database's.
    pub async fn secret(&self, owner: Owner, name: &str) -> Result<Option<Secret>, StoreError> {
        let sql = "SELECT generation, sealed FROM credentials WHERE owner = $1 AND name = $2";
        let Some(row) = self.db().glance().await?.row(sql, args![owner, name]).await? else {
            return Ok(None);
        };
        let place = Place { owner: &owner.to_string(), name, generation: row.get("generation")? };
        let secret = self.vault().open(place, &row.get::<Vec<u8>>("sealed")?);
        secret.map(Some).map_err(|error| StoreError::corrupt_because("credentials.sealed", error))
    }
}

/// What is known of an owner's credentials, by name.
pub(crate) async fn infos(tx: &mut Tx, owner: Owner) -> Result<Vec<CredentialInfo>, StoreError> {
    let sql = "SELECT name, set_at, generation, expires FROM credentials WHERE owner = $1 ORDER BY name";
    let rows = tx.rows(sql, args![owner]).await?;
    rows.iter()
        .map(|row| {
            Ok(CredentialInfo {
                name: row.get("name")?,
                set_at: row.get("set_at")?,
                generation: row.get("generation")?,
                expires: row.get("expires")?,
            })
        })
        .collect()
}

/// Sets those that are named. The others stay: what a form showed masked is not named.
pub(crate) async fn set(
    tx: &mut Tx,
    store: &Store,
    owner: Owner,
    secrets: &BTreeMap<String, Secret>,
    now: u64,
) -> Result<(), StoreError> {
    let owner_text = owner.to_string();
    for (name, secret) in secrets {
        let sql = "SELECT generation FROM credentials WHERE owner = $1 AND name = $2";
        let before = match tx.row(sql, args![owner, name]).await? {
            Some(row) => row.get::<u64>("generation")?,
            None => 0,
        };
        let place = Place { owner: &owner_text, name, generation: before + 1 };
        let sealed = store.vault().seal(place, secret, &*store.seams().entropy)?;
        let sql = "INSERT INTO credentials (owner, name, generation, sealed, set_at, expires)
            VALUES ($1, $2, $3, $4, $5, NULL)
            ON CONFLICT (owner, name) DO UPDATE SET generation = excluded.generation, sealed = excluded.sealed,
                set_at = excluded.set_at, expires = NULL";
        tx.execute(sql, args![owner, name, place.generation, sealed, now]).await?;
    }
    if secrets.is_empty() { Ok(()) } else { crate::background::resume(tx, owner, now).await }
}

/// Removes everything that only its owner used: credentials, captured secrets, hook, plugin state, and what was to be
/// done in the background.
pub(crate) async fn forget_owner(tx: &mut Tx, owner: Owner) -> Result<(), StoreError> {
    tx.execute("DELETE FROM credentials WHERE owner = $1", args![owner]).await?;
    tx.execute("DELETE FROM captured WHERE owner = $1", args![owner]).await?;
    tx.execute("DELETE FROM hooks WHERE owner = $1", args![owner]).await?;
    tx.execute("DELETE FROM plugin_state WHERE owner = $1", args![owner]).await?;
    tx.execute("DELETE FROM conduct WHERE owner = $1", args![owner]).await?;
    tx.execute("DELETE FROM follow_ups WHERE owner = $1", args![owner]).await?;
    tx.execute("DELETE FROM polls WHERE owner = $1", args![owner]).await?;
    Ok(())
}
