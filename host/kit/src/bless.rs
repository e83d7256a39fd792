//! Writes what was seen into a case's file: its `expect` and `provider` alone, all else stays as its author wrote it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::case::{Case, CaseProblem};
use crate::judge::Seen;
use crate::locate;

/// Why a case could not be accepted as it is.
#[derive(Debug, thiserror::Error)]
pub enum BlessError {
    /// There is nothing to accept.
    #[error("{}: there is nothing to accept: the plugin gave no answer, or asked for more than the case has answers of the provider for, or the case names what the manifest does not have", .0.display())]
    NothingSeen(PathBuf),
    /// What was seen can be no expectation: a file that says so would be refused.
    #[error("{}: it is left as it is, since what was seen can be no expectation: {}", .0.file.display(), .0.words)]
    NoExpectation(CaseProblem),
    /// It could not be read or written.
    #[error("{}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Writes it: the whole new text or, where that is no case, nothing.
pub(crate) fn write(file: &Path, seen: &Seen) -> Result<(), BlessError> {
    let problem = |source| BlessError::File { file: file.to_owned(), source };
    let text = std::fs::read_to_string(file).map_err(problem)?;
    let blessed = blessed(&text, seen);
    Case::parse(file, &blessed).map_err(BlessError::NoExpectation)?;
    replace(file, &blessed).map_err(problem)
}

/// Puts the text in the place of the file's. Who looks meanwhile, or a machine that stops, finds the one or the other.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    // Where it is a link, what it leads to is replaced.
    let file = std::fs::canonicalize(file)?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    let mut made = tempfile::NamedTempFile::new_in(folder)?;
    made.write_all(text.as_bytes())?;
    made.as_file().set_permissions(std::fs::metadata(&file)?.permissions())?;
    made.persist(&file).map(drop).map_err(|error| error.error)
}

fn blessed(text: &str, seen: &Seen) -> String {
    let provider = serde_json::to_value(&seen.provider).unwrap_or_default();
    let with_provider = match locate::span(text, "provider") {
        Some(span) => replaced(text, span, &provider),
        None => text.to_owned(),
    };
    match locate::span(&with_provider, "expect") {
        Some(span) => replaced(&with_provider, span, &seen.expect),
        None => with_provider,
    }
}

/// The value in the place of what stands there, indented as what stands in an object of the file is.
fn replaced(text: &str, span: std::ops::Range<usize>, value: &Value) -> String {
    let pretty = serde_json::to_string_pretty(value).unwrap_or_default().replace('\n', "\n  ");
    let mut text = text.to_owned();
    text.replace_range(span, &pretty);
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::case::{Answer, Answered, Asked, Exchange};

    #[test]
    fn only_what_is_expected_changes() {
        let text = "{\n  \"expect\": { \"outcomes\": [] },\n  \"provider\": [],\n  \"about\":   \"As it was\"\n}\n";
        let request = Asked { method: "POST".into(), url: "https://a/b".into(), ..Asked::default() };
        let answer = Answered::Whole(Answer { status: 200, ..Answer::default() });
        let seen = Seen { provider: vec![Exchange { request, answer }], expect: json!({ "outcomes": [1] }) };
        let blessed = blessed(text, &seen);
        assert_eq!(
            blessed,
            "{\n  \"expect\": {\n    \"outcomes\": [\n      1\n    ]\n  },\n  \"provider\": [\n    {\n      \"answer\": {\n        \"status\": 200\n      },\n      \"request\": {\n        \"method\": \"POST\",\n        \"url\": \"https://a/b\"\n      }\n    }\n  ],\n  \"about\":   \"As it was\"\n}\n"
        );
        assert_eq!(super::blessed(&blessed, &seen), blessed);
    }
}
