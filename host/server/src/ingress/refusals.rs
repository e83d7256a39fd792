//! Requests that were refused leave a count, and nothing else.
//!
//! Counted in memory and written together once a second, so that a flood of forged requests costs the database one row a
//! second and not one each. What a crash loses of it is at most a second of a count.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use lockgate_store::{Owner, RefusalCount, Store, StoreError};

/// Whose hook, which route, and why.
type Refusal = (Option<Owner>, String, &'static str);

/// Refusals since they were last written down.
#[derive(Default)]
pub struct Refusals {
    counts: Mutex<BTreeMap<Refusal, u64>>,
    /// Held by who writes: what another has taken to write down is in the database before the next one says that all of it is.
    writing: tokio::sync::Mutex<()>,
}

impl Refusals {
    /// Counts one. `reason` is one of a fixed set of words, so that nobody outside chooses what is kept.
    pub fn count(&self, owner: Option<Owner>, route: &str, reason: &'static str) {
        metrics::counter!("lockgate_hook_refused_total", "reason" => reason).increment(1);
        // The route is the sender's text unless an owner was found, whose manifest names it.
        let route = if owner.is_some() { route.to_owned() } else { String::new() };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((owner, route, reason)).or_default() += 1;
    }

    /// Writes down what was counted until now, and waits for whoever is doing so. Where the database is away it stays counted.
    ///
    /// # Errors
    ///
    /// The database's.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let _alone = self.writing.lock().await;
        let counts = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.is_empty() {
            return Ok(());
        }
        let rows = counts
            .iter()
            .map(|((owner, route, reason), count)| RefusalCount {
                owner: *owner,
                route: route.clone(),
                reason: (*reason).to_owned(),
                count: *count,
            })
            .collect();
        let written = store.count_refusals(rows).await;
        if written.is_err() {
            let mut now = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, count) in counts {
                *now.entry(key).or_default() += count;
            }
        }
        written
    }
}
