//! Files: what comes with forms, what plugins keep, what a team sends. Each lies once on disk, named by the digest of its bytes, and
//! has a name for each app or channel that keeps it; the name is all that anybody outside ever has.
//!
//! A file is durable before its row is written, and goes after its row is gone. So nothing names a file that is not there, and what a
//! death in between leaves is found by [`Media::sweep`].

mod files;
mod guest;
pub(crate) mod serve;
pub(crate) mod share;

use std::path::Path;

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use lockgate_model::id::Owner;
use lockgate_model::manifest::is_kind;
use lockgate_model::media::{LOOKED_AT, file_name, kind_of};
use lockgate_runtime::MediaError;
use lockgate_store::{MediumRecord, NewMedium, Store, UNKEPT_MS};
use sha2::{Digest, Sha256};

use crate::seams::{FailPoint, Seams};
pub use files::FolderError;
use files::{Files, Upload};
pub use guest::OwnMedia;
pub(crate) use guest::of_call;

/// Bytes that are gathered before they are written.
const PIECE: usize = 256 << 10;

/// How much an operator lets be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaLimits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files of one app or channel.
    pub owner: u64,
}

/// Which file is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Bytes of the largest.
    pub max_bytes: u64,
    /// Media types, by what the bytes are; empty: any.
    pub kinds: Vec<String>,
}

/// See the module.
pub struct Media {
    files: Files,
    store: Store,
    limits: MediaLimits,
    seams: Seams,
}

/// A file on its way in. Dropped before it is kept, it is gone.
pub struct Incoming {
    upload: Upload,
    waiting: BytesMut,
    digest: Sha256,
    head: Vec<u8>,
    size: u64,
    rule: Rule,
}

/// A name for a file that has come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Nobody can guess it.
    pub handle: String,
    /// Who may use it.
    pub owner: Owner,
    /// As its sender named it, whatever that is.
    pub file_name: Option<String>,
}

impl Media {
    /// Opens the folder, makes it where it is missing.
    pub(crate) fn open(folder: &Path, store: Store, limits: MediaLimits, seams: Seams) -> Result<Self, FolderError> {
        Ok(Self { files: Files::open(folder)?, store, limits, seams })
    }

    /// Begins a file.
    ///
    /// # Errors
    ///
    /// [`MediaError::Broken`] where nothing can be written.
    pub async fn begin(&self, rule: Rule) -> Result<Incoming, MediaError> {
        let rule = Rule { max_bytes: rule.max_bytes.min(self.limits.file), kinds: rule.kinds };
        let upload = self.files.begin(self.seams.entropy.as_ref()).await?;
        Ok(Incoming { upload, waiting: BytesMut::new(), digest: Sha256::new(), head: Vec::new(), size: 0, rule })
    }

    /// Keeps a file of which everything has come. What it returns is durable.
    ///
    /// # Errors
    ///
    /// [`MediaError`]; nothing is kept then.
    pub async fn keep(&self, incoming: Incoming, named: Named) -> Result<MediumRecord, MediaError> {
        let (upload, landed) = incoming.end().await?;
        let place = self.files.settle(upload, &landed.sha256, self.seams.entropy.as_ref()).await?;
        self.seams.reached(FailPoint::MediumSettled);
        let new = NewMedium {
            handle: named.handle.clone(),
            owner: named.owner,
            sha256: landed.sha256.clone(),
            place: place.clone(),
            size: landed.size,
            content_type: landed.content_type.clone(),
            file_name: named.file_name.as_deref().and_then(file_name),
            most: self.limits.owner,
        };
        let file_name = new.file_name.clone();
        let lies = match self.store.keep_medium(new).await {
            Ok(Some(lies)) => lies,
            Ok(None) => {
                self.files.remove(&place).await;
                return Err(MediaError::Full);
            }
            // It may be committed all the same. If not, the sweep finds the file.
            Err(error) => return Err(broken("a file's row", &error)),
        };
        if lies != place {
            self.files.remove(&place).await;
        }
        Ok(MediumRecord {
            handle: named.handle,
            sha256: landed.sha256,
            place: lies,
            size: landed.size,
            content_type: landed.content_type,
            file_name,
        })
    }

