//! API tokens: shown once, kept as a hash.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_model::config::Scope;
use lockgate_model::id::TokenId;
use lockgate_model::secret::Secret;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::db::{Row, args};
use crate::error::{Conflict, StoreError};
use crate::json;
use crate::open::Store;
use crate::version::{self, LANE};

/// What every token begins with, so that scanners for leaked secrets can tell.
const PREFIX: &str = "lg_";
/// Random bytes of a token. So many need no slow hash: nobody guesses them.
const RANDOM_BYTES: usize = 32;
/// How exactly the last use is known.
const USE_PRECISION_MS: u64 = 60_000;

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// As people are shown it.
    pub name: String,
    /// What it opens.
    pub scopes: BTreeSet<Scope>,
    /// Since when there is one.
    pub created_at: u64,
    /// When it was used last, to the minute.
    pub last_used_at: Option<u64>,
    /// Since when it opens nothing.
    pub revoked_at: Option<u64>,
}

impl Store {
    /// Makes a token. The secret is not kept: this is the only time that it can be seen.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn create_token(&self, name: &str, scopes: BTreeSet<Scope>) -> Result<(ApiToken, Secret), StoreError> {
        let (token, secret) = self.draft_token(name, scopes);
        self.keep_token(&token, &secret).await?;
        Ok((token, secret))
    }

    /// A token that opens nothing until it is kept: for who must put the secret in a safe place first.
    pub fn draft_token(&self, name: &str, scopes: BTreeSet<Scope>) -> (ApiToken, Secret) {
        let mut random = Zeroizing::new([0; RANDOM_BYTES]);
        self.seams().entropy.fill(random.as_mut());
        let secret = Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random.as_ref())));
        let created_at = self.now_ms();
        let id = TokenId::new(created_at, &*self.seams().entropy);
        (ApiToken { id, name: name.to_owned(), scopes, created_at, last_used_at: None, revoked_at: None }, secret)
    }

    /// Keeps a drafted token, as a hash: from now on it opens what it is for.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn keep_token(&self, token: &ApiToken, secret: &Secret) -> Result<(), StoreError> {
        self.db()
            .write(LANE, (token.clone(), hash(secret.expose())), |tx, (token, hash)| {
                Box::pin(async move {
                    let sql =
                        "INSERT INTO tokens (id, name, secret_hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5)";
                    let scopes = json::text(&token.scopes)?;
                    tx.execute(sql, args![token.id, token.name, hash, scopes, token.created_at]).await.map(drop)
                })
            })
            .await
    }

    /// The token that a secret is of; `None` for one that is unknown or revoked.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn token_by_secret(&self, secret: &str) -> Result<Option<ApiToken>, StoreError> {
        let sql = "SELECT id, name, scopes, created_at, last_used_at, revoked_at FROM tokens
            WHERE secret_hash = $1 AND revoked_at IS NULL";
        let Some(row) = self.db().glance().await?.row(sql, args![hash(secret.as_bytes())]).await? else {
            return Ok(None);
        };
        let token = record(&row)?;
        self.note_use(&token);
        Ok(Some(token))
    }

    /// All tokens, oldest first, revoked ones too.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let sql = "SELECT id, name, scopes, created_at, last_used_at, revoked_at FROM tokens ORDER BY id";
        self.db().glance().await?.rows(sql, args![]).await?.iter().map(record).collect()
    }

    /// Revokes a token; whether there was one. It stays in the list.
    ///
    /// # Errors
    ///
    /// [`Conflict::LastAdmin`] for the only token with the scope admin that can still be used: without one nobody could make
    /// another. The database's.
    pub async fn revoke_token(&self, id: TokenId) -> Result<bool, StoreError> {
        self.db()
            .write(LANE, (id, self.now_ms()), |tx, (id, now)| {
                Box::pin(async move {
                    // Two admins who revoke each other at once, on two nodes, follow one another.
                    version::raise(tx).await?;
                    let sql = "SELECT id, name, scopes, created_at, last_used_at, revoked_at FROM tokens
                        WHERE revoked_at IS NULL";
                    let mut admins = Vec::new();
                    for row in tx.rows(sql, args![]).await? {
                        let token = record(&row)?;
                        if token.scopes.contains(&Scope::Admin) {
                            admins.push(token.id);
                        }
                    }
                    if admins == [*id] {
                        return Err(Conflict::LastAdmin.into());
                    }
                    let sql = "UPDATE tokens SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1";
                    Ok(tx.execute(sql, args![id, now]).await? > 0)
                })
            })
            .await
    }

    /// Not waited for: a request must not take a commit longer, or fail, for the sake of this.
    fn note_use(&self, token: &ApiToken) {
        let now = self.now_ms();
        if token.last_used_at.is_some_and(|used| now < used.saturating_add(USE_PRECISION_MS)) {
            return;
        }
        let (store, id) = (self.clone(), token.id);
        tokio::spawn(async move {
            let noted = store
                .db()
                .write(LANE, (id, now), |tx, (id, now)| {
                    Box::pin(async move {
                        let sql =
                            "UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND COALESCE(last_used_at, 0) < $2";
                        tx.execute(sql, args![id, now]).await
                    })
                })
                .await;
            if let Err(error) = noted {
                tracing::debug!(%error, "the use of a token could not be noted");
            }
        });
    }
}

fn record(row: &Row) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: row.get("id")?,
        name: row.get("name")?,
        scopes: row.json("scopes")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

fn hash(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}
