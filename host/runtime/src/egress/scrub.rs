//! Takes credentials out of what a guest or a log is to see.
//!
//! What a provider echoes is found as it was sent and in the spellings that requests and answers are written in: percent-encoded
//! in any mixture, as a form, escaped as JSON or HTML, in each of these what is written in one of them, in hexadecimal, in Base64
//! at any offset. A provider that transforms a credential otherwise is trusted with it, as it holds it anyway.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::spelling::{FORM, HTML, JSON, PERCENT, Spelling, Undone};

/// What stands where a credential stood.
const MARK: &[u8] = b"[credential]";

/// Each of them also in each: an address in JSON, JSON in a form, HTML in JSON.
const SPELLINGS: [Spelling; 4] = [PERCENT, FORM, JSON, HTML];

/// Secrets shorter than this would take ordinary text with them.
const SHORTEST: usize = 4;

/// Finds a set of secrets.
pub(crate) struct Scrubber(Option<AhoCorasick>);

impl Scrubber {
    /// For these secrets. Upper and lower case are not told apart, so that a header name is found too.
    pub(crate) fn new(secrets: &[Zeroizing<Vec<u8>>]) -> Self {
        let mut patterns: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST) {
            patterns.push(secret.clone());
            patterns.push(Zeroizing::new(hex::encode(secret.as_slice()).into_bytes()));
            patterns.extend((0..3).flat_map(|offset| base64_at(secret, offset)).filter(|text| text.len() >= SHORTEST));
        }
        let found = (!patterns.is_empty())
            .then(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .match_kind(MatchKind::LeftmostLongest)
                    .build(&patterns)
            })
            .and_then(Result::ok);
        Self(found)
    }

    /// Whether nothing has to be scrubbed.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a secret stands in it.
    pub(crate) fn finds(&self, bytes: &[u8]) -> bool {
        !self.spans(bytes).is_empty()
    }

    /// The bytes without secrets.
    pub(crate) fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        let spans = self.spans(&bytes);
        if spans.is_empty() {
            return bytes;
        }
        let mut clean = Vec::with_capacity(bytes.len());
        let mut at = 0;
        for (start, end) in spans {
            clean.extend_from_slice(bytes.get(at..start).unwrap_or_default());
            clean.extend_from_slice(MARK);
            at = end;
        }
        clean.extend_from_slice(bytes.get(at..).unwrap_or_default());
        clean
    }

    /// The text without secrets.
    pub(crate) fn text(&self, text: String) -> String {
        if self.is_empty() {
            return text;
        }
        String::from_utf8_lossy(&self.bytes(text.into_bytes())).into_owned()
    }

    /// Where secrets stand, merged and in order.
    fn spans(&self, bytes: &[u8]) -> Vec<(usize, usize)> {
        let Some(patterns) = &self.0 else { return Vec::new() };
        let mut spans: Vec<(usize, usize)> =
            patterns.find_iter(bytes).map(|found| (found.start(), found.end())).collect();
        let mut look = |undone: &Undone| {
            let found = patterns.find_iter(&undone.bytes);
            spans.extend(found.filter_map(|found| undone.original(found.start(), found.end(), bytes.len())));
        };
        for undone in SPELLINGS.into_iter().filter_map(|outer| Undone::of(bytes, outer)) {
            look(&undone);
            for inner in SPELLINGS.into_iter().filter_map(|inner| undone.then(inner)) {
                look(&inner);
            }
        }
        spans.sort_unstable();
        let mut merged: Vec<(usize, usize)> = Vec::with_capacity(spans.len());
        for (start, end) in spans {
            match merged.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        merged
    }
}

