//! Times as Discord writes them: ISO 8601, and in its ids.

/// Milliseconds between 1970 and the first second of 2015, Discord's epoch.
const EPOCH: u64 = 1_420_070_400_000;

/// When the thing with this id was made: the upper bits of a snowflake are milliseconds.
pub fn of_snowflake(id: &str) -> Option<u64> {
    if !(15..=20).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let id: u64 = id.parse().ok()?;
    Some((id >> 22) + EPOCH)
}

/// `2024-10-18T14:42:53.064834+00:00`, also with `Z`, another offset, a space, or without a zone (UTC).
pub fn of_iso(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let mark = |at: usize, allowed: &str| text.get(at..at + 1).is_some_and(|mark| allowed.contains(mark));
    if !(mark(4, "-") && mark(7, "-") && mark(10, "Tt ") && mark(13, ":") && mark(16, ":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut rest = text.get(19..)?;
    let mut millis = 0;
    if let Some(fraction) = rest.strip_prefix('.') {
        let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        let digits: String = fraction[..end].chars().chain("000".chars()).take(3).collect();
        millis = digits.parse().ok()?;
        rest = &fraction[end..];
    }
    let offset = match rest {
        "" | "Z" | "z" => 0,
        _ => {
            let (sign, hours, minutes) = (rest.get(..1)?, rest.get(1..3)?, rest.get(3..)?);
            let minutes = minutes.strip_prefix(':').unwrap_or(minutes);
            let hours: i64 = hours.parse().ok()?;
            let minutes: i64 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
            match sign {
                "+" => hours * 60 + minutes,
                "-" => -(hours * 60 + minutes),
                _ => return None,
            }
        }
    };
    let seconds = (days(year, month, day) * 24 + hour) * 3600 + (minute - offset) * 60 + second;
    u64::try_from(seconds * 1000 + millis).ok()
}

/// Days since 1970 in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(of_snowflake("175928847299117063"), Some(1_462_015_105_796));
        assert_eq!(of_snowflake("abc"), None);
        assert_eq!(of_iso("2024-10-18T14:42:53.064834"), Some(1_729_262_573_064));
        assert_eq!(of_iso("2024-10-18T14:42:53.064834+00:00"), Some(1_729_262_573_064));
        assert_eq!(of_iso("2024-10-18T16:42:53+02:00"), Some(1_729_262_573_000));
        assert_eq!(of_iso("2024-02-29T00:00:00Z"), Some(1_709_164_800_000));
        for wrong in
            ["", "2024", "2024-13-18T14:42:53Z", "2024-10-18T14:42:53é", "2024-10-18T14:42:53.", "💥💥💥💥💥💥💥"]
        {
            let _ = of_iso(wrong);
        }
        assert_eq!(of_iso("2024-13-18T14:42:53Z"), None);
    }
}
