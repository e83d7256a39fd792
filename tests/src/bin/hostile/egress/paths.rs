//! Paths that a provider could read as another one than the gate does.

use super::knock::{Knock, NO_RULE, pair};
use crate::case::Case;

/// Ways from a granted path to one that is not.
const WAYS_OUT: [(&str, &str); 15] = [
    ("dot-segments", "/ok/../secret/{nonce}"),
    ("dot-segment-in-place", "/ok/.."),
    ("dot-segments-encoded", "/ok/%2e%2e"),
    ("dot-segments-half-encoded", "/ok/.%2E"),
    ("dot-segments-encoded-twice", "/ok/%252e%252e"),
    ("dot-segments-overlong", "/ok/%c0%ae%c0%ae"),
    ("dot-segments-with-parameter", "/ok/..;{nonce}"),
    ("slashes-doubled", "//ok/{nonce}"),
    ("slash-encoded", "/ok/%2f..%2fsecret"),
    ("backslash-encoded", "/ok/..%5Csecret"),
    ("null-byte", "/ok/{nonce}%00.png"),
    ("one-segment-more", "/ok/{nonce}/secret"),
    ("empty-segment", "/ok/"),
    ("other-case", "/OK/{nonce}"),
    ("whole-address-as-path", "/https://canary.test/ok/{nonce}"),
];

pub(super) fn cases() -> Vec<Case> {
    let granted = || Knock::get("https://canary.test/ok/{nonce}");
    let ways = WAYS_OUT.iter().map(|(name, path)| {
        // Where the path itself cannot hold it, the query does.
        let nonce = if path.contains("{nonce}") { "" } else { "?{nonce}" };
        let attack = Knock::get(&format!("https://canary.test{path}{nonce}")).denied(NO_RULE);
        pair(name, "a path that may be read as another", attack, granted())
    });
    let mut cases: Vec<Case> = ways.collect();
    cases.extend([
        pair(
            "backslash",
            "backslashes for slashes",
            Knock::get(r"https://canary.test/ok/..\secret?{nonce}").denied(NO_RULE),
            granted(),
        ),
        pair(
            "line-in-a-path",
            "a request within the path",
            Knock::get("https://canary.test/ok/{nonce} HTTP/1.1\r\nx-token: mine").unusable("path"),
            granted(),
        ),
    ]);
    cases
}
