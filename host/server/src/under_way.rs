//! How much is under way of each owner or channel, so that none takes all the room there is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Counts of what was begun and has not ended.
#[derive(Debug)]
pub(crate) struct UnderWay<K> {
    counts: Mutex<BTreeMap<K, u32>>,
    ended: Notify,
}

impl<K> Default for UnderWay<K> {
    fn default() -> Self {
        Self { counts: Mutex::default(), ended: Notify::new() }
    }
}

impl<K: Copy + Ord> UnderWay<K> {
    /// How many are under way now, of each who has any.
    pub(crate) fn counts(&self) -> BTreeMap<K, u32> {
        self.lock().clone()
    }

    /// One more, until the answer is dropped.
    pub(crate) fn begin(self: &Arc<Self>, key: K) -> Run<K> {
        *self.lock().entry(key).or_default() += 1;
        Run { under_way: Arc::clone(self), key }
    }

    /// The same, where fewer than `share` of this key and fewer than `most` of all are under way.
    pub(crate) fn begin_within(self: &Arc<Self>, key: K, share: u32, most: u32) -> Option<Run<K>> {
        let mut counts = self.lock();
        if counts.values().sum::<u32>() >= most || counts.get(&key).is_some_and(|count| *count >= share) {
            return None;
        }
        *counts.entry(key).or_default() += 1;
        Some(Run { under_way: Arc::clone(self), key })
    }

    /// Waits until one of them has nothing under way any more.
    pub(crate) async fn ended(&self) {
        self.ended.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<K, u32>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that is under way; ends when it is dropped.
pub(crate) struct Run<K: Copy + Ord> {
    under_way: Arc<UnderWay<K>>,
    key: K,
}

impl<K: Copy + Ord> Drop for Run<K> {
    fn drop(&mut self) {
        let mut counts = self.under_way.lock();
        if let Some(count) = counts.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.key);
                self.under_way.ended.notify_one();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_key_and_of_all_there_are_so_many_and_no_more() {
        let under_way = Arc::new(UnderWay::default());
        let begin = |key| under_way.begin_within(key, 2, 3);
        let (first, _second, _other) = (begin("a"), begin("a").unwrap(), begin("b").unwrap());
        assert!(begin("a").is_none() && begin("b").is_none());
        drop(first);
        assert!(begin("a").is_some());
    }

    #[tokio::test]
    async fn what_ended_is_not_counted_and_the_last_end_is_told() {
        let under_way = Arc::new(UnderWay::default());
        let runs = ["a", "a", "b"].map(|key| under_way.begin(key));
        assert_eq!(under_way.counts(), BTreeMap::from([("a", 2), ("b", 1)]));
        let [first, second, _other] = runs;
        drop(first);
        assert_eq!(under_way.counts(), BTreeMap::from([("a", 1), ("b", 1)]));
        drop(second);
        under_way.ended().await;
        assert_eq!(under_way.counts(), BTreeMap::from([("b", 1)]));
    }
}
