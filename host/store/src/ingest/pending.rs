//! Envelopes that the provider was answered for before the plugin had read them.

use std::collections::{BTreeMap, BTreeSet};

use lockgate_model::contract::inbound::{Request, Verification};
use lockgate_model::id::{EnvelopeId, Owner, PluginName};

use super::Head;
use super::apply::LEASE_MS;
use crate::Store;
use crate::db::{Dialect, Tx, args};
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
            files: self.head.files.clone(),
            verification,
            remote_address: self.head.remote_address.clone(),
            received_at: self.received_at,
            url,
        }
    }
}

/// Envelopes that one look at what is due goes through.
const ROUND: u32 = 128;

macro_rules! due {
    () => {
        "SELECT id, owner FROM envelopes WHERE state = 'pending' AND next_at <= $1 AND $2 NOT LIKE '%' || owner || '%'
         AND NOT EXISTS (SELECT 1 FROM conduct WHERE conduct.owner = envelopes.owner AND conduct.until > $1)
         ORDER BY next_at, id LIMIT $3"
    };
}

impl Store {
    /// Claims pending envelopes that are due, oldest first. Who does not complete or postpone them within a minute loses them to
    /// the next who asks. Of one owner at most `share` are claimed, of one in `busy` none: what one of them left to be done keeps
    /// nobody else's waiting. Those of an owner that is paused stay.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn pending_envelopes(
        &self,
        now: u64,
        limit: usize,
        share: usize,
        busy: BTreeSet<Owner>,
    ) -> Result<Vec<PendingEnvelope>, StoreError> {
        let due = "SELECT 1 FROM envelopes WHERE state = 'pending' AND next_at <= $1 LIMIT 1";
        if limit == 0 || self.db().glance().await?.row(due, args![now]).await?.is_none() {
            return Ok(Vec::new());
        }
        self.db()
            .write("pending", (now, limit, share, busy), |tx, (now, limit, share, busy)| {
                Box::pin(async move {
                    let chosen = choose(tx, *now, *limit, *share, busy).await?;
                    let mut claimed = Vec::with_capacity(chosen.len());
                    for id in chosen {
                        claimed.extend(claim(tx, id, *now).await?);
                    }
                    Ok(claimed)
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

/// Which are to be claimed.
async fn choose(
    tx: &mut Tx,
    now: u64,
    limit: usize,
    share: usize,
    busy: &BTreeSet<Owner>,
) -> Result<Vec<EnvelopeId>, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => due!(),
        Dialect::Postgres => concat!(due!(), " FOR UPDATE OF envelopes SKIP LOCKED"),
    };
    let mut counts: BTreeMap<Owner, usize> = busy.iter().map(|owner| (*owner, share)).collect();
    let mut chosen = BTreeSet::new();
    // Each round leaves out the owners that the rounds before filled, so there are few.
    loop {
        let full: String =
            counts.iter().filter(|(_, count)| **count >= share).map(|(owner, _)| format!("{owner} ")).collect();
        let mut passed_over = false;
        for row in tx.rows(sql, args![now, full, ROUND]).await? {
            let count = counts.entry(row.get("owner")?).or_default();
            if chosen.len() >= limit {
                return Ok(chosen.into_iter().collect());
            }
            if *count >= share {
                passed_over = true;
            } else if chosen.insert(row.get("id")?) {
                *count += 1;
            }
        }
        if !passed_over {
            return Ok(chosen.into_iter().collect());
        }
    }
}

async fn claim(tx: &mut Tx, id: EnvelopeId, now: u64) -> Result<Option<PendingEnvelope>, StoreError> {
    let sql = "UPDATE envelopes SET next_at = $2 WHERE id = $1
        RETURNING id, owner, plugin, route, runs, request, body, received_at,
        (SELECT account FROM channels WHERE 'channel:' || channels.id = envelopes.owner) AS account";
    let Some(row) = tx.row(sql, args![id, now.saturating_add(LEASE_MS)]).await? else { return Ok(None) };
    Ok(Some(PendingEnvelope {
        id: row.get("id")?,
        owner: row.get("owner")?,
        plugin: row.get("plugin")?,
        route: row.get("route")?,
        runs: row.get("runs")?,
        account: row.get("account")?,
        head: row.json("request")?,
        body: row.get("body")?,
        received_at: row.get("received_at")?,
    }))
}
