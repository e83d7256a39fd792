//! The import `media-store`: what one call may do with files, whoever keeps them.

use bytes::Bytes;
use wasmtime::component::Resource;

use super::{Guest, Mode};
use crate::bindings::lockgate::channel as wit;
use crate::effects::Denial;
use crate::media::{MediaDescription, MediaError, MediaWriter};

/// Bytes that one read gives, and one write takes, at most.
const PIECE: usize = 1 << 20;
/// Bytes that one call moves in and out altogether.
const MOVED: u64 = 256 << 20;
/// Files that one call begins.
const FILES: u32 = 64;
/// Bytes of a file's name as the guest gives it.
const NAME: usize = 1024;

/// What a call did with files so far.
#[derive(Debug, Default)]
pub(super) struct MediaUse {
    files: u32,
    moved: u64,
}

/// The host's side of the contract's `writer`.
pub struct Writing(Option<Box<dyn MediaWriter>>);

impl MediaUse {
    /// Room for so many more bytes.
    fn take(&mut self, bytes: u64) -> Result<(), MediaError> {
        let moved = self.moved.saturating_add(bytes);
        if moved > MOVED {
            return Err(MediaError::Full);
        }
        self.moved = moved;
        Ok(())
    }
}

impl Guest {
    fn may_keep(&self) -> bool {
        self.manifest.media.is_some() && self.mode != Mode::Look
    }

    /// Notes for the admin why nothing came of it.
    fn not_permitted(&self) -> MediaError {
        let what = if self.manifest.media.is_some() {
            "a file kept in a call that keeps nothing"
        } else {
            "a file kept or read without [media] in the manifest"
        };
        self.ledger.denied(Denial { what: what.to_owned(), grant: None });
        MediaError::NotPermitted
    }

    async fn begin(&mut self, file_name: Option<String>) -> Result<Resource<Writing>, MediaError> {
        if !self.may_keep() {
            return Err(self.not_permitted());
        }
        let number = self.media.files;
        if number >= FILES || file_name.as_ref().is_some_and(|name| name.len() > NAME) {
            return Err(MediaError::Full);
        }
        self.media.files = number.saturating_add(1);
        let writer = self.call.media.create(number, file_name).await?;
        self.table.push(Writing(Some(writer))).map_err(|_| MediaError::Full)
    }

    async fn piece(&mut self, writing: &Resource<Writing>, bytes: Vec<u8>) -> Result<(), MediaError> {
        if bytes.len() > PIECE {
            return Err(MediaError::TooLarge(PIECE as u64));
        }
        self.media.take(bytes.len() as u64)?;
        let gone = || MediaError::Broken("what went before was refused".to_owned());
        let writing = self.table.get_mut(writing).map_err(|_| gone())?;
        let mut writer = writing.0.take().ok_or_else(gone)?;
        writer.write(Bytes::from(bytes)).await?;
        // Only a file of which all was taken goes on.
        writing.0 = Some(writer);
        Ok(())
    }

    async fn end(&mut self, writing: Resource<Writing>) -> Result<String, MediaError> {
        let gone = || MediaError::Broken("what went before was refused".to_owned());
        let writing = self.table.delete(writing).map_err(|_| gone())?;
        writing.0.ok_or_else(gone)?.finish().await
    }

    async fn give(&mut self, handle: &str, offset: u64, count: u32) -> Result<Bytes, MediaError> {
        if !self.manifest.has_media() {
            return Err(self.not_permitted());
        }
        let count = count.min(u32::try_from(PIECE).unwrap_or(u32::MAX));
        self.media.take(count.into())?;
        let bytes = self.call.media.read(handle, offset, count).await?;
        // Of what was asked for beyond the end nothing was moved.
        self.media.moved = self.media.moved.saturating_sub(u64::from(count).saturating_sub(bytes.len() as u64));
        Ok(bytes)
    }

    async fn tell(&mut self, handle: &str) -> Result<MediaDescription, MediaError> {
        if !self.manifest.has_media() {
            return Err(self.not_permitted());
        }
        self.call.media.describe(handle).await
    }

    async fn hand_out(&mut self, handle: &str, lifetime_ms: u64) -> Result<String, MediaError> {
        if !self.manifest.media.as_ref().is_some_and(|media| media.share) || self.mode == Mode::Look {
            let what =
                "an address of a file, without `share` in the manifest's [media] or in a call that changes nothing";
            self.ledger.denied(Denial { what: what.to_owned(), grant: None });
            return Err(MediaError::NotPermitted);
        }
        self.call.media.share(handle, lifetime_ms).await
    }
}

impl wit::media_store::Host for Guest {
    async fn create(
        &mut self,
        file_name: Option<String>,
    ) -> wasmtime::Result<Result<Resource<Writing>, wit::media_store::MediaError>> {
        Ok(self.begin(file_name).await.map_err(Into::into))
    }

    async fn read(
        &mut self,
        handle: String,
        offset: u64,
        count: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, wit::media_store::MediaError>> {
        Ok(self.give(&handle, offset, count).await.map(|bytes| bytes.to_vec()).map_err(Into::into))
    }

    async fn describe(
        &mut self,
        handle: String,
    ) -> wasmtime::Result<Result<wit::media_store::Description, wit::media_store::MediaError>> {
        Ok(self.tell(&handle).await.map(Into::into).map_err(Into::into))
    }

    async fn share(
        &mut self,
        handle: String,
        lifetime: u64,
    ) -> wasmtime::Result<Result<String, wit::media_store::MediaError>> {
        Ok(self.hand_out(&handle, lifetime).await.map_err(Into::into))
    }
}

impl wit::media_store::HostWriter for Guest {
    async fn write(
        &mut self,
        writing: Resource<Writing>,
        bytes: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::media_store::MediaError>> {
        Ok(self.piece(&writing, bytes).await.map_err(Into::into))
    }

    async fn finish(
        &mut self,
        writing: Resource<Writing>,
    ) -> wasmtime::Result<Result<String, wit::media_store::MediaError>> {
        Ok(self.end(writing).await.map_err(Into::into))
    }

    async fn drop(&mut self, writing: Resource<Writing>) -> wasmtime::Result<()> {
        self.table.delete(writing)?;
        Ok(())
    }
}

impl From<MediaError> for wit::media_store::MediaError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::NotPermitted => Self::NotPermitted,
            MediaError::NotFound => Self::NotFound,
            MediaError::TooLarge(most) => Self::TooLarge(most),
            MediaError::TypeRefused(kind) => Self::TypeRefused(kind),
            MediaError::Full => Self::Full,
            MediaError::Broken(why) => Self::Broken(why),
        }
    }
}

impl From<MediaDescription> for wit::media_store::Description {
    fn from(known: MediaDescription) -> Self {
        Self { size: known.size, content_type: known.content_type, file_name: known.file_name, sha256: known.sha256 }
    }
}
