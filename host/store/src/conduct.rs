//! Channels and apps whose calls kept failing: slowed, or paused until a moment. Kept, so that a pause outlives a restart and every
//! node knows of it. How it comes to a pause is `lockgate_model::conduct`'s decision.

use lockgate_model::config::{Health, HealthState};
use lockgate_model::id::Owner;

use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry, Kind};
use crate::open::Store;

/// What is kept of one owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConductRecord {
    /// The channel or app.
    pub owner: Owner,
    /// How its calls failed last, as a stable word.
    pub code: String,
    /// Pauses in a row.
    pub pauses: u32,
    /// Since when it is slowed or paused.
    pub since: u64,
    /// Until when no call of it runs; none: its calls run one at a time.
    pub until: Option<u64>,
}

impl ConductRecord {
    /// The same for a person.
    pub fn health(&self) -> Health {
        let (state, follows) = match self.until {
            Some(_) => (HealthState::Paused, "it is paused and tried again by itself"),
            None => (HealthState::Degraded, "its calls run one at a time"),
        };
        let why = Some(format!("its plugin kept failing (the last time: {}); {follows}", self.code));
        Health { state, why, since: self.since }
    }
}

impl Store {
    /// All who are slowed or paused.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn conducts(&self) -> Result<Vec<ConductRecord>, StoreError> {
        let sql = "SELECT owner, code, pauses, since, until FROM conduct ORDER BY owner";
        self.db().glance().await?.rows(sql, args![]).await?.iter().map(record).collect()
    }

    /// One of them.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn conduct(&self, owner: Owner) -> Result<Option<ConductRecord>, StoreError> {
        of(&mut self.db().read().await?, owner).await
    }

    /// Writes down that an owner is slowed or paused, and announces it.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn set_conduct(&self, record: ConductRecord) -> Result<(), StoreError> {
        let (lane, now) = (record.owner.to_string(), self.now_ms());
        self.db()
            .write(lane, (record, now), |tx, (record, now)| {
                Box::pin(async move {
                    let ConductRecord { owner, code, pauses, since, until } = record;
                    let sql = "INSERT INTO conduct (owner, code, pauses, since, until) VALUES ($1, $2, $3, $4, $5)
                        ON CONFLICT (owner) DO UPDATE SET code = excluded.code, pauses = excluded.pauses,
                            since = excluded.since, until = excluded.until";
                    tx.execute(sql, args![owner, code, pauses, since, until]).await?;
                    announce(tx, *owner, *now).await
                })
            })
            .await
    }

    /// Forgets that an owner was slowed or paused; what waited goes on. Whether there was something to forget.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn clear_conduct(&self, owner: Owner) -> Result<bool, StoreError> {
        self.db()
            .write(owner.to_string(), (owner, self.now_ms()), |tx, (owner, now)| {
                Box::pin(async move {
                    if tx.execute("DELETE FROM conduct WHERE owner = $1", args![owner]).await? == 0 {
                        return Ok(false);
                    }
                    tx.queued_outbox();
                    announce(tx, *owner, *now).await?;
                    Ok(true)
                })
            })
            .await
    }
}

/// What is kept of this owner.
pub(crate) async fn of(tx: &mut Tx, owner: Owner) -> Result<Option<ConductRecord>, StoreError> {
    let sql = "SELECT owner, code, pauses, since, until FROM conduct WHERE owner = $1";
    tx.row(sql, args![owner]).await?.as_ref().map(record).transpose()
}

fn record(row: &Row) -> Result<ConductRecord, StoreError> {
    Ok(ConductRecord {
        owner: row.get("owner")?,
        code: row.get("code")?,
        pauses: row.get("pauses")?,
        since: row.get("since")?,
        until: row.get("until")?,
    })
}

async fn announce(tx: &mut Tx, owner: Owner, now: u64) -> Result<(), StoreError> {
    match owner {
        Owner::Channel(channel) => {
            event_log::append(tx, now, &[Entry::of(Kind::ChannelChanged).channel(channel)]).await
        }
        // Nobody follows apps.
        Owner::App(_) => Ok(()),
    }
}
