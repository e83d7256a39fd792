//! Stand-ins: what is written in the place of a value that somebody could be known by.
//!
//! A stand-in follows from the value and a key by HMAC-SHA256, so that the same value has the same one in every recording that is
//! made with that key. Without the key nobody can find the value by trying: there are few enough phone numbers to hash them all.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::kind::{self, Kind};

/// The key that stand-ins are made with. It stays with whoever records: who has it can try values.
#[derive(Clone)]
pub struct StandInKey(Zeroizing<[u8; 32]>);

impl StandInKey {
    /// Of 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl std::fmt::Debug for StandInKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StandInKey(…)")
    }
}

/// How often another stand-in is tried where one is taken by another value.
const TRIES: u32 = 64;

/// The stand-ins of one recording.
pub(crate) struct StandIns<'a> {
    key: &'a StandInKey,
    /// Recordings of another plugin have others.
    project: &'a str,
    /// Digits of the phone numbers that were recognised, also where nothing but their digits stands.
    phones: BTreeSet<String>,
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl<'a> StandIns<'a> {
    pub(crate) fn new(key: &'a StandInKey, project: &'a str) -> Self {
        let (phones, given, taken) = Default::default();
        Self { key, project, phones, given, taken }
    }

    /// From now on these digits are a phone number wherever they stand.
    pub(crate) fn note_phone(&mut self, text: &str) {
        self.phones.insert(kind::digits(text));
    }

    /// The stand-in of a text.
    pub(crate) fn of_text(&mut self, text: &str) -> String {
        if !text.chars().any(char::is_alphanumeric) {
            return text.to_owned();
        }
        let phone = self.phones.contains(&kind::digits(text)) && kind::could_be_phone(text);
        match kind::of(text) {
            Kind::Email => self.of(text, |stream| format!("user-{}@example.org", stream.hex(12))),
            Kind::Url => self.address(text),
            Kind::Phone => self.phone(text),
            Kind::Other if phone => self.phone(text),
            Kind::Other if text.contains(char::is_whitespace) => self.sentence(text),
            Kind::Other => self.of(text, |stream| stream.shaped(text)),
        }
    }

    /// A page below example.org: of the same site where theirs is the same, and of none where there was none.
    fn address(&mut self, text: &str) -> String {
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let (site, page) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let scheme = if scheme.eq_ignore_ascii_case("http") { "http" } else { "https" };
        let site = self.of(&format!("://{}", site.to_ascii_lowercase()), |stream| stream.hex(12) + ".example.org");
        if matches!(page, "" | "/") {
            return format!("{scheme}://{site}{page}");
        }
        let ending = kind::ending(text).map(|ending| format!(".{ending}")).unwrap_or_default();
        let page = self.of(text, |stream| format!("{}{ending}", stream.hex(20)));
        format!("{scheme}://{site}/{page}")
    }

    /// The stand-in of a whole number: one with as many digits.
    pub(crate) fn of_digits(&mut self, digits: &str) -> String {
        if self.phones.contains(digits) { self.phone(digits) } else { self.of(digits, |stream| stream.shaped(digits)) }
    }

    /// The stand-in of a moment as ISO 8601 has it: another one of this century's first half, in UTC.
    pub(crate) fn of_moment(&mut self, text: &str) -> String {
        self.of(text, |stream| {
            let second = 978_307_200 + i64::from(stream.below(50 * 365 * 24 * 60)) * 60;
            jiff::Timestamp::from_second(second).unwrap_or_default().to_string()
        })
    }

    /// A number from 0 to 90, with as many digits behind the point at most: also a place on earth.
    pub(crate) fn of_fraction(&mut self, text: &str) -> f64 {
        let mut stream = Stream::new(self.key, self.project, text, 0);
        let places = text.rsplit_once('.').map_or(0, |(_, places)| places.len().min(6));
        #[expect(clippy::cast_possible_truncation, reason = "at most 6")]
        let scale = 10_f64.powi(places as i32);
        let value = (f64::from(stream.below(90)) + f64::from(stream.below(1_000_000)) / 1e6) * scale;
        value.round() / scale
    }

    /// As many bytes that mean nothing.
    pub(crate) fn of_bytes(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut stream = Stream::new(self.key, self.project, &hex(bytes), 0);
        bytes.iter().map(|_| stream.byte()).collect()
    }

    /// A number of those that are kept free for stories: +1, an area, 555-01 and two digits. Written with as little as that.
    fn phone(&mut self, text: &str) -> String {
        let plus = if text.trim_start().starts_with('+') { "+" } else { "" };
        let digits = kind::digits(text);
        let made = self.of(&digits, |stream| {
            let area = [2 + stream.below(8), stream.below(10), stream.below(9)];
            // Areas do not end in 11.
            let area = if area[1] == 1 && area[2] == 1 { [area[0], 1, 2] } else { area };
            format!("1{}{}{}55501{:02}", area[0], area[1], area[2], stream.below(100))
        });
        format!("{plus}{made}")
    }

    /// A text of several words: addresses in it as they are elsewhere, all else letter by letter.
    fn sentence(&mut self, text: &str) -> String {
        let mut stream = Stream::new(self.key, self.project, text, 0);
        let mut made = String::new();
        for word in text.split_inclusive(char::is_whitespace) {
            let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
            let at = word.find(core).unwrap_or(0);
            match kind::of(core) {
                Kind::Other => made.push_str(&stream.shaped(word)),
                _ => {
                    made.push_str(word.get(..at).unwrap_or_default());
                    made.push_str(&self.of_text(core));
                    made.push_str(word.get(at + core.len()..).unwrap_or_default());
                }
            }
        }
        made
    }

    /// What was given for this value before, or what is made for it now: other than the value, and nobody else's.
    fn of(&mut self, value: &str, make: impl Fn(&mut Stream) -> String) -> String {
        if let Some(given) = self.given.get(value) {
            return given.clone();
        }
        let mut made = String::new();
        for round in 0..TRIES {
            made = make(&mut Stream::new(self.key, self.project, value, round));
            if made != value && !self.taken.contains(&made) {
                break;
            }
        }
        self.taken.insert(made.clone());
        self.given.insert(value.to_owned(), made.clone());
        made
    }
}

