//! A plugin's project: the folder with its `channel.toml`, and the language that it is written in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use lockgate_model::manifest::{Manifest, ManifestProblem};

use super::language::{self, LANGUAGES, Language};
use crate::cli::client::CliError;

/// The manifest of every project.
pub(super) const MANIFEST: &str = "channel.toml";

/// A project whose manifest was read.
pub(super) struct Project {
    /// Where it is.
    pub(super) folder: PathBuf,
    /// The manifest's text.
    pub(super) text: String,
    /// The language that it is written in.
    pub(super) language: &'static Language,
}

impl Project {
    /// Finds the project in a folder; its manifest is not judged yet.
    ///
    /// # Errors
    ///
    /// Where there is none, or none that can be built.
    pub(super) fn open(folder: &Path) -> Result<Self, CliError> {
        let path = folder.join(MANIFEST);
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => CliError::Usage(format!(
                "there is no {MANIFEST} in {}, so it is no plugin's project\n  Name the folder of one, or make one: lockgate plugin new NAME",
                folder.display()
            )),
            io::ErrorKind::InvalidData => {
                CliError::Refused(format!("{}: it is no text in UTF-8; save it as such", path.display()))
            }
            _ => CliError::Io { what: path.display().to_string(), source: error },
        })?;
        let language = language::of(folder).ok_or_else(|| {
            let signs: Vec<String> =
                LANGUAGES.iter().map(|language| format!("{} ({})", language.sign, language.title)).collect();
            CliError::Usage(format!(
                "{} has a {MANIFEST}, but nothing that tells its language: there is no {}",
                folder.display(),
                signs.join(" or ")
            ))
        })?;
        Ok(Self { folder: folder.to_owned(), text, language })
    }

    /// The manifest, or everything that is wrong with it.
    pub(super) fn manifest(&self) -> Result<Manifest, Vec<ManifestProblem>> {
        let manifest = Manifest::parse(&self.text)?;
        match manifest.foreign_contract(&self.text) {
            Some(problem) => Err(vec![problem]),
            None => Ok(manifest),
        }
    }

    /// The path of its manifest, as it is shown.
    pub(super) fn manifest_path(&self) -> PathBuf {
        self.folder.join(MANIFEST)
    }
}

/// A problem with its file, line and column, and the line itself with a mark below the place.
pub(super) fn show(file: &Path, text: &str, problem: &ManifestProblem) -> String {
    let ManifestProblem { line, column, words } = problem;
    let file = file.display();
    let Some(line) = *line else { return format!("{file}: {words}") };
    let column = column.unwrap_or(1);
    let mut shown = format!("{file}:{line}:{column}: {words}");
    if let Some(source) = text.lines().nth(line - 1).filter(|source| source.chars().count() <= LONGEST_LINE) {
        // A tab before the mark is as wide as the one above it.
        let before = source.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' });
        let margin = " ".repeat(line.to_string().len());
        let source: String = source.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect();
        shown.push_str(&format!("\n {line} | {source}\n {margin} | {}^", before.collect::<String>()));
    }
    shown
}

/// The longest line that is repeated, in characters.
const LONGEST_LINE: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_points_at_its_place() {
        let problem = ManifestProblem { line: Some(2), column: Some(7), words: "this is no colour".into() };
        assert_eq!(
            show(Path::new("a/channel.toml"), "x = 1\nred = \u{1b}\"green\"\n", &problem),
            "a/channel.toml:2:7: this is no colour\n 2 | red =  \"green\"\n   |       ^"
        );
        let whole = ManifestProblem { line: None, column: None, words: "too long".into() };
        assert_eq!(show(Path::new("channel.toml"), "", &whole), "channel.toml: too long");
        let beyond = ManifestProblem { line: Some(9), column: None, words: "gone".into() };
        assert_eq!(show(Path::new("channel.toml"), "", &beyond), "channel.toml:9:1: gone");
    }
}
