//! A claimed delivery with all that the plugin is handed of it.

use lockgate_model::contract::common::{Context, Contexts, Part, Recipient, RecipientRole, Thread, ThreadKind};
use lockgate_model::id::{IdentityId, MessageId};
use lockgate_model::message::PartState;
use lockgate_model::profile::{Profile, ThreadDetails};
use serde::Deserialize;
use serde::de::{IntoDeserializer, value};

use super::{ClaimedDelivery, ClaimedPart, DeliveryRow, PartRow, act};
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::inbox::kind;
use crate::ingest::Details;

/// Puts it together. Contexts that are handed back once are forgotten with it.
pub(super) async fn of(tx: &mut Tx, delivery: DeliveryRow, now: u64) -> Result<ClaimedDelivery, StoreError> {
    let sql = "SELECT COALESCE(original, parts) AS parts, details, account FROM messages
               JOIN channels ON channels.id = messages.channel WHERE messages.id = $1";
    let row = tx.row(sql, args![delivery.message]).await?.ok_or_else(|| StoreError::corrupt("deliveries.message"))?;
    let said: Vec<Part> = row.json("parts")?;
    let details: Details = row.json_opt("details")?.unwrap_or_default();
    let account = row.get("account")?;
    let quote = details.quote.and_then(|quote| quote.message);
    let parts = PartRow::all(tx, delivery.id)
        .await?
        .into_iter()
        .filter_map(|row| {
            // The one part of an action stands for it, whatever the message says by now.
            let part = match said.get(usize::try_from(row.part).ok()?) {
                Some(part) => part.clone(),
                None if delivery.action.is_some() => act::placeholder(),
                None => return None,
            };
            let open = row.state == PartState::Queued;
            Some(ClaimedPart { id: row.part, client_ref: row.client_ref, part, earlier: row.outcome, open })
        })
        .collect();
    let (action, upon) = act::claimed(tx, &delivery).await?.unzip();
    let handing = if action.is_some() { Handing::Action } else { Handing::Answer };
    let message = match upon {
        None => answered(tx, &delivery, quote.as_deref(), now).await?,
        Some(None) => None,
        Some(Some(message)) => of_message(tx, message, now).await?,
    };
    let mut contexts = Contexts { message, thread: None, recipient: None };
    let thread = match &delivery.thread {
        Some(id) => {
            let (thread, context) = thread(tx, id, now, handing).await?;
            contexts.thread = context;
            thread
        }
        None => None,
    };
    let mut recipients = Vec::new();
    if let Some(identity) = delivery.identity {
        let (recipient, context) = recipient(tx, identity, now, handing).await?;
        contexts.recipient = context;
        recipients.extend(recipient);
    }
    Ok(ClaimedDelivery {
        delivery: delivery.id,
        fence: delivery.fence,
        attempt: delivery.attempt,
        message: delivery.message,
        action,
        conversation: delivery.conversation,
        channel: delivery.channel,
        account,
        thread,
        recipients,
        subject: details.subject,
        quote,
        ground: delivery.ground,
        author: delivery.author,
        automatic: delivery.automatic,
        contexts,
        parts,
    })
}

/// For what contexts are handed back. What is handed back once is for answers: nothing else spends it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handing {
    /// A message that goes out.
    Answer,
    /// Something that is done to what is there.
    Action,
}

/// The context of the message that something is done to.
pub(super) async fn of_message(tx: &mut Tx, message: MessageId, now: u64) -> Result<Option<Context>, StoreError> {
    let row = tx.row("SELECT context FROM messages WHERE id = $1", args![message]).await?;
    let context: Option<Context> = row.map(|row| row.json_opt("context")).transpose()?.flatten();
    Ok(handed(context, now, Handing::Action))
}

