//! Looking for bytes where they must not be: files, whole folders, tables.

use std::path::{Path, PathBuf};

/// Whether `needle` stands in `hay`.
pub fn holds(hay: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && hay.windows(needle.len()).any(|window| window == needle)
}

/// The files below a folder that hold a text.
pub fn files_with(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|file| std::fs::read(file).is_ok_and(|bytes| holds(&bytes, needle))).collect()
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            // A symbolic link to the images that tests share is followed by nobody: they hold no data.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_bytes_in_a_folder_below() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("below")).unwrap();
        std::fs::write(folder.path().join("below/file"), b"\0\x01needle\xff").unwrap();
        assert_eq!(files_with(folder.path(), b"needle").len(), 1);
        assert!(files_with(folder.path(), b"needles").is_empty());
        assert!(!holds(b"abc", b""));
    }
}
