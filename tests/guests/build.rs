//! Compiles the plugins of the tests to components.

use std::error::Error;
use std::path::{Path, PathBuf};

/// Of the same length, so that the one can be written over the other without moving anything.
const SPOKEN: &[u8] = b"@0.1.0-dev.1";
const FOREIGN: &[u8] = b"@0.2.0-dev.9";

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    // <target>/<profile>/build/<package>/out: one folder serves every profile, and cargo's lock on <target>/<profile> does not reach it.
    let target = out.ancestors().nth(4).unwrap_or(&out).join("plugins");
    compile(&here.join("../hostile"), &target, &out.join("hostile.wasm"))?;
    compile(&here.join("connector-only"), &target, &out.join("connector-only.wasm"))?;
    compile(&here.join("connector-and-sender"), &target, &out.join("connector-and-sender.wasm"))?;
    let foreign = replaced(&std::fs::read(out.join("connector-only.wasm"))?);
    std::fs::write(out.join("other-contract.wasm"), foreign)?;
    Ok(())
}

fn compile(crate_dir: &Path, target: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let component = lockgate_build::build_component(crate_dir, target).unwrap_or_else(|error| {
        println!("cargo::error={error}");
        std::process::exit(1)
    });
    std::fs::copy(component, to)?;
    Ok(())
}

/// The same component, built for another version of the contract: every name of an import or export, and the manifest's.
fn replaced(component: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(component.len());
    let mut rest = component;
    while let Some((first, behind)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(SPOKEN) {
            bytes.extend_from_slice(FOREIGN);
            rest = behind;
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    bytes
}
