//! The languages that plugins are written in: one entry each, in a file of its own.

mod javascript;
mod python;
mod rust;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lockgate_build::{Care, Words};
use lockgate_scaffold::{File, Wish};

/// What the commands need to know of a language.
pub(super) struct Language {
    /// As it is named on the command line.
    pub(super) name: &'static str,
    /// As people are told it.
    pub(super) title: &'static str,
    /// The file of a project that tells the language.
    pub(super) sign: &'static str,
    /// What is typed once in a new project before anything else; none where the build sees to it.
    pub(super) first: Option<&'static str>,
    /// A new project.
    pub(super) project: fn(&Wish) -> Vec<File>,
    /// The folder with the SDK, by a path to it or to a checkout.
    pub(super) sdk: fn(&Path) -> Option<PathBuf>,
    /// Compiles the project in a folder; the component with the manifest inside. An error is for its author: cause and remedy. Where a
    /// language has but one way to build, it takes as much care each time.
    pub(super) build: fn(&Path, Words, Care) -> Result<Vec<u8>, String>,
    /// How it is shown that the same sources give the same bytes.
    pub(super) again: Again,
}

/// Whether a second build gives the same bytes.
pub(super) enum Again {
    /// It does: this builds the same sources in another folder.
    Elsewhere(fn(&Path) -> Result<Vec<u8>, String>),
    /// It never does, and why.
    Never(&'static str),
}

/// All of them; the first is the one that is proposed.
pub(super) static LANGUAGES: [&Language; 3] = [&rust::RUST, &javascript::JAVASCRIPT, &python::PYTHON];

/// The language of this name.
pub(super) fn named(name: &str) -> Option<&'static Language> {
    let name = match name.to_ascii_lowercase().as_str() {
        "js" | "typescript" | "ts" => "javascript".to_owned(),
        "py" => "python".to_owned(),
        "rs" => "rust".to_owned(),
        other => other.to_owned(),
    };
    LANGUAGES.into_iter().find(|language| language.name == name)
}

/// The language of the project in a folder.
pub(super) fn of(folder: &Path) -> Option<&'static Language> {
    LANGUAGES.into_iter().find(|language| folder.join(language.sign).is_file())
}

/// Runs a program to its end, or says in its own words why not; `install` where it is not there.
fn run(command: &mut Command, install: &str) -> Result<(), String> {
    run_for(command, install).map(drop)
}

/// As [`run`], for what the program prints.
fn run_for(command: &mut Command, install: &str) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("there is no {program} on the PATH; {install}"),
        _ => format!("{program} could not be started: {error}"),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let words = if output.stderr.is_empty() { output.stdout } else { output.stderr };
    let words = String::from_utf8_lossy(&words).trim_end().to_owned();
    Err(if words.is_empty() { format!("{program} failed ({})", output.status) } else { words })
}
