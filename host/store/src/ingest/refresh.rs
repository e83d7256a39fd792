//! Working out what messages show from all that is known of them.
//!
//! Everything is read anew and merged by the rules of `lockgate_model::message`; nothing depends on which event brought us here.

use std::collections::BTreeSet;

use lockgate_model::contract::common::Part;
use lockgate_model::contract::inbound::ReceiptStatus;
use lockgate_model::id::{ChannelId, ContactId, ConversationId, EnvelopeId, MessageId};
use lockgate_model::message::{
    Content, Direction, Evidence, Fact, Failure, Filed, MessageStatus, PartState, Reach, ReactionShown, Shown, Stamp,
    Watermarks, joined, shown, status, text_of,
};
use lockgate_model::seam::Seams;

use super::{Head, own, threads, watermark};
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry, Kind};
use crate::json;
use crate::media;

/// A message as it is stored.
struct Stored {
    channel: ChannelId,
    conversation: ConversationId,
    contact: Option<ContactId>,
    thread: Option<String>,
    direction: Direction,
    at: u64,
    status: MessageStatus,
    failure: Option<Failure>,
    sent_at: Option<u64>,
    parts: Vec<Part>,
    original: Option<Vec<Part>>,
    reactions: Vec<ReactionShown>,
    edited_at: Option<u64>,
    deleted_at: Option<u64>,
    erased: bool,
    envelope: Option<EnvelopeId>,
}

/// A fact with the name it was told under.
struct Told {
    filed: Filed,
    kind: String,
    name: String,
    part: Option<u32>,
    envelope: Option<EnvelopeId>,
}

/// A part of an outgoing message.
struct OwnPart {
    id: u32,
    state: PartState,
    sent_at: Option<u64>,
    external: Option<String>,
}

/// Looks at messages again and writes down what has changed of them.
pub(crate) async fn refresh_all(
    tx: &mut Tx,
    _seams: &Seams,
    _now: u64,
    messages: &BTreeSet<MessageId>,
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    for message in messages {
        refresh(tx, *message, log).await?;
    }
    Ok(())
}

async fn refresh(tx: &mut Tx, id: MessageId, log: &mut Vec<Entry>) -> Result<(), StoreError> {
    // It may have been an echo of ours and be gone.
    let Some(stored) = load(tx, id).await? else { return Ok(()) };
    let told = facts(tx, id, stored.channel, log).await?;
    let taken_back = taken_back(tx, stored.channel, &told).await?;
    let now = merged(&stored, &told, &taken_back);
    let mut changed = false;
    if !stored.erased && differs(&stored, &now) {
        write_shown(tx, id, &stored, &now, &told).await?;
        changed = true;
    }
    if stored.direction != Direction::In {
        changed |= progress(tx, id, &stored, &told).await?;
    }
    up_to_here(tx, id, &stored, &told, log).await?;
    let entry = Entry::of(Kind::MessageChanged).channel(stored.channel).conversation(stored.conversation).message(id);
    let created = Entry { kind: Kind::MessageCreated, contact: stored.contact, ..entry.clone() };
    if changed && !log.contains(&entry) && !log.contains(&created) {
        log.push(entry);
    }
    Ok(())
}

async fn load(tx: &mut Tx, id: MessageId) -> Result<Option<Stored>, StoreError> {
    let sql =
        "SELECT messages.channel, conversation, contact, messages.thread, direction, at, messages.status, failure,
               sent_at, parts, original, reactions, edited_at, deleted_at, erased, envelope
               FROM messages JOIN conversations ON conversations.id = messages.conversation WHERE messages.id = $1";
    let Some(row) = tx.row(sql, args![id]).await? else { return Ok(None) };
    Ok(Some(Stored {
        channel: row.get("channel")?,
        conversation: row.get("conversation")?,
        contact: row.get("contact")?,
        thread: row.get("thread")?,
        direction: direction(&row)?,
        at: row.get("at")?,
        status: message_status(&row)?,
        failure: row.json_opt("failure")?,
        sent_at: row.get("sent_at")?,
        parts: row.json("parts")?,
        original: row.json_opt("original")?,
        reactions: row.json_opt("reactions")?.unwrap_or_default(),
        edited_at: row.get("edited_at")?,
        deleted_at: row.get("deleted_at")?,
        erased: row.get("erased")?,
        envelope: row.get("envelope")?,
    }))
}

/// A row's `direction`.
pub(crate) fn direction(row: &Row) -> Result<Direction, StoreError> {
    Direction::from_text(&row.get::<String>("direction")?).ok_or_else(|| StoreError::corrupt("messages.direction"))
}