    /// At most `count` bytes of a file from this offset on; none behind its end.
    ///
    /// # Errors
    ///
    /// [`MediaError::Broken`].
    pub async fn read(&self, medium: &MediumRecord, offset: u64, count: u64) -> Result<Bytes, MediaError> {
        let end = offset.saturating_add(count).min(medium.size);
        if offset >= end {
            return Ok(Bytes::new());
        }
        self.files.read(&medium.place, offset..end).await
    }

    /// The bytes of a range of a file, piece by piece.
    pub fn stream(
        &self,
        medium: &MediumRecord,
        range: std::ops::Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, MediaError>> + Send + 'static {
        self.files.stream(medium.place.clone(), range.start..range.end.min(medium.size))
    }

    /// A medium that this owner, or its app, may use.
    ///
    /// # Errors
    ///
    /// [`MediaError::NotFound`], also for one that is somebody else's.
    pub async fn find(&self, handle: &str, owners: [Owner; 2]) -> Result<MediumRecord, MediaError> {
        match self.store.medium(handle, owners).await {
            Ok(found) => found.ok_or(MediaError::NotFound),
            Err(error) => Err(broken("a file's row", &error)),
        }
    }

    /// A medium by its name alone, for whoever was given its address.
    ///
    /// # Errors
    ///
    /// [`MediaError::NotFound`] where it is gone.
    pub async fn shared(&self, handle: &str) -> Result<MediumRecord, MediaError> {
        match self.store.shared_medium(handle).await {
            Ok(found) => found.ok_or(MediaError::NotFound),
            Err(error) => Err(broken("a file's row", &error)),
        }
    }

    /// Forgets what nothing names, and removes the files of it.
    pub async fn sweep(&self) {
        loop {
            match self.store.sweep_media().await {
                Ok(places) if places.is_empty() => return,
                Ok(places) => {
                    for place in places {
                        self.files.remove(&place).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "media that nothing names could not be swept");
                    return;
                }
            }
        }
    }

    /// Removes files that no row knows: what a death left between a file and its row, or between the end of a row and its file's.
    pub async fn sweep_files(&self) {
        let before = self.seams.clock.now_ms().saturating_sub(UNKEPT_MS);
        self.files.sweep_incoming(before).await;
        self.files.sweep(before, &self.store).await;
    }
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// What is known of a file of which everything has come.
struct Landed {
    sha256: String,
    size: u64,
    content_type: String,
}

impl Incoming {
    /// The next bytes.
    ///
    /// # Errors
    ///
    /// [`MediaError`]; the file is not to be kept then.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > self.rule.max_bytes {
            return Err(MediaError::TooLarge(self.rule.max_bytes));
        }
        self.digest.update(bytes);
        let unseen = LOOKED_AT.saturating_sub(self.head.len());
        if unseen > 0 {
            self.head.extend_from_slice(bytes.get(..unseen.min(bytes.len())).unwrap_or_default());
            if self.head.len() >= LOOKED_AT {
                self.look()?;
            }
        }
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE {
            self.upload.write(self.waiting.split().freeze()).await?;
        }
        Ok(())
    }

    /// What it is, where that is wanted.
    fn look(&self) -> Result<&'static str, MediaError> {
        let found = kind_of(&self.head);
        if is_kind(&self.rule.kinds, found) { Ok(found) } else { Err(MediaError::TypeRefused(found.to_owned())) }
    }

    async fn end(mut self) -> Result<(Upload, Landed), MediaError> {
        let content_type = self.look()?.to_owned();
        if !self.waiting.is_empty() {
            self.upload.write(self.waiting.split().freeze()).await?;
        }
        self.upload.end().await?;
        Ok((self.upload, Landed { sha256: hex::encode(self.digest.finalize()), size: self.size, content_type }))
    }
}

/// Tells the log why, and whoever asked only that.
fn broken(what: &str, error: &dyn std::error::Error) -> MediaError {
    tracing::warn!(%error, source = ?error.source().map(ToString::to_string), "{what} could not be read or written");
    MediaError::Broken("the host cannot read or write it now".to_owned())
}
