//! The files of a project that are its author's: not what was built or installed, nor what a host that is tried there keeps.
//!
//! What git would leave out (`.gitignore` in the project and below it) is left out, whether git is used or not. What nobody keeps is
//! left out without being named there.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, Walk, WalkBuilder};

use super::project::MANIFEST;

/// Folders of what was installed.
const INSTALLED: [&str; 5] = [".git", "node_modules", "__pycache__", "venv", ".venv"];
/// A host's own, in the folder that it keeps its data in.
const KEPT_BY_A_HOST: [&str; 2] = ["lockgate.key", "lockgate.db"];

/// Files that a build itself may write.
const LOCKS: [&str; 2] = ["Cargo.lock", "package-lock.json"];
/// How many entries are looked at: this is for projects, and not for a home folder that holds a manifest by mistake.
const MOST: usize = 20_000;

/// Whether files whose names begin with a dot count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hidden {
    /// They do: some are read by a compiler.
    Shown,
    /// They do not: editors keep their own so.
    LeftOut,
}

/// Everything of a folder, folders before what is in them; the folder itself comes first. Links are not followed, and what cannot be
/// read is not there.
pub(super) fn sources(folder: &Path, hidden: Hidden) -> impl Iterator<Item = DirEntry> {
    walk(folder, hidden).filter_map(Result::ok)
}

/// The files of a folder, hidden ones left out, each with its way from there and what is known of it.
pub(super) fn files(folder: &Path) -> impl Iterator<Item = (PathBuf, Metadata)> {
    sources(folder, Hidden::LeftOut).take(MOST).filter_map(move |entry| {
        let about = entry.metadata().ok().filter(Metadata::is_file)?;
        Some((entry.path().strip_prefix(folder).ok()?.to_owned(), about))
    })
}

/// Whether a build itself may write the file.
pub(super) fn is_lock(path: &Path) -> bool {
    LOCKS.iter().any(|name| path.ends_with(name))
}

fn walk(folder: &Path, hidden: Hidden) -> Walk {
    WalkBuilder::new(folder)
        .hidden(hidden == Hidden::LeftOut)
        // Of the folders above nobody knows what they are: a home folder that ignores everything is not rare.
        .parents(false)
        .require_git(false)
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .filter_entry(|entry| entry.depth() == 0 || !is_made(entry))
        .build()
}

/// Whether this is a folder of what was built or installed, or a host's.
fn is_made(entry: &DirEntry) -> bool {
    let (name, path) = (entry.file_name(), entry.path());
    if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return false;
    }
    let built = name == OsStr::new("dist") && path.parent().is_some_and(|parent| parent.join(MANIFEST).is_file());
    built
        || INSTALLED.iter().any(|made| name == OsStr::new(made))
        || path.join("CACHEDIR.TAG").is_file()
        || KEPT_BY_A_HOST.iter().any(|kept| path.join(kept).is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_its_author_wrote_is_left() {
        let project = tempfile::tempdir().unwrap();
        for path in [
            "channel.toml",
            "src/dist/lib.rs",
            "src/target/mod.rs",
            ".cargo/config.toml",
            "dist/pigeon.wasm",
            "target/CACHEDIR.TAG",
            "node_modules/x/index.js",
            "src/__pycache__/x.pyc",
            "ours/lockgate.key",
            "theirs/lockgate.db-wal",
            "secret",
        ] {
            let path = project.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        fs::write(project.path().join(".gitignore"), "/theirs\n/secret\n").unwrap();
        std::os::unix::fs::symlink(".", project.path().join("linked")).unwrap();
        let seen = |hidden| {
            let files =
                sources(project.path(), hidden).filter(|entry| !entry.path().is_dir() || entry.path_is_symlink());
            let mut files: Vec<String> =
                files.map(|entry| entry.path().strip_prefix(project.path()).unwrap().display().to_string()).collect();
            files.sort();
            files
        };
        assert_eq!(seen(Hidden::LeftOut), ["channel.toml", "linked", "src/dist/lib.rs", "src/target/mod.rs"]);
        assert_eq!(seen(Hidden::Shown)[..2], [".cargo/config.toml", ".gitignore"]);
    }
}