/// A row's `status`.
pub(crate) fn message_status(row: &Row) -> Result<MessageStatus, StoreError> {
    MessageStatus::from_text(&row.get::<String>("status")?).ok_or_else(|| StoreError::corrupt("messages.status"))
}

/// All facts about a message, under all of its names. A receipt can bring a further name, under which more was told.
async fn facts(tx: &mut Tx, id: MessageId, channel: ChannelId, log: &mut Vec<Entry>) -> Result<Vec<Told>, StoreError> {
    let sql =
        "SELECT message_facts.kind, message_facts.name, part, own_id, ord, at, dedup, fact, envelope FROM message_names
               JOIN message_facts ON message_facts.channel = message_names.channel
                AND message_facts.kind = message_names.kind AND message_facts.name = message_names.name
               WHERE message_names.message = $1";
    let mut named = BTreeSet::new();
    loop {
        let rows = tx.rows(sql, args![id]).await?;
        let told = rows.iter().map(read_fact).collect::<Result<Vec<_>, _>>()?;
        let learnt = told.iter().find_map(|told| match &told.filed.fact {
            Fact::Receipt { learnt: Some(learnt), .. } if !named.contains(learnt) => Some((learnt.clone(), told.part)),
            _ => None,
        });
        let Some((learnt, part)) = learnt else { return Ok(told) };
        own::claim_name(tx, channel, &learnt, id, part, log).await?;
        named.insert(learnt);
    }
}

fn read_fact(row: &Row) -> Result<Told, StoreError> {
    Ok(Told {
        filed: Filed {
            stamp: Stamp { order: row.get("ord")?, at: row.get("at")?, dedup: row.get("dedup")? },
            own_id: row.get("own_id")?,
            fact: row.json("fact")?,
        },
        kind: row.get("kind")?,
        name: row.get("name")?,
        part: row.get("part")?,
        envelope: row.get("envelope")?,
    })
}

/// Which of the facts with an id of their own were deleted by it.
async fn taken_back(tx: &mut Tx, channel: ChannelId, told: &[Told]) -> Result<BTreeSet<String>, StoreError> {
    let mut taken = BTreeSet::new();
    for own in told.iter().filter_map(|told| told.filed.own_id.as_ref()) {
        let sql = "SELECT fact FROM message_facts WHERE channel = $1 AND kind = 'id' AND name = $2";
        for row in tx.rows(sql, args![channel, own]).await? {
            if matches!(row.json("fact")?, Fact::Deletion { .. }) {
                taken.insert(own.clone());
            }
        }
    }
    Ok(taken)
}

/// What is to be seen of it now. Of one of ours that the provider carries as several messages, what is told under the name of one
/// of them changes that part.
fn merged(stored: &Stored, told: &[Told], taken_back: &BTreeSet<String>) -> Shown {
    let original = stored.original.as_ref().unwrap_or(&stored.parts);
    let of = |parts: &[Part], chosen: &dyn Fn(&Told) -> bool| {
        let filed: Vec<Filed> = told.iter().filter(|told| chosen(told)).map(|told| told.filed.clone()).collect();
        shown(&Content { parts: parts.to_vec() }, &filed, &|own| taken_back.contains(own))
    };
    let edited_as_a_whole = told.iter().any(|told| told.part.is_none() && matches!(told.filed.fact, Fact::Edit { .. }));
    if stored.direction != Direction::Out || original.len() < 2 || edited_as_a_whole {
        return of(original, &|_| true);
    }
    let each = (0..).zip(original).map(|(number, part): (u32, &Part)| {
        of(std::slice::from_ref(part), &|told| told.part.is_none_or(|named| named == number))
    });
    joined(each.collect())
}

fn differs(stored: &Stored, now: &Shown) -> bool {
    stored.parts != now.parts
        || stored.reactions != now.reactions
        || stored.edited_at != now.edited_at
        || stored.deleted_at != now.deleted_at
        || now.erased
}

