//! The stored check value: a host whose key does not fit the database learns it before it serves anything.

use lockgate_model::seam::Seams;
use lockgate_model::secret::Secret;

use super::{Place, Vault};
use crate::db::{Db, args};
use crate::error::StoreError;

const PLACE: Place<'static> = Place { owner: "vault", name: "check", generation: 1 };
const CONTENT: &str = "lockgate";

/// Why the vault stays shut.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    #[error("the key does not fit")]
    WrongKey,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Compares with what the first start left. Where there is nothing, leaves it: two nodes that start together on an empty
/// database both compare with what the faster one left.
pub(super) async fn check(vault: &Vault, db: &Db, seams: &Seams) -> Result<(), VaultError> {
    let fresh = vault.seal(PLACE, &Secret::new(CONTENT), &*seams.entropy)?;
    let kept = db
        .write("vault", fresh, |tx, fresh| {
            Box::pin(async move {
                let sql = "INSERT INTO vault_check (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
                tx.execute(sql, args![fresh]).await?;
                let row = tx.row("SELECT sealed FROM vault_check WHERE id = 1", args![]).await?;
                row.ok_or(StoreError::corrupt("vault_check"))?.get::<Vec<u8>>("sealed")
            })
        })
        .await?;
    vault.open(PLACE, &kept).map(drop).map_err(|_| VaultError::WrongKey)
}
