//! What was measured of a channel.

use lockgate_model::config::Health;
use lockgate_model::id::ChannelId;

use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::open::Store;

impl Store {
    /// Writes down what was measured. A channel that is switched off stays that.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn set_health(&self, id: ChannelId, health: Health) -> Result<(), StoreError> {
        self.db().write(id, (id, health), |tx, (id, health)| Box::pin(set_health(tx, *id, health))).await
    }
}

/// The same as a step of a larger change. A state that lasts keeps the moment that it began.
pub(crate) async fn set_health(tx: &mut Tx, id: ChannelId, health: &Health) -> Result<(), StoreError> {
    let sql = "UPDATE channels SET health_why = $3, health = $2,
            health_since = CASE WHEN health = $2 THEN health_since ELSE $4 END
        WHERE id = $1 AND enabled = 1 AND deleted_at IS NULL
            AND (health <> $2 OR COALESCE(health_why, '') <> COALESCE($3, ''))";
    tx.execute(sql, args![id, health.state.as_str(), health.why, health.since]).await.map(drop)
}
