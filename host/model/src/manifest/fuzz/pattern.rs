//! Hosts and paths: what a pattern covers is still of that pattern for a provider that reads it in its own way.

use lockgate_fuzz::{fuzz, lines};

use super::super::{HostPattern, PathPattern};

/// A path as providers read it that undo escapes several times, take `\` for `/`, cut parameters off segments and resolve dots.
/// Written apart from what is tested.
fn leniently(path: &str, times: usize) -> Vec<Vec<u8>> {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..times {
        let mut read = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let digits = bytes.get(at + 1..at + 3).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| bytes[at] == b'%') {
                Some(byte) => {
                    read.push(byte);
                    at += 3;
                }
                None => {
                    read.push(bytes[at]);
                    at += 1;
                }
            }
        }
        bytes = read;
    }
    let ends = bytes.iter().position(|byte| matches!(byte, 0 | b'\r' | b'\n')).unwrap_or(bytes.len());
    let mut segments: Vec<Vec<u8>> = Vec::new();
    for segment in bytes[..ends].split(|byte| matches!(byte, b'/' | b'\\')) {
        match segment.split(|byte| *byte == b';').next().unwrap_or_default() {
            b"" | b"." => {}
            b".." => drop(segments.pop()),
            other => segments.push(other.to_vec()),
        }
    }
    segments
}

fn is_checked(pattern: &str) -> bool {
    pattern.strip_prefix('/').is_some_and(|rest| {
        rest.is_empty()
            || rest
                .split('/')
                .all(|s| !matches!(s, "" | "." | "..") && (s == "*" || !s.contains(['*', '?', '#', '\\', '%', ';'])))
    }) && !pattern.chars().any(char::is_control)
        && pattern.matches('{').count() <= 1
}

fn path(input: &[u8]) -> (bool, bool, bool) {
    let [pattern, given, value] = lines(input);
    let rule = PathPattern(pattern.clone());
    let (covered, resembles, filled) = (rule.covers(&given), rule.resembles(&given), rule.fill(&given, &value));
    let written = rule.written().is_some();
    assert!(filled.is_none() || covered, "what is not covered is not filled in");
    if !covered || !is_checked(&pattern) {
        return (covered, resembles, filled.is_some());
    }
    if !written {
        assert!(resembles, "a read rule could hide a send");
        let wanted: Vec<&str> = pattern.split('/').filter(|segment| !segment.is_empty()).collect();
        for times in 1..=4 {
            let read = leniently(&given, times);
            let fits = read.len() == wanted.len()
                && wanted
                    .iter()
                    .zip(&read)
                    .all(|(wanted, read)| *wanted == "*" || wanted.as_bytes() == read.as_slice());
            assert!(fits, "{given:?}, decoded {times} times, is no longer of {pattern:?}");
        }
        assert_eq!(leniently(&given, 0).len(), wanted.len(), "{given:?} as it is");
    }
    if let Some(filled) = &filled {
        let more = usize::from(written);
        for times in 0..=4 {
            assert_eq!(
                leniently(filled, times).len(),
                leniently(&given, times).len() + more,
                "{filled:?}, decoded {times} times, has other segments than {given:?}"
            );
        }
    }
    (covered, resembles, filled.is_some())
}

fn host(input: &[u8]) -> (bool, bool) {
    let [pattern, given] = lines(input);
    let covered = HostPattern(pattern.clone()).covers(&given);
    let labels = |name: &str| name.split('.').map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let given = labels(&given);
    let expected = match pattern.strip_prefix("*.") {
        None => given == pattern.split('.').collect::<Vec<_>>(),
        Some(base) => {
            let base = labels(base);
            let under = given.len().saturating_sub(base.len());
            under > 0 && given.ends_with(&base) && given[..under].iter().all(|label| !label.is_empty())
        }
    };
    // Patterns of a checked manifest are in lower case, and no host has a colon but before its port.
    if pattern.chars().all(|c| !c.is_ascii_uppercase() && c != ':') && given.iter().all(|label| !label.contains(':')) {
        assert_eq!(covered, expected, "{pattern:?} and {given:?}");
    }
    (covered, pattern.starts_with("*."))
}

#[test]
fn a_covered_path_is_of_its_pattern_however_often_it_is_decoded() {
    let words = &[
        "/",
        "//",
        "/*",
        "*",
        "..",
        ".",
        "%2e",
        "%2E",
        "%2f",
        "%5c",
        "\\",
        "%25",
        "%252e",
        "%252f",
        "%25252f",
        "%%32f",
        "%2%66",
        "%61",
        "%6d",
        "%00",
        "%0a",
        "%0d%0a",
        ";",
        ";a=b",
        "..;",
        "%3b",
        "%c0%af",
        "%c0%ae",
        "%ff",
        "%u002f",
        "%zz",
        "%",
        "{token}",
        "/bot{token}",
        "messages",
        "mess%61ges",
        "MESSAGES",
        "?",
        "#",
        "%3f",
        "%23",
    ];
    fuzz!("path-pattern", words, path);
}

#[test]
fn a_host_is_covered_by_whole_labels_only() {
    let words = &[
        "*.",
        ".",
        "..",
        "example",
        "com",
        "example.com",
        "EXAMPLE",
        "*.example.com",
        "xn--",
        "\u{2024}",
        "\u{ff0e}",
        "@",
        ":443",
        "/",
        "%2e",
    ];
    fuzz!("host-pattern", words, host);
}
