//! Files that messages name and that are not here yet: written down with the message, fetched later, and put in the place of what
//! named them together with the row's end.
//!
//! A row says what names the file: a message, or what is known of one by its name alone (an edit that came before its message). Where
//! that was forgotten meanwhile the row is gone with it, and a file that was kept for it is named by nothing and swept.

use std::collections::BTreeSet;

use lockgate_model::background::{MOST_FILES, Next, WHAT_BYTES, Work, judge};
use lockgate_model::contract::common::{Content, MediaSource, Part};
use lockgate_model::delivery::DEADLINE_MS;
use lockgate_model::id::{ChannelId, ConversationId, FetchId, MessageId, Owner, PluginName};
use lockgate_model::manifest::{MediaAddresses, MediaRule};
use lockgate_model::media::{reason, replace, sources};
use lockgate_model::message::{Fact, Failure};
use lockgate_model::seam::Seams;

use super::queue::{Claimer, Queue, queue};
use super::{Broke, Worked, effects};
use crate::Store;
use crate::captured;
use crate::db::{Row, Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry, Kind};
use crate::ingest::{IngestError, Ingested, Origin, refresh_all, work};
use crate::json as text;
use crate::media;
use crate::outbox::{jitter, manifest, scope};

const QUEUE: Queue = queue!("fetches");

/// Who names files.
pub(crate) struct Naming<'a> {
    pub(crate) channel: ChannelId,
    pub(crate) plugin: &'a PluginName,
    /// As in `media_uses`.
    pub(crate) used_by: &'a str,
}

/// Writes down that files of these parts are to be fetched. The parts as they are to be kept, where that is another way: what cannot
/// be waited for is missing.
pub(crate) async fn ask(
    tx: &mut Tx,
    naming: &Naming<'_>,
    parts: &[Part],
    seams: &Seams,
    now: u64,
) -> Result<Option<Vec<Part>>, StoreError> {
    if !parts.iter().any(|part| matches!(part.content, Content::Media(_) | Content::Fields(_))) {
        return Ok(None);
    }
    let mut kept = parts.to_vec();
    let mut asked = Vec::new();
    for source in sources(&mut kept).into_iter().map(|source| source.clone()) {
        if matches!(source, MediaSource::Deferred(_) | MediaSource::Address(_)) && !asked.contains(&source) {
            asked.push(source);
        }
    }
    let by_address = asked.iter().any(|source| matches!(source, MediaSource::Address(_)));
    // Who keeps no files has none fetched: an address stays what it is.
    let fetches = |media: &MediaRule| media.addresses != MediaAddresses::Nowhere;
    if by_address
        && !manifest(tx, naming.plugin).await?.is_some_and(|manifest| manifest.media.as_ref().is_some_and(fetches))
    {
        asked.retain(|source| matches!(source, MediaSource::Deferred(_)));
    }
    if asked.is_empty() {
        return Ok(None);
    }
    let owner = Owner::Channel(naming.channel);
    let row = tx.row("SELECT COUNT(*) AS open FROM fetches WHERE owner = $1", args![owner]).await?;
    let mut open = row.map(|row| row.get::<u64>("open")).transpose()?.unwrap_or_default();
    let mut changed = false;
    for source in asked {
        let (MediaSource::Deferred(words) | MediaSource::Address(words)) = &source else { continue };
        let refused = match (words.len() > WHAT_BYTES, open >= MOST_FILES) {
            (true, _) => Some("too-long"),
            (_, true) => Some("too-many"),
            _ => None,
        };
        if let Some(code) = refused {
            changed |= replace(&mut kept, &source, &missing(&Failure::with("unsupported", code)));
            continue;
        }
        open = open.saturating_add(1);
        let sql =
            "INSERT INTO fetches (id, owner, channel, plugin, used_by, source, file_name, due_at, deadline, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8)";
        let values = args![
            FetchId::new(now, seams.entropy.as_ref()),
            owner,
            naming.channel,
            naming.plugin,
            naming.used_by,
            text::text(&source)?,
            file_name(parts, &source).map(text::text).transpose()?,
            now,
            now.saturating_add(DEADLINE_MS)
        ];
        tx.execute(sql, values).await?;
    }
    tx.queued_work();
    Ok(changed.then_some(kept))
}

/// Forgets what was to be fetched for this.
pub(crate) async fn forget(tx: &mut Tx, used_by: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM fetches WHERE used_by = $1", args![used_by]).await.map(drop)
}

/// How the message calls the file.
fn file_name<'a>(parts: &'a [Part], of: &MediaSource) -> Option<&'a String> {
    parts.iter().find_map(|part| match &part.content {
        Content::Media(media) if media.source == *of => media.file_name.as_ref(),
        _ => None,
    })
}

fn missing(failure: &Failure) -> MediaSource {
    MediaSource::Missing(reason(failure))
}

/// A file that its claimer is to fetch now.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedFetch {
    /// Its name.
    pub id: FetchId,
    /// For whom.
    pub owner: Owner,
    /// Deferred or an address, as the message names it.
    pub source: MediaSource,
    /// As the message names the file.
    pub file_name: Option<String>,
    /// 1 at the first attempt.
    pub attempt: u32,
    /// What the end of the attempt must name.
    pub fence: u64,
    /// Whether its day is over: it is not fetched any more.
    pub is_over: bool,
}

