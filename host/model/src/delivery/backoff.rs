//! How long the host waits before it tries again.

use crate::contract::common::Milliseconds;

/// A delivery is given up a day after it was written, where no window closes before.
pub const DEADLINE_MS: Milliseconds = 24 * 60 * 60 * 1000;

const STEPS_MS: [Milliseconds; 6] = [1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000];

/// The wait after the attempt of this number (1 for the first): anything from nothing to the step's length ("full jitter", so
/// that what failed together does not come back together), and never less than the provider asked for.
pub fn delay(attempt: u32, retry_after: Option<Milliseconds>, jitter: u64) -> Milliseconds {
    let step = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX).min(STEPS_MS.len() - 1);
    let longest = STEPS_MS.get(step).copied().unwrap_or(1_800_000);
    let spread = jitter % (longest + 1);
    match retry_after {
        // Those who were told the same moment come back spread over the second after it.
        // Nothing waits longer than a day: who means it says so again then, and a mistake of theirs silences nobody for years.
        Some(asked) => asked.min(DEADLINE_MS).saturating_add(spread.min(jitter % 1_001)),
        None => spread,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_has_us_wait_for_more_than_a_day() {
        assert_eq!(delay(2, Some(9_999_999_999_000), 700), DEADLINE_MS + 700);
        assert_eq!(delay(1, Some(u64::MAX), 0), DEADLINE_MS);
    }

    #[test]
    fn the_longest_wait_grows_from_a_second_to_half_an_hour_and_stays() {
        let longest: Vec<_> = (1..=8)
            .map(|attempt| {
                let step = STEPS_MS[(attempt as usize - 1).min(5)];
                delay(attempt, None, step)
            })
            .collect();
        assert_eq!(longest, vec![1_000, 5_000, 30_000, 120_000, 600_000, 1_800_000, 1_800_000, 1_800_000]);
    }

    proptest! {
        #[test]
        fn a_wait_is_within_its_step_and_never_shorter_than_asked(attempt in 0..u32::MAX, jitter: u64, asked in 0..100_000_u64) {
            prop_assert!(delay(attempt, None, jitter) <= 1_800_000);
            let wait = delay(attempt, Some(asked), jitter);
            prop_assert!((asked..=asked + 1_000).contains(&wait));
        }
    }
}
