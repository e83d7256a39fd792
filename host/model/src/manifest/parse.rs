//! From the text of `channel.toml` to a checked [`Manifest`], or to every reason why not.

use std::fmt;

use super::{Manifest, check};

/// One thing that is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestProblem {
    /// Counted from 1; none where it concerns the whole.
    pub line: Option<usize>,
    /// What is wrong and what to write instead.
    pub words: String,
}

impl fmt::Display for ManifestProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "channel.toml line {line}: {}", self.words),
            None => write!(f, "channel.toml: {}", self.words),
        }
    }
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it: of a text that is no TOML, or has a key of the wrong name or kind, the first such
    /// place; else all rules that it breaks.
    pub fn parse(text: &str) -> Result<Self, Vec<ManifestProblem>> {
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line_of(text, span.start));
            vec![ManifestProblem { line, words: error.message().replace('\n', " ") }]
        })?;
        let problems = check::check(&manifest, text);
        if problems.is_empty() { Ok(manifest) } else { Err(problems) }
    }
}

/// The line, counted from 1, of a byte offset.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
