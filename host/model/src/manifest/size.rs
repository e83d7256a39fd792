//! How large a manifest and its parts may be. Looked at before anything is made of them, so that no rule has to think of a text
//! of a megabyte, and no refusal repeats one.

use toml::de::{DeTable, DeValue};

use super::parse::{ManifestProblem, place_of};

/// Bytes of a whole manifest. The largest that is known has some four thousand.
pub(super) const MANIFEST: usize = 256 << 10;
/// Bytes of one text.
const TEXT: usize = 4 << 10;
/// Bytes of a text under one of these keys: what is answered or shown as it is.
const LONG_TEXT: usize = 64 << 10;
const LONG: [&str; 2] = ["body", "icon"];
/// Entries of one list or table.
const ENTRIES: usize = 256;

/// Why the whole is too long to be read.
pub(super) fn whole(text: &str) -> Option<ManifestProblem> {
    let words = format!("the manifest has {} bytes; {MANIFEST} are the most", text.len());
    (text.len() > MANIFEST).then(|| ManifestProblem::new(None, &words))
}

/// Every part that is too large, by its key.
pub(super) fn parts(text: &str, document: &DeTable<'_>) -> Vec<ManifestProblem> {
    let mut found = Vec::new();
    table(&Walk { text, key: "", at: 0 }, document, &mut found);
    found
}

/// Where the walk is: below which key, and where that stands.
struct Walk<'a> {
    text: &'a str,
    key: &'a str,
    at: usize,
}

impl Walk<'_> {
    fn problem(&self, what: &str, size: usize, most: usize) -> ManifestProblem {
        let key: String = self.key.chars().take(64).collect();
        let words = format!("{key:?} has {size} {what}; {most} are the most");
        ManifestProblem::new(Some(place_of(self.text, self.at)), &words)
    }
}

fn table(walk: &Walk<'_>, table: &DeTable<'_>, found: &mut Vec<ManifestProblem>) {
    if table.len() > ENTRIES {
        found.push(walk.problem("keys", table.len(), ENTRIES));
        return;
    }
    for (key, entry) in table {
        let below = Walk { text: walk.text, key: key.get_ref(), at: key.span().start };
        if below.key.len() > TEXT {
            found.push(below.problem("bytes in its name", below.key.len(), TEXT));
        } else {
            value(&below, entry.get_ref(), found);
        }
    }
}

fn value(walk: &Walk<'_>, given: &DeValue<'_>, found: &mut Vec<ManifestProblem>) {
    match given {
        DeValue::String(text) => {
            let most = if LONG.contains(&walk.key) { LONG_TEXT } else { TEXT };
            if text.len() > most {
                found.push(walk.problem("bytes", text.len(), most));
            }
        }
        DeValue::Array(list) if list.len() > ENTRIES => found.push(walk.problem("entries", list.len(), ENTRIES)),
        DeValue::Array(list) => list.iter().for_each(|entry| {
            let below = Walk { text: walk.text, key: walk.key, at: entry.span().start };
            value(&below, entry.get_ref(), found);
        }),
        DeValue::Table(below) => table(walk, below, found),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::Manifest;

    fn refused(text: &str) -> String {
        let problems = Manifest::parse(text).expect_err("a refusal");
        assert!(problems[0].words.len() < 300, "a refusal does not repeat what it refuses");
        problems[0].to_string()
    }

    #[test]
    fn what_is_too_large_is_refused_by_its_key_and_line() {
        let long = "x".repeat(4097);
        assert_eq!(
            refused(&format!("[plugin]\nid = \"p\"\nauthor = \"{long}\"")),
            "channel.toml line 3, column 1: \"author\" has 4097 bytes; 4096 are the most"
        );
        assert_eq!(
            refused(&format!("[plugin]\n{long} = 1")),
            format!(
                "channel.toml line 2, column 1: {:?} has 4097 bytes in its name; 4096 are the most",
                "x".repeat(64)
            )
        );
        let list = format!("[capabilities]\nnative = [{}]", "\"a\",".repeat(257));
        assert_eq!(refused(&list), "channel.toml line 2, column 1: \"native\" has 257 entries; 256 are the most");
        let rules = "[[egress]]\nname = \"a\"\n".repeat(257);
        assert!(refused(&rules).contains("\"egress\" has 257 entries"));
        let keys: String = (0..257).map(|n| format!("k{n} = 1\n")).collect();
        assert!(refused(&format!("[plugin]\n{keys}")).contains("\"plugin\" has 257 keys"));
        assert!(refused(&format!("[plugin]\nicon = \"{}\"", "x".repeat(65_537))).contains("65536 are the most"));
        assert!(refused(&"#".repeat(262_145)).contains("262144 are the most"));
    }
}