async fn write_shown(
    tx: &mut Tx,
    id: MessageId,
    stored: &Stored,
    now: &Shown,
    told: &[Told],
) -> Result<(), StoreError> {
    if now.erased {
        return erase(tx, id, stored, now, told).await;
    }
    let original = match &stored.original {
        None if stored.parts == now.parts => None,
        None => Some(json::text(&stored.parts)?),
        Some(original) => Some(json::text(original)?),
    };
    let reactions = (!now.reactions.is_empty()).then(|| json::text(&now.reactions)).transpose()?;
    let sql =
        "UPDATE messages SET parts = $2, text = $3, original = $4, reactions = $5, edited_at = $6, deleted_at = $7
               WHERE id = $1";
    let parts = json::text(&now.parts)?;
    if media::any(&parts) {
        for told in told.iter().filter(|told| matches!(told.filed.fact, Fact::Edit { .. })) {
            let scope = if told.kind == "universal" { String::new() } else { stored.channel.to_string() };
            media::named_as_well(tx, &media::of_message(id), &media::of_fact(&scope, &told.kind, &told.name)).await?;
        }
    }
    let values = args![id, parts, text_of(&now.parts), original, reactions, now.edited_at, now.deleted_at];
    tx.execute(sql, values).await.map(drop)
}

/// The provider demands that our copy goes too: the message's contents, what changed them, and the bytes that both came in.
async fn erase(tx: &mut Tx, id: MessageId, stored: &Stored, now: &Shown, told: &[Told]) -> Result<(), StoreError> {
    let sql =
        "UPDATE messages SET parts = '[]', text = '', original = NULL, details = NULL, context = NULL, failure = NULL,
               reactions = NULL, edited_at = NULL, deleted_at = $2, erased = 1 WHERE id = $1";
    tx.execute(sql, args![id, now.deleted_at]).await?;
    media::forget(tx, &media::of_message(id), true).await?;
    let mut envelopes: BTreeSet<EnvelopeId> = stored.envelope.into_iter().collect();
    for told in told {
        if matches!(told.filed.fact, Fact::Edit { .. } | Fact::Reaction { .. }) {
            envelopes.extend(told.envelope);
            let scope = if told.kind == "universal" { String::new() } else { stored.channel.to_string() };
            media::forget(tx, &media::of_fact(&scope, &told.kind, &told.name), true).await?;
            let sql = "DELETE FROM message_facts WHERE kind = $1 AND name = $2 AND dedup = $3
                       AND channel IN (SELECT channel FROM message_names WHERE message = $4)";
            tx.execute(sql, args![told.kind, told.name, told.filed.stamp.dedup, id]).await?;
        }
    }
    for envelope in &envelopes {
        empty(tx, *envelope).await?;
        media::forget(tx, &media::of_envelope(*envelope), true).await?;
    }
    // What the provider sent again holds it too.
    let sql = "SELECT id FROM envelopes WHERE duplicates > 0 AND state = 'done'
               AND id IN (SELECT envelope FROM envelope_contacts WHERE contact = $1)";
    if let Some(contact) = stored.contact {
        for row in tx.rows(sql, args![contact]).await? {
            empty(tx, row.get("id")?).await?;
        }
    }
    Ok(())
}

/// Takes out of an envelope what somebody wrote, wherever in the request it stood.
async fn empty(tx: &mut Tx, id: EnvelopeId) -> Result<(), StoreError> {
    let Some(row) = tx.row("SELECT request FROM envelopes WHERE id = $1", args![id]).await? else { return Ok(()) };
    let head = json::text(&row.json::<Head>("request")?.emptied())?;
    let nothing: &[u8] = &[];
    let sql = "UPDATE envelopes SET body = $2, request = $3 WHERE id = $1";
    tx.execute(sql, args![id, nothing, head]).await.map(drop)
}

/// Forgets the contents of messages that are not kept any longer.
pub(crate) async fn expire(tx: &mut Tx, now: u64) -> Result<(), StoreError> {
    let mut log = Vec::new();
    let sql = "SELECT id FROM messages WHERE expires_at IS NOT NULL AND erased = 0 AND expires_at <= $1 LIMIT 500";
    for row in tx.rows(sql, args![now]).await? {
        let id = row.get("id")?;
        let Some(stored) = load(tx, id).await? else { continue };
        let told = facts(tx, id, stored.channel, &mut log).await?;
        let gone = Shown { deleted_at: stored.deleted_at, ..Shown::default() };
        erase(tx, id, &stored, &gone, &told).await?;
        let changed = Entry::of(Kind::MessageChanged).channel(stored.channel).conversation(stored.conversation);
        log.push(changed.message(id));
    }
    event_log::append(tx, now, &log).await
}

