//! Moments as the API shows them: RFC 3339, UTC, to the millisecond. Inside the host they are milliseconds.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-01-31T09:30:00.000Z")]
pub(crate) struct Moment(u64);

impl Moment {
    /// From milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) fn from_ms(ms: u64) -> Self {
        Self(ms)
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let timestamp =
            i64::try_from(self.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or(Timestamp::MAX);
        write!(f, "{timestamp:.3}")
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_moment_is_written_in_utc_to_the_millisecond() {
        assert_eq!(Moment::from_ms(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Moment::from_ms(1_769_851_800_123).to_string(), "2026-01-31T09:30:00.123Z");
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_its_end() {
        assert!(Moment::from_ms(u64::MAX).to_string().starts_with("9999-12-30T"));
    }
}
