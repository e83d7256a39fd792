//! Plugins in Rust.

use std::error::Error;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use lockgate_build::{BuildError, Care, Words};

use super::{Again, Language};
use crate::cli::plugin::sources::{Hidden, sources};

pub(super) static RUST: Language = Language {
    name: "rust",
    title: "Rust",
    sign: "Cargo.toml",
    first: None,
    project: lockgate_scaffold::rust::project,
    sdk,
    build,
    again: Again::Elsewhere(elsewhere),
};

fn sdk(path: &Path) -> Option<PathBuf> {
    let is_sdk = |folder: &PathBuf| {
        fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains("name = \"lockgate-sdk\""))
    };
    [path.to_owned(), path.join("sdk/rust")].into_iter().find(is_sdk)
}

fn build(folder: &Path, words: Words, care: Care) -> Result<Vec<u8>, String> {
    let component = lockgate_build::build_project(folder, words, care).map_err(|error| told(&error))?;
    fs::read(&component).map_err(|error| format!("{}: {error}", component.display()))
}

/// Builds a copy of everything that the project belongs to, in a new folder. Its target folder is another one too; it is kept, so
/// that macros of others, which run on this machine, are not compiled each time.
fn elsewhere(folder: &Path) -> Result<Vec<u8>, String> {
    let folder = fs::canonicalize(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let workspace = lockgate_build::workspace(&folder).map_err(|error| told(&error))?;
    let workspace = fs::canonicalize(&workspace).map_err(|error| format!("{}: {error}", workspace.display()))?;
    let within = folder.strip_prefix(&workspace).unwrap_or(Path::new(""));
    let scratch = tempfile::Builder::new().prefix("lockgate-elsewhere-").tempdir();
    let scratch = scratch.map_err(|error| format!("a folder to build in cannot be made: {error}"))?;
    let copy = scratch.path().join("a folder/with another name");
    copy_sources(&workspace, &copy).map_err(|error| format!("{} cannot be copied: {error}", workspace.display()))?;
    let target = lockgate_build::target_dir(&folder).map_err(|error| told(&error))?.join("elsewhere");
    let component = lockgate_build::build_component(&copy.join(within), &target).map_err(|error| told(&error))?;
    fs::read(&component).map_err(|error| format!("{}: {error}", component.display()))
}

/// Copies what somebody else would get of a folder. A link stays a link, as it does for whoever clones it.
fn copy_sources(from: &Path, to: &Path) -> io::Result<()> {
    for entry in sources(from, Hidden::Shown) {
        let Some(kind) = entry.file_type() else { continue };
        let path = entry.path();
        let copy = to.join(path.strip_prefix(from).unwrap_or(path));
        if kind.is_dir() {
            fs::create_dir_all(copy)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(path)?, copy)?;
        } else if kind.is_file() {
            fs::copy(path, copy)?;
        }
    }
    Ok(())
}

/// An error with its source, where it has one.
fn told(error: &BuildError) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