/// How far a message of ours has come; whether that is news.
async fn progress(tx: &mut Tx, id: MessageId, stored: &Stored, told: &[Told]) -> Result<bool, StoreError> {
    let marks = match &stored.thread {
        Some(thread) => {
            let sql = "SELECT sent_mark, delivered_mark, read_mark FROM threads WHERE id = $1";
            tx.row(sql, args![thread]).await?.as_ref().map(threads::marks).transpose()?.unwrap_or_default()
        }
        None => Watermarks::default(),
    };
    let parts = match stored.direction {
        Direction::Out => own_parts(tx, id).await?,
        _ => vec![OwnPart { id: 0, state: PartState::Sent, sent_at: Some(stored.at), external: None }],
    };
    let status = status::of_message(parts.iter().map(|part| {
        let mut evidence = Evidence::default();
        told.iter().filter(|told| concerns(told, part)).for_each(|told| {
            if let Fact::Receipt { status, .. } = &told.filed.fact {
                evidence.add(*status);
            }
        });
        status::of_part(part.state, evidence, part.sent_at, &marks)
    }));
    let all_out = parts.iter().all(|part| matches!(part.state, PartState::Sent | PartState::Accepted));
    let sent_at = if all_out { parts.iter().filter_map(|part| part.sent_at).max() } else { None };
    let failure = failure(stored, told, status);
    if (status, sent_at, &failure) == (stored.status, stored.sent_at, &stored.failure) {
        return Ok(false);
    }
    let sql = "UPDATE messages SET status = $2, sent_at = $3, failure = $4 WHERE id = $1";
    let failure = failure.as_ref().map(json::text).transpose()?;
    tx.execute(sql, args![id, status.as_str(), sent_at, failure]).await?;
    Ok(true)
}

/// Whether a receipt speaks of this part: by the part's own name, by that of the message it travelled in, or by that of all.
fn concerns(told: &Told, part: &OwnPart) -> bool {
    match told.part {
        Some(named) => named == part.id,
        None if told.kind == "id" => part.external.as_deref().is_none_or(|external| external == told.name),
        None => true,
    }
}

async fn own_parts(tx: &mut Tx, id: MessageId) -> Result<Vec<OwnPart>, StoreError> {
    let sql = "SELECT part, delivery_parts.state, sent_at, external_id FROM delivery_parts
               JOIN deliveries ON deliveries.id = delivery_parts.delivery
               WHERE message = $1 AND action IS NULL ORDER BY part";
    let rows = tx.rows(sql, args![id]).await?;
    rows.iter()
        .map(|row| {
            let state = PartState::from_text(&row.get::<String>("state")?);
            Ok(OwnPart {
                id: row.get("part")?,
                state: state.ok_or_else(|| StoreError::corrupt("delivery_parts.state"))?,
                sent_at: row.get("sent_at")?,
                external: row.get("external_id")?,
            })
        })
        .collect()
}

/// Why it failed: what the provider said afterwards, else what the attempt came to. Of what goes well nothing is left.
fn failure(stored: &Stored, told: &[Told], status: MessageStatus) -> Option<Failure> {
    let reported = told
        .iter()
        .filter_map(|told| match &told.filed.fact {
            Fact::Receipt { status: ReceiptStatus::Failed, fault, .. } => Some((&told.filed.stamp, fault)),
            _ => None,
        })
        .max_by(|left, right| left.0.cmp(right.0));
    match (status, reported) {
        (MessageStatus::Failed, Some((_, Some(fault)))) => Some(Failure::from(fault)),
        (MessageStatus::Failed, Some((_, None))) => Some(Failure::code("failed")),
        (MessageStatus::Failed | MessageStatus::Unknown | MessageStatus::Queued | MessageStatus::Sending, _) => {
            stored.failure.clone()
        }
        _ => None,
    }
}

/// A receipt for all up to this message: its moment is a watermark of its thread.
async fn up_to_here(
    tx: &mut Tx,
    id: MessageId,
    stored: &Stored,
    told: &[Told],
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    let Some(thread) = &stored.thread else { return Ok(()) };
    let reaches: BTreeSet<Reach> = told
        .iter()
        .filter_map(|told| match &told.filed.fact {
            Fact::Receipt { status, up_to: true, .. } => Reach::of(*status),
            _ => None,
        })
        .collect();
    if reaches.is_empty() {
        return Ok(());
    }
    let moment = match stored.direction {
        Direction::Out => {
            let row = tx.row("SELECT sent_at FROM messages WHERE id = $1", args![id]).await?;
            row.map(|row| row.get::<Option<u64>>("sent_at")).transpose()?.flatten()
        }
        _ => Some(stored.at),
    };
    let Some(moment) = moment else { return Ok(()) };
    for reach in reaches {
        if threads::raise(tx, thread, reach, moment).await? {
            watermark::apply(tx, stored.channel, thread, reach, moment, log).await?;
        }
    }
    Ok(())
}
