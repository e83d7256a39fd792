//! The folder of files. `incoming/` holds what is on its way, `kept/ab/cd/` what has come, by digest and a random part.

use std::ops::Range;
use std::path::{Path as FolderPath, PathBuf};
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use lockgate_model::seam::Entropy;
use lockgate_runtime::MediaError;
use lockgate_store::Store;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore as _, ObjectStoreExt as _};

use super::broken;

/// Bytes that are in memory while a file is read.
const PIECE: u64 = 256 << 10;

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("media_dir: {} cannot be used: make it a folder that this user can write, or name another", path.display())]
pub struct FolderError {
    path: PathBuf,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Files {
    store: LocalFileSystem,
    folder: PathBuf,
}

/// A file on its way in, under a name that nobody looks for.
pub(super) struct Upload {
    at: Path,
    parts: Box<dyn MultipartUpload>,
}

impl Files {
    pub(super) fn open(folder: &FolderPath) -> Result<Self, FolderError> {
        let refused = |source| FolderError { path: folder.to_owned(), source };
        std::fs::create_dir_all(folder.join("incoming")).map_err(|error| refused(error.into()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| refused(error.into()))?;
        Ok(Self { store: store.with_fsync(true), folder: folder.to_owned() })
    }

    pub(super) async fn begin(&self, entropy: &dyn Entropy) -> Result<Upload, MediaError> {
        let at = Path::from(format!("incoming/{}", random::<16>(entropy)));
        let parts = self.store.put_multipart(&at).await.map_err(|error| broken("an incoming file", &error))?;
        Ok(Upload { at, parts })
    }

    /// Moves a whole file to its place, and names that.
    pub(super) async fn settle(
        &self,
        upload: Upload,
        sha256: &str,
        entropy: &dyn Entropy,
    ) -> Result<String, MediaError> {
        let (first, rest) = sha256.split_at_checked(2).unwrap_or_default();
        let second = rest.get(..2).unwrap_or_default();
        let place = format!("kept/{first}/{second}/{sha256}-{}", random::<8>(entropy));
        let moved = self.store.rename(&upload.at, &Path::from(place.as_str())).await;
        moved.map_err(|error| broken("a file's place", &error))?;
        Ok(place)
    }

    pub(super) async fn read(&self, place: &str, range: Range<u64>) -> Result<Bytes, MediaError> {
        let read = self.store.get_range(&Path::from(place), range).await;
        read.map_err(|error| broken("a file", &error))
    }

    pub(super) fn stream(
        &self,
        place: String,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, MediaError>> + Send + 'static {
        let files = self.clone();
        stream::unfold(Some(range), move |left| {
            let (files, place) = (files.clone(), place.clone());
            async move {
                let Range { start, end } = left?;
                let until = start.saturating_add(PIECE).min(end);
                if start >= until {
                    return None;
                }
                let piece = files.read(&place, start..until).await;
                let left = piece.is_ok().then_some(until..end);
                Some((piece, left))
            }
        })
    }

    /// Removes a file; one that is not there is removed already.
    pub(super) async fn remove(&self, place: &str) {
        match self.store.delete(&Path::from(place)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => tracing::warn!(%error, "a file could not be removed; it is tried again"),
        }
    }

    /// Removes kept files from before this moment that no row knows.
    pub(super) async fn sweep(&self, before_ms: u64, rows: &Store) {
        let mut all = self.store.list(Some(&Path::from("kept")));
        while let Some(found) = all.next().await {
            let found = match found {
                Ok(found) => found,
                // Removed meanwhile, or not to be read: the next round sees.
                Err(error) => {
                    tracing::debug!(%error, "a file could not be looked at");
                    continue;
                }
            };
            let written = u64::try_from(found.last_modified.timestamp_millis()).unwrap_or(0);
            let place = found.location.as_ref();
            let sha256 = found.location.filename().and_then(|name| name.split('-').next()).unwrap_or_default();
            // Where nobody can say, it stays.
            if written < before_ms && matches!(rows.is_medium_at(sha256, place).await, Ok(false)) {
                self.remove(place).await;
            }
        }
    }

    /// Removes what was on its way before this moment. The store does not list files that are being written, so the folder is read.
    pub(super) async fn sweep_incoming(&self, before_ms: u64) {
        let Ok(mut entries) = tokio::fs::read_dir(self.folder.join("incoming")).await else { return };
        while let Ok(Some(entry)) = entries.next_entry().await {
            let written = entry.metadata().await.ok().and_then(|about| about.modified().ok());
            let age = written.and_then(|written| written.duration_since(UNIX_EPOCH).ok());
            if age.is_some_and(|at| u64::try_from(at.as_millis()).unwrap_or(u64::MAX) < before_ms)
                && let Err(error) = tokio::fs::remove_file(entry.path()).await
            {
                tracing::debug!(%error, "a file that never came whole could not be removed");
            }
        }
    }
}

impl Upload {
    pub(super) async fn write(&mut self, bytes: Bytes) -> Result<(), MediaError> {
        self.parts.put_part(bytes.into()).await.map_err(|error| broken("an incoming file", &error))
    }

    pub(super) async fn end(&mut self) -> Result<(), MediaError> {
        self.parts.complete().await.map(drop).map_err(|error| broken("an incoming file", &error))
    }
}

fn random<const N: usize>(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    hex::encode(bytes)
}
