//! Keys and values of a query and of a form body (`application/x-www-form-urlencoded`): whether a key is there under any
//! spelling, and how one is added that stays one.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

/// RFC 3986's unreserved characters stay as they are.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether some pair could be read as this key. Providers differ in what separates pairs, in case, in arrays (`key[]`), and in
/// what they make of characters that no variable of theirs may have.
pub(super) fn holds(text: &str, key: &str) -> bool {
    let wanted = folded(key);
    pairs(text).any(|(name, _)| {
        let name = folded(name.split('\0').next().unwrap_or_default().trim());
        name.split('[').next().map(str::trim) == Some(wanted.as_str()) || as_variable(&name) == as_variable(&wanted)
    })
}

/// The method that a provider might take this text for, beside the request's own: `?method=delete`, `_method=put`.
pub(super) fn method(text: &str) -> Option<String> {
    pairs(text).find_map(|(name, value)| {
        let named = matches!(folded(name.trim()).as_str(), "method" | "_method");
        let value = value.trim().to_ascii_uppercase();
        let method = matches!(value.as_str(), "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE");
        (named && method).then_some(value)
    })
}

/// Whether it is written as a form is: visible ASCII, with whole percent-escapes. An escape that is cut short could take the
/// separator behind it along, and with it what the host adds.
pub(super) fn is_whole(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = match (first, behind) {
            (b'%', [high, low, rest @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            (b'%', _) => return false,
            (byte, _) if byte.is_ascii_graphic() => behind,
            _ => return false,
        };
    }
    true
}

/// Adds a pair.
pub(super) fn add(text: &mut Zeroizing<String>, key: &str, value: &str) {
    if !text.is_empty() {
        text.push('&');
    }
    text.extend(utf8_percent_encode(key, VALUE));
    text.push('=');
    text.extend(utf8_percent_encode(value, VALUE));
}

/// For a path segment: as [`add`] writes values, save that `:` stays, as providers show it in their documentation.
pub(super) fn segment(value: &str) -> Zeroizing<String> {
    const SEGMENT: &AsciiSet = &VALUE.remove(b':');
    let mut text = Zeroizing::new(String::with_capacity(value.len() * 3));
    text.extend(utf8_percent_encode(value, SEGMENT));
    text
}

/// Upper and lower case made one, the few letters beside ASCII that become ASCII by it included.
pub(super) fn folded(text: &str) -> String {
    text.to_uppercase().to_lowercase()
}

fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    let plain = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    text.split(['&', ';']).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (plain(name), plain(value))
    })
}

/// As PHP makes a variable's name of a key.
fn as_variable(name: &str) -> String {
    name.replace([' ', '.', '['], "_")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_found_under_any_spelling() {
        for text in [
            "access_token=x",
            "a=1&access_token=x",
            "a=1;access_token=x",
            "access%5Ftoken=x",
            "ACCESS_TOKEN",
            "access_token[]=x",
            "access_token%5B0%5D=x",
            "+access_token+=x",
            "access.token=x",
            "access+token=x",
            "access%5btoken=x",
            "access_token%00b=x",
            "acce%C5%BFs_token=x",
            "access_to%E2%84%AAen=x",
        ] {
            assert!(holds(text, "access_token"), "{text}");
        }
        for text in ["", "a=access_token", "access_tokens=x", "xaccess_token=1", "=access_token"] {
            assert!(!holds(text, "access_token"), "{text}");
        }
    }

    #[test]
    fn a_method_in_disguise_is_found() {
        for (text, found) in [("method=delete", "DELETE"), ("a=1&_METHOD=Put", "PUT"), ("%6dethod=post", "POST")] {
            assert_eq!(method(text).as_deref(), Some(found), "{text}");
        }
        for text in ["", "method=card", "payment_method=post", "a=method"] {
            assert_eq!(method(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_cut_short_or_no_ascii_is_no_form() {
        for text in ["", "a=1&b=%20+c", "%e2%84%AA"] {
            assert!(is_whole(text), "{text}");
        }
        for text in ["a=%", "a=%4", "a=%4&b=1", "a=%zz", "a=\u{e9}", "a b", "a=1\r\n", "\0"] {
            assert!(!is_whole(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_added_is_one_pair_with_that_value(before in "([a-y]{1,5}=[a-y%]{0,5}(&|;)?){0,3}", value in any::<String>()) {
            prop_assume!(is_whole(&before));
            let mut text = Zeroizing::new(before.clone());
            add(&mut text, "zz", &value);
            prop_assert!(is_whole(&text));
            let found: Vec<String> = pairs(&text).filter(|(name, _)| name == "zz").map(|(_, value)| value).collect();
            prop_assert_eq!(found, vec![value]);
            prop_assert!(text.starts_with(&before));
            prop_assert!(holds(&text, "ZZ"));
        }

        #[test]
        fn a_segment_decodes_to_its_value(value in any::<String>()) {
            let text = segment(&value);
            prop_assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || "-._~:%".contains(c)));
            prop_assert_eq!(percent_decode_str(&text).decode_utf8_lossy(), value);
        }

        #[test]
        fn any_spelling_of_a_key_in_escapes_is_found(mask in proptest::collection::vec(any::<bool>(), 5)) {
            let spelt: String = "token".bytes().zip(mask).map(|(byte, escaped)| {
                if escaped { format!("%{byte:02x}") } else { char::from(byte).to_string() }
            }).collect();
            let pair = format!("a=1&{spelt}=x");
            prop_assert!(holds(&pair, "token"));
        }
    }
}
