//! Compiled images of plugins, on disk.
//!
//! An image is machine code that is trusted blindly once it is mapped, so its file is named after three digests (of the plugin,
//! of the engine's version and settings, of the image itself), readable and writable for this user alone, and used only where
//! all of that still holds. Anything else is compiled anew.

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, BufRead as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

/// The folder of images of one engine.
pub(crate) struct Images {
    folder: PathBuf,
    engine: Engine,
    engine_digest: String,
}

impl Images {
    /// Opens the folder, making it where it is missing.
    pub(crate) fn open(folder: &Path, engine: Engine) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut digest = StableHasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut digest);
        let engine_digest = short(&digest.0.finalize());
        Ok(Self { folder: folder.to_owned(), engine, engine_digest })
    }

    /// The image of the plugin with this digest (`sha256:…`), where there is one for this engine that can be trusted.
    pub(crate) fn find(&self, digest: &str) -> Option<Component> {
        let prefix = self.prefix(digest);
        let path = self.named(&prefix).into_iter().find(|path| trusted(path, &prefix))?;
        match map(&self.engine, &path) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::warn!(%digest, %error, "a compiled image could not be used and is compiled anew");
                None
            }
        }
    }

    /// Keeps a compiled component, in place of any image of it that this engine had.
    pub(crate) fn keep(&self, digest: &str, component: &Component) -> io::Result<()> {
        let image = component.serialize().map_err(|error| io::Error::other(error.to_string()))?;
        let name = format!("{}{}.cwasm", self.prefix(digest), short(&Sha256::digest(&image)));
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
                file.write_all(&image)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&temporary, &target));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        for other in self.named(&self.prefix(digest)).into_iter().filter(|path| *path != target) {
            let _ = fs::remove_file(other);
        }
        written
    }

    /// The files that claim to be such images.
    fn named(&self, prefix: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let is_named = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(prefix) && name.ends_with(".cwasm")
        };
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(is_named).collect()
    }

    fn prefix(&self, digest: &str) -> String {
        format!("{}-{}-", digest.strip_prefix("sha256:").unwrap_or(digest), self.engine_digest)
    }
}

/// Whether the file is ours alone and has the content that its name says.
fn trusted(path: &Path, prefix: &str) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else { return false };
    let ours =
        metadata.is_file() && metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o022 == 0;
    ours && digest_of(path).is_ok_and(|digest| {
        let expected = format!("{prefix}{}.cwasm", short(&digest));
        path.file_name().is_some_and(|name| name == expected.as_str())
    })
}

/// Reads a file piece by piece: an image is large, and nobody else needs it in memory.
fn digest_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = io::BufReader::with_capacity(64 << 10, fs::File::open(path)?);
    let mut digest = Sha256::new();
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            return Ok(digest.finalize().to_vec());
        }
        digest.update(piece);
        let read = piece.len();
        file.consume(read);
    }
}

/// Maps an image into memory, so that its pages are shared with the file and loaded as they are used.
#[allow(unsafe_code)]
fn map(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the engine cannot check that machine code is what it compiled. `trusted` has checked that the file
    // belongs to this user, that nobody else can write it, and that it has the digest under which `Images::keep` wrote it.
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
