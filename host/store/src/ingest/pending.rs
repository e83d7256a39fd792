//! Envelopes that the provider was answered for before the plugin had read them.

use lockgate_model::contract::inbound::{Request, Verification};
use lockgate_model::id::{EnvelopeId, Owner, PluginName};

use super::Head;
use super::apply::LEASE_MS;
use crate::Store;
use crate::db::{Dialect, args};
use crate::error::StoreError;

/// An envelope that is to be run again, claimed by the caller for a minute.
#[derive(Clone, Debug)]
pub struct PendingEnvelope {
    /// Its name.
    pub id: EnvelopeId,
    /// Whose hook was called.
    pub owner: Owner,
    /// The plugin that serves it.
    pub plugin: PluginName,
    /// The route.
    pub route: String,
    /// How often it was run and postponed.
    pub runs: u32,
    account: Option<String>,
    head: Head,
    body: Vec<u8>,
    received_at: u64,
}

impl PendingEnvelope {
    /// What the plugin is handed; `url` is the public address of the route.
    pub fn request(&self, url: String) -> Request {
        let verification: Option<Verification> = self.head.verification.clone();
        Request {
            account: self.account.clone(),
            route: self.route.clone(),
            method: self.head.method.clone(),
            path: self.head.path.clone(),
            query: self.head.query.clone(),
            headers: self.head.headers.clone(),
            body: self.body.clone(),
            files: Vec::new(),
            verification,
            remote_address: self.head.remote_address.clone(),
            received_at: self.received_at,
            url,
        }
    }
}

impl Store {
    /// Claims pending envelopes that are due, oldest first. Who does not complete or postpone them within a minute loses them to
    /// the next who asks.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn pending_envelopes(&self, now: u64, limit: u32) -> Result<Vec<PendingEnvelope>, StoreError> {
        let due = "SELECT 1 FROM envelopes WHERE state = 'pending' AND next_at <= $1 LIMIT 1";
        if self.db().glance().await?.row(due, args![now]).await?.is_none() {
            return Ok(Vec::new());
        }
        self.db()
            .write("pending", (now, limit), |tx, &(now, limit)| {
                Box::pin(async move {
                    let sql = match tx.dialect() {
                        Dialect::Sqlite => {
                            "UPDATE envelopes SET next_at = $2 WHERE id IN
                             (SELECT id FROM envelopes WHERE state = 'pending' AND next_at <= $1 ORDER BY next_at LIMIT $3)
                             RETURNING id, owner, plugin, route, runs, request, body, received_at,
                             (SELECT account FROM channels WHERE 'channel:' || channels.id = envelopes.owner) AS account"
                        }
                        Dialect::Postgres => {
                            "UPDATE envelopes SET next_at = $2 WHERE id IN
                             (SELECT id FROM envelopes WHERE state = 'pending' AND next_at <= $1 ORDER BY next_at LIMIT $3
                              FOR UPDATE SKIP LOCKED)
                             RETURNING id, owner, plugin, route, runs, request, body, received_at,
                             (SELECT account FROM channels WHERE 'channel:' || channels.id = envelopes.owner) AS account"
                        }
                    };
                    let rows = tx.rows(sql, args![now, now.saturating_add(LEASE_MS), limit]).await?;
                    rows.iter()
                        .map(|row| {
                            Ok(PendingEnvelope {
                                id: row.get("id")?,
                                owner: row.get("owner")?,
                                plugin: row.get("plugin")?,
                                route: row.get("route")?,
                                runs: row.get("runs")?,
                                account: row.get("account")?,
                                head: row.json("request")?,
                                body: row.get("body")?,
                                received_at: row.get("received_at")?,
                            })
                        })
                        .collect()
                })
            })
            .await
    }

    /// Puts off a pending envelope; `runs` says how often it was run by now.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn postpone(&self, id: EnvelopeId, runs: u32, next_at: u64, reason: &str) -> Result<(), StoreError> {
        self.db()
            .write("pending", (id, runs, next_at, reason.to_owned()), |tx, (id, runs, next_at, reason)| {
                Box::pin(async move {
                    let sql =
                        "UPDATE envelopes SET runs = $2, next_at = $3, reason = $4 WHERE id = $1 AND state = 'pending'";
                    tx.execute(sql, args![id, runs, next_at, reason]).await.map(drop)
                })
            })
            .await
    }
}
