//! What of a project changed, by looking again: when each file was written, and its size.
//!
//! It is looked at rather than listened to. A project has some hundred files, looking at them takes a few milliseconds, and it
//! also works on shares and mounted folders, which tell nobody of changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::cli::plugin::sources::{files, is_lock};

/// A project's files at one moment, by their way from its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Snapshot(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Snapshot {
    /// Looks. What cannot be read is not there.
    pub(super) fn of(folder: &Path) -> Self {
        // Editors keep their own files beside the one that is edited, hidden or with a tilde behind the name.
        let backup = |path: &Path| path.to_str().is_none_or(|name| name.ends_with('~'));
        let files = files(folder).filter(|(path, _)| !backup(path));
        Self(files.map(|(path, about)| (path, (about.modified().ok(), about.len()))).collect())
    }

    /// What is otherwise than it was then: changed, new or gone.
    pub(super) fn since(&self, then: &Self) -> Vec<PathBuf> {
        let new = self.0.iter().filter(|(path, about)| then.0.get(*path) != Some(about)).map(|(path, _)| path);
        let gone = then.0.keys().filter(|path| !self.0.contains_key(*path));
        let mut changed: Vec<PathBuf> = new.chain(gone).cloned().collect();
        changed.sort();
        changed
    }

    /// Takes over what a build may have written, as it is now: that is no change of the author's.
    pub(super) fn after_build(&mut self, now: &Self) {
        self.0.extend(now.0.iter().filter(|(path, _)| is_lock(path)).map(|(path, about)| (path.clone(), *about)));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_an_author_changes_is_seen_and_what_a_build_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for path in ["channel.toml", "src/lib.rs", "src/gone.rs", "Cargo.lock"] {
            write(path, "1");
        }
        let mut then = Snapshot::of(folder.path());
        for path in [
            "src/lib.rs",
            "cases/new.json",
            "Cargo.lock",
            "data/lockgate.db",
            "src/.lib.rs.swp",
            "src/lib.rs~",
            "other/x",
        ] {
            write(path, "22");
        }
        write("other/CACHEDIR.TAG", "");
        fs::remove_file(folder.path().join("src/gone.rs")).unwrap();
        let now = Snapshot::of(folder.path());
        then.after_build(&now);
        let changed: Vec<String> = now.since(&then).iter().map(|path| path.display().to_string()).collect();
        assert_eq!(changed, ["cases/new.json", "src/gone.rs", "src/lib.rs"]);
        assert_eq!(now.since(&now.clone()), Vec::<PathBuf>::new());
    }
}
