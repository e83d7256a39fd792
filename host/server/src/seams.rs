//! What the host takes from outside itself: time, randomness, and the two places where a test build may stand in.
//!
//! The product is started with [`Seams::real`]. Tests hand in a clock of their own; the named test build in `tests/` adds a
//! parser compiled into the host (to measure what the sandbox costs) and points at which the process dies.

use std::sync::Arc;

use lockgate_model::contract::inbound::{Reception, Refusal, Request};
use lockgate_model::seam::{Clock, Entropy};
use lockgate_runtime::Compiler;

/// A plugin's `receive`, compiled into the host instead of run in the sandbox. Never part of the product.
pub trait NativeReceive: Send + Sync {
    /// As the plugin's own.
    ///
    /// # Errors
    ///
    /// What the plugin refuses.
    fn receive(&self, request: Request) -> Result<Reception, Refusal>;
}

/// A point in the host's work at which a test build may end the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailPoint {
    /// A delivery is claimed and nothing of it has left.
    BeforeDeparture,
    /// The departing mark is committed; the request leaves now.
    AfterDeparture,
    /// The provider answered; the outcome is not committed.
    BeforeOutcome,
    /// The plugin parsed an envelope; nothing of it is committed.
    BeforeIngest,
    /// The envelope is committed; the provider was not answered.
    AfterIngest,
    /// A file lies in its place; no row knows it.
    MediumSettled,
}

/// What is called at each [`FailPoint`].
pub type FailHook = Arc<dyn Fn(FailPoint) + Send + Sync>;

/// Finds the native stand-in of a plugin by its name.
pub type NativeLookup = Arc<dyn Fn(&str) -> Option<Arc<dyn NativeReceive>> + Send + Sync>;

/// Everything the host takes from outside itself.
#[derive(Clone)]
pub struct Seams {
    /// Wall-clock time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Stand-ins for plugins, in the named test build only.
    pub native: Option<NativeLookup>,
    /// Fail points, in the named test build only.
    pub fail: Option<FailHook>,
    /// Where plugins are compiled. An executable of ours compiles them in a process of its own ([`crate::cli::main`] says so);
    /// a test that runs a host inside itself cannot be started to compile, and compiles here.
    pub compiler: Compiler,
}

impl Seams {
    /// The system's clock and randomness, and no stand-ins.
    pub fn real() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            native: None,
            fail: None,
            compiler: Compiler::Here,
        }
    }

    /// Called where the host's work reaches a fail point.
    pub(crate) fn reached(&self, point: FailPoint) {
        if let Some(hook) = &self.fail {
            hook(point);
        }
    }
}

/// The system's wall clock.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the host reads the system's clock")]
    fn now_ms(&self) -> u64 {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// The system's random source.
struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        use rand::Rng;
        rand::rng().fill_bytes(bytes);
    }
}
