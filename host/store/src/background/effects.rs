//! What a fault does beside its own call: the health of the channel, or of all channels of the app, and what rests.

use lockgate_model::background::Verdict;
use lockgate_model::config::{Health, HealthState};
use lockgate_model::delivery::Effect;
use lockgate_model::id::{ChannelId, Owner};
use lockgate_model::manifest::RateScope;

use crate::channels::set_health;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry, Kind};

/// Executes what a verdict does beside its own call.
pub(crate) async fn apply(tx: &mut Tx, owner: Owner, verdict: &Verdict, now: u64) -> Result<(), StoreError> {
    let mut log = Vec::new();
    for effect in &verdict.effects {
        let (state, why) = match effect {
            Effect::Reconnect(why) => (HealthState::Reconnect, why.clone()),
            Effect::PermissionMissing(scopes) => (HealthState::PermissionMissing, scopes.join(", ")),
            Effect::PauseChannel { until, why } => {
                rest(tx, owner, RateScope::Account, "", *until).await?;
                if let Owner::Channel(channel) = owner {
                    let sql = "UPDATE channels SET paused_until = $2 WHERE id = $1";
                    tx.execute(sql, args![channel, until]).await?;
                }
                (HealthState::Paused, why.clone())
            }
            Effect::PauseBucket { bucket, scope, until } => {
                rest(tx, owner, *scope, bucket, *until).await?;
                continue;
            }
            _ => continue,
        };
        for channel in channels(tx, owner).await? {
            set_health(tx, channel, &Health { state, why: Some(why.clone()), since: now }).await?;
            log.push(Entry::of(Kind::ChannelChanged).channel(channel));
        }
    }
    event_log::append(tx, now, &log).await
}

/// The provider answered as it should: who asked for help is well again.
pub(crate) async fn working(tx: &mut Tx, owner: Owner, now: u64) -> Result<(), StoreError> {
    let sql = "SELECT id FROM channels WHERE (id = $1 OR app = $2) AND deleted_at IS NULL
               AND health IN ('reconnect', 'permission_missing', 'paused') ORDER BY id";
    let mut log = Vec::new();
    for row in tx.rows(sql, args![super::channel_of(owner), super::app_of(owner)]).await? {
        let channel: ChannelId = row.get("id")?;
        set_health(tx, channel, &Health { state: HealthState::Connected, why: None, since: now }).await?;
        log.push(Entry::of(Kind::ChannelChanged).channel(channel));
    }
    event_log::append(tx, now, &log).await
}

/// The channel, or those of the app.
async fn channels(tx: &mut Tx, owner: Owner) -> Result<Vec<ChannelId>, StoreError> {
    let sql = "SELECT id FROM channels WHERE (id = $1 OR app = $2) AND deleted_at IS NULL AND enabled = 1 ORDER BY id";
    let rows = tx.rows(sql, args![super::channel_of(owner), super::app_of(owner)]).await?;
    rows.iter().map(|row| row.get("id")).collect()
}

async fn rest(tx: &mut Tx, owner: Owner, scope: RateScope, bucket: &str, until: u64) -> Result<(), StoreError> {
    let target = match (scope, owner) {
        (_, Owner::App(app)) => ("app", Some(app.to_string())),
        (RateScope::App, Owner::Channel(channel)) => {
            let row = tx.row("SELECT app FROM channels WHERE id = $1", args![channel]).await?;
            ("app", row.map(|row| row.get::<Option<String>>("app")).transpose()?.flatten())
        }
        (_, Owner::Channel(channel)) => ("account", Some(channel.to_string())),
    };
    let (scope, target) = match (target, owner) {
        ((scope, Some(target)), _) => (scope, target),
        ((_, None), Owner::Channel(channel)) => ("account", channel.to_string()),
        ((_, None), Owner::App(app)) => ("app", app.to_string()),
    };
    let sql = "INSERT INTO pauses (scope, target, bucket, until) VALUES ($1, $2, $3, $4)
               ON CONFLICT (scope, target, bucket) DO UPDATE SET until = excluded.until WHERE pauses.until < excluded.until";
    tx.execute(sql, args![scope, target, bucket, until]).await.map(drop)
}
