//! What an outcome does beside its own delivery.

use lockgate_model::config::{Health, HealthState};
use lockgate_model::contract::outbound::Sent;
use lockgate_model::delivery::Effect;
use lockgate_model::id::{DeadLetterId, Owner};
use lockgate_model::manifest::RateScope;
use lockgate_model::profile::{comparable, vouched};
use lockgate_model::seam::Seams;
use serde_json::json;

use super::DeliveryRow;
use crate::channels::set_health;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{Entry, Kind};
use crate::ingest::{ChannelHead, rekey, word};
use crate::json;

/// Executes the effects of a plan.
pub(super) async fn apply(
    tx: &mut Tx,
    channel: &ChannelHead,
    row: &DeliveryRow,
    effects: &[Effect],
    seams: &Seams,
    now: u64,
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    for effect in effects {
        match effect {
            Effect::Working => {
                let ailing = ["reconnect", "permission_missing", "paused"].contains(&channel.health.as_str());
                if ailing {
                    health(tx, channel, HealthState::Connected, None, now, log).await?;
                }
            }
            Effect::Reconnect(why) => {
                health(tx, channel, HealthState::Reconnect, Some(why.clone()), now, log).await?;
            }
            Effect::PermissionMissing(scopes) => {
                health(tx, channel, HealthState::PermissionMissing, Some(scopes.join(", ")), now, log).await?;
            }
            Effect::PauseChannel { until, why } => {
                pause(tx, "account", &channel.id.to_string(), "", *until).await?;
                tx.execute("UPDATE channels SET paused_until = $2 WHERE id = $1", args![channel.id, until]).await?;
                health(tx, channel, HealthState::Paused, Some(why.clone()), now, log).await?;
            }
            Effect::PauseBucket { bucket, scope, until } => {
                let (scope, target) = target(channel, row, *scope);
                pause(tx, scope, &target, bucket, *until).await?;
            }
            Effect::Unreachable(why) => unreachable(tx, row, why, now, log).await?,
            Effect::OptedOut(topic) => opted_out(tx, row, topic, now).await?,
            Effect::Moved(alias) => {
                if let Some(identity) = row.identity {
                    rekey(tx, row.channel, identity, alias).await?;
                }
                tx.execute("UPDATE deliveries SET moved = 1 WHERE id = $1", args![row.id]).await?;
            }
            Effect::Unreadable(why) => {
                let id = DeadLetterId::new(now, seams.entropy.as_ref());
                let params = json!({ "why": why, "delivery": row.id, "message": row.message });
                let sql =
                    "INSERT INTO dead_letters (id, owner, plugin, code, params, at) VALUES ($1, $2, $3, $4, $5, $6)";
                let owner = Owner::Channel(channel.id);
                tx.execute(sql, args![id, owner, channel.plugin, "unreadable-answer", params.to_string(), now]).await?;
                log.push(Entry::of(Kind::DeadLetter).channel(channel.id));
            }
        }
    }
    Ok(())
}

async fn health(
    tx: &mut Tx,
    channel: &ChannelHead,
    state: HealthState,
    why: Option<String>,
    now: u64,
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    set_health(tx, channel.id, &Health { state, why, since: now }).await?;
    log.push(Entry::of(Kind::ChannelChanged).channel(channel.id));
    Ok(())
}

/// What rests with a bucket. Where the delivery has no such thing, the account.
fn target(channel: &ChannelHead, row: &DeliveryRow, scope: RateScope) -> (&'static str, String) {
    let narrower = match scope {
        RateScope::App => channel.app.map(|app| ("app", app.to_string())),
        RateScope::Account => None,
        RateScope::Thread => row.thread.clone().map(|thread| ("thread", thread)),
        RateScope::Recipient => row.identity.map(|identity| ("recipient", identity.to_string())),
    };
    narrower.unwrap_or_else(|| ("account", channel.id.to_string()))
}

async fn pause(tx: &mut Tx, scope: &str, target: &str, bucket: &str, until: u64) -> Result<(), StoreError> {
    let sql = "INSERT INTO pauses (scope, target, bucket, until) VALUES ($1, $2, $3, $4)
               ON CONFLICT (scope, target, bucket) DO UPDATE SET until = excluded.until WHERE pauses.until < excluded.until";
    tx.execute(sql, args![scope, target, bucket, until]).await.map(drop)
}

/// A person is marked; in a group, where nobody in particular is meant, the thread.
async fn unreachable(
    tx: &mut Tx,
    row: &DeliveryRow,
    why: &str,
    now: u64,
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    if let Some(identity) = row.identity {
        let sql = "UPDATE identities SET reachable = 0, reachable_why = $2, reachable_at = $3
                   WHERE id = $1 AND (reachable_at IS NULL OR reachable_at <= $3)";
        tx.execute(sql, args![identity, why, now]).await?;
    } else if let Some(thread) = &row.thread {
        tx.execute("UPDATE threads SET writable = 0, writable_at = $2 WHERE id = $1", args![thread, now]).await?;
    }
    log.push(Entry::of(Kind::ConversationChanged).channel(row.channel).conversation(row.conversation));
    Ok(())
}

async fn opted_out(tx: &mut Tx, row: &DeliveryRow, topic: &str, now: u64) -> Result<(), StoreError> {
    let Some(identity) = row.identity else { return Ok(()) };
    let sql = "INSERT INTO consents (identity, topic, given, at, dedup) VALUES ($1, $2, 0, $3, $4)
               ON CONFLICT (identity, topic) DO UPDATE SET given = 0, at = excluded.at, dedup = excluded.dedup
               WHERE consents.at <= excluded.at";
    tx.execute(sql, args![identity, topic, now, row.id.to_string()]).await.map(drop)
}

/// What the answer to a sending tells beside the message's names: the thread, the recipient, and a context for what is answered.
pub(super) async fn learn(tx: &mut Tx, row: &DeliveryRow, sent: &Sent) -> Result<(), StoreError> {
    if let (Some(told), Some(thread)) = (&sent.thread, &row.thread) {
        let sql = "INSERT INTO thread_keys (channel, key, thread) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        tx.execute(sql, args![row.channel, told.key, thread]).await?;
    }
    if let Some(identity) = row.identity {
        for alias in sent.recipient.iter().filter(|alias| vouched(&alias.assurance)) {
            let sql = "INSERT INTO identity_keys (channel, key, kind, identity) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            let key = comparable(alias.kind, &alias.key);
            tx.execute(sql, args![row.channel, key, word(alias.kind)?, identity]).await?;
        }
    }
    if let Some(context) = &sent.context {
        let kept = (!context.value.is_empty()).then(|| json::text(context)).transpose()?;
        let sql = "UPDATE messages SET context = $2 WHERE id = (SELECT id FROM messages WHERE conversation = $1
                   AND direction = 'in' ORDER BY at DESC, COALESCE(ord, -1) DESC, id DESC LIMIT 1)";
        tx.execute(sql, args![row.conversation, kept]).await?;
    }
    Ok(())
}
