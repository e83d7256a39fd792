//! What the caller of the sandbox gives plugins of their files. Where and how the bytes are kept is the caller's.

use async_trait::async_trait;
use bytes::Bytes;

/// The files of one channel, or of one app.
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// Begins the call's file of this number, counted from 0: the same call, run again, gives it the same name.
    ///
    /// # Errors
    ///
    /// [`MediaError`].
    async fn create(&self, number: u32, file_name: Option<String>) -> Result<Box<dyn MediaWriter>, MediaError>;

    /// At most `count` bytes from this offset on; none behind the end.
    ///
    /// # Errors
    ///
    /// [`MediaError`]; [`MediaError::NotFound`] for whatever is not this channel's.
    async fn read(&self, handle: &str, offset: u64, count: u32) -> Result<Bytes, MediaError>;

    /// What is known of a file.
    ///
    /// # Errors
    ///
    /// As for [`MediaStore::read`].
    async fn describe(&self, handle: &str) -> Result<MediaDescription, MediaError>;

    /// An address from which anybody can take a file, for so many milliseconds or less.
    ///
    /// # Errors
    ///
    /// As for [`MediaStore::read`].
    async fn share(&self, handle: &str, lifetime_ms: u64) -> Result<String, MediaError>;
}

/// A file on its way in. Dropped before [`MediaWriter::finish`], it is gone.
#[async_trait]
pub trait MediaWriter: Send {
    /// The next bytes.
    ///
    /// # Errors
    ///
    /// [`MediaError`]; the file is gone then.
    async fn write(&mut self, bytes: Bytes) -> Result<(), MediaError>;

    /// That was all. The file is kept durably when its name is returned.
    ///
    /// # Errors
    ///
    /// [`MediaError`]; nothing is kept then.
    async fn finish(self: Box<Self>) -> Result<String, MediaError>;
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaDescription {
    /// In bytes.
    pub size: u64,
    /// What the bytes are.
    pub content_type: String,
    /// Without folders.
    pub file_name: Option<String>,
    /// Of the bytes.
    pub sha256: Vec<u8>,
}

/// Why a file was not taken, or not given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The plugin may not.
    #[error("the plugin may not keep files here")]
    NotPermitted,
    /// None of this channel has this name.
    #[error("there is no such file")]
    NotFound,
    /// More bytes than are kept of one.
    #[error("the file has more than {0} bytes")]
    TooLarge(u64),
    /// The bytes are of a kind that is not wanted.
    #[error("a file of the kind {0} is not taken")]
    TypeRefused(String),
    /// The channel keeps as much as it may, or the call did as much as one may.
    #[error("there is no room for the file")]
    Full,
    /// Disk or database; the reason is logged by whoever found it.
    #[error("the file could not be read or written: {0}")]
    Broken(String),
}

/// No files, for calls outside of any channel.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMedia;

#[async_trait]
impl MediaStore for NoMedia {
    async fn create(&self, _number: u32, _file_name: Option<String>) -> Result<Box<dyn MediaWriter>, MediaError> {
        Err(MediaError::NotPermitted)
    }

    async fn read(&self, _handle: &str, _offset: u64, _count: u32) -> Result<Bytes, MediaError> {
        Err(MediaError::NotFound)
    }

    async fn describe(&self, _handle: &str) -> Result<MediaDescription, MediaError> {
        Err(MediaError::NotFound)
    }

    async fn share(&self, _handle: &str, _lifetime_ms: u64) -> Result<String, MediaError> {
        Err(MediaError::NotFound)
    }
}
