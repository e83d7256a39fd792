//! Filing what is told about messages, under whatever name it is told.

use lockgate_model::contract::inbound::Event;
use lockgate_model::id::{ChannelId, MessageId};
use lockgate_model::message::Fact;

use super::Batch;
use super::channel::ChannelHead;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::json;
use crate::media;

/// The name by which something is told about a message.
#[derive(Clone, Copy, Debug)]
pub(super) enum About<'a> {
    /// The provider's.
    Id(&'a str),
    /// Ours, of a delivery or a part.
    Ref(&'a str),
    /// One that is unique in the world.
    Universal(&'a str),
}

impl<'a> About<'a> {
    /// As it is stored: scope, kind and name.
    fn columns(self, channel: ChannelId) -> (String, &'static str, &'a str) {
        match self {
            Self::Id(name) => (channel.to_string(), "id", name),
            Self::Ref(name) => (channel.to_string(), "ref", name),
            Self::Universal(name) => (String::new(), "universal", name),
        }
    }
}

/// Keeps a fact and, where its message is there, has it looked at again.
pub(super) async fn file(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    about: About<'_>,
    own_id: Option<&String>,
    fact: &Fact,
) -> Result<(), StoreError> {
    let (scope, kind, name) = about.columns(channel.id);
    let sql = "INSERT INTO message_facts (channel, kind, name, own_id, ord, at, dedup, fact, envelope)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let fact = json::text(fact)?;
    if media::any(&fact) {
        media::named(tx, &media::of_fact(&scope, kind, name), &fact, batch.owner, Some(channel.id)).await?;
    }
    let values = args![scope, kind, name, own_id, event.order, event.at, event.dedup, fact, batch.envelope];
    tx.execute(sql, values).await?;
    let sql = "SELECT message FROM message_names WHERE channel = $1 AND kind = $2 AND name = $3";
    if let Some(row) = tx.row(sql, args![scope, kind, name]).await? {
        batch.stale.insert(row.get::<MessageId>("message")?);
    }
    Ok(())
}

/// What was deleted may be a reaction or an edit: has the messages that it changed looked at again.
pub(super) async fn reconsider(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    own_id: &str,
) -> Result<(), StoreError> {
    let sql = "SELECT message_names.message FROM message_facts
               JOIN message_names ON message_names.channel = message_facts.channel
                AND message_names.kind = message_facts.kind AND message_names.name = message_facts.name
               WHERE message_facts.channel = $1 AND message_facts.own_id = $2";
    for row in tx.rows(sql, args![channel.id, own_id]).await? {
        batch.stale.insert(row.get("message")?);
    }
    Ok(())
}

/// Whether something was told about a message before it came.
pub(super) async fn are_waiting(
    tx: &mut Tx,
    channel: ChannelId,
    external: Option<&str>,
    universal: Option<&str>,
) -> Result<bool, StoreError> {
    for about in [external.map(About::Id), universal.map(About::Universal)].into_iter().flatten() {
        let (scope, kind, name) = about.columns(channel);
        let sql = "SELECT id FROM message_facts WHERE channel = $1 AND kind = $2 AND name = $3 LIMIT 1";
        if tx.row(sql, args![scope, kind, name]).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
