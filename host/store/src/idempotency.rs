//! Idempotency keys: what a creating request was answered, so that its repetition is answered the same.

use lockgate_model::id::TokenId;

use crate::db::args;
use crate::error::StoreError;
use crate::open::Store;

/// How long a key is remembered: a day.
const KEPT_MS: u64 = 24 * 60 * 60 * 1000;

/// What is to be done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// The key is new: carry it out, then finish or abandon it.
    New,
    /// The same request was carried out: answer the same.
    Replay {
        /// The answer's status.
        status: u16,
        /// The answer's body.
        body: Vec<u8>,
    },
    /// The key was used for another request.
    Mismatch,
    /// The same request is being carried out, or was cut off.
    InProgress,
}

impl Store {
    /// Takes a key for a request. Of several at once exactly one is told [`Begin::New`].
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn idempotency_begin(
        &self,
        token: TokenId,
        key: &str,
        request_hash: [u8; 32],
    ) -> Result<Begin, StoreError> {
        let now = self.now_ms();
        self.db()
            .write(token, (token, key.to_owned(), request_hash, now), |tx, (token, key, hash, now)| {
                Box::pin(async move {
                    let sql = "DELETE FROM idempotency_keys WHERE token = $1 AND key = $2 AND created_at <= $3";
                    tx.execute(sql, args![token, key, now.saturating_sub(KEPT_MS)]).await?;
                    let sql =
                        "INSERT INTO idempotency_keys (token, key, request_hash, created_at) VALUES ($1, $2, $3, $4)
                        ON CONFLICT (token, key) DO NOTHING";
                    if tx.execute(sql, args![token, key, hash, now]).await? > 0 {
                        return Ok(Begin::New);
                    }
                    let sql = "SELECT request_hash, status, body FROM idempotency_keys WHERE token = $1 AND key = $2";
                    // Abandoned between the two statements: who asks again finds it free.
                    let Some(row) = tx.row(sql, args![token, key]).await? else { return Ok(Begin::InProgress) };
                    if row.get::<Vec<u8>>("request_hash")? != hash {
                        return Ok(Begin::Mismatch);
                    }
                    Ok(match row.get("status")? {
                        Some(status) => {
                            Begin::Replay { status, body: row.get::<Option<_>>("body")?.unwrap_or_default() }
                        }
                        None => Begin::InProgress,
                    })
                })
            })
            .await
    }

    /// Keeps the answer for repetitions.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn idempotency_finish(
        &self,
        token: TokenId,
        key: &str,
        status: u16,
        body: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.db()
            .write(token, (token, key.to_owned(), status, body), |tx, (token, key, status, body)| {
                Box::pin(async move {
                    let sql = "UPDATE idempotency_keys SET status = $3, body = $4 WHERE token = $1 AND key = $2";
                    tx.execute(sql, args![token, key, status, body]).await.map(drop)
                })
            })
            .await
    }

    /// Frees a key whose request did nothing.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn idempotency_abandon(&self, token: TokenId, key: &str) -> Result<(), StoreError> {
        self.db()
            .write(token, (token, key.to_owned()), |tx, (token, key)| {
                Box::pin(async move {
                    let sql = "DELETE FROM idempotency_keys WHERE token = $1 AND key = $2 AND status IS NULL";
                    tx.execute(sql, args![token, key]).await.map(drop)
                })
            })
            .await
    }

    /// Deletes what has expired. Safe to leave out and to repeat.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn sweep(&self, now: u64) -> Result<(), StoreError> {
        self.db()
            .write("sweep", now, |tx, now| {
                Box::pin(async move {
                    let sql = "DELETE FROM idempotency_keys WHERE created_at <= $1";
                    tx.execute(sql, args![now.saturating_sub(KEPT_MS)]).await?;
                    crate::captured::sweep(tx, *now).await?;
                    crate::ingest::expire(tx, *now).await?;
                    crate::outbox::sweep(tx, *now).await?;
                    crate::event_log::sweep(tx, *now).await
                })
            })
            .await
    }
}
