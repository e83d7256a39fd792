//! Moments as the contract has them: whole milliseconds since 1970-01-01T00:00:00Z, from and to what providers write.
//!
//! What is in JSON as seconds, [`crate::json::Object::seconds`] reads; a `Retry-After` reads [`crate::http::Response`].
//!
//! ```
//! use lockgate_sdk::time;
//!
//! assert_eq!(time::from_rfc3339("2026-06-11T08:30:00.25+02:00"), Some(1_781_159_400_250));
//! assert_eq!(time::to_rfc3339(1_781_159_400_250), "2026-06-11T06:30:00.250Z");
//! assert_eq!(time::from_seconds(1_781_159_400.25), Some(1_781_159_400_250));
//! ```

use std::time::{SystemTime, UNIX_EPOCH};

const DAY_MS: u64 = 86_400_000;
/// The last millisecond of the year 9999.
const LAST_MS: u64 = 253_402_300_799_999;

/// The host's time of this call. It stands still while a call computes.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "in a guest that is the host's clock")]
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(LAST_MS)
}

/// A moment that is given in seconds, with or without a fraction; none where it is not between 1970 and 9999.
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "it is in range"
)]
pub fn from_seconds(seconds: f64) -> Option<u64> {
    let ms = (seconds * 1000.0).round();
    (0.0..=LAST_MS as f64).contains(&ms).then_some(ms as u64)
}

/// A moment as RFC 3339 (section 5.6) writes it, which is what most providers mean by ISO 8601. What is finer than a millisecond is
/// dropped; a leap second is the last second of its minute once more. None where it is no such time, or before 1970.
#[must_use]
pub fn from_rfc3339(text: &str) -> Option<u64> {
    let mut rest = text;
    let year = number(&mut rest, 4)?;
    mark(&mut rest, &['-'])?;
    let month = number(&mut rest, 2).filter(|month| (1..=12).contains(month))?;
    mark(&mut rest, &['-'])?;
    let day = number(&mut rest, 2).filter(|day| (1..=days_of(year, month)).contains(day))?;
    mark(&mut rest, &['T', 't', ' '])?;
    let hour = number(&mut rest, 2).filter(|hour| *hour < 24)?;
    mark(&mut rest, &[':'])?;
    let minute = number(&mut rest, 2).filter(|minute| *minute < 60)?;
    mark(&mut rest, &[':'])?;
    let second = number(&mut rest, 2).filter(|second| *second <= 60)?.min(59);
    let mut ms = 0;
    if mark(&mut rest, &['.']).is_some() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (fraction, zone) = rest.split_at(digits);
        ms = format!("{:0<3}", fraction.get(..fraction.len().min(3)).filter(|kept| !kept.is_empty())?).parse().ok()?;
        rest = zone;
    }
    let ahead = match mark(&mut rest, &['Z', 'z', '+', '-'])? {
        'Z' | 'z' => 0,
        sign => {
            let hours = number(&mut rest, 2).filter(|hours| *hours < 24)?;
            mark(&mut rest, &[':'])?;
            let minutes = hours * 60 + number(&mut rest, 2).filter(|minutes| *minutes < 60)?;
            if sign == '-' { -minutes } else { minutes }
        }
    };
    let minutes = (days_before(year, month, day) * 24 + hour) * 60 + minute - ahead;
    let whole = u64::try_from((minutes * 60 + second) * 1000 + ms).ok()?;
    (rest.is_empty() && whole <= LAST_MS).then_some(whole)
}

/// A moment as RFC 3339 writes it, in UTC with milliseconds. What is beyond the year 9999 is its last moment.
#[must_use]
pub fn to_rfc3339(at_ms: u64) -> String {
    let at = at_ms.min(LAST_MS);
    let (days, ms) = (at / DAY_MS, at % DAY_MS);
    let days = i64::try_from(days).unwrap_or_default();
    // Never late: no year has more days. The rest is stepped over, four years in a millennium.
    let guess = 1970 + days / 366;
    let year = (guess..).take_while(|year| days_before(*year, 1, 1) <= days).last().unwrap_or(guess);
    let month = (1..=12).take_while(|month| days_before(year, *month, 1) <= days).last().unwrap_or(1);
    let day = days - days_before(year, month, 1) + 1;
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// So many digits.
fn number(rest: &mut &str, digits: usize) -> Option<i64> {
    let (head, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    head.bytes().all(|byte| byte.is_ascii_digit()).then(|| head.parse().ok()).flatten()
}

/// One of these.
fn mark(rest: &mut &str, marks: &[char]) -> Option<char> {
    let mark = rest.chars().next().filter(|first| marks.contains(first))?;
    *rest = rest.get(mark.len_utf8()..)?;
    Some(mark)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to that day.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (before, since) = (year - 1, 719_162);
    let years = before * 365 + before / 4 - before / 100 + before / 400;
    years + (1..month).map(|month| days_of(year, month)).sum::<i64>() + day - 1 - since
}
