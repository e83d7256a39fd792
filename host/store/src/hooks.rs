//! Hook keys: the part of a public address that says whose it is. Looked up by hash, so that a copy of the database is no list of
//! addresses; kept sealed, because an admin must be able to look the address up again.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_model::id::{Owner, PluginName};
use lockgate_model::secret::Secret;
use sha2::{Digest, Sha256};

use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::open::Store;
use crate::vault::Place;

/// Random bytes of a key.
const KEY_BYTES: usize = 24;

/// Whose hook it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookOwner {
    /// The app or channel.
    pub owner: Owner,
    /// Its plugin.
    pub plugin: PluginName,
}

impl Store {
    /// Whose hook a key opens; none where nobody's.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn hook_owner(&self, key: &str) -> Result<Option<HookOwner>, StoreError> {
        let sql = "SELECT owner, plugin FROM hooks WHERE key_hash = $1";
        let row = self.db().glance().await?.row(sql, args![hash(key.as_bytes())]).await?;
        row.map(|row| Ok(HookOwner { owner: row.get("owner")?, plugin: row.get("plugin")? })).transpose()
    }

    /// The key of an app's or channel's hook.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] where it does not open; the database's.
    pub async fn hook_key(&self, owner: Owner) -> Result<Option<Secret>, StoreError> {
        let sql = "SELECT sealed FROM hooks WHERE owner = $1";
        let Some(row) = self.db().glance().await?.row(sql, args![owner]).await? else {
            return Ok(None);
        };
        let key = self.vault().open(place(&owner.to_string()), &row.get::<Vec<u8>>("sealed")?);
        key.map(Some).map_err(|error| StoreError::corrupt_because("hooks.sealed", error))
    }
}

/// Makes the hook of a new app or channel.
pub(crate) async fn create(tx: &mut Tx, store: &Store, owner: Owner, plugin: &PluginName) -> Result<(), StoreError> {
    let mut random = zeroize::Zeroizing::new([0; KEY_BYTES]);
    store.seams().entropy.fill(random.as_mut());
    let key = Secret::new(URL_SAFE_NO_PAD.encode(random.as_ref()));
    let sealed = store.vault().seal(place(&owner.to_string()), &key, &*store.seams().entropy)?;
    let sql = "INSERT INTO hooks (owner, plugin, key_hash, sealed) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, args![owner, plugin, hash(key.expose()), sealed]).await.map(drop)
}

/// The name has a character that no credential's has.
fn place(owner: &str) -> Place<'_> {
    Place { owner, name: "hook:key", generation: 1 }
}

fn hash(key: &[u8]) -> Vec<u8> {
    Sha256::digest(key).to_vec()
}