/// The context of the message that is answered: the quoted one, else the newest incoming one that has any.
async fn answered(
    tx: &mut Tx,
    delivery: &DeliveryRow,
    quote: Option<&str>,
    now: u64,
) -> Result<Option<Context>, StoreError> {
    let quoted = match quote {
        Some(quote) => {
            let sql =
                "SELECT messages.id, context FROM message_names JOIN messages ON messages.id = message_names.message
                       WHERE message_names.channel = $1 AND message_names.kind = 'id' AND message_names.name = $2";
            tx.row(sql, args![delivery.channel, quote]).await?
        }
        None => {
            let sql = "SELECT id, context FROM messages WHERE conversation = $1 AND direction = 'in'
                       ORDER BY at DESC, COALESCE(ord, -1) DESC, id DESC LIMIT 1";
            tx.row(sql, args![delivery.conversation]).await?
        }
    };
    let Some(row) = quoted else { return Ok(None) };
    let context: Option<Context> = row.json_opt("context")?;
    if context.as_ref().is_some_and(|context| context.once) {
        let id: String = row.get("id")?;
        tx.execute("UPDATE messages SET context = NULL WHERE id = $1", args![id]).await?;
    }
    Ok(current(context, now))
}

/// A thread as a plugin is handed it, with what was kept for it.
pub(super) async fn thread(
    tx: &mut Tx,
    id: &str,
    now: u64,
    handing: Handing,
) -> Result<(Option<Thread>, Option<Context>), StoreError> {
    let sql = "SELECT key, kind, details, context FROM threads WHERE id = $1";
    let Some(row) = tx.row(sql, args![id]).await? else { return Ok((None, None)) };
    let word: String = row.get("kind")?;
    let word: value::StrDeserializer<'_, value::Error> = word.as_str().into_deserializer();
    let kind = ThreadKind::deserialize(word).map_err(|_| StoreError::corrupt("threads.kind"))?;
    let details: ThreadDetails = row.json("details")?;
    let context: Option<Context> = row.json_opt("context")?;
    if handing == Handing::Answer && context.as_ref().is_some_and(|context| context.once) {
        tx.execute("UPDATE threads SET context = NULL WHERE id = $1", args![id]).await?;
    }
    let thread = Thread {
        key: row.get("key")?,
        kind,
        title: details.title.map(|latest| latest.value),
        parent: details.parent.map(|latest| latest.value),
        root: details.root.map(|latest| latest.value),
        contact: None,
        capabilities: details.capabilities.map(|latest| latest.value),
        address: details.address.map(|latest| latest.value),
        context: None,
        extras: details.extras.map(|latest| latest.value).unwrap_or_default(),
    };
    Ok((Some(thread), handed(context, now, handing)))
}

/// A person as a plugin is handed them, with what was kept for them.
pub(super) async fn recipient(
    tx: &mut Tx,
    id: IdentityId,
    now: u64,
    handing: Handing,
) -> Result<(Option<Recipient>, Option<Context>), StoreError> {
    let sql = "SELECT key, kind, profile, context FROM identities WHERE id = $1";
    let Some(row) = tx.row(sql, args![id]).await? else { return Ok((None, None)) };
    let profile: Profile = row.json("profile")?;
    let context: Option<Context> = row.json_opt("context")?;
    if handing == Handing::Answer && context.as_ref().is_some_and(|context| context.once) {
        tx.execute("UPDATE identities SET context = NULL WHERE id = $1", args![id]).await?;
    }
    let recipient = Recipient {
        role: RecipientRole::To,
        key: row.get("key")?,
        kind: kind(&row)?,
        aliases: profile.claimed,
        name: profile.name.map(|latest| latest.value),
    };
    Ok((Some(recipient), handed(context, now, handing)))
}

fn handed(context: Option<Context>, now: u64, handing: Handing) -> Option<Context> {
    current(context, now).filter(|context| handing == Handing::Answer || !context.once)
}

fn current(context: Option<Context>, now: u64) -> Option<Context> {
    context.filter(|context| context.expires.is_none_or(|expires| now < expires))
}
