//! From the text of `channel.toml` to a checked [`Manifest`], or to every reason why not.

use std::fmt;

use toml::de::DeTable;

use super::{Manifest, check, size};

/// Problems that are named of one manifest, and characters of each.
pub(super) const MOST_PROBLEMS: usize = 100;
const MOST_WORDS: usize = 500;

/// One thing that is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestProblem {
    /// Counted from 1; none where it concerns the whole.
    pub line: Option<usize>,
    /// In characters, counted from 1; none where it concerns the whole or a line as such.
    pub column: Option<usize>,
    /// What is wrong and what to write instead.
    pub words: String,
}

impl fmt::Display for ManifestProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "channel.toml line {line}, column {column}: {}", self.words),
            (Some(line), None) => write!(f, "channel.toml line {line}: {}", self.words),
            (None, _) => write!(f, "channel.toml: {}", self.words),
        }
    }
}

impl ManifestProblem {
    /// With words that are no longer than people read, whatever the manifest holds.
    pub(super) fn new(place: Option<(usize, usize)>, words: &str) -> Self {
        let words = match words.char_indices().nth(MOST_WORDS) {
            Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
            None => words.to_owned(),
        };
        let (line, column) = place.unzip();
        Self { line, column, words }
    }
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it: of a text that is no TOML, or has a key of the wrong name or kind, the first such
    /// place; of one that is too large, or has parts that are, each of them; else the first hundred rules that it breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<ManifestProblem>> {
        if let Some(too_long) = size::whole(text) {
            return Err(vec![too_long]);
        }
        let unread = |error: &toml::de::Error, key: &str| {
            let place = error.span().map(|span| place_of(text, span.start));
            vec![ManifestProblem::new(place, &format!("{key}{}", error.message().replace('\n', " ")))]
        };
        let document = DeTable::parse(text).map_err(|error| unread(&error, ""))?;
        let too_large = size::parts(text, document.get_ref());
        if !too_large.is_empty() {
            return Err(too_large);
        }
        let deserializer = toml::Deserializer::parse(text).map_err(|error| unread(&error, ""))?;
        let manifest: Self = serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let key = error.path().to_string();
            unread(error.inner(), &if key == "." { String::new() } else { format!("{key}: ") })
        })?;
        let problems = check::check(&manifest, text);
        if problems.is_empty() { Ok(manifest) } else { Err(problems) }
    }
}

/// The line and the column in characters, counted from 1, of a byte offset.
pub(super) fn place_of(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// Where a text stands in quotes for the first time.
pub(super) fn place_of_quoted(text: &str, value: &str) -> Option<(usize, usize)> {
    let quoted = [format!("\"{value}\""), format!("'{value}'")];
    let first = quoted.iter().filter_map(|quoted| text.find(quoted.as_str())).min()?;
    Some(place_of(text, first))
}
