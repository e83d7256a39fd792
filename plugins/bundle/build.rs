//! Compiles the bundled plugins to components.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match lockgate_build::build_into_out_dir(&plugins.join("messenger"), "messenger.wasm") {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
            ExitCode::FAILURE
        }
    }
}
