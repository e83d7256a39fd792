//! Telephone numbers as the contract wants them: E.164 with the plus sign, where that is certain, and nothing where it is not.
//!
//! ```
//! use lockgate_sdk::phone::{self, Plan};
//!
//! assert_eq!(phone::e164("+49 (0)30 / 901820", None).as_deref(), Some("+4930901820"));
//! assert_eq!(phone::e164("030 901820", None), None, "of which country?");
//!
//! let germany = Plan::new("49").international("00").trunk("0");
//! assert_eq!(phone::e164("030 901820", Some(&germany)).as_deref(), Some("+4930901820"));
//! assert_eq!(phone::e164("0041 44 668 18 00", Some(&germany)).as_deref(), Some("+41446681800"));
//! assert_eq!(phone::e164("901820", Some(&germany)), None, "of which city?");
//! ```
//!
//! # Limits
//!
//! There is no table of national numbering plans here, which would be many times as large as a plugin and out of date within the
//! year. So a number that comes out is written as E.164 has it; whether it is given to somebody, and whether it can be called or
//! written to, nobody looked at. What a country's own numbers look like says whoever calls ([`Plan`]), and where that leaves a doubt
//! there is no number: with an extension, with letters, of a wrong length, a short code.
//!
//! Numbers are passed on from one person to the next. Never take two people for one because of it: hand a number to the host as an
//! [`Alias`](crate::Alias) of the kind `phone`, and pass on what was written as well.

/// How the numbers of one country are written within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    code: String,
    international: String,
    trunk: String,
    length: Option<(usize, usize)>,
}

impl Plan {
    /// The country with this calling code, without the plus sign: `49`, `1`. By itself it takes no number that is not written
    /// internationally; say how those within the country begin ([`Plan::trunk`]) or how long they are ([`Plan::digits`]).
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), international: String::new(), trunk: String::new(), length: None }
    }

    /// What is dialled there before the code of another country: `00` in most of Europe, `011` in North America.
    #[must_use]
    pub fn international(mut self, prefix: impl Into<String>) -> Self {
        self.international = prefix.into();
        self
    }

    /// What is dialled there before the code of an area and left out from abroad: `0` in Germany. Not for countries where a leading
    /// zero belongs to the number, as in Italy.
    #[must_use]
    pub fn trunk(mut self, prefix: impl Into<String>) -> Self {
        self.trunk = prefix.into();
        self
    }

    /// How many digits a whole number has there, area included and what [`Plan::trunk`] names left out. Then a number of that length
    /// is taken without the trunk prefix too.
    ///
    /// ```
    /// use lockgate_sdk::phone::{Plan, e164};
    ///
    /// let north_america = Plan::new("1").international("011").trunk("1").digits(10, 10);
    /// for written in ["(415) 555-2671", "1-415-555-2671", "+1 415.555.2671"] {
    ///     assert_eq!(e164(written, Some(&north_america)).as_deref(), Some("+14155552671"));
    /// }
    /// assert_eq!(e164("555-2671", Some(&north_america)), None);
    ///
    /// let italy = Plan::new("39").international("00").digits(6, 11);
    /// assert_eq!(e164("06 6982", Some(&italy)).as_deref(), Some("+39066982"));
    /// ```
    #[must_use]
    pub fn digits(mut self, least: usize, most: usize) -> Self {
        self.length = Some((least, most));
        self
    }
}

/// The fewest digits of a number with its country's code that is taken. E.164 names none; shorter ones are mistakes or short codes.
const LEAST: usize = 7;
/// The most digits of E.164 (section 6.2.1), the country's code included.
const MOST: usize = 15;

/// The number as E.164 has it, where it is certain which one is meant: it begins with a plus sign, or the plan says how it goes on.
///
/// Spaces, hyphens, dots, slashes and parentheses are left out, and so is a zero in parentheses behind a country's code. Digits of
/// other scripts are read. `tel:` (RFC 3966) may stand before it.
pub fn e164(written: &str, plan: Option<&Plan>) -> Option<String> {
    let written = written.trim();
    let scheme = written.split_at_checked(4).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("tel:"));
    let written = scheme.map_or(written, |(_, number)| number);
    let digits = digits(written)?;
    if let Some(digits) = digits.strip_prefix('+') {
        return of_digits(digits);
    }
    let plan = plan?;
    if let Some(digits) = digits.strip_prefix(&plan.international).filter(|_| !plan.international.is_empty()) {
        return of_digits(digits);
    }
    let fits = |number: &str| plan.length.is_none_or(|(least, most)| (least..=most).contains(&number.len()));
    let number = match digits.strip_prefix(&plan.trunk).filter(|_| !plan.trunk.is_empty()) {
        Some(number) => number,
        None => plan.length.map(|_| digits.as_str())?,
    };
    if fits(number) { of_digits(&format!("{}{number}", plan.code)) } else { None }
}

