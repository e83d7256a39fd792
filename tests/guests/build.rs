//! Compiles the plugins of the tests to components.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// The contract that plugins are built for, and one that nobody speaks. Of the same length, so that the one can be written over
/// the other without moving anything.
const SPOKEN: &[u8] = b"@0.1.0-dev.1";
const FOREIGN: &[u8] = b"@0.2.0-dev.9";

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    lockgate_build::build_into_out_dir(&here.join("../hostile"), "hostile.wasm")?;
    lockgate_build::build_into_out_dir(&here.join("../faulty"), "faulty.wasm")?;
    lockgate_build::build_into_out_dir(&here.join("connector-and-sender"), "connector-and-sender.wasm")?;
    lockgate_build::build_into_out_dir(&here.join("actions-only"), "actions-only.wasm")?;
    lockgate_build::build_into_out_dir(&here.join("newsagent"), "newsagent.wasm")?;
    lockgate_build::build_into_out_dir(&here.join("keeper"), "keeper.wasm")?;
    lockgate_build::build_into_out_dir(&here.join("../../examples/discord"), "discord.wasm")?;
    lockgate_build::build_into_out_dir(&here.join("registrar"), "registrar.wasm")?;
    let spoken = lockgate_build::build_into_out_dir(&here.join("connector-only"), "connector-only.wasm")?;
    fs::write(spoken.with_file_name("other-contract.wasm"), replaced(&fs::read(&spoken)?))?;
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
