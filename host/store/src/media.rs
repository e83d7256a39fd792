//! Which files are kept, under which names, and what names them. The bytes lie elsewhere: a row is written after its file is there,
//! and a file goes after its row is gone, so a death in between leaves a file too many and never one too few.
//!
//! A file's place holds a random part, so that a file which is being removed and the same one coming anew are two.

use lockgate_model::id::{ChannelId, MessageId, Owner};

use crate::Store;
use crate::db::{Row, Tx, args};
use crate::error::{Conflict, StoreError};

/// How long a medium is kept that nothing names: who takes it in names it in the same call, who uploads it soon.
pub const UNNAMED_MS: u64 = 24 * 60 * 60 * 1000;
/// How long a file is left alone that nobody keeps or that no row knows: longer than taking one in takes.
pub const UNKEPT_MS: u64 = 60 * 60 * 1000;
/// What one round of the sweep removes.
const ROUND: u32 = 500;

/// A file that is there and gets a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMedium {
    /// The name. Nobody can guess it.
    pub handle: String,
    /// Who may use the name.
    pub owner: Owner,
    /// The digest of the bytes, in hexadecimal.
    pub sha256: String,
    /// Where the file lies now.
    pub place: String,
    /// In bytes.
    pub size: u64,
    /// What the bytes are.
    pub content_type: String,
    /// As its sender named it.
    pub file_name: Option<String>,
    /// Bytes that this owner may keep altogether.
    pub most: u64,
}

/// A medium that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediumRecord {
    /// Its name.
    pub handle: String,
    /// The digest of the bytes, in hexadecimal.
    pub sha256: String,
    /// Where the file lies.
    pub place: String,
    /// In bytes.
    pub size: u64,
    /// What the bytes are.
    pub content_type: String,
    /// As its sender named it.
    pub file_name: Option<String>,
}

macro_rules! medium {
    ($rest:literal) => {
        concat!(
            "SELECT media.handle, media.sha256, place, media.size, content_type, file_name
             FROM media JOIN media_files ON media_files.sha256 = media.sha256 ",
            $rest
        )
    };
}

impl Store {
    /// Gives a file a name. Where the same bytes are kept already, the answer is where those lie, and the file at `place` is to be
    /// removed. None: its owner keeps as much as it may.
    ///
    /// # Errors
    ///
    /// [`Conflict::Changed`] where the name is somebody else's or stands for other bytes that something names; the database's.
    pub async fn keep_medium(&self, new: NewMedium) -> Result<Option<String>, StoreError> {
        let (lane, input) = (new.owner, (new, self.now_ms()));
        self.db().write(lane, input, |tx, (new, now)| Box::pin(keep(tx, new, *now))).await
    }

    /// A medium that one of these may use.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn medium(&self, handle: &str, owners: [Owner; 2]) -> Result<Option<MediumRecord>, StoreError> {
        let [one, other] = owners;
        let sql = medium!("WHERE media.handle = $1 AND owner IN ($2, $3)");
        self.db().glance().await?.row(sql, args![handle, one, other]).await?.as_ref().map(record).transpose()
    }

    /// A medium by its name alone: only for a name that the host vouches for.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn shared_medium(&self, handle: &str) -> Result<Option<MediumRecord>, StoreError> {
        let sql = medium!("WHERE media.handle = $1");
        self.db().glance().await?.row(sql, args![handle]).await?.as_ref().map(record).transpose()
    }

    /// A medium that a message names.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn medium_of_message(&self, id: MessageId, handle: &str) -> Result<Option<MediumRecord>, StoreError> {
        let sql =
            medium!("JOIN media_uses ON media_uses.handle = media.handle WHERE media.handle = $1 AND used_by = $2");
        self.db().glance().await?.row(sql, args![handle, of_message(id)]).await?.as_ref().map(record).transpose()
    }

    /// Forgets what nothing names and was not named in time, and the files of which nobody keeps a name. Where those lay is
    /// answered: they are to be removed. As many as one round takes; the next goes on.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn sweep_media(&self) -> Result<Vec<String>, StoreError> {
        self.db().write("media", self.now_ms(), |tx, now| Box::pin(sweep(tx, *now))).await
    }

    /// Whether the file with this digest lies at this place.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn is_medium_at(&self, sha256: &str, place: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 AS one FROM media_files WHERE sha256 = $1 AND place = $2";
        Ok(self.db().glance().await?.row(sql, args![sha256, place]).await?.is_some())
    }
}

async fn keep(tx: &mut Tx, new: &NewMedium, now: u64) -> Result<Option<String>, StoreError> {
    let sql = "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS total FROM media WHERE owner = $1 AND handle <> $2";
    let row = tx.row(sql, args![new.owner, new.handle]).await?.ok_or_else(|| StoreError::corrupt("media"))?;
    if row.get::<u64>("total")?.saturating_add(new.size) > new.most {
        return Ok(None);
    }
    // The row of a file that is there already is touched, so that a sweep which has chosen it finds it changed and leaves it.
    let sql = "INSERT INTO media_files (sha256, place, size, content_type, touched_at) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (sha256) DO UPDATE SET touched_at = excluded.touched_at RETURNING place";
    let file = tx.row(sql, args![new.sha256, new.place, new.size, new.content_type, now]).await?;
    let place = file.ok_or_else(|| StoreError::corrupt("media_files"))?.get("place")?;
    let sql = "INSERT INTO media (handle, owner, sha256, size, file_name, created_at) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (handle) DO UPDATE SET sha256 = excluded.sha256, size = excluded.size,
               file_name = excluded.file_name, created_at = excluded.created_at
               WHERE media.owner = excluded.owner AND (media.sha256 = excluded.sha256
                OR NOT EXISTS (SELECT 1 FROM media_uses WHERE media_uses.handle = media.handle))";
    let values = args![new.handle, new.owner, new.sha256, new.size, new.file_name, now];
    if tx.execute(sql, values).await? == 0 {
        return Err(Conflict::Changed.into());
    }
    Ok(Some(place))
}

