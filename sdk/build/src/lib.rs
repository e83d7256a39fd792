//! From a plugin's crate to the one file that is the plugin: the component with `channel.toml` inside.
//!
//! For build scripts and developers' tools. Runs the cargo that runs the script, knows nothing of the host, and gives the same
//! bytes wherever the sources lie.
//!
//! ```no_run
//! let component = lockgate_build::build_component("plugins/messenger".as_ref(), "target/plugins".as_ref())?;
//! println!("{}", component.display());
//! # Ok::<(), lockgate_build::BuildError>(())
//! ```

mod cargo;
mod component;
mod error;
mod inputs;

use std::path::{Path, PathBuf};

pub use component::{MANIFEST_SECTION, embed_manifest};
pub use error::BuildError;

/// The one target that plugins are compiled for.
pub const TARGET: &str = "wasm32-wasip2";

/// What becomes of the words of a compiler that runs for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// They are kept, and told with the error where it fails.
    Kept,
    /// They are on standard error at once, with the compiler's own progress and colours.
    Shown,
}

/// How much care a compiler takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// As what is shipped: the package's own profile `plugin`.
    Shipped,
    /// As little as an author waits for who builds after each edit: code that is larger and slower, and the same otherwise.
    Quick,
}

/// Compiles the package in `crate_dir` with the profile `plugin`, puts its `channel.toml` inside, and returns the file's path
/// below `target_dir`.
///
/// `target_dir` must not be the target folder of a cargo that waits for this (a build script's own): cargo locks it.
///
/// # Errors
///
/// [`BuildError::TargetMissing`] names the command that installs the wasm target; the others say what was attempted and pass on
/// what cargo or the operating system said.
pub fn build_component(crate_dir: &Path, target_dir: &Path) -> Result<PathBuf, BuildError> {
    build_with(crate_dir, target_dir, Words::Kept, Care::Shipped).map(|made| made.path)
}

/// [`build_component`] for a developer who waits: into the target folder that cargo itself would take (`CARGO_TARGET_DIR`, else
/// `target` in the workspace), and with as much care as is asked for.
///
/// # Errors
///
/// As [`build_component`].
pub fn build_project(crate_dir: &Path, words: Words, care: Care) -> Result<PathBuf, BuildError> {
    let target_dir = target_dir(crate_dir)?;
    build_with(crate_dir, &target_dir, words, care).map(|made| made.path)
}

/// The target folder that cargo itself would take for a package.
///
/// # Errors
///
/// As [`build_component`].
pub fn target_dir(crate_dir: &Path) -> Result<PathBuf, BuildError> {
    match std::env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
        Some(target_dir) => Ok(PathBuf::from(target_dir)),
        None => Ok(workspace(crate_dir)?.join("target")),
    }
}

/// The folder of the workspace that a package belongs to: all of it is needed to build it elsewhere. Its own folder where it
/// stands by itself.
///
/// # Errors
///
/// As [`build_component`].
pub fn workspace(crate_dir: &Path) -> Result<PathBuf, BuildError> {
    let crate_dir = absolute(crate_dir)?;
    cargo::Cargo::find(&crate_dir)?.workspace(&crate_dir)
}

fn absolute(path: &Path) -> Result<PathBuf, BuildError> {
    std::path::absolute(path).map_err(BuildError::reading(path))
}

fn build_with(crate_dir: &Path, target_dir: &Path, words: Words, care: Care) -> Result<Made, BuildError> {
    let (crate_dir, target_dir) = (&absolute(crate_dir)?, &absolute(target_dir)?);
    let cargo = cargo::Cargo::find(crate_dir)?;
    let built = cargo.build(crate_dir, target_dir, words, care)?;
    let manifest_path = crate_dir.join("channel.toml");
    let manifest = std::fs::read_to_string(&manifest_path).map_err(BuildError::reading(&manifest_path))?;
    let compiled = std::fs::read(&built.wasm).map_err(BuildError::reading(&built.wasm))?;
    let component = embed_manifest(&compiled, &manifest)?;

    let folder = target_dir.join(match care {
        Care::Shipped => "components",
        Care::Quick => "components-quick",
    });
    std::fs::create_dir_all(&folder).map_err(BuildError::writing(&folder))?;
    let path = folder.join(&built.file_name);
    component::write_whole(&path, &component)?;
    Ok(Made { path, built, manifest_path })
}

/// A component, and what it was made of.
struct Made {
    path: PathBuf,
    built: cargo::Built,
    manifest_path: PathBuf,
}

/// For build scripts: [`build_component`] with a target folder that all profiles of the outer build share, and the component
/// copied to `OUT_DIR` under `file_name`, where `include_bytes!` finds it. The script is run again when anything changes that the
/// component was made of.
///
/// # Errors
///
/// As [`build_component`], and where this does not run in a build script.
pub fn build_into_out_dir(crate_dir: &Path, file_name: &str) -> Result<PathBuf, BuildError> {
    let out_dir = PathBuf::from(std::env::var_os("OUT_DIR").ok_or(BuildError::NoBuildScript)?);
    // <target>/<profile>/build/<package>/out: cargo's lock on <target>/<profile> does not reach <target>/plugins.
    let target_dir = out_dir.ancestors().nth(4).unwrap_or(&out_dir).join("plugins");
    let made = build_with(crate_dir, &target_dir, Words::Kept, Care::Shipped)?;
    // Only here: `OUT_DIR` alone is also in the environment of tests, and of what they start.
    inputs::announce(&made.built, &made.manifest_path)?;
    let copy = out_dir.join(file_name);
    std::fs::copy(made.path, &copy).map_err(BuildError::writing(&copy))?;
    Ok(copy)
}
