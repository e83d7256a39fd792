//! The plugin's own state: what a call read must still hold, and what it wrote commits with its events.

use lockgate_model::id::Owner;
use lockgate_model::seam::Seams;
use lockgate_model::state::{MOST_BYTES, MOST_KEYS, StateRead, StateSize};

use super::IntakeOutcome;
use crate::db::{Dialect, Tx, args};
use crate::error::{Refused, StoreError};
use crate::state::{keys, size};

/// The largest value.
const VALUE_MAX: usize = 64 * 1024;

/// Whether what the plugin read is still so. Until the end of the transaction nobody else changes it.
pub(super) async fn holds(tx: &mut Tx, owner: Owner, outcome: &IntakeOutcome) -> Result<bool, StoreError> {
    let IntakeOutcome::Events { state_reads, state_writes, .. } = outcome else { return Ok(true) };
    if state_reads.is_empty() && state_writes.is_empty() {
        return Ok(true);
    }
    if tx.dialect() == Dialect::Postgres {
        // A key that is not there cannot be locked, so the owner is.
        tx.row("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", args![owner]).await?;
    }
    for read in state_reads {
        let same = match read {
            StateRead::Key { key, version } => {
                let sql = "SELECT version FROM plugin_state WHERE owner = $1 AND key = $2";
                let now = tx.row(sql, args![owner, key]).await?.map(|row| row.get::<u64>("version")).transpose()?;
                now == *version
            }
            StateRead::Keys { prefix, after, count, found } => {
                keys(tx, owner, prefix, after.as_deref(), *count).await? == *found
            }
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes what the call wrote.
pub(super) async fn write(
    tx: &mut Tx,
    owner: Owner,
    writes: &[(String, Option<Vec<u8>>)],
    now: u64,
    seams: &Seams,
) -> Result<(), StoreError> {
    if writes.is_empty() {
        return Ok(());
    }
    for (key, value) in writes {
        match value {
            None => {
                tx.execute("DELETE FROM plugin_state WHERE owner = $1 AND key = $2", args![owner, key]).await?;
            }
            Some(value) if value.len() > VALUE_MAX => {
                return Err(Refused::TooLarge { what: "a value of a plugin's state", limit: VALUE_MAX as u64 }.into());
            }
            Some(value) => {
                let sql = "INSERT INTO plugin_state (owner, key, value, version) VALUES ($1, $2, $3, $4)
                           ON CONFLICT (owner, key) DO UPDATE SET value = excluded.value, version = excluded.version";
                tx.execute(sql, args![owner, key, value, version(now, seams)]).await?;
            }
        }
    }
    // The guest was told so before, by what was there then.
    match size(tx, owner).await? {
        StateSize { bytes, .. } if bytes > MOST_BYTES => {
            Err(Refused::TooLarge { what: "a plugin's state", limit: MOST_BYTES }.into())
        }
        StateSize { keys, .. } if keys > MOST_KEYS => Err(Refused::TooMany { what: "keys", limit: MOST_KEYS }.into()),
        _ => Ok(()),
    }
}

/// A version that no value had before, also not one that was removed meanwhile: the moment and 22 random bits.
fn version(now: u64, seams: &Seams) -> u64 {
    let mut random = [0; 4];
    seams.entropy.fill(&mut random);
    (now << 22) | u64::from(u32::from_be_bytes(random) >> 10)
}