/// The characters of a secret's Base64 that do not depend on what stands around it, where it begins `offset` bytes after a
/// multiple of three.
fn base64_at(secret: &[u8], offset: usize) -> [Zeroizing<Vec<u8>>; 2] {
    let mut padded = Zeroizing::new(vec![0; offset]);
    padded.extend_from_slice(secret);
    // The first characters hold bits of the bytes before; the last may hold bits of those after.
    let first = (offset * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&*padded), URL_SAFE_NO_PAD.encode(&*padded)].map(|text| {
        let text = Zeroizing::new(text.into_bytes());
        Zeroizing::new(text.get(first..last).unwrap_or_default().to_vec())
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;
    use zeroize::Zeroizing;

    use super::Scrubber;

    const SECRET: &str = "EAAB/x+9\"k~Zq-71";

    fn scrubber() -> Scrubber {
        Scrubber::new(&[Zeroizing::new(SECRET.as_bytes().to_vec())])
    }

    fn clean(text: &str) -> String {
        scrubber().text(text.to_owned())
    }

    #[test]
    fn every_plain_spelling_of_a_secret_is_taken_out() {
        let percent: String = SECRET.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mixed: String = SECRET
            .bytes()
            .enumerate()
            .map(|(n, byte)| if n % 2 == 0 { format!("%{byte:02x}") } else { char::from(byte).to_string() })
            .collect();
        let json: String = SECRET.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        let html: String = SECRET.chars().map(|c| format!("&#{};", u32::from(c))).collect();
        let twice = json.replace('\\', "\\\\");
        let address_in_json = percent.replace('%', "\\u0025");
        let escaped = SECRET.replace('"', "\\\"").replace('/', "\\/");
        let percent_twice = percent.replace('%', "%25");
        let json_in_a_form: String = escaped.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let html_in_json = SECRET.replace('"', "&quot;").replace('/', "\\/");
        let json_in_html = escaped.replace('"', "&#34;");
        for spelling in [
            SECRET.to_owned(),
            SECRET.to_lowercase(),
            percent.clone(),
            mixed,
            json.clone(),
            escaped,
            hex::encode(SECRET),
            hex::encode_upper(SECRET),
        ] {
            assert_eq!(clean(&format!("a {spelling} b {spelling}")), "a [credential] b [credential]", "{spelling}");
        }
        let plain = SECRET.replace('"', "&quot;");
        for spelling in [html, plain, twice, address_in_json, percent_twice, json_in_a_form, html_in_json, json_in_html]
        {
            assert_eq!(clean(&format!("a {spelling} b")), "a [credential] b", "{spelling}");
        }
        for before in ["", "x", "xy", "xyz"] {
            for text in
                [STANDARD.encode(format!("{before}{SECRET}:rest")), URL_SAFE.encode(format!("{before}{SECRET}:rest"))]
            {
                assert!(clean(&text).contains("[credential]"), "{before}: {text}");
            }
        }
    }

    #[test]
    fn a_secret_that_is_no_ascii_is_found_in_its_spellings() {
        let scrubber = Scrubber::new(&[Zeroizing::new("pass wört +\u{1f600}".as_bytes().to_vec())]);
        for spelling in [
            "pass wört +\u{1f600}",
            r"pass w\u00f6rt +\ud83d\ude00",
            "pass+w%C3%B6rt+%2B%F0%9F%98%80",
            "pass%20w%c3%b6rt%20+%f0%9f%98%80",
            "pass w&#xf6;rt +&#128512;",
            r#"{\"a\":\"pass w\\u00f6rt +\\ud83d\\ude00\"}"#,
        ] {
            let clean = scrubber.text(format!("a {spelling} b"));
            assert!(clean.contains(" [credential] ") || clean.contains("\"[credential]"), "{spelling}: {clean}");
            assert!(!clean.contains("pass") && !clean.contains("rt"), "{spelling}: {clean}");
        }
    }

    proptest! {
        #[test]
        fn no_spelling_of_a_secret_is_left(
            secret in "[!-~]{8,40}",
            before in "[a-z ]{0,5}",
            mask in proptest::collection::vec(0..4_u8, 40),
        ) {
            let scrubber = Scrubber::new(&[Zeroizing::new(secret.as_bytes().to_vec())]);
            // What begins an escape is always escaped, as everybody does who writes one.
            let spell = |mark: char, escape: fn(char) -> String| -> String {
                let spelt = secret.chars().zip(&mask);
                spelt.map(|(c, how)| if *how == 0 && c != mark { c.to_string() } else { escape(c) }).collect()
            };
            let quoted = serde_json::to_string(&secret).unwrap();
            for spelling in [
                secret.clone(),
                spell('%', |c| format!("%{:02X}", u32::from(c))),
                spell('\\', |c| format!("\\u{:04x}", u32::from(c))),
                spell('&', |c| format!("&#{};", u32::from(c))),
                quoted[1..quoted.len() - 1].to_owned(),
                hex::encode(&secret),
                STANDARD.encode(&secret),
                URL_SAFE.encode(&secret),
            ] {
                let clean = scrubber.text(format!("{before}{spelling} behind"));
                prop_assert!(!clean.contains(&secret) && clean.contains("[credential]"), "{} {}", spelling, clean);
            }
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "nothing here", "100 % of \\it, %zz \\u00", "EAAB/x+9"] {
            assert_eq!(clean(text), text);
        }
        assert!(Scrubber::new(&[]).is_empty());
        assert!(Scrubber::new(&[Zeroizing::new(b"abc".to_vec())]).is_empty());
    }
}
