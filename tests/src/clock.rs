//! A clock that runs with the system's and can be put forward: a day passes when a test says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lockgate_model::seam::Clock;

/// Clones are the same clock.
#[derive(Clone, Default)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    /// Puts the clock forward.
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// The same clock, as the simulated provider takes it.
    pub fn for_provider(&self) -> lockgate_simulators::Clock {
        let clock = self.clone();
        lockgate_simulators::Clock::new(move || clock.now_ms())
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        lockgate::seams::Seams::real().clock.now_ms() + self.0.load(Ordering::SeqCst)
    }
}
