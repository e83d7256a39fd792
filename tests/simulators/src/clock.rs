//! Where the simulators take the time from: a function that is handed in, so that a test can stand still or jump.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Wall-clock time in milliseconds since 1970, as the caller wants it to be.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
    /// A clock that asks `now_ms` every time.
    pub fn new(now_ms: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now_ms))
    }

    /// A clock that begins at `start_ms` and moves by `step_ms` with every look at it: no two moments are the same and
    /// a run can be repeated.
    #[must_use]
    pub fn counter(start_ms: u64, step_ms: u64) -> Self {
        let next = AtomicU64::new(start_ms);
        Self::new(move || next.fetch_add(step_ms, Ordering::Relaxed))
    }

    /// The time in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
