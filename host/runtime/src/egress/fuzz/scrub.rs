//! A secret in any common spelling, and in a spelling of it, is gone after scrubbing; what is no secret stays.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use lockgate_fuzz::{Unstructured, fuzz};
use zeroize::Zeroizing;

use super::super::scrub::Scrubber;

/// Ways to write a text, and the ways in which whole texts that hold it are written once more.
#[derive(Clone, Copy, Debug, Hash, PartialEq)]
enum Way {
    Plain,
    Percent,
    Form,
    Json,
    Html,
    Hex,
    Base64,
    Base64Url,
}

const WAYS: [Way; 8] =
    [Way::Plain, Way::Percent, Way::Form, Way::Json, Way::Html, Way::Hex, Way::Base64, Way::Base64Url];
const OUTER: [Way; 5] = [Way::Plain, Way::Percent, Way::Form, Way::Json, Way::Html];

/// Spelt in one of the ways that writers differ in; none where it cannot be.
fn spelt(bytes: &[u8], way: Way, from: &mut Unstructured<'_>) -> Option<Vec<u8>> {
    let mut more = || from.arbitrary::<u8>().unwrap_or_default();
    match way {
        Way::Plain => Some(bytes.to_vec()),
        Way::Percent | Way::Form => {
            let mut text = Vec::new();
            for byte in bytes {
                match (byte, more() % 3) {
                    (b' ', 0) if way == Way::Form => text.push(b'+'),
                    (byte, 0) if byte.is_ascii_graphic() && !b"%+".contains(byte) => text.push(*byte),
                    (byte, 1) => text.extend(format!("%{byte:02x}").bytes()),
                    (byte, _) => text.extend(format!("%{byte:02X}").bytes()),
                }
            }
            Some(text)
        }
        Way::Json => {
            let mut text = String::new();
            for letter in std::str::from_utf8(bytes).ok()?.chars() {
                match (letter, more() % 4) {
                    ('/' | '"' | '\\', 0) => text.extend(['\\', letter]),
                    ('\n', 0) => text.push_str("\\n"),
                    ('\t', 0) => text.push_str("\\t"),
                    (letter, 1) if !letter.is_control() && !"\"\\".contains(letter) => text.push(letter),
                    (letter, how) => {
                        for unit in letter.encode_utf16(&mut [0; 2]) {
                            text.push_str(&if how == 2 { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") });
                        }
                    }
                }
            }
            Some(text.into_bytes())
        }
        Way::Html => {
            let mut text = String::new();
            for letter in std::str::from_utf8(bytes).ok()?.chars() {
                let code = u32::from(letter);
                match (letter, more() % 5) {
                    ('"', 0) => text.push_str("&quot;"),
                    ('\'', 0) => text.push_str("&apos;"),
                    ('<', 0) => text.push_str("&lt;"),
                    ('>', 0) => text.push_str("&gt;"),
                    ('&', 0) => text.push_str("&amp;"),
                    (letter, 1 | 2) if letter != '&' => text.push(letter),
                    (_, 3) => text.push_str(&format!("&#{code};")),
                    _ => text.push_str(&format!("&#x{code:X};")),
                }
            }
            Some(text.into_bytes())
        }
        Way::Hex => {
            let digits = hex::encode(bytes);
            let mixed = digits.bytes().map(|digit| if more() % 2 == 0 { digit.to_ascii_uppercase() } else { digit });
            Some(mixed.collect())
        }
        Way::Base64 | Way::Base64Url => {
            let mut whole = vec![b'x'; usize::from(more() % 4)];
            whole.extend_from_slice(bytes);
            whole.extend(vec![b'y'; usize::from(more() % 4)]);
            let text = match (way, more() % 2) {
                (Way::Base64, _) => STANDARD.encode(whole),
                (_, 0) => URL_SAFE.encode(whole),
                _ => URL_SAFE_NO_PAD.encode(whole),
            };
            Some(text.into_bytes())
        }
    }
}

fn check(input: &[u8]) -> Option<(Way, Way)> {
    let mut from = Unstructured::new(input);
    let way = *from.choose(&WAYS).ok()?;
    let outer = *from.choose(&OUTER).ok()?;
    let length = from.int_in_range(8..=48).ok()?;
    let printable = from.ratio(3, 4).ok()?;
    let secret: Vec<u8> = (0..length)
        .map(|_| from.arbitrary::<u8>().unwrap_or(b'k'))
        .map(|byte| if printable { b' ' + byte % 95 } else { byte })
        .collect();
    // A secret that the mark could complete would be found in what is written instead of it.
    if secret.iter().any(|byte| b"[]".contains(byte))
        || b"[credential]".windows(secret.len()).any(|part| part.eq_ignore_ascii_case(&secret))
    {
        return None;
    }
    let scrubber = Scrubber::new(&[Zeroizing::new(secret.clone())]);
    let inner = spelt(&secret, way, &mut from)?;
    let core = spelt(&inner, outer, &mut from)?;
    let (before, behind) = (b"<~ {\"a\": \"".as_slice(), b"\", 1} ~>".as_slice());
    let noise: Vec<u8> = from.bytes(from.len().min(64)).unwrap_or_default().to_vec();
    let text = [before, &core, behind].concat();
    let clean = scrubber.bytes(text.clone());
    let shown = String::from_utf8_lossy(&clean).into_owned();
    assert!(shown.contains("[credential]"), "{way:?} in {outer:?} is not found: {}", String::from_utf8_lossy(&text));
    assert!(!clean.windows(core.len()).any(|part| part == core), "{shown}");
    assert!(!clean.windows(secret.len()).any(|part| part.eq_ignore_ascii_case(&secret)), "{shown}");
    assert!(scrubber.finds(&text) && !scrubber.finds(&clean), "{shown}");
    // Nothing around it goes with it, where it shares no letter with the secret.
    if !secret.iter().any(|byte| before.contains(byte) || behind.contains(byte)) {
        assert!(clean.starts_with(before) && clean.ends_with(behind), "{shown}");
        if !matches!(way, Way::Base64 | Way::Base64Url) {
            assert_eq!(clean, [before, b"[credential]", behind].concat(), "{shown}");
        }
    }
    // Any surroundings at all: read without a panic, and clean afterwards.
    let amid = [&noise, before, &core, behind, &noise].concat();
    let clean = scrubber.bytes(amid);
    assert!(!clean.windows(secret.len()).any(|part| part.eq_ignore_ascii_case(&secret)));
    if !scrubber.finds(&noise) {
        assert_eq!(scrubber.bytes(noise.clone()), noise);
    }
    Some((way, outer))
}

#[test]
fn no_common_spelling_of_a_secret_is_left_and_nothing_else_is_taken() {
    fuzz!("scrubber", &[], check);
}
