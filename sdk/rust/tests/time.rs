//! Moments as providers write them, against a library that knows the calendar.

use jiff::Timestamp;
use lockgate_sdk::time::{from_rfc3339, from_seconds, to_rfc3339};
use proptest::prelude::*;

#[test]
fn what_providers_write_is_read() {
    for (text, ms) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-06-11T08:30:00Z", 1_781_166_600_000),
        ("2026-06-11t08:30:00.5z", 1_781_166_600_500),
        ("2026-06-11 10:30:00.123456789+02:00", 1_781_166_600_123),
        ("2026-06-10T22:30:00-10:00", 1_781_166_600_000),
        ("1969-12-31T23:30:00-01:00", 1_800_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("2016-12-31T23:59:60Z", 1_483_228_799_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ] {
        assert_eq!(from_rfc3339(text), Some(ms), "{text}");
    }
    for text in [
        "",
        "2026-06-11",
        "2026-06-11T08:30Z",
        "2026-06-11T08:30:00",
        "2026-06-11T08:30:00.Z",
        "2026-06-11T08:30:00+0200",
        "2026-06-11T24:00:00Z",
        "2026-06-11T08:60:00Z",
        "2026-06-11T08:30:61Z",
        "2026-13-11T08:30:00Z",
        "2026-00-11T08:30:00Z",
        "2025-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-00:01",
        "2026-06-11T08:30:00Zé",
        "+026-06-11T08:30:00Z",
        "２０２６-06-11T08:30:00Z",
        " 2026-06-11T08:30:00Z",
    ] {
        assert_eq!(from_rfc3339(text), None, "{text:?}");
    }
}

#[test]
fn seconds_are_read_with_their_fraction() {
    assert_eq!(from_seconds(1_531_420_618.000_2), Some(1_531_420_618_000));
    assert_eq!(from_seconds(0.0015), Some(2));
    for none in [-1.0, f64::NAN, f64::INFINITY, 1e18] {
        assert_eq!(from_seconds(none), None, "{none}");
    }
}

proptest! {
    #[test]
    fn it_agrees_with_a_library(ms in 0_u64..253_402_207_200_000) {
        let moment = Timestamp::from_millisecond(i64::try_from(ms).unwrap()).unwrap();
        prop_assert_eq!(from_rfc3339(&moment.to_string()), Some(ms));
        prop_assert_eq!(to_rfc3339(ms).parse::<Timestamp>().unwrap(), moment);
    }

    #[test]
    fn no_text_stops_it(text in ".{0,40}") {
        let _ = from_rfc3339(&text);
    }
}
