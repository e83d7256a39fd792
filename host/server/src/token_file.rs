//! A file that holds one API token: written once, whole, readable by its owner alone, and never over another.

use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use lockgate_store::Secret;

/// Why a token is not in its file.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// Something is there. It may be the only token of another host.
    #[error("{option} {} is there already; name another file, or remove it if its host is gone", path.display())]
    Taken {
        /// The option that named it.
        option: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("{option} {} cannot be written", path.display())]
    Unwritten {
        /// The option that named it.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Whether a token could be written there, as far as can be seen without writing.
///
/// # Errors
///
/// Where something is there already, or the folder is not.
pub fn check(option: &'static str, path: &Path) -> Result<(), TokenFileError> {
    if path.symlink_metadata().is_ok() {
        return Err(TokenFileError::Taken { option, path: path.to_owned() });
    }
    match folder(path).metadata() {
        Ok(folder) if folder.is_dir() => Ok(()),
        Ok(_) => Err(unwritten(option, path, io::ErrorKind::NotADirectory.into())),
        Err(source) => Err(unwritten(option, path, source)),
    }
}

/// Writes a token into a new file, and returns once a power cut would leave it there.
///
/// # Errors
///
/// Where that cannot be; what was begun of the file is gone then.
pub fn write(option: &'static str, path: &Path, token: &Secret) -> Result<(), TokenFileError> {
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = opened.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => TokenFileError::Taken { option, path: path.to_owned() },
        _ => unwritten(option, path, source),
    })?;
    let written = writeln!(file, "{}", token.expose_str().unwrap_or_default())
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::File::open(folder(path))?.sync_all());
    written.map_err(|source| {
        remove(path);
        unwritten(option, path, source)
    })
}

/// Takes back what was written: its token is worth nothing.
pub fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(path = %path.display(), %error, "a file with a token that is worth nothing could not be removed");
    }
}

fn unwritten(option: &'static str, path: &Path, source: io::Error) -> TokenFileError {
    TokenFileError::Unwritten { option, path: path.to_owned(), source }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_token_is_its_owners_alone_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        check("--token-file", &path).unwrap();
        write("--token-file", &path, &Secret::new("lg_one")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "lg_one\n");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for refused in [check("--token-file", &path), write("--token-file", &path, &Secret::new("lg_two"))] {
            let words = refused.unwrap_err().to_string();
            assert!(words.contains("token is there already; name another file"), "{words}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "lg_one\n");
    }

    #[test]
    fn a_folder_that_is_not_there_is_seen_before() {
        let folder = tempfile::tempdir().unwrap();
        let refused = check("--admin-token-file", &folder.path().join("no/token"));
        assert!(matches!(refused, Err(TokenFileError::Unwritten { .. })), "{refused:?}");
    }
}
