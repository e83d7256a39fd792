//! Changing and disconnecting a channel.

use std::collections::BTreeMap;

use lockgate_model::config::HealthState;
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::{ChannelId, InboxId, Owner};
use lockgate_model::secret::Secret;

use super::{ChannelRecord, channel};
use crate::db::args;
use crate::error::StoreError;
use crate::open::Store;
use crate::version::{self, LANE};
use crate::{background, credentials, inboxes, json};

/// What changes of a channel; what is `None` or not named stays. The account never changes.
#[derive(Clone, Debug, Default)]
pub struct ChannelChange {
    /// As people are shown it.
    pub name: Option<String>,
    /// Where its conversations appear from now on.
    pub inbox: Option<InboxId>,
    /// All settings, in place of the earlier ones.
    pub settings: Option<BTreeMap<String, SettingValue>>,
    /// All hosts that are confirmed from now on, by their setting.
    pub confirmed_hosts: Option<BTreeMap<String, String>>,
    /// The secrets that get a new value.
    pub secrets: BTreeMap<String, Secret>,
    /// Whether it is switched on.
    pub enabled: Option<bool>,
}

impl Store {
    /// Changes a channel; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`crate::Conflict::Missing`] inbox; the database's.
    pub async fn change_channel(
        &self,
        id: ChannelId,
        change: ChannelChange,
    ) -> Result<Option<ChannelRecord>, StoreError> {
        let now = self.now_ms();
        self.db()
            .write(LANE, (self.clone(), id, change, now), |tx, (store, id, change, now)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    let Some(before) = channel(tx, *id).await? else { return Ok(None) };
                    if let Some(name) = &change.name {
                        tx.execute("UPDATE channels SET name = $2 WHERE id = $1", args![id, name]).await?;
                    }
                    if let Some(inbox) = change.inbox {
                        inboxes::must_exist(tx, inbox).await?;
                        tx.execute("UPDATE channels SET inbox = $2 WHERE id = $1", args![id, inbox]).await?;
                    }
                    if let Some(settings) = &change.settings {
                        let sql = "UPDATE channels SET settings = $2 WHERE id = $1";
                        tx.execute(sql, args![id, json::text(settings)?]).await?;
                    }
                    if let Some(hosts) = &change.confirmed_hosts {
                        let sql = "UPDATE channels SET confirmed_hosts = $2 WHERE id = $1";
                        tx.execute(sql, args![id, json::text(hosts)?]).await?;
                    }
                    if let Some(enabled) = change.enabled.filter(|enabled| *enabled != before.enabled) {
                        // Switched on again it counts as connected until something else is measured.
                        let state = if enabled { HealthState::Connected } else { HealthState::Disabled };
                        let sql = "UPDATE channels SET enabled = $2, health = $3, health_why = NULL, health_since = $4
                            WHERE id = $1";
                        tx.execute(sql, args![id, enabled, state.as_str(), now]).await?;
                        if enabled {
                            tx.queued_outbox();
                            background::resume(tx, Owner::Channel(*id), *now).await?;
                        }
                    }
                    credentials::set(tx, store, Owner::Channel(*id), &change.secrets, *now).await?;
                    channel(tx, *id).await
                })
            })
            .await
    }

    /// Disconnects a channel: its account is free, its credentials, hook and state are gone, its conversations stay. Whether there
    /// was one.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn delete_channel(&self, id: ChannelId) -> Result<bool, StoreError> {
        self.db()
            .write(LANE, (id, self.now_ms()), |tx, (id, now)| {
                Box::pin(async move {
                    version::raise(tx).await?;
                    let sql = "UPDATE channels SET deleted_at = $2, app = NULL, inbox = NULL, enabled = 0
                        WHERE id = $1 AND deleted_at IS NULL";
                    let deleted = tx.execute(sql, args![id, now]).await? > 0;
                    if deleted {
                        credentials::forget_owner(tx, Owner::Channel(*id)).await?;
                    }
                    Ok(deleted)
                })
            })
            .await
    }
}
