//! `lockgate-build`: builds the plugin in a folder and says what came of it.

use std::path::Path;
use std::process::ExitCode;

const HELP: &str = "Builds a Lockgate plugin in Rust: one component with its manifest inside.

Usage: lockgate-build DIR FILE [TARGET_DIR]

  DIR         The plugin's crate, with its channel.toml
  FILE        The file that is written
  TARGET_DIR  cargo's folder for what it makes on the way [default: target/plugins]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, file, target) = match arguments.as_slice() {
        [folder, file] => (folder, file, "target/plugins"),
        [folder, file, target] => (folder, file, target.as_str()),
        _ => {
            eprintln!("{HELP}");
            return ExitCode::FAILURE;
        }
    };
    match build(Path::new(folder), Path::new(file), Path::new(target)) {
        Ok(bytes) => {
            println!("{file}: {bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("lockgate-build: {error}");
            ExitCode::FAILURE
        }
    }
}

fn build(folder: &Path, file: &Path, target: &Path) -> Result<u64, String> {
    // The plugin's own cargo runs where this does, but is told of the folder from elsewhere too.
    let target = std::path::absolute(target).map_err(|error| format!("{}: {error}", target.display()))?;
    let component = lockgate_build::build_component(folder, &target).map_err(|error| error.to_string())?;
    std::fs::copy(component, file).map_err(|error| format!("{} could not be written: {error}", file.display()))
}
