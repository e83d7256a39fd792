//! Compiles the bundled plugins to components.

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let plugins = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("..");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    // <target>/<profile>/build/<package>/out: one folder serves every profile, and cargo's lock on <target>/<profile> does not reach it.
    let target = out.ancestors().nth(4).unwrap_or(&out).join("plugins");
    compile(&plugins.join("messenger"), &target, &out.join("messenger.wasm"))
}

fn compile(crate_dir: &Path, target: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let component = lockgate_build::build_component(crate_dir, target).unwrap_or_else(|error| {
        println!("cargo::error={error}");
        std::process::exit(1)
    });
    std::fs::copy(component, to)?;
    Ok(())
}
