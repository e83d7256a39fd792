//! How many requests a channel makes in a minute, over all its calls; those of an app's own calls are counted for the app.
//!
//! A bucket that leaks: after a pause a minute's requests may go at once, and from then on as many as leak. Time is the calls' own,
//! so it is the host's clock. Each node counts for itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::call::CallLabel;

const MINUTE_MS: u64 = 60_000;
/// Owners that are remembered before those are forgotten that have nothing to count any more.
const OWNERS: usize = 4096;
/// A call keeps the time of its start: so much behind another one it can be. What lies further back is a clock that was set back.
const STEP_MS: u64 = 10 * MINUTE_MS;

/// The count of every owner.
#[derive(Debug, Default)]
pub(super) struct Paces {
    buckets: Mutex<HashMap<String, Bucket>>,
}

/// What was counted, as of a moment: a request is a minute's milliseconds, and the limit leaks with each millisecond.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    at_ms: u64,
    level: u64,
}

impl Bucket {
    fn leak(&mut self, limit: u64, now_ms: u64) {
        if now_ms >= self.at_ms || self.at_ms - now_ms > STEP_MS {
            self.level = self.level.saturating_sub(now_ms.saturating_sub(self.at_ms).saturating_mul(limit));
            self.at_ms = now_ms;
        }
    }
}

impl Paces {
    /// Counts one request of whoever a call is for; whether it may be made.
    pub(super) fn take(&self, label: &CallLabel, limit: u32, now_ms: u64) -> bool {
        let limit = u64::from(limit);
        let owner = label.channel.as_ref().or(label.app.as_ref()).unwrap_or(&label.plugin);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= OWNERS && !buckets.contains_key(owner) {
            buckets.retain(|_, bucket| now_ms.saturating_sub(bucket.at_ms) < MINUTE_MS);
        }
        let bucket = buckets.entry(owner.clone()).or_insert(Bucket { at_ms: now_ms, level: 0 });
        bucket.leak(limit, now_ms);
        let level = bucket.level.saturating_add(MINUTE_MS);
        if level > limit.saturating_mul(MINUTE_MS) {
            return false;
        }
        bucket.level = level;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{OWNERS, Paces, STEP_MS};
    use crate::call::CallLabel;

    const NOW: u64 = 1_767_323_045_000;

    fn channel(name: &str) -> CallLabel {
        CallLabel { plugin: "p".into(), app: Some("app".into()), channel: Some(name.into()), ..CallLabel::default() }
    }

    fn taken(paces: &Paces, label: &CallLabel, limit: u32, now_ms: u64) -> usize {
        (0..1000).take_while(|_| paces.take(label, limit, now_ms)).count()
    }

    #[test]
    fn a_minutes_requests_are_counted_for_each_channel_by_itself() {
        let (paces, one, other) = (Paces::default(), channel("one"), channel("other"));
        assert_eq!(taken(&paces, &one, 60, NOW), 60);
        assert_eq!(taken(&paces, &one, 60, NOW + 999), 0);
        assert_eq!(taken(&paces, &one, 60, NOW + 1_000), 1, "one leaks a second");
        assert_eq!(taken(&paces, &other, 60, NOW), 60);
        let app = CallLabel { channel: None, ..channel("one") };
        assert_eq!(taken(&paces, &app, 60, NOW), 60);
        assert_eq!(taken(&paces, &one, 60, NOW + 3_600_000), 60, "a pause saves no more than a minute's");
        assert_eq!(taken(&paces, &one, 0, NOW + 7_200_000), 0);
    }

    #[test]
    fn a_call_that_began_earlier_gives_nothing_back() {
        let (paces, one) = (Paces::default(), channel("one"));
        assert_eq!(taken(&paces, &one, 60, NOW + 60_000), 60);
        for _ in 0..10 {
            assert_eq!(taken(&paces, &one, 60, NOW), 0);
            assert_eq!(taken(&paces, &one, 60, NOW + 60_000), 0);
        }
        assert_eq!(taken(&paces, &one, 60, NOW - 86_400_000), 0, "the clock was set back");
        assert_eq!(taken(&paces, &one, 60, NOW - 86_400_000 + 60_000), 60, "and goes on from there");
    }

    #[test]
    fn who_is_quiet_is_forgotten() {
        let paces = Paces::default();
        for owner in 0..3 * OWNERS {
            assert!(paces.take(&channel(&owner.to_string()), 60, NOW + 60_000 * (owner / OWNERS) as u64));
        }
        assert!(paces.buckets.lock().unwrap().len() <= OWNERS + 1);
    }

    #[test]
    fn who_spoke_within_a_minute_is_not_forgotten_for_others() {
        let (paces, one) = (Paces::default(), channel("one"));
        assert_eq!(taken(&paces, &one, 60, NOW), 60);
        for owner in 0..2 * OWNERS {
            paces.take(&channel(&owner.to_string()), 60, NOW);
        }
        assert_eq!(taken(&paces, &one, 60, NOW), 0);
        paces.take(&channel("late"), 60, NOW + 59_999);
        assert_eq!(paces.buckets.lock().unwrap().len(), 2 * OWNERS + 2);
        // Who is there already makes nobody be looked for.
        paces.take(&channel("late"), 60, NOW + 60_000);
        assert_eq!(paces.buckets.lock().unwrap().len(), 2 * OWNERS + 2);
        paces.take(&channel("later"), 60, NOW + 60_000);
        assert_eq!(paces.buckets.lock().unwrap().len(), 2);
    }

    #[test]
    fn a_clock_that_is_set_back_by_little_gives_nothing_back() {
        let (paces, one) = (Paces::default(), channel("one"));
        assert_eq!(taken(&paces, &one, 60, NOW), 60);
        // As far as that it may be a call that began earlier; from there on the clock was set back.
        assert_eq!(taken(&paces, &one, 60, NOW - STEP_MS), 0);
        assert_eq!(paces.buckets.lock().unwrap()["one"].at_ms, NOW);
        assert_eq!(taken(&paces, &one, 60, NOW - STEP_MS - 1), 0);
        assert_eq!(paces.buckets.lock().unwrap()["one"].at_ms, NOW - STEP_MS - 1);
    }
}
