//! Plugins in Python.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lockgate_build::Words;

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

fn build(folder: &Path, _: Words) -> Result<Vec<u8>, String> {
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
    let text = fs::read_to_string(folder.join(PYTHON.sign)).unwrap_or_default();
    let of_ours = text.lines().map(str::trim).skip_while(|line| *line != "[tool.lockgate]").skip(1);
    let mut settings = of_ours.take_while(|line| !line.starts_with('['));
    let named = settings.find_map(|line| {
        line.strip_prefix("sdk")?.trim_start().strip_prefix('=')?.trim().strip_prefix('"')?.strip_suffix('"')
    });
    let Some(named) = named.map(|named| folder.join(named)) else { return Ok(None) };
    match sdk(&named) {
        Some(sdk) => Ok(Some(sdk)),
        None => Err(format!(
            "{}: there is no SDK at {}, which [tool.lockgate] names",
            folder.join(PYTHON.sign).display(),
            named.display()
        )),
    }
}
