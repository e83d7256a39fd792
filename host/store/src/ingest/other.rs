//! Everything that happens on a channel and is neither a message nor about one. Each does what the contract says as far as this
//! host serves it, and each is kept and shown: nothing is dropped because it is unknown.

use lockgate_model::config::{Health, HealthState};
use lockgate_model::contract::inbound::{AccountState, Consent, Event, EventBody};
use lockgate_model::id::{ContactId, ConversationId, Owner};
use serde_json::json;

use super::channel::ChannelHead;
use super::people::{self, Person};
use super::threads::{self, ThreadId, ThreadRow};
use super::{Batch, Requested, apply, merge, own};
use crate::background;
use crate::channels::set_health;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{Entry, Kind};
use crate::json;
use crate::media;

/// What an app is told as a whole.
pub(super) async fn on_app(tx: &mut Tx, batch: &mut Batch<'_>, event: &Event) -> Result<(), StoreError> {
    ask(tx, batch, None, event).await?;
    keep(tx, batch, None, event, None, None).await
}

/// What a channel is told.
pub(super) async fn on_channel(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
) -> Result<(), StoreError> {
    let person = match (&event.body, &event.actor) {
        // Makes no contacts.
        (EventBody::Membership(_) | EventBody::Typing(_), Some(actor)) => {
            people::known(tx, batch, channel.id, &actor.key).await?
        }
        (_, Some(actor)) => Some(people::person(tx, batch, channel, actor, event.at).await?),
        (_, None) => None,
    };
    let thread = match &event.thread {
        Some(told) if !matches!(event.body, EventBody::Typing(_)) => {
            Some(threads::thread(tx, batch, channel, told, person.as_ref(), event.at).await?)
        }
        _ => None,
    };
    let conversation = match (&thread, &event.thread) {
        (Some(thread), _) => thread.conversation,
        (None, Some(told)) => conversation_of(tx, channel, &told.key).await?,
        (None, None) => None,
    };
    let contact = person.as_ref().and_then(|person| person.contact);
    match &event.body {
        EventBody::Typing(on) => {
            // Not worth a row: over before anybody could look at it.
            let kind = if *on { Kind::TypingStarted } else { Kind::TypingStopped };
            if conversation.is_some() {
                batch.note(Entry::of(kind).channel(channel.id).conversation(conversation).contact(contact));
            }
            return Ok(());
        }
        EventBody::Profile => return Ok(()),
        EventBody::IdentityChanged(change) => {
            people::renamed(tx, batch, channel.id, &change.old, &change.new).await?;
        }
        EventBody::ThreadMoved(key) => {
            if let Some(thread) = &thread
                && let Some(other) = threads::also(tx, channel.id, thread, key).await?
            {
                let (kept, gone) = if thread.id <= other.id { (thread, &other) } else { (&other, thread) };
                merge::threads(tx, batch, kept, gone).await?;
            }
        }
        EventBody::Consent(consent) => consented(tx, person.as_ref(), event, consent).await?,
        EventBody::Reachable(reachable) => {
            if let Some(person) = &person {
                let sql = "UPDATE identities SET reachable = $2, reachable_why = NULL, reachable_at = $3
                           WHERE id = $1 AND (reachable_at IS NULL OR reachable_at <= $3)";
                tx.execute(sql, args![person.identity, reachable, event.at]).await?;
                batch.note(Entry::of(Kind::ContactChanged).contact(contact));
            }
        }
        EventBody::Referral(_) => {
            if let Some(conversation) = conversation {
                let sql = "UPDATE conversations SET referred_at = $2
                           WHERE id = $1 AND (referred_at IS NULL OR referred_at < $2)";
                tx.execute(sql, args![conversation, event.at]).await?;
                batch.note(Entry::of(Kind::ConversationChanged).channel(channel.id).conversation(conversation));
            }
        }
        EventBody::Ended(ended) => {
            if let Some(thread) = &thread {
                let sql = "UPDATE threads SET ended = $2, ended_at = $3
                           WHERE id = $1 AND (ended_at IS NULL OR ended_at <= $3)";
                tx.execute(sql, args![thread.id, ended, event.at]).await?;
                note_thread(batch, channel, thread);
            }
        }
        EventBody::Writable(on) => {
            if let Some(thread) = &thread {
                writable(tx, batch, thread, *on, event.at).await?;
                note_thread(batch, channel, thread);
            }
        }
        EventBody::Account(state) => account(tx, batch, channel, event.at, state).await?,
        EventBody::FollowUp(_) | EventBody::PollNow | EventBody::RenewNow | EventBody::Mail(_) => {
            ask(tx, batch, Some(channel), event).await?;
        }
        _ => {}
    }
    keep(tx, batch, Some(channel), event, conversation, contact).await
}

