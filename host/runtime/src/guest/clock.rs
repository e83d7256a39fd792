//! Time and randomness as a guest sees them.

use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng as _;
use tokio::time::Instant;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// What a guest can tell apart: enough to wait for an answer, too little to time the host.
const COARSE: Duration = Duration::from_millis(10);

/// A wall clock that stands still at the call's start.
pub(super) struct Standing(Duration);

impl Standing {
    pub(super) fn at(ms: u64) -> Self {
        Self(Duration::from_millis(ms))
    }
}

impl HostWallClock for Standing {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        self.0
    }
}

/// A monotonic clock that begins at 0. It goes on, coarsely, only where a call waits for others anyway; a pure call that read a
/// running clock could give other events when it is run again.
pub(super) struct Elapsed(Option<Instant>);

impl Elapsed {
    pub(super) fn new(runs: bool) -> Self {
        Self(runs.then(Instant::now))
    }
}

impl HostMonotonicClock for Elapsed {
    fn resolution(&self) -> u64 {
        nanos(COARSE)
    }

    fn now(&self) -> u64 {
        let elapsed = self.0.map_or(0, |start| nanos(start.elapsed()));
        elapsed - elapsed % nanos(COARSE)
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The seed of a guest's hash tables.
pub(super) fn seed(random: &mut ChaCha12Rng) -> u128 {
    u128::from(random.next_u64()) << 64 | u128::from(random.next_u64())
}