/// The number of which a provider gives the digits with the country's code and leaves out the plus sign (WhatsApp's `wa_id`).
///
/// ```
/// use lockgate_sdk::phone;
///
/// assert_eq!(phone::of_digits("491701234567").as_deref(), Some("+491701234567"));
/// assert_eq!(phone::of_digits("01701234567"), None, "no country's code begins with a zero");
/// assert_eq!(phone::of_digits("+491701234567"), None);
/// ```
pub fn of_digits(digits: &str) -> Option<String> {
    let fits = (LEAST..=MOST).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    (fits && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

/// Nothing but digits, perhaps with a plus sign before them. None where there is something else that could mean something.
fn digits(written: &str) -> Option<String> {
    let mut kept = String::new();
    let mut letters = written.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '+' | '\u{ff0b}' if kept.is_empty() => kept.push('+'),
            // "+49 (0)30": what is dialled within the country only.
            '(' if kept.starts_with('+') && kept.len() > 1 && letters.peek() == Some(&'0') => {
                letters.next();
                if letters.peek() == Some(&')') {
                    letters.next();
                } else {
                    kept.push('0');
                }
            }
            ' '
            | '\t'
            | '\u{a0}'
            | '\u{2009}'
            | '\u{202f}'
            | '-'
            | '\u{2010}'..='\u{2015}'
            | '\u{2212}'
            | '.'
            | '/'
            | '('
            | ')' => {}
            // Marks of direction, which come along where a number is copied.
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            _ => kept.push(digit(letter)?),
        }
    }
    Some(kept)
}

/// A digit as ASCII has it: Arabic, Persian and full-width ones too.
fn digit(letter: char) -> Option<char> {
    let zeroes = ['0', '\u{660}', '\u{6f0}', '\u{ff10}'];
    let value =
        zeroes.iter().find_map(|zero| u32::from(letter).checked_sub(u32::from(*zero)).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_internationally_needs_no_country() {
        for written in [
            "+4930901820",
            " +49 30 90 18-20 ",
            "+49 (0) 30/901820",
            "+49 (30) 901.820",
            "tel:+49-30-901820",
            "TEL:+4930901820",
            "\u{202a}+49\u{a0}30\u{2011}901820\u{202c}",
            "\u{ff0b}\u{ff14}\u{ff19}30901820",
        ] {
            assert_eq!(e164(written, None).as_deref(), Some("+4930901820"), "{written}");
        }
        assert_eq!(e164("+٤٩ ٣٠ ٩٠١٨٢٠", None).as_deref(), Some("+4930901820"));
        assert_eq!(e164("+39 06 6982", None).as_deref(), Some("+39066982"), "this zero belongs to the number");
        assert_eq!(e164("+39 (06) 6982", None).as_deref(), Some("+39066982"), "and so does this one");
    }

    #[test]
    fn where_there_is_a_doubt_there_is_no_number() {
        let plan = Plan::new("49").international("00").trunk("0");
        for written in [
            "",
            "+",
            "anna",
            "+49 30 FLOWERS",
            "+49 30 901820 ext. 7",
            "+4930901820;ext=7",
            "+4930901820x7",
            "++4930901820",
            "49+30901820",
            "+0301234567",
            "+123456",
            "+1234567890123456",
            "110",
            "112233",
            "4930901820",
            "*100#",
            "0",
            "00",
            "0049",
            "+49 30 901820, +49 30 901821",
            "+4930\n901820",
        ] {
            assert_eq!(e164(written, Some(&plan)), None, "{written}");
        }
        assert_eq!(e164("030 901820", Some(&Plan::new("49"))), None, "the plan does not say how numbers begin");
    }

    #[test]
    fn a_plan_that_knows_lengths_wants_them() {
        let plan = Plan::new("1").international("011").trunk("1").digits(10, 10);
        assert_eq!(e164("011 49 30 901820", Some(&plan)).as_deref(), Some("+4930901820"));
        for written in ["415 555 267", "2 415 555 26711", "1 415 555 267"] {
            assert_eq!(e164(written, Some(&plan)), None, "{written}");
        }
    }
}
