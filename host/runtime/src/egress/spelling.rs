//! Spellings that text is written in, undone byte by byte, so that what stands in them can be found and cut out where it stood.

/// A way in which characters are escaped.
#[derive(Clone, Copy)]
pub(super) struct Spelling {
    /// The bytes that begin an escape; text without them is not spelt so.
    marks: &'static [u8],
    /// The letter at the beginning of some text, and how many bytes it takes; none where it is no escape.
    undo: fn(&[u8]) -> Option<(Letter, usize)>,
}

/// What an escape stands for.
enum Letter {
    Byte(u8),
    Char(char),
}

/// RFC 3986.
pub(super) const PERCENT: Spelling = Spelling { marks: b"%", undo: percent };
/// As [`PERCENT`], with `+` for a space.
pub(super) const FORM: Spelling = Spelling { marks: b"%+", undo: form };
/// RFC 8259.
pub(super) const JSON: Spelling = Spelling { marks: b"\\", undo: json };
/// Character references of HTML and XML.
pub(super) const HTML: Spelling = Spelling { marks: b"&", undo: html };

/// Bytes with escapes undone, and where each came from.
pub(super) struct Undone {
    pub(super) bytes: Vec<u8>,
    origins: Vec<usize>,
}

impl Undone {
    /// Undoes one spelling; none where nothing is spelt so.
    pub(super) fn of(bytes: &[u8], spelling: Spelling) -> Option<Self> {
        let first = bytes.iter().position(|byte| spelling.marks.contains(byte))?;
        let mut undone = Self { bytes: Vec::with_capacity(bytes.len()), origins: Vec::with_capacity(bytes.len()) };
        let mut at = 0;
        let mut escapes = 0;
        while let Some(rest) = bytes.get(at..)
            && let Some(byte) = rest.first().copied()
        {
            let escape = (at >= first && spelling.marks.contains(&byte)).then(|| (spelling.undo)(rest)).flatten();
            let (letter, length) = escape.unwrap_or((Letter::Byte(byte), 1));
            escapes += usize::from(length > 1 || matches!(letter, Letter::Byte(letter) if letter != byte));
            undone.push(&letter, at);
            at += length;
        }
        (escapes > 0).then_some(undone)
    }

    /// Undoes another one on top.
    pub(super) fn then(&self, spelling: Spelling) -> Option<Self> {
        let mut undone = Self::of(&self.bytes, spelling)?;
        for origin in &mut undone.origins {
            *origin = self.origins.get(*origin).copied().unwrap_or_default();
        }
        Some(undone)
    }

    /// Where a range of these bytes stood in the text, which is `length` bytes long.
    pub(super) fn original(&self, start: usize, end: usize, length: usize) -> Option<(usize, usize)> {
        let last = *self.origins.get(end.checked_sub(1)?)?;
        // The bytes of one escaped letter have one origin; the range ends behind the whole escape.
        let behind = self.origins.get(end..)?.iter().find(|origin| **origin > last);
        Some((*self.origins.get(start)?, behind.copied().unwrap_or(length)))
    }

    fn push(&mut self, letter: &Letter, origin: usize) {
        let mut encoded = [0; 4];
        let bytes: &[u8] = match letter {
            Letter::Byte(byte) => std::slice::from_ref(byte),
            Letter::Char(letter) => letter.encode_utf8(&mut encoded).as_bytes(),
        };
        self.bytes.extend_from_slice(bytes);
        self.origins.extend(bytes.iter().map(|_| origin));
    }
}

fn percent(bytes: &[u8]) -> Option<(Letter, usize)> {
    match bytes {
        [b'%', high, low, ..] => Some((Letter::Byte(nibble(*high)? << 4 | nibble(*low)?), 3)),
        _ => None,
    }
}

fn form(bytes: &[u8]) -> Option<(Letter, usize)> {
    match bytes {
        [b'+', ..] => Some((Letter::Byte(b' '), 1)),
        _ => percent(bytes),
    }
}

fn json(bytes: &[u8]) -> Option<(Letter, usize)> {
    let letter = match *bytes.get(1)? {
        escaped @ (b'"' | b'\\' | b'/' | b'\'') => escaped,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'u' => return unit(bytes).and_then(|high| letter_of(high, bytes)),
        _ => return None,
    };
    Some((Letter::Byte(letter), 2))
}

/// One code unit of UTF-16 as `\u` and four hexadecimal digits.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | u32::from(nibble(*digit)?)))
}

fn letter_of(high: u32, bytes: &[u8]) -> Option<(Letter, usize)> {
    if !(0xd800..0xdc00).contains(&high) {
        return char::from_u32(high).map(|letter| (Letter::Char(letter), 6));
    }
    let low = unit(bytes.get(6..)?).filter(|low| (0xdc00..0xe000).contains(low))?;
    let letter = char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))?;
    Some((Letter::Char(letter), 12))
}

fn html(bytes: &[u8]) -> Option<(Letter, usize)> {
    // The longest that is read: `&#x0010FFFF;`.
    let end = bytes.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(bytes.get(1..end)?).ok()?;
    let letter = match name {
        "quot" => '"',
        "amp" => '&',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        number => {
            let digits = number.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((Letter::Char(letter), end + 1))
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn undone(text: &str, spelling: Spelling) -> Option<String> {
        Undone::of(text.as_bytes(), spelling).map(|undone| String::from_utf8_lossy(&undone.bytes).into_owned())
    }

    #[test]
    fn each_spelling_is_undone() {
        for (text, spelling, plain) in [
            ("a%2Fb%c3%a9+", PERCENT, "a/b\u{e9}+"),
            ("a+b%2B", FORM, "a b+"),
            (r#"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"#, JSON, "\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1f600}"),
            ("&quot;&amp;&apos;&lt;&gt;&#47;&#x2F;&#xe9;", HTML, "\"&'<>//\u{e9}"),
        ] {
            assert_eq!(undone(text, spelling).as_deref(), Some(plain), "{text}");
        }
        for (text, spelling) in [
            ("", PERCENT),
            ("%", PERCENT),
            ("%zz %4", FORM),
            (r"\x \u00 \ud83d \ud83dx", JSON),
            ("& &; &unknown; &#; &#x110000; &amp", HTML),
            ("%41", JSON),
        ] {
            assert_eq!(undone(text, spelling), None, "{text}");
        }
    }

    #[test]
    fn a_range_ends_behind_the_whole_escape() {
        let text = br"a\u00e9b";
        let undone = Undone::of(text, JSON).unwrap();
        assert_eq!(undone.original(1, 2, text.len()), Some((1, 7)), "half of a letter is all of its escape");
        assert_eq!(undone.original(1, 3, text.len()), Some((1, 7)));
        assert_eq!(undone.original(3, 4, text.len()), Some((7, 8)));
        let twice = Undone::of(br"x\\u0041y", JSON).unwrap().then(JSON).unwrap();
        assert_eq!((&twice.bytes[..], twice.original(1, 2, 9)), (&b"xAy"[..], Some((1, 8))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panicking(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            for spelling in [PERCENT, FORM, JSON, HTML] {
                if let Some(undone) = Undone::of(&bytes, spelling) {
                    prop_assert_eq!(undone.bytes.len(), undone.origins.len());
                    undone.then(spelling);
                }
            }
        }
    }
}
