//! Time and randomness as a guest sees them.

use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng as _;
use tokio::time::Instant;
use wasmtime::component::{Linker, Resource};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use super::Guest;

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
    pub(super) fn since(start: Instant, runs: bool) -> Self {
        Self(runs.then_some(start))
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

/// The interface whose two functions [`link`] takes over.
const MONOTONIC: &str = "wasi:clocks/monotonic-clock@0.2.12";

/// Puts timers of ours in place of the engine's. Those are exact to the system's tick and can be looked at without waiting: a
/// clock beside the clock, also in a call that is given none.
pub(crate) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    let mut clock = linker.instance(MONOTONIC)?;
    clock.func_wrap("subscribe-duration", |mut store: wasmtime::StoreContextMut<'_, Guest>, (wait,): (u64,)| {
        Ok((store.data_mut().timer(wait)?,))
    })?;
    clock.func_wrap("subscribe-instant", |mut store: wasmtime::StoreContextMut<'_, Guest>, (when,): (u64,)| {
        let now = Elapsed::since(store.data().started, store.data().clock_runs()).now();
        Ok((store.data_mut().timer(when.saturating_sub(now))?,))
    })?;
    linker.allow_shadowing(false);
    Ok(())
}

impl Guest {
    pub(super) fn clock_runs(&self) -> bool {
        self.mode.reaches_out()
    }

    fn timer(&mut self, wait: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let timer = match (wait, self.clock_runs()) {
            (0, _) => Timer::Now { yielded: false },
            // Where the clock runs, on its own ticks.
            (_, true) => {
                let due = nanos(self.started.elapsed()).saturating_add(wait).div_ceil(nanos(COARSE));
                let due = Duration::from_nanos(due.saturating_mul(nanos(COARSE)));
                self.started.checked_add(due).map_or(Timer::Never, Timer::At)
            }
            (_, false) => Timer::Once(Duration::from_nanos(wait)),
        };
        let timer = self.table.push(timer)?;
        subscribe(&mut self.table, timer)
    }
}

/// What a guest waits for.
enum Timer {
    /// Nothing; the others get their turn first.
    Now { yielded: bool },
    /// This moment, which is a tick of the guest's clock.
    At(Instant),
    /// So long from when it is waited for. Who only looks finds it never over: how long the guest took until then is nothing that
    /// a pure call may know.
    Once(Duration),
    /// A moment beyond all time.
    Never,
}

#[async_trait::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        match self {
            Self::Now { yielded: true } => {}
            Self::Now { yielded } => {
                *yielded = true;
                tokio::task::yield_now().await;
            }
            Self::At(moment) => tokio::time::sleep_until(*moment).await,
            Self::Once(wait) => {
                // Not over at the first look, however short the wait is.
                tokio::task::yield_now().await;
                tokio::time::sleep(*wait).await;
            }
            Self::Never => std::future::pending().await,
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The seed of a guest's hash tables.
pub(super) fn seed(random: &mut ChaCha12Rng) -> u128 {
    u128::from(random.next_u64()) << 64 | u128::from(random.next_u64())
}