/// Bytes that follow from key, project and value.
struct Stream {
    mac: Hmac<Sha256>,
    block: Vec<u8>,
    count: u32,
}

impl Stream {
    fn new(key: &StandInKey, project: &str, value: &str, round: u32) -> Self {
        // HMAC takes keys of every length.
        let mut mac =
            <Hmac<Sha256>>::new_from_slice(key.0.as_slice()).unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(&(project.len() as u64).to_be_bytes());
        mac.update(project.as_bytes());
        mac.update(&round.to_be_bytes());
        mac.update(value.as_bytes());
        Self { mac, block: Vec::new(), count: 0 }
    }

    fn byte(&mut self) -> u8 {
        loop {
            if let Some(byte) = self.block.pop() {
                return byte;
            }
            let mut mac = self.mac.clone();
            mac.update(&self.count.to_be_bytes());
            self.block = mac.finalize().into_bytes().to_vec();
            self.count += 1;
        }
    }

    fn below(&mut self, most: u32) -> u32 {
        let bytes = [self.byte(), self.byte(), self.byte(), self.byte()];
        u32::from_be_bytes(bytes) % most
    }

    fn one_of(&mut self, of: &str) -> char {
        let count = u32::try_from(of.chars().count()).unwrap_or(1);
        let at = self.below(count.max(1)) as usize;
        of.chars().nth(at).unwrap_or('x')
    }

    fn hex(&mut self, length: usize) -> String {
        (0..length).map(|_| self.one_of("0123456789abcdef")).collect()
    }

    /// Each letter and digit becomes another of its kind; everything else stays. It is as long as before, in UTF-16 too.
    fn shaped(&mut self, text: &str) -> String {
        let hex = text.len() >= 8
            && text.chars().any(|c| c.is_ascii_digit())
            && text.chars().filter(|c| c.is_alphanumeric()).all(|c| c.is_ascii_hexdigit());
        let (lower, upper) =
            if hex { ("abcdef", "ABCDEF") } else { ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ") };
        let mut before = None;
        let mut shape = |c: char| {
            let first = !before.replace(c).is_some_and(|before: char| before.is_ascii_digit());
            match c {
                // A number that begins with no zero begins with none again.
                '1'..='9' if first => self.one_of("123456789"),
                '0'..='9' => self.one_of("0123456789"),
                'a'..='z' => self.one_of(lower),
                'A'..='Z' => self.one_of(upper),
                c if !c.is_alphanumeric() => c,
                '\u{c0}'..='\u{24f}' if c.is_uppercase() => self.one_of("ÀÉÎÕÜÇ"),
                '\u{c0}'..='\u{24f}' => self.one_of("àéîõüç"),
                '\u{370}'..='\u{3ff}' => self.one_of("αβγδεζ"),
                '\u{590}'..='\u{5ff}' => self.one_of("אבגדהו"),
                '\u{600}'..='\u{6ff}' => self.one_of("ابجدهو"),
                c if (c as u32) < 0x2e80 => self.one_of("абвгде"),
                c if (c as u32) < 0x1_0000 => self.one_of("甲乙丙丁戊己"),
                _ => self.one_of("𠀀𠀁𠀂𠀃"),
            }
        };
        text.chars().map(&mut shape).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
