//! The vault's key and the folder of the installation: made once, readable by their owner alone.

use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use lockgate_model::seam::Entropy;
use lockgate_store::VaultKey;
use zeroize::Zeroizing;

use crate::config::KeySource;

/// What is wrong with folder or key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The folder cannot be made.
    #[error("the data folder {} cannot be made", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is a database and no key that fits it.
    #[error(
        "the key file {} is missing, and the database is not empty: put the key back, or name it with --key-file or LOCKGATE_KEY. Without it the credentials in the database cannot be read",
        path.display()
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The key file cannot be read or written.
    #[error("the key file {} cannot be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key file holds something else.
    #[error("the key file {} must hold 64 hexadecimal digits and nothing else", path.display())]
    Form {
        /// The file.
        path: PathBuf,
    },
}

/// Makes the data folder, for its owner alone, where it is not there.
///
/// # Errors
///
/// Where it cannot be made.
pub fn data_folder(path: &Path) -> Result<(), KeyError> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| KeyError::Folder { path: path.to_owned(), source })
}

/// Reads the key; makes one where the database is empty and there is none yet.
///
/// # Errors
///
/// Where there is none that can be used.
pub fn vault_key(source: &KeySource, empty_database: bool, entropy: &dyn Entropy) -> Result<VaultKey, KeyError> {
    match source {
        KeySource::Inline(digits) => decode(digits).ok_or_else(|| KeyError::Form { path: "LOCKGATE_KEY".into() }),
        KeySource::File(path) => match std::fs::read_to_string(path).map(Zeroizing::new) {
            Ok(digits) => decode(digits.trim_end()).ok_or_else(|| KeyError::Form { path: path.clone() }),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(KeyError::File { path: path.clone(), source: error })
            }
            Err(_) if empty_database => make(path, entropy),
            Err(_) => Err(KeyError::Missing { path: path.clone() }),
        },
    }
}

fn make(path: &Path, entropy: &dyn Entropy) -> Result<VaultKey, KeyError> {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(bytes.as_mut());
    let digits = Zeroizing::new(hex::encode(bytes.as_ref()));
    let written = || {
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        writeln!(file, "{}", digits.as_str())?;
        // A database that is sealed with a key that a power cut took away could never be read again.
        file.sync_all()?;
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    written().map_err(|source| KeyError::File { path: path.to_owned(), source })?;
    tracing::info!(path = %path.display(), "made a key for the vault; keep a copy of it apart from the database's copies");
    Ok(VaultKey::new(*bytes))
}

fn decode(digits: &str) -> Option<VaultKey> {
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, bytes.as_mut()).ok()?;
    Some(VaultKey::new(*bytes))
}