struct Held {
    channel: ChannelId,
    plugin: PluginName,
    used_by: String,
    deadline: u64,
    failure: Option<Failure>,
}

impl Store {
    /// Claims files that are to be fetched by this node, oldest first, and those that were not fetched in their day.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn claim_fetches(&self, claimer: Claimer) -> Result<Vec<ClaimedFetch>, StoreError> {
        if !QUEUE.is_due(self, &claimer).await? {
            return Ok(Vec::new());
        }
        self.db()
            .write("fetches", claimer, |tx, claimer| {
                Box::pin(async move {
                    let mut rows = Vec::new();
                    for row in QUEUE.over(tx, claimer).await? {
                        rows.extend(QUEUE.take(tx, claimer, &row.get::<String>("id")?).await?);
                    }
                    rows.extend(QUEUE.claim(tx, claimer).await?);
                    rows.iter().map(|row| claimed(row, claimer.now)).collect()
                })
            })
            .await
    }

    /// Ends a fetch with the file: it stands where the message named its source, together with what the call wrote to the plugin's
    /// state. A name that is no file's of the channel ends it as what cannot be done.
    ///
    /// # Errors
    ///
    /// [`IngestError::StateConflict`]: run it again. [`crate::Conflict::Changed`] where the claim is lost, or nothing names the file
    /// any more. Nothing was changed then.
    pub async fn finish_fetch(
        &self,
        claimed: &ClaimedFetch,
        handle: String,
        worked: Worked,
    ) -> Result<Ingested, IngestError> {
        let lane = self.lane_of_owner(claimed.owner).await?;
        let input = (self.clone(), claimed.clone(), handle, worked, self.now_ms());
        let done = self
            .db()
            .write(lane, input, |tx, (store, claimed, handle, worked, now)| {
                Box::pin(finish(tx, store, claimed, handle, worked, *now))
            })
            .await?;
        done.ok_or(IngestError::StateConflict)
    }

    /// Ends an attempt that came to nothing: it is tried again, or the message says why the file is missing. Whether it is over.
    ///
    /// # Errors
    ///
    /// [`crate::Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn fail_fetch(&self, claimed: &ClaimedFetch, broke: Broke) -> Result<bool, StoreError> {
        let lane = self.lane_of_owner(claimed.owner).await?;
        let input = (self.clone(), claimed.clone(), broke, self.now_ms());
        self.db()
            .write(lane, input, |tx, (store, claimed, broke, now)| Box::pin(fail(tx, store, claimed, broke, *now)))
            .await
    }

    /// Gives a claimed one back, to be fetched at this moment. It does not count as an attempt.
    ///
    /// # Errors
    ///
    /// [`crate::Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn put_off_fetch(&self, claimed: &ClaimedFetch, until: u64) -> Result<(), StoreError> {
        QUEUE.put_off(self, claimed.id.to_string(), claimed.fence, until).await
    }
}

fn claimed(row: &Row, now: u64) -> Result<ClaimedFetch, StoreError> {
    Ok(ClaimedFetch {
        id: row.get("id")?,
        owner: row.get("owner")?,
        source: row.json("source")?,
        file_name: row.json_opt("file_name")?,
        attempt: row.get("attempt")?,
        fence: row.get("fence")?,
        is_over: row.get::<u64>("deadline")? <= now,
    })
}

async fn held(tx: &mut Tx, claimed: &ClaimedFetch) -> Result<Held, StoreError> {
    let row = QUEUE.held(tx, &claimed.id.to_string(), claimed.fence).await?;
    Ok(Held {
        channel: row.get("channel")?,
        plugin: row.get("plugin")?,
        used_by: row.get("used_by")?,
        deadline: row.get("deadline")?,
        failure: row.json_opt("failure")?,
    })
}

async fn finish(
    tx: &mut Tx,
    store: &Store,
    claimed: &ClaimedFetch,
    handle: &str,
    worked: &Worked,
    now: u64,
) -> Result<Option<Ingested>, StoreError> {
    let held = held(tx, claimed).await?;
    let seams = store.seams();
    let by_plugin = matches!(claimed.source, MediaSource::Deferred(_));
    let origin = Origin {
        owner: claimed.owner,
        plugin: &held.plugin,
        envelope: worked.envelope,
        ability: "fetch",
        handed: "",
        depth: 0,
        at: worked.at,
    };
    let Some(ingested) = work(tx, &origin, &worked.outcome(), seams, now).await? else { return Ok(None) };
    captured::keep(tx, store, claimed.owner, &worked.captured, now).await?;
    if by_plugin {
        effects::working(tx, claimed.owner, now).await?;
    }
    let sql = "SELECT 1 AS one FROM media WHERE handle = $1 AND owner = $2";
    let to = match tx.row(sql, args![handle, claimed.owner]).await? {
        Some(_) => MediaSource::Stored(handle.to_owned()),
        None => missing(&Failure::with("unsupported", "no-such-file")),
    };
    settle(tx, seams, now, (&held, &claimed.source), &to).await?;
    QUEUE.end(tx, &claimed.id.to_string(), claimed.fence).await?;
    Ok(Some(ingested))
}

