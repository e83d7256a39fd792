//! Why there is no component.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why a plugin could not be built. Each says what was attempted.
#[derive(Debug)]
pub enum BuildError {
    /// The wasm target is not installed for this toolchain.
    TargetMissing,
    /// A program could not be started.
    NotStarted(&'static str, std::io::Error),
    /// A program ended with a failure; what it said, empty where that was shown already.
    Failed(&'static str, String),
    /// A file could not be read.
    Reading(PathBuf, std::io::Error),
    /// A file could not be written.
    Writing(PathBuf, std::io::Error),
    /// What was compiled is no component.
    NoComponent,
    /// There is no `OUT_DIR`.
    NoBuildScript,
}

impl BuildError {
    pub(crate) fn reading(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Reading(path, error)
    }

    pub(crate) fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Writing(path, error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TargetMissing => write!(
                f,
                "plugins need the {0} target, which is not installed; run: rustup target add {0}",
                crate::TARGET
            ),
            Self::NotStarted(program, error) if error.kind() == std::io::ErrorKind::NotFound => write!(
                f,
                "there is no {program} on the PATH; install Rust (https://rustup.rs), then run: rustup target add {}",
                crate::TARGET
            ),
            Self::NotStarted(program, _) => write!(f, "{program} could not be started"),
            Self::Failed(program, words) if words.is_empty() => {
                write!(f, "{program} failed; what it says of it stands above")
            }
            Self::Failed(program, words) => write!(f, "{program} failed:\n{words}"),
            Self::Reading(path, _) => write!(f, "{} could not be read", path.display()),
            Self::Writing(path, _) => write!(f, "{} could not be written", path.display()),
            Self::NoComponent => write!(f, "what was compiled is no component; is the crate of kind cdylib?"),
            Self::NoBuildScript => write!(f, "OUT_DIR is not set; is this a build script?"),
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotStarted(_, error) | Self::Reading(_, error) | Self::Writing(_, error) => Some(error),
            Self::TargetMissing | Self::Failed(..) | Self::NoComponent | Self::NoBuildScript => None,
        }
    }
}
