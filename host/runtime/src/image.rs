//! Compiled images of plugins, on disk.
//!
//! An image is machine code that is trusted blindly once it is mapped. So its file bears the seal of this installation over the
//! digest of the plugin, the version and settings of the engine and the image itself, and is readable and writable for this user
//! alone. An image for which any of that does not hold is not used: the plugin is compiled anew, and the log says why.
//!
//! The seal keeps out whoever can write the folder and has not the installation's key: a restored or shared volume, another
//! program of the same user. It is checked when an image is loaded, not while it is mapped.

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, BufRead as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::seal::SealKey;

/// How images are written and read. The kernel keeps in one what was written or read ahead in one, and maps all of it where one page
/// of it is touched (Linux 6.18): in small pieces, an idle plugin costs the pages that it uses and not its whole code.
const PIECE: usize = 64 << 10;

/// The folder of images of one engine.
pub(crate) struct Images {
    folder: PathBuf,
    engine: Engine,
    engine_digest: String,
    key: SealKey,
}

/// Why an image is not used.
#[derive(Debug, thiserror::Error)]
enum Distrust {
    #[error("it is not a file of this user alone")]
    Shared,
    #[error("it does not bear the seal of this installation")]
    Seal,
    #[error("it cannot be read")]
    Io(#[from] io::Error),
}

impl Images {
    /// Opens the folder, making it where it is missing.
    pub(crate) fn open(folder: &Path, engine: Engine, key: SealKey) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut digest = StableHasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut digest);
        let engine_digest = short(&digest.0.finalize());
        Ok(Self { folder: folder.to_owned(), engine, engine_digest, key })
    }

    /// The image of the plugin with this digest (`sha256:…`), where there is one for this engine that can be trusted.
    pub(crate) fn find(&self, digest: &str) -> Option<Component> {
        self.named(digest).into_iter().find_map(|path| {
            let unused = |error: &dyn std::fmt::Display| {
                tracing::warn!(%digest, image = %path.display(), "a compiled image is not used, and compiled anew: {error}");
            };
            match self.trusted(digest, &path) {
                Ok(()) => map(&self.engine, &path).inspect_err(|error| unused(error)).ok(),
                Err(distrust) => {
                    unused(&distrust);
                    None
                }
            }
        })
    }

    /// Keeps an image, in place of any other of this plugin that this engine had.
    pub(crate) fn keep(&self, digest: &str, image: &[u8]) -> io::Result<()> {
        let mut seal = self.key.begin(digest, &self.engine_digest).ok_or(io::ErrorKind::InvalidInput)?;
        seal.add(image);
        let name = format!("{}{}.cwasm", self.prefix(digest), seal.written());
        let target = self.folder.join(&name);
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let unique = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = self.folder.join(format!("{name}.{}-{unique}.tmp", std::process::id()));
        let written = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)
            .and_then(|mut file| {
                image.chunks(PIECE).try_for_each(|piece| file.write_all(piece))?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&temporary, &target));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        for other in self.named(digest).into_iter().filter(|path| *path != target) {
            let _ = fs::remove_file(other);
        }
        written
    }

    /// Loads an image that the compiler gave a moment ago, and that was nowhere else since.
    #[allow(unsafe_code)]
    pub(crate) fn in_memory(&self, image: &[u8]) -> wasmtime::Result<Component> {
        // SAFETY: the engine cannot check that machine code is what it compiled; these bytes came out of the compiler's pipe
        // and have been in this process's memory alone.
        unsafe { Component::deserialize(&self.engine, image) }
    }

    /// The files that claim to be images of this plugin.
    fn named(&self, digest: &str) -> Vec<PathBuf> {
        let prefix = self.prefix(digest);
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let is_named = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(&prefix) && name.ends_with(".cwasm")
        };
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is_named).collect()
    }

    /// Whether the file is ours alone and bears our seal. It is read piece by piece: an image is large, and nobody else needs it
    /// in memory.
    fn trusted(&self, digest: &str, path: &Path) -> Result<(), Distrust> {
        let metadata = fs::symlink_metadata(path)?;
        if !metadata.is_file() || metadata.uid() != rustix::process::geteuid().as_raw() || metadata.mode() & 0o022 != 0
        {
            return Err(Distrust::Shared);
        }
        let prefix = self.prefix(digest);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let written = name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".cwasm")).ok_or(Distrust::Seal)?;
        let mut seal = self.key.begin(digest, &self.engine_digest).ok_or(Distrust::Seal)?;
        let file = fs::File::open(path)?;
        // A hint; without it an idle plugin costs more memory, and nothing else.
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::Random);
        let mut file = io::BufReader::with_capacity(PIECE, file);
        loop {
            let piece = file.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            seal.add(piece);
            let read = piece.len();
            file.consume(read);
        }
        if seal.is(written) { Ok(()) } else { Err(Distrust::Seal) }
    }

    fn prefix(&self, digest: &str) -> String {
        format!("{}-{}-", digest.strip_prefix("sha256:").unwrap_or(digest), self.engine_digest)
    }
}

/// Maps an image into memory, so that its pages are shared with the file and loaded as they are used.
#[allow(unsafe_code)]
fn map(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the engine cannot check that machine code is what it compiled. `trusted` has checked that the file belongs to
    // this user, that nobody else can write it, and that `Images::keep` of this installation wrote these bytes for this plugin.
    unsafe { Component::deserialize_file(engine, path) }
}

fn short(digest: &[u8]) -> String {
    hex::encode(digest.get(..16).unwrap_or(digest))
}

/// Hashes into SHA-256: the standard library's hasher differs between releases.
struct StableHasher(Sha256);

impl Hasher for StableHasher {
    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |word, byte| word << 8 | u64::from(*byte))
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}