async fn sweep(tx: &mut Tx, now: u64) -> Result<Vec<String>, StoreError> {
    let sql = "DELETE FROM media WHERE handle IN
               (SELECT handle FROM media WHERE created_at <= $1
                AND NOT EXISTS (SELECT 1 FROM media_uses WHERE media_uses.handle = media.handle) LIMIT $2)
               AND created_at <= $1";
    tx.execute(sql, args![now.saturating_sub(UNNAMED_MS), ROUND]).await?;
    let sql = "DELETE FROM media_files WHERE sha256 IN
               (SELECT sha256 FROM media_files WHERE touched_at <= $1
                AND NOT EXISTS (SELECT 1 FROM media WHERE media.sha256 = media_files.sha256) LIMIT $2)
               AND touched_at <= $1 RETURNING place";
    let rows = tx.rows(sql, args![now.saturating_sub(UNKEPT_MS), ROUND]).await?;
    rows.iter().map(|row| row.get("place")).collect()
}

fn record(row: &Row) -> Result<MediumRecord, StoreError> {
    Ok(MediumRecord {
        handle: row.get("handle")?,
        sha256: row.get("sha256")?,
        place: row.get("place")?,
        size: row.get("size")?,
        content_type: row.get("content_type")?,
        file_name: row.get("file_name")?,
    })
}

/// How a message is written as what names a medium.
pub(crate) fn of_message(id: MessageId) -> String {
    format!("message:{id}")
}

/// How a message is written that is known by its name alone.
pub(crate) fn of_fact(scope: &str, kind: &str, name: &str) -> String {
    format!("fact:{scope}:{kind}:{name}")
}

/// How an envelope is written as what names a medium.
pub(crate) fn of_envelope(id: lockgate_model::id::EnvelopeId) -> String {
    format!("envelope:{id}")
}

/// Notes that `by` names the media that are written in this JSON, as far as the channel, or who told it, may use them.
pub(crate) async fn named(
    tx: &mut Tx,
    by: &str,
    json: &str,
    owner: Owner,
    channel: Option<ChannelId>,
) -> Result<(), StoreError> {
    for handle in written(json) {
        let channel = channel.map_or(owner, Owner::Channel);
        let sql = "INSERT INTO media_uses (handle, used_by) SELECT handle, $2 FROM media
                   WHERE handle = $1 AND owner IN ($3, $4) ON CONFLICT DO NOTHING";
        tx.execute(sql, args![handle, by, owner, channel]).await?;
    }
    Ok(())
}

/// Notes that `by` names what another names.
pub(crate) async fn named_as_well(tx: &mut Tx, by: &str, other: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO media_uses (handle, used_by) SELECT handle, $1 FROM media_uses WHERE used_by = $2
               ON CONFLICT DO NOTHING";
    tx.execute(sql, args![by, other]).await.map(drop)
}

/// Forgets what this named, and what was to be fetched for it. What nothing names then goes at once where it was erased, else in its time.
pub(crate) async fn forget(tx: &mut Tx, by: &str, erased: bool) -> Result<(), StoreError> {
    crate::background::forget_files(tx, by).await?;
    let rows = tx.rows("DELETE FROM media_uses WHERE used_by = $1 RETURNING handle", args![by]).await?;
    for row in rows.iter().filter(|_| erased) {
        let sql = "DELETE FROM media WHERE handle = $1
                   AND NOT EXISTS (SELECT 1 FROM media_uses WHERE media_uses.handle = media.handle)";
        tx.execute(sql, args![row.get::<String>("handle")?]).await?;
    }
    Ok(())
}

/// Whether any medium is written in a JSON text.
pub(crate) fn any(json: &str) -> bool {
    json.contains(STORED)
}

/// How the contract's `media-source.stored` begins as JSON. Inside of a text its quotes would be escaped.
const STORED: &str = r#"{"type":"stored","value":""#;

/// The media that are written in a JSON text.
fn written(json: &str) -> impl Iterator<Item = &str> {
    json.split(STORED).skip(1).filter_map(|rest| rest.split('"').next())
}

#[cfg(test)]
mod tests {
    use lockgate_model::contract::common::{Content, MediaSource, RichText};

    use super::written;

    #[test]
    fn media_are_found_where_they_are_written_and_nowhere_else() {
        let stored = |name: &str| MediaSource::Stored(name.into());
        let all = vec![stored("aa11"), MediaSource::Deferred("x".into()), stored("bb22")];
        let json = serde_json::to_string(&all).expect("JSON");
        assert_eq!(written(&json).collect::<Vec<_>>(), ["aa11", "bb22"]);
        let talk = Content::Text(RichText { plain: json, html: None });
        assert_eq!(written(&serde_json::to_string(&talk).expect("JSON")).count(), 0, "who speaks of one names none");
    }
}
