//! Compiles the bundled plugins to components.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for plugin in ["form", "messenger"] {
        if let Err(error) = lockgate_build::build_into_out_dir(&plugins.join(plugin), &format!("{plugin}.wasm")) {
            error.to_string().lines().for_each(|line| println!("cargo::error={line}"));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
