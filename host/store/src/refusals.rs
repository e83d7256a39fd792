//! Requests to hooks that were refused: a count, and nothing of what was in them.

use lockgate_model::id::Owner;

use crate::db::args;
use crate::error::StoreError;
use crate::open::Store;

/// How often something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalCount {
    /// Whose hook it was; none where nobody's.
    pub owner: Option<Owner>,
    /// The route, as the manifest names it; empty where none was found.
    pub route: String,
    /// One of a fixed set of words.
    pub reason: String,
    /// How often.
    pub count: u64,
}

impl Store {
    /// Adds to the counts.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn count_refusals(&self, counts: Vec<RefusalCount>) -> Result<(), StoreError> {
        let now = self.now_ms();
        self.db()
            .write("refusals", (counts, now), |tx, (counts, now)| {
                Box::pin(async move {
                    for refusal in counts {
                        let sql = "INSERT INTO refusals (owner, route, reason, n, last_at) VALUES ($1, $2, $3, $4, $5)
                            ON CONFLICT (owner, route, reason)
                            DO UPDATE SET n = refusals.n + excluded.n, last_at = excluded.last_at";
                        let owner = refusal.owner.map(|owner| owner.to_string()).unwrap_or_default();
                        tx.execute(sql, args![owner, refusal.route, refusal.reason, refusal.count, now]).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// All counts, since the installation began.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn refusals(&self) -> Result<Vec<RefusalCount>, StoreError> {
        let sql = "SELECT owner, route, reason, n FROM refusals ORDER BY owner, route, reason";
        let rows = self.db().glance().await?.rows(sql, args![]).await?;
        rows.iter()
            .map(|row| {
                let owner: String = row.get("owner")?;
                Ok(RefusalCount {
                    owner: if owner.is_empty() { None } else { Some(row.get("owner")?) },
                    route: row.get("route")?,
                    reason: row.get("reason")?,
                    count: row.get("n")?,
                })
            })
            .collect()
    }
}
