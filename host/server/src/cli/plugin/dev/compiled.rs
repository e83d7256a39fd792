//! Building while the console goes on, and where a compiler's words point to.

use std::path::PathBuf;
use std::sync::Arc;

use lockgate_build::{Care, Words};
use lockgate_model::seam::Clock;
use serde::Serialize;

use crate::cli::client::CliError;
use crate::cli::plugin::{build, project::Project};

/// A build that ended.
pub(super) struct Compiled {
    /// The component, or why there is none.
    pub(super) result: Result<Vec<u8>, CliError>,
    /// When it began and when the compiler ended, milliseconds since 1970.
    pub(super) began: u64,
    pub(super) ended: u64,
}

/// Compiles the project in a folder. Blocks for as long as the compiler runs.
pub(super) fn compile(folder: PathBuf, care: Care, clock: Arc<dyn Clock>) -> Compiled {
    let began = clock.now_ms();
    let result = Project::open(&folder).and_then(|project| build::compiled(&project, Words::Kept, care));
    Compiled { result, began, ended: clock.now_ms() }
}

/// A place in a file that a compiler, or the check of a manifest, points to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<u32>,
}

/// Every place in these words, once: `file:line:column` as rustc, esbuild and this program write it, `File "…", line N` as Python
/// does.
pub(super) fn places(words: &str) -> Vec<Place> {
    let mut places = Vec::new();
    for line in words.lines() {
        let found = python(line).or_else(|| line.split_whitespace().find_map(colons));
        if let Some(place) = found.filter(|place| !places.contains(place)) {
            places.push(place);
        }
    }
    places
}

fn python(line: &str) -> Option<Place> {
    let (file, rest) = line.trim_start().strip_prefix("File \"")?.split_once("\", line ")?;
    let line = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Some(Place { file: file.to_owned(), line, column: None })
}

fn colons(word: &str) -> Option<Place> {
    let word = word.trim_end_matches(':').trim_matches(['(', ')']);
    let (rest, last) = word.rsplit_once(':')?;
    let last = last.parse().ok()?;
    let place = match rest.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?))) {
        Some((file, line)) => Place { file: file.to_owned(), line, column: Some(last) },
        None => Place { file: rest.to_owned(), line: last, column: None },
    };
    // A time, a port and an address have colons too; a file that has a place in it has an ending.
    let name = place.file.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && !ending.is_empty() && ending.len() <= 5 && ending.chars().all(|c| c.is_ascii_alphabetic())
    });
    (ending && place.line > 0 && !place.file.contains("://")).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compilers_words_say_where() {
        let place = |file: &str, line, column| Place { file: file.into(), line, column };
        let rust = "error[E0425]: cannot find value `x`\n --> src/receive.rs:31:17\n  |\n --> src/receive.rs:31:17\n";
        assert_eq!(places(rust), [place("src/receive.rs", 31, Some(17))]);
        let manifest = "the manifest is not accepted\nchannel.toml:5:6: lower-case letters";
        assert_eq!(places(manifest), [place("channel.toml", 5, Some(6))]);
        assert_eq!(
            places("x [ERROR] Expected \";\"\n\n    src/plugin.js:3:10:\n"),
            [place("src/plugin.js", 3, Some(10))]
        );
        assert_eq!(
            places("  File \"/a/plugin/__init__.py\", line 12, in f\n"),
            [place("/a/plugin/__init__.py", 12, None)]
        );
        assert_eq!(places("at 12:30:45 from https://example.com:443 and 127.0.0.1:8080 no rustc on the PATH"), []);
    }
}