/// Writes down what an event asks for, and names it to the caller.
async fn ask(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: Option<&ChannelHead>,
    event: &Event,
) -> Result<(), StoreError> {
    let owner = channel.map_or(batch.owner, |channel| Owner::Channel(channel.id));
    match &event.body {
        EventBody::FollowUp(what) => {
            let asked = background::Asked { owner, plugin: batch.plugin, what, depth: batch.depth.saturating_add(1) };
            if let Err(refused) = background::ask(tx, &asked, batch.seams, batch.now).await? {
                let (code, most) = (refused.code, refused.most);
                batch.dead_letter(tx, code, &json!({ "most": most }), Some(event)).await?;
                return Ok(());
            }
        }
        EventBody::PollNow => {
            background::poll_now(tx, owner, channel.and_then(|channel| channel.app), batch.now).await?
        }
        EventBody::RenewNow | EventBody::Mail(_) => {}
        _ => return Ok(()),
    }
    let channel = channel.map(|channel| channel.id);
    batch.done.requests.push(Requested { channel, kind: apply::kind(&event.body) });
    Ok(())
}

/// Keeps an event as it is.
pub(super) async fn keep(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: Option<&ChannelHead>,
    event: &Event,
    conversation: Option<ConversationId>,
    contact: Option<ContactId>,
) -> Result<(), StoreError> {
    let id = own::uuid(batch.now, batch.seams);
    let channel = channel.map(|channel| channel.id);
    let sql =
        "INSERT INTO channel_events (id, owner, channel, conversation, contact, kind, at, event, envelope, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let text = json::text(event)?;
    let names_media = media::any(&text).then(|| text.clone());
    let values = args![
        id,
        batch.owner,
        channel,
        conversation,
        contact,
        apply::kind(&event.body),
        event.at,
        text,
        batch.envelope,
        batch.now
    ];
    tx.execute(sql, values).await?;
    if let Some(text) = names_media {
        media::named(tx, &format!("event:{id}"), &text, batch.owner, channel).await?;
    }
    batch.note(Entry::of(Kind::ChannelEvent).channel(channel).conversation(conversation).contact(contact));
    Ok(())
}

/// Whether we may write into a thread; the newest that was told counts.
pub(super) async fn writable(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    thread: &ThreadRow,
    on: bool,
    at: u64,
) -> Result<(), StoreError> {
    if set_writable(tx, &thread.id, on, at).await? {
        for cached in batch.threads.values_mut().filter(|cached| cached.id == thread.id) {
            cached.writable = on;
        }
    }
    Ok(())
}

/// Whether that was newer than what was told before.
pub(crate) async fn set_writable(tx: &mut Tx, thread: &ThreadId, on: bool, at: u64) -> Result<bool, StoreError> {
    let sql = "UPDATE threads SET writable = $2, writable_at = $3 WHERE id = $1 AND (writable_at IS NULL OR writable_at <= $3)";
    Ok(tx.execute(sql, args![thread, on, at]).await? > 0)
}

fn note_thread(batch: &mut Batch<'_>, channel: &ChannelHead, thread: &ThreadRow) {
    if let Some(conversation) = thread.conversation {
        batch.note(Entry::of(Kind::ConversationChanged).channel(channel.id).conversation(conversation));
    }
}

async fn conversation_of(tx: &mut Tx, channel: &ChannelHead, key: &str) -> Result<Option<ConversationId>, StoreError> {
    let sql = "SELECT conversation FROM thread_keys JOIN threads ON threads.id = thread_keys.thread
               WHERE thread_keys.channel = $1 AND thread_keys.key = $2";
    match tx.row(sql, args![channel.id, key]).await? {
        Some(row) => row.get("conversation"),
        None => Ok(None),
    }
}

/// What a person agreed to; the newest about each topic counts, and two of one moment are told apart by their keys.
async fn consented(tx: &mut Tx, person: Option<&Person>, event: &Event, consent: &Consent) -> Result<(), StoreError> {
    let Some(person) = person else { return Ok(()) };
    let sql = "INSERT INTO consents (identity, topic, given, evidence, context, ord, at, dedup)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (identity, topic) DO UPDATE SET given = excluded.given, evidence = excluded.evidence,
               context = excluded.context, ord = excluded.ord, at = excluded.at, dedup = excluded.dedup
               WHERE COALESCE(consents.ord, -1) < COALESCE(excluded.ord, -1)
                OR (COALESCE(consents.ord, -1) = COALESCE(excluded.ord, -1) AND consents.at < excluded.at)
                OR (COALESCE(consents.ord, -1) = COALESCE(excluded.ord, -1) AND consents.at = excluded.at
                    AND consents.dedup < excluded.dedup)";
    let context = consent.context.as_ref().map(json::text).transpose()?;
    let values = args![
        person.identity,
        consent.topic,
        consent.given,
        consent.evidence,
        context,
        event.order,
        event.at,
        event.dedup
    ];
    tx.execute(sql, values).await.map(drop)
}

/// What the provider says of the account.
async fn account(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    at: u64,
    state: &AccountState,
) -> Result<(), StoreError> {
    let (state, why) = match state {
        // Only makes the host probe; a probe is the next delivery.
        AccountState::Healthy => return Ok(()),
        AccountState::Reconnect(why) => (HealthState::Reconnect, why.clone()),
        AccountState::PermissionMissing(scopes) => (HealthState::PermissionMissing, scopes.join(", ")),
        AccountState::Suspended(why) => (HealthState::Suspended, why.clone()),
        AccountState::Degraded(why) => (HealthState::Degraded, why.clone()),
    };
    set_health(tx, channel.id, &Health { state, why: Some(why), since: at }).await?;
    batch.note(Entry::of(Kind::ChannelChanged).channel(channel.id));
    Ok(())
}
