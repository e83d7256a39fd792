//! What a component was made of, told to the cargo that runs the build script: then it runs again when any of that changes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::BuildError;
use crate::cargo::Built;

/// Environment that changes what comes out.
const ENVIRONMENT: [&str; 3] = ["CARGO", "RUSTC", "CARGO_HOME"];

/// Prints `rerun-if-changed` for every source of the crate and of its path dependencies, for their manifests and for the
/// workspace's.
pub(crate) fn announce(built: &Built, manifest: &Path) -> Result<(), BuildError> {
    let dep_info = std::fs::read_to_string(&built.dep_info).map_err(BuildError::reading(&built.dep_info))?;
    let mut inputs = BTreeSet::from([manifest.to_owned()]);
    for name in ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo/config.toml"] {
        inputs.insert(built.workspace.join(name));
    }
    for source in sources(&dep_info) {
        let package =
            source.ancestors().skip(1).map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file());
        inputs.extend(package);
        inputs.insert(source);
    }
    for input in inputs.iter().filter(|input| input.exists()) {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    for name in ENVIRONMENT {
        println!("cargo::rerun-if-env-changed={name}");
    }
    Ok(())
}

/// The files behind the colon of a dep-info file, where a space in a name is written `\ `.
fn sources(dep_info: &str) -> Vec<PathBuf> {
    let behind = dep_info.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, files)| files);
    let unescaped = behind.replace("\\ ", "\u{0}");
    unescaped.split(' ').filter(|name| !name.is_empty()).map(|name| PathBuf::from(name.replace('\u{0}', " "))).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    #[test]
    fn dep_info_names_may_hold_spaces() {
        let files = super::sources("/t/a.wasm: /src/lib.rs /my\\ src/b.rs\n");
        assert_eq!(files, [PathBuf::from("/src/lib.rs"), PathBuf::from("/my src/b.rs")]);
    }
}
