//! Files: what came with a form, and what the plugin keeps. Needs `[media]` in the manifest; to read what came with a form,
//! `[route.files]` is enough.
//!
//! A file goes by in pieces, so that one which is larger than the plugin's memory is no matter. What no event of the call names is
//! dropped again.
//!
//! ```
//! use lockgate_sdk::{Content, Media, MediaKind, MediaSource, media};
//!
//! # lockgate_sdk::fake::reset();
//! let handle = media::keep(b"%PDF-1.7", Some("bill.pdf"))?;
//! assert_eq!(media::describe(&handle)?.size, 8);
//! let medium = Media { kind: MediaKind::File, source: MediaSource::Stored(handle), ..Media::default() };
//! # let _ = Content::Media(medium);
//! # Ok::<(), media::MediaError>(())
//! ```

use crate::Fault;
pub use crate::bindings::imports::lockgate::channel::media_store::{Description, MediaError};

/// What is not kept is told to whoever reads the message; only where the host cannot write now is it tried again.
impl From<MediaError> for Fault {
    fn from(error: MediaError) -> Self {
        let rejected = |code: &str, words: String| Self::rejected(Some(code.to_owned()), words);
        match error {
            MediaError::TooLarge(most) => Self::TooLarge(Some(most)),
            MediaError::TypeRefused(kind) => rejected("type-refused", kind),
            MediaError::Full => rejected("full", "the channel keeps as much as it may".to_owned()),
            MediaError::NotPermitted => rejected("not-permitted", "the manifest declares no media".to_owned()),
            MediaError::NotFound => Self::Gone("the file is not with the host".to_owned()),
            MediaError::Broken(why) => Self::passing(why, None),
        }
    }
}

/// Bytes that go by at once, at most.
pub const PIECE: usize = 1 << 20;

/// A file on its way to the host. Dropped without [`Writer::finish`], it is gone.
#[derive(Debug)]
pub struct Writer {
    #[cfg(target_arch = "wasm32")]
    inner: crate::bindings::imports::lockgate::channel::media_store::Writer,
    #[cfg(not(target_arch = "wasm32"))]
    file: crate::fake::File,
}

/// Begins a file; the host looks itself what it is.
///
/// # Errors
///
/// Where the manifest declares no media, the call may keep nothing, or keeps too much.
pub fn create(file_name: Option<&str>) -> Result<Writer, MediaError> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::media_store::create(file_name).map(|inner| Writer { inner });
    #[cfg(not(target_arch = "wasm32"))]
    Ok(Writer {
        file: crate::fake::File {
            bytes: Vec::new(),
            content_type: "application/octet-stream".to_owned(),
            file_name: file_name.map(str::to_owned),
        },
    })
}

impl Writer {
    /// The next bytes, as many as there are.
    ///
    /// # Errors
    ///
    /// Where the file grows beyond what is permitted, or is of a kind that is not; it is gone then.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), MediaError> {
        #[cfg(target_arch = "wasm32")]
        for piece in bytes.chunks(PIECE) {
            self.inner.write(piece)?;
        }
        #[cfg(not(target_arch = "wasm32"))]
        self.file.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// That was all: the name under which the file is kept.
    ///
    /// # Errors
    ///
    /// Where the file is of a kind that is not permitted, or the channel keeps as much as it may.
    pub fn finish(self) -> Result<String, MediaError> {
        #[cfg(target_arch = "wasm32")]
        return crate::bindings::imports::lockgate::channel::media_store::Writer::finish(self.inner);
        #[cfg(not(target_arch = "wasm32"))]
        Ok(crate::fake::with(|host| {
            let kept = (0..).map(|number: u32| format!("kept-{number}")).find(|name| !host.files.contains_key(name));
            let handle = kept.unwrap_or_default();
            host.files.insert(handle.clone(), self.file);
            handle
        }))
    }
}

/// Keeps a file that is in memory, and gives its name.
///
/// # Errors
///
/// As for [`create`] and [`Writer`].
pub fn keep(bytes: &[u8], file_name: Option<&str>) -> Result<String, MediaError> {
    let mut writer = create(file_name)?;
    writer.write(bytes)?;
    writer.finish()
}

/// At most `count` bytes from that offset on, and at most [`PIECE`]; none behind the end.
///
/// # Errors
///
/// Where this channel has no file of that name, or the call has read too much.
pub fn read(handle: &str, offset: u64, count: u32) -> Result<Vec<u8>, MediaError> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::media_store::read(handle, offset, count);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| {
        let file = host.files.get(handle).ok_or(MediaError::NotFound)?;
        let count = usize::try_from(count).unwrap_or(PIECE).min(PIECE);
        let rest = usize::try_from(offset).ok().and_then(|offset| file.bytes.get(offset..)).unwrap_or_default();
        Ok(rest.iter().take(count).copied().collect())
    })
}

/// All of a file. Where it can be larger than the plugin's memory, [`pieces`].
///
/// # Errors
///
/// As for [`read`].
pub fn all(handle: &str) -> Result<Vec<u8>, MediaError> {
    let mut bytes = Vec::new();
    for piece in pieces(handle) {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes)
}

/// A file piece by piece, up to its end or the first error.
pub fn pieces(handle: &str) -> impl Iterator<Item = Result<Vec<u8>, MediaError>> + '_ {
    let mut offset = Some(0);
    std::iter::from_fn(move || {
        let from: u64 = offset?;
        let piece = read(handle, from, u32::try_from(PIECE).unwrap_or(u32::MAX));
        offset = match &piece {
            Ok(bytes) if bytes.is_empty() => return None,
            Ok(bytes) => Some(from.saturating_add(bytes.len() as u64)),
            Err(_) => None,
        };
        Some(piece)
    })
}

/// What is known of a file.
///
/// # Errors
///
/// Where this channel has no file of that name.
pub fn describe(handle: &str) -> Result<Description, MediaError> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::media_store::describe(handle);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| {
        let file = host.files.get(handle).ok_or(MediaError::NotFound)?;
        Ok(Description {
            size: file.bytes.len() as u64,
            content_type: file.content_type.clone(),
            file_name: file.file_name.clone(),
            // Nothing here makes digests.
            sha256: Vec::new(),
        })
    })
}

/// An address at which a provider that fetches media itself gets a file without signing in, for so many milliseconds and at most a
/// day. Whoever has it can fetch the file: give it to the provider and nobody else.
///
/// # Errors
///
/// Where `[media]` does not say `share = true`, in `check` and `preview`, or where this channel has no file of that name.
pub fn share(handle: &str, lifetime_ms: u64) -> Result<String, MediaError> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::media_store::share(handle, lifetime_ms);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| {
        // How long is the host's to keep.
        let _ = lifetime_ms;
        if host.files.contains_key(handle) {
            Ok(format!("https://media.host.example/{handle}"))
        } else {
            Err(MediaError::NotFound)
        }
    })
}