async fn fail(tx: &mut Tx, store: &Store, claimed: &ClaimedFetch, broke: &Broke, now: u64) -> Result<bool, StoreError> {
    let held = held(tx, claimed).await?;
    let seams = store.seams();
    let manifest = manifest(tx, &held.plugin).await?;
    let verdict = judge(&Work {
        attempt: claimed.attempt,
        now,
        deadline: Some(held.deadline),
        fault: &broke.fault(),
        scope_of: &|bucket| scope(manifest.as_ref(), bucket),
        jitter: jitter(seams),
    });
    captured::keep(tx, store, claimed.owner, broke.captured(), now).await?;
    effects::apply(tx, claimed.owner, &verdict, now).await?;
    let failure = match (verdict.next, claimed.is_over) {
        (Next::RetryAt(at), false) => {
            QUEUE.retry(tx, (&claimed.id.to_string(), claimed.fence), at, &verdict.failure).await?;
            return Ok(false);
        }
        (_, true) => {
            Failure { code: "waited".into(), ..held.failure.clone().unwrap_or_else(|| Failure::code("waited")) }
        }
        (Next::Halt | Next::GiveUp, false) => verdict.failure,
    };
    settle(tx, seams, now, (&held, &claimed.source), &missing(&failure)).await?;
    QUEUE.end(tx, &claimed.id.to_string(), claimed.fence).await?;
    Ok(true)
}

/// Puts what became of it where it is named, and has whoever reads see it.
async fn settle(
    tx: &mut Tx,
    seams: &Seams,
    now: u64,
    (held, from): (&Held, &MediaSource),
    to: &MediaSource,
) -> Result<(), StoreError> {
    let mut log = Vec::new();
    if let Some(message) = held.used_by.strip_prefix("message:") {
        if let Ok(message) = message.parse::<MessageId>() {
            in_message(tx, held, message, (from, to), &mut log).await?;
            refresh_all(tx, seams, now, &BTreeSet::from([message]), &mut log).await?;
        }
    } else if let Some(about) = held.used_by.strip_prefix("fact:") {
        let mut about = about.splitn(3, ':');
        if let (Some(scope), Some(kind), Some(name)) = (about.next(), about.next(), about.next()) {
            in_facts(tx, held, (scope, kind, name), (from, to)).await?;
            let sql = "SELECT message FROM message_names WHERE channel = $1 AND kind = $2 AND name = $3";
            let messages = tx.rows(sql, args![scope, kind, name]).await?;
            let messages = messages.iter().map(|row| row.get("message")).collect::<Result<BTreeSet<_>, _>>()?;
            refresh_all(tx, seams, now, &messages, &mut log).await?;
        }
    }
    event_log::append(tx, now, &log).await
}

async fn in_message(
    tx: &mut Tx,
    held: &Held,
    id: MessageId,
    (from, to): (&MediaSource, &MediaSource),
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    let sql = "SELECT parts, original, conversation FROM messages WHERE id = $1 AND erased = 0";
    let Some(row) = tx.row(sql, args![id]).await? else { return Ok(()) };
    let (mut parts, mut original): (Vec<Part>, Option<Vec<Part>>) = (row.json("parts")?, row.json_opt("original")?);
    let mut changed = replace(&mut parts, from, to);
    changed |= original.as_mut().is_some_and(|original| replace(original, from, to));
    if !changed {
        return Ok(());
    }
    let (parts, original) = (text::text(&parts)?, original.map(|original| text::text(&original)).transpose()?);
    for json in original.iter().chain([&parts]) {
        media::named(tx, &held.used_by, json, Owner::Channel(held.channel), None).await?;
    }
    tx.execute("UPDATE messages SET parts = $2, original = $3 WHERE id = $1", args![id, parts, original]).await?;
    let conversation: ConversationId = row.get("conversation")?;
    log.push(Entry::of(Kind::MessageChanged).channel(held.channel).conversation(conversation).message(id));
    Ok(())
}

async fn in_facts(
    tx: &mut Tx,
    held: &Held,
    (scope, kind, name): (&str, &str, &str),
    (from, to): (&MediaSource, &MediaSource),
) -> Result<(), StoreError> {
    let sql = "SELECT id, fact FROM message_facts WHERE channel = $1 AND kind = $2 AND name = $3";
    for row in tx.rows(sql, args![scope, kind, name]).await? {
        let Fact::Edit { mut parts } = row.json("fact")? else { continue };
        if replace(&mut parts, from, to) {
            let json = text::text(&Fact::Edit { parts })?;
            media::named(tx, &held.used_by, &json, Owner::Channel(held.channel), None).await?;
            let sql = "UPDATE message_facts SET fact = $2 WHERE id = $1";
            tx.execute(sql, args![row.get::<u64>("id")?, json]).await?;
        }
    }
    Ok(())
}
