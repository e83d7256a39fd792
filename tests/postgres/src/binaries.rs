//! Where PostgreSQL is installed.

use std::path::{Path, PathBuf};

/// A folder with `postgres`, `initdb` and `psql`.
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    /// The newest that Debian's packages installed, else what is on the path.
    pub(crate) fn find() -> Option<Self> {
        let mut installed: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
            .collect();
        installed.sort();
        let on_path =
            std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
        installed.into_iter().rev().map(|(_, folder)| folder).chain(on_path).find(|folder| is_whole(folder)).map(Self)
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.0.join("initdb")
    }

    pub(crate) fn psql(&self) -> PathBuf {
        self.0.join("psql")
    }
}

fn is_whole(folder: &Path) -> bool {
    ["postgres", "initdb", "psql"].iter().all(|name| folder.join(name).is_file())
}
