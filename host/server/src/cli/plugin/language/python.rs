//! Plugins in Python.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockgate_build::{Care, Words};
use toml::Table;

use super::{Again, Language, run};

pub(super) static PYTHON: Language = Language {
    name: "python",
    title: "Python",
    sign: "pyproject.toml",
    first: Some(PACKAGES),
    project: lockgate_scaffold::python::project,
    sdk,
    build,
    again: Again::Never(
        "a component in Python is never the same twice: it holds a snapshot of the interpreter, and that real random numbers and times; keep the file that you tested",
    ),
};

/// Python's own words for "new enough": the SDK reads TOML with what came with 3.11.
const NEW_ENOUGH: &str = "import sys; sys.exit(sys.version_info < (3, 11))";
/// What the SDK builds with, into the project.
const PACKAGES: &str = "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt";
const INSTALL: &str = "install Python 3.11 or newer (https://www.python.org)";

fn sdk(path: &Path) -> Option<PathBuf> {
    let is_sdk = |folder: &PathBuf| folder.join("lockgate_sdk/build.py").is_file();
    ["", "src", "sdk/python/src"].into_iter().map(|within| path.join(within)).find(is_sdk)
}

fn build(folder: &Path, _: Words, _: Care) -> Result<Vec<u8>, String> {
    let folder = fs::canonicalize(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let own = folder.join(".venv/bin/python");
    let python = if own.is_file() { own } else { "python3".into() };
    if run(Command::new(&python).args(["-c", NEW_ENOUGH]), INSTALL).is_err_and(|words| !words.contains(INSTALL)) {
        return Err(format!("{} is too old; {INSTALL}", python.display()));
    }
    let scratch = tempfile::tempdir().map_err(|error| format!("a folder to build in cannot be made: {error}"))?;
    let out = scratch.path().join("component.wasm");
    let mut command = Command::new(&python);
    command.args(["-m", "lockgate_sdk.build"]).arg(&folder).arg("--output").arg(&out).current_dir(scratch.path());
    if folder.join("plugin").is_dir() || folder.join("src/plugin").is_dir() {
        command.args(["--module", "plugin"]);
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    if let Some(sdk) = named_sdk(&folder)? {
        let mut path = OsString::from(sdk);
        if let Some(more) = std::env::var_os("PYTHONPATH") {
            path.push(":");
            path.push(more);
        }
        command.env("PYTHONPATH", path);
    }
    run(&mut command, INSTALL).map_err(|words| {
        let words = words.trim_start_matches("lockgate-build-python: ").to_owned();
        if words.contains("componentize-py is") {
            return format!("{words}\n  In the project's folder: {PACKAGES}");
        }
        if words.contains("No module named lockgate_sdk") {
            return "there is no SDK: name its folder in pyproject.toml, as sdk = \"…\" below [tool.lockgate], or install lockgate-sdk".into();
        }
        words
    })?;
    fs::read(&out).map_err(|error| format!("{}: {error}", out.display()))
}

/// The SDK that `pyproject.toml` names; none where it is installed.
fn named_sdk(folder: &Path) -> Result<Option<PathBuf>, String> {
    let file = folder.join(PYTHON.sign);
    let wrong = |words: String| format!("{}: {words}", file.display());
    let text = fs::read_to_string(&file).unwrap_or_default();
    let project: Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    let ours = project.get("tool").and_then(|tools| tools.get("lockgate"));
    let Some(named) = ours.and_then(|ours| ours.get("sdk")) else { return Ok(None) };
    let named = named.as_str().ok_or_else(|| wrong("sdk below [tool.lockgate] must be a folder, in quotes".into()))?;
    let named = folder.join(named);
    match sdk(&named) {
        Some(sdk) => Ok(Some(sdk)),
        None => Err(wrong(format!("there is no SDK at {}, which [tool.lockgate] names", named.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(project: &str) -> Result<bool, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let sdk = folder.path().join("the sdk/lockgate_sdk");
        fs::create_dir_all(&sdk).expect("a folder");
        fs::write(sdk.join("build.py"), "").expect("a file");
        fs::write(folder.path().join("pyproject.toml"), project).expect("a file");
        named_sdk(folder.path()).map(|sdk| sdk.is_some())
    }

    #[test]
    fn the_sdk_is_named_as_toml_has_it() {
        for project in [
            "[tool.lockgate]\nsdk = \"the sdk\"\n",
            "[tool.lockgate]\nsdk = 'the sdk' # beside it",
            "tool.lockgate.sdk = \"the sdk\"",
            "[tool]\nlockgate = { sdk = \"the sdk\" }",
        ] {
            assert_eq!(named(project), Ok(true), "{project}");
        }
        for project in ["", "[project]\nname = \"pigeon\"", "# [tool.lockgate]\n# sdk = \"the sdk\""] {
            assert_eq!(named(project), Ok(false), "{project}");
        }
        for (project, words) in [
            ("[tool.lockgate]\nsdk = \"elsewhere\"", "there is no SDK at"),
            ("[tool.lockgate]\nsdk = 7", "must be a folder"),
            ("[tool.lockgate\nsdk = \"the sdk\"", "line 1"),
        ] {
            let told = named(project).expect_err(project);
            assert!(told.contains("pyproject.toml: ") && told.contains(words), "{told}");
        }
    }
}
