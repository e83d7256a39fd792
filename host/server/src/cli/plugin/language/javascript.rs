//! Plugins in JavaScript and TypeScript.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockgate_build::{Care, Words};
use serde_json::Value;

use super::{Again, Language, run, run_for};

pub(super) static JAVASCRIPT: Language = Language {
    name: "javascript",
    title: "JavaScript",
    sign: "package.json",
    first: None,
    project: lockgate_scaffold::javascript::project,
    sdk,
    build,
    again: Again::Never(
        "a component in JavaScript is never the same twice: it holds a snapshot of the engine, and that random numbers; keep the file that you tested",
    ),
};

const INSTALL: &str = "install Node.js 20 or newer, and npm with it (https://nodejs.org)";
/// The oldest major version that componentize-js runs on.
const OLDEST_NODE: u32 = 20;
/// The SDK as npm knows it, and the program in it that builds.
const PACKAGE: &str = "@lockgate/sdk";
const BUILDER: &str = "dist/build/cli.js";

fn sdk(path: &Path) -> Option<PathBuf> {
    let is_sdk = |folder: &PathBuf| {
        fs::read_to_string(folder.join("package.json")).is_ok_and(|text| text.contains("\"@lockgate/sdk\""))
    };
    [path.to_owned(), path.join("sdk/js")].into_iter().find(is_sdk)
}

fn build(folder: &Path, _: Words, _: Care) -> Result<Vec<u8>, String> {
    let folder = fs::canonicalize(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let version = run_for(Command::new("node").arg("--version"), INSTALL)?;
    if let Some(words) = too_old(&version) {
        return Err(words);
    }
    let linked = folder.join("node_modules").join(PACKAGE);
    if !linked.join(BUILDER).is_file() {
        prepare(&folder, &linked)?;
    }
    let scratch = tempfile::tempdir().map_err(|error| format!("a folder to build in cannot be made: {error}"))?;
    let out = scratch.path().join("component.wasm");
    let mut command = Command::new("node");
    command.arg(linked.join(BUILDER)).arg("--out").arg(&out).current_dir(&folder);
    run(&mut command, INSTALL).map_err(|words| words.trim_start_matches("lockgate-build: ").to_owned())?;
    fs::read(&out).map_err(|error| format!("{}: {error}", out.display()))
}

/// What to say of a Node.js that is older than the one that its tools are written for.
fn too_old(version: &str) -> Option<String> {
    let version = version.trim();
    let major: u32 = version.trim_start_matches('v').split('.').next()?.parse().ok()?;
    (major < OLDEST_NODE).then(|| format!("Node.js {version} is too old; {INSTALL}"))
}

/// Makes the SDK ready that lies in the project's own folder, and puts it where modules are looked for.
fn prepare(folder: &Path, linked: &Path) -> Result<(), String> {
    let manifest = folder.join(JAVASCRIPT.sign);
    let text = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let package: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let named = package.pointer("/dependencies/@lockgate~1sdk").and_then(Value::as_str).ok_or_else(|| {
        format!("{} does not name {PACKAGE} among its dependencies; run: npm install {PACKAGE}", manifest.display())
    })?;
    let Some(path) = named.strip_prefix("file:") else {
        return Err(format!("{PACKAGE} is not installed; run in {}: npm install", folder.display()));
    };
    let sdk = sdk(&folder.join(path))
        .ok_or_else(|| format!("{}: there is no SDK at {path}, where {PACKAGE} is said to be", manifest.display()))?;
    if !sdk.join(BUILDER).is_file() {
        if !sdk.starts_with(folder) {
            return Err(format!("the SDK at {} is not built; run there: npm install", sdk.display()));
        }
        // By its lock file, and nothing of what is installed runs for that.
        for arguments in
            [&["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"][..], &["run", "build"]]
        {
            let mut npm = Command::new("npm");
            npm.args(arguments).current_dir(&sdk);
            run(&mut npm, INSTALL).map_err(|words| format!("what the SDK needs cannot be installed: {words}"))?;
        }
    }
    link(&sdk, linked).map_err(|error| format!("{}: {error}", linked.display()))
}

fn link(sdk: &Path, linked: &Path) -> io::Result<()> {
    if let Some(parent) = linked.parent() {
        fs::create_dir_all(parent)?;
    }
    match std::os::unix::fs::symlink(sdk, linked) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::too_old;

    #[test]
    fn an_old_node_is_told_before_its_tools_fail() {
        assert_eq!(too_old("v20.20.2\n"), None);
        assert_eq!(too_old("v24.0.0"), None);
        assert_eq!(too_old("something else"), None, "its own tools will say");
        assert!(
            too_old("v18.19.0\n")
                .is_some_and(|words| words.starts_with("Node.js v18.19.0 is too old; install Node.js 20"))
        );
    }
}
