//! The transaction of one intake, and what each event is handed to.

use std::collections::{BTreeMap, BTreeSet};

use lockgate_model::contract::inbound::{Event, EventBody, ReactionChange};
use lockgate_model::id::{EnvelopeId, Owner, PluginName};
use lockgate_model::message::Fact;
use lockgate_model::seam::Seams;
use serde_json::json;

use super::channel::{ChannelHead, Found, Roster};
use super::{Batch, Head, Ingested, Intake, IntakeOutcome, facts, message, names, other, people, state, watermark};
use crate::background;
use crate::db::{Dialect, Tx, args};
use crate::error::{Conflict, StoreError};
use crate::json;
use crate::media;

/// How long a pending envelope is left to whoever committed it so, before another may run it.
pub(super) const LEASE_MS: u64 = 60_000;

/// The longest key by which an event is recognised, in bytes, as the contract says.
const LONGEST_DEDUP: usize = 512;

/// Takes in one envelope. None: the state that the plugin read has changed, and nothing was written.
pub(super) async fn take_in(
    tx: &mut Tx,
    intake: &Intake,
    seams: &Seams,
    now: u64,
) -> Result<Option<Ingested>, StoreError> {
    let Intake { owner, plugin, envelope, outcome } = intake;
    if !state::holds(tx, *owner, outcome).await? {
        return Ok(None);
    }
    let head = Head {
        method: envelope.method.clone(),
        path: envelope.path.clone(),
        query: envelope.query.clone(),
        headers: envelope.headers.clone(),
        remote_address: envelope.remote_address.clone(),
        verification: envelope.verification.clone(),
        files: envelope.files.clone(),
    };
    let (word, reason, next_at) = match outcome {
        IntakeOutcome::Events { .. } => ("done", None, None),
        IntakeOutcome::Pending { reason } => ("pending", Some(reason), Some(now.saturating_add(LEASE_MS))),
        IntakeOutcome::Waiting { reason } => ("pending", Some(reason), Some(now)),
        IntakeOutcome::Dead { .. } => ("dead", None, None),
    };
    let sql = "INSERT INTO envelopes (id, owner, plugin, route, request, body, received_at, state, next_at, reason)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = args![
        envelope.id,
        owner,
        plugin,
        envelope.route,
        json::text(&head)?,
        envelope.body.as_ref(),
        envelope.received_at,
        word,
        next_at,
        reason
    ];
    tx.put(sql, values);
    if !matches!(outcome, IntakeOutcome::Events { .. }) {
        for file in &envelope.files {
            let sql =
                "INSERT INTO media_uses (handle, used_by) SELECT handle, $2 FROM media WHERE handle = $1 AND owner = $3
                       ON CONFLICT DO NOTHING";
            tx.execute(sql, args![file.stored, media::of_envelope(envelope.id), owner]).await?;
        }
    }
    apply(tx, seams, now, (*owner, plugin, envelope.id, 0), outcome).await.map(Some)
}

/// Completes a pending envelope.
pub(super) async fn complete(
    tx: &mut Tx,
    id: EnvelopeId,
    outcome: &IntakeOutcome,
    seams: &Seams,
    now: u64,
) -> Result<Option<Ingested>, StoreError> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "SELECT owner, plugin FROM envelopes WHERE id = $1 AND state = 'pending'",
        Dialect::Postgres => "SELECT owner, plugin FROM envelopes WHERE id = $1 AND state = 'pending' FOR UPDATE",
    };
    let row = tx.row(sql, args![id]).await?.ok_or(Conflict::Changed)?;
    let (owner, plugin): (Owner, PluginName) = (row.get("owner")?, row.get("plugin")?);
    if !state::holds(tx, owner, outcome).await? {
        return Ok(None);
    }
    let (word, reason, next_at) = match outcome {
        IntakeOutcome::Events { .. } => ("done", None, None),
        IntakeOutcome::Pending { reason } => ("pending", Some(reason), Some(now.saturating_add(LEASE_MS))),
        IntakeOutcome::Waiting { reason } => ("pending", Some(reason), Some(now)),
        IntakeOutcome::Dead { .. } => ("dead", None, None),
    };
    let sql = "UPDATE envelopes SET state = $2, reason = $3, next_at = $4 WHERE id = $1";
    tx.execute(sql, args![id, word, reason, next_at]).await?;
    if matches!(outcome, IntakeOutcome::Events { .. }) {
        media::forget(tx, &media::of_envelope(id), false).await?;
    }
    apply(tx, seams, now, (owner, &plugin, id, 0), outcome).await.map(Some)
}

pub(super) async fn apply(
    tx: &mut Tx,
    seams: &Seams,
    now: u64,
    (owner, plugin, envelope, depth): (Owner, &PluginName, EnvelopeId, u32),
    outcome: &IntakeOutcome,
) -> Result<Ingested, StoreError> {
    let mut batch = Batch {
        seams,
        now,
        owner,
        plugin,
        envelope,
        depth,
        done: Ingested::default(),
        contacts: BTreeSet::new(),
        stale: BTreeSet::new(),
        log: Vec::new(),
        people: BTreeMap::new(),
        threads: BTreeMap::new(),
    };
    match outcome {
        IntakeOutcome::Pending { .. } | IntakeOutcome::Waiting { .. } => {}
        IntakeOutcome::Dead { code, params } => batch.dead_letter(tx, code, params, None).await?,
        IntakeOutcome::Events { events, state_writes, .. } => {
            batch.done.events = u32::try_from(events.len()).unwrap_or(u32::MAX);
            let roster = Roster::of(tx, owner, plugin, events).await?;
            for event in events {
                one(tx, &mut batch, &roster, event).await?;
            }
            state::write(tx, owner, state_writes, now, seams).await?;
        }
    }
    batch.conclude(tx).await?;
    Ok(batch.done)
}

