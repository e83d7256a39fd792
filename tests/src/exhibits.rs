//! Everything that a run leaves behind, to be searched for a secret in every spelling that somebody could read.
//!
//! A search that finds nothing proves something only where it would have found it: each exhibit must hold what certainly stands
//! there, and beside them lies a control in which the secret was planted, once in each spelling.

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What a run left behind.
#[derive(Default)]
pub struct Exhibits(Vec<(String, Vec<u8>)>);

impl Exhibits {
    /// Adds what is called `name`. `known` certainly stands in it, so that an empty log or another one's is noticed.
    ///
    /// # Panics
    ///
    /// Where it does not.
    pub fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>, known: &str) {
        let (name, bytes) = (name.into(), bytes.into());
        assert!(crate::scan::holds(&bytes, known.as_bytes()), "{name} is not what it should be: without {known:?}");
        self.0.push((name, bytes));
    }

    /// Adds what may be anything: it is searched, and proves nothing by itself.
    pub fn add_any(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.into(), bytes.into()));
    }

    /// The names of those that hold a secret in any spelling.
    ///
    /// # Panics
    ///
    /// Where the search does not find it in the control.
    pub fn holding(&self, secret: &str) -> Vec<&str> {
        let spellings = spellings(secret);
        let search = AhoCorasick::builder().ascii_case_insensitive(true).build(spellings.iter().map(|(_, text)| text));
        let search = search.expect("so many spellings can be searched for");
        for (spelling, text) in &spellings {
            let control = [&b"before \0"[..], text.as_slice(), b"\xff behind"].concat();
            assert!(search.is_match(&control), "the search would not find {spelling}");
        }
        assert!(!search.is_match(secret.get(1..).unwrap_or_default()), "the search finds what is not there");
        self.0.iter().filter(|(_, bytes)| search.is_match(bytes)).map(|(name, _)| name.as_str()).collect()
    }
}

/// A secret as requests, answers, logs and rows are written, each with its name.
fn spellings(secret: &str) -> Vec<(String, Vec<u8>)> {
    let percent: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let form: String = secret
        .bytes()
        .map(|byte| match byte {
            b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02x}"),
        })
        .collect();
    let json: String = secret.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let list: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    let mut found = vec![
        ("plain".to_owned(), secret.as_bytes().to_vec()),
        ("percent-encoded".to_owned(), percent.into_bytes()),
        ("a form".to_owned(), form.into_bytes()),
        ("JSON with escapes".to_owned(), json.into_bytes()),
        ("JSON with slashes escaped".to_owned(), secret.replace('/', "\\/").into_bytes()),
        ("a list of bytes".to_owned(), list.join(", ").into_bytes()),
        ("UTF-16, low byte first".to_owned(), secret.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("UTF-16, high byte first".to_owned(), secret.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ];
    for offset in 0..3_usize {
        let padded = [vec![0; offset], secret.as_bytes().to_vec()].concat();
        for (name, engine) in [("Base64", STANDARD_NO_PAD), ("Base64 of URLs", URL_SAFE_NO_PAD)] {
            let text = engine.encode(&padded);
            // What does not depend on the bytes around it.
            let (first, last) = ((offset * 8).div_ceil(6), padded.len() * 8 / 6);
            found.push((format!("{name} at {offset}"), text.as_bytes()[first..last].to_vec()));
        }
    }
    // Bytes of a database are shown in hexadecimal, whatever they hold.
    let hex = found.iter().map(|(name, text)| (format!("{name} in hexadecimal"), hex::encode(text).into_bytes()));
    let hex: Vec<_> = hex.collect();
    found.extend(hex);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "EAAS-planted/9Xw~4";

    #[test]
    fn a_planted_secret_is_found_in_every_spelling_and_nothing_else_is() {
        for (spelling, text) in spellings(SECRET) {
            let mut exhibits = Exhibits::default();
            exhibits.add("clean", "known: EAAS-planted/9Xw~5", "known");
            exhibits.add("planted", [&b"known: "[..], text.as_slice(), b" and more"].concat(), "known");
            assert_eq!(exhibits.holding(SECRET), ["planted"], "{spelling}");
        }
    }

    #[test]
    #[should_panic(expected = "not what it should be")]
    fn what_is_empty_proves_nothing() {
        Exhibits::default().add("log", "", "started");
    }
}
