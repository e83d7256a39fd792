//! The example channel's components, one a language, where `examples/build` puts them.

use std::path::PathBuf;

/// The languages that the example is written in.
pub const LANGUAGES: [&str; 3] = ["rust", "js", "python"];

/// The component of a language. Panics where it was not built, with the command that builds it.
pub fn telegram(language: &str) -> Vec<u8> {
    let file = folder().join(format!("telegram-{language}.wasm"));
    std::fs::read(&file).unwrap_or_else(|error| {
        panic!("{}: {error}; the example was not built: run examples/build {language}", file.display())
    })
}

/// `plugins` in the target folder of the executable that runs.
pub fn folder() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    let profile = this.ancestors().find(|folder| folder.ends_with("release") || folder.ends_with("debug")).unwrap();
    profile.parent().unwrap().join("plugins")
}