/// Applies one event: finds its channel, sees whether it was there before, and hands it on.
async fn one(tx: &mut Tx, batch: &mut Batch<'_>, roster: &Roster, event: &Event) -> Result<(), StoreError> {
    let channel = match roster.find(event) {
        Found::Channel(channel) => Some(channel),
        Found::App => None,
        Found::Unknown(account) => {
            return batch.dead_letter(tx, "unknown-account", &json!({ "account": account }), Some(event)).await;
        }
        Found::Other(account) => {
            return batch.dead_letter(tx, "other-account", &json!({ "account": account }), Some(event)).await;
        }
        Found::Unnamed => return batch.dead_letter(tx, "no-account", &json!({}), Some(event)).await,
    };
    if event.dedup.len() > LONGEST_DEDUP {
        return batch.dead_letter(tx, "dedup-too-long", &json!({ "bytes": event.dedup.len() }), Some(event)).await;
    }
    let bytes = names::longest(event);
    if bytes > names::LONGEST {
        let words = json!({ "bytes": bytes, "most": names::LONGEST });
        return batch.dead_letter(tx, "name-too-long", &words, Some(event)).await;
    }
    if !event.dedup.is_empty() {
        let scope = channel.map_or_else(|| batch.owner.to_string(), |channel| Owner::Channel(channel.id).to_string());
        let sql = "INSERT INTO dedup (scope, kind, key, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        if tx.execute(sql, args![scope, kind(&event.body), event.dedup, batch.now]).await? == 0 {
            batch.done.duplicates += 1;
            return match channel {
                Some(channel) => people::spoken_of(tx, batch, channel.id, event).await,
                None => Ok(()),
            };
        }
    }
    match channel {
        Some(channel) => on_channel(tx, batch, channel, event).await,
        None => other::on_app(tx, batch, event).await,
    }
}

async fn on_channel(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
) -> Result<(), StoreError> {
    match &event.body {
        EventBody::Message(said) => message::receive(tx, batch, channel, event, said).await,
        EventBody::Edited(edit) => {
            let used_by = media::of_fact(&channel.id.to_string(), "id", &edit.message);
            let naming = background::Naming { channel: channel.id, plugin: batch.plugin, used_by: &used_by };
            let kept = background::ask_files(tx, &naming, &edit.parts, batch.seams, batch.now).await?;
            let fact = Fact::Edit { parts: kept.unwrap_or_else(|| edit.parts.clone()) };
            facts::file(tx, batch, channel, event, facts::About::Id(&edit.message), edit.id.as_ref(), &fact).await
        }
        EventBody::Deleted(deletion) => {
            let fact = Fact::Deletion { erase: deletion.erase };
            for id in &deletion.messages {
                facts::file(tx, batch, channel, event, facts::About::Id(id), None, &fact).await?;
                facts::reconsider(tx, batch, channel, id).await?;
            }
            Ok(())
        }
        EventBody::Reaction(reaction) => {
            let actor = event.actor.as_ref().map(|actor| actor.key.clone());
            let change: ReactionChange = reaction.change.clone();
            let fact = Fact::Reaction { actor, change };
            if let Some(actor) = &event.actor {
                people::person(tx, batch, channel, actor, event.at).await?;
            }
            facts::file(tx, batch, channel, event, facts::About::Id(&reaction.message), reaction.id.as_ref(), &fact)
                .await
        }
        EventBody::Receipt(receipt) => watermark::receipt(tx, batch, channel, event, receipt).await,
        _ => other::on_channel(tx, batch, channel, event).await,
    }
}

/// The kind of an event, as de-duplication and the log of a channel name it.
pub(super) fn kind(body: &EventBody) -> &'static str {
    match body {
        EventBody::Message(_) => "message",
        EventBody::Edited(_) => "edited",
        EventBody::Deleted(_) => "deleted",
        EventBody::Reaction(_) => "reaction",
        EventBody::Receipt(_) => "receipt",
        EventBody::Typing(_) => "typing",
        EventBody::Profile => "profile",
        EventBody::IdentityChanged(_) => "identity_changed",
        EventBody::ThreadMoved(_) => "thread_moved",
        EventBody::Membership(_) => "membership",
        EventBody::Consent(_) => "consent",
        EventBody::Reachable(_) => "reachable",
        EventBody::Referral(_) => "referral",
        EventBody::Call(_) => "call",
        EventBody::Ended(_) => "ended",
        EventBody::Account(_) => "account",
        EventBody::TemplateStatus(_) => "template_status",
        EventBody::EraseRequested(_) => "erase_requested",
        EventBody::Mail(_) => "mail",
        EventBody::PollNow => "poll_now",
        EventBody::FollowUp(_) => "follow_up",
        EventBody::RenewNow => "renew_now",
        EventBody::Writable(_) => "writable",
        EventBody::Ignored(_) => "ignored",
        EventBody::Native(_) => "native",
    }
}
