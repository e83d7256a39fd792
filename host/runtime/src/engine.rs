//! The one engine: how it compiles and where instances live, with a fallback where the kernel lacks something.
//!
//! Also the clock of its epoch: a thread that interrupts running guests every [`SLICE`], and sleeps while no call runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use crate::config::{RuntimeConfig, StartError};

/// How long a guest runs before it goes to the end of the queue.
pub(crate) const SLICE: Duration = Duration::from_millis(1);

/// Slices without a call after which the epoch's thread sleeps.
const IDLE_SLICES: u32 = 100;

/// How much of a used slot of memory stays resident for the next instance of the same plugin.
const KEEP_RESIDENT: usize = 512 << 10;

/// Core instances, memories and tables that one component may consist of.
const PER_COMPONENT: u32 = 16;
const MEMORIES_PER_COMPONENT: u32 = 2;
const TABLES_PER_COMPONENT: u32 = 4;

/// An engine, and whether it got everything it asked for.
pub(crate) struct Made {
    pub(crate) engine: Engine,
    /// Whether the kernel tells which pages an instance touched (`PAGEMAP_SCAN`, Linux 6.7).
    pub(crate) pagemap_scan: bool,
}

/// Makes the engine with everything on, or without what this kernel lacks.
pub(crate) fn make(config: &RuntimeConfig) -> Result<Made, StartError> {
    match Engine::new(&settings(config, true)) {
        Ok(engine) => Ok(Made { engine, pagemap_scan: true }),
        Err(_) => Engine::new(&settings(config, false))
            .map(|engine| Made { engine, pagemap_scan: false })
            .map_err(|error| StartError::Engine(format!("{error:#}"))),
    }
}

fn settings(config: &RuntimeConfig, pagemap_scan: bool) -> Config {
    let mut settings = compiling();
    settings.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config, pagemap_scan)));
    settings
}

/// What an image depends on: the same where plugins are compiled and where they run. Where instances live is no part of it.
pub(crate) fn compiling() -> Config {
    let mut settings = Config::new();
    settings
        .wasm_component_model(true)
        // Guests are interrupted between slices, and stop at once when their call is dropped.
        .epoch_interruption(true)
        // The contract has no concurrent functions yet, and every call would pay for the bookkeeping.
        .concurrency_support(false)
        // The same call gives the same bits on every node.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .cranelift_opt_level(OptLevel::Speed)
        .memory_init_cow(true)
        // Frames of a guest mean something to its author only, and his tools show them.
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false);
    settings
}

fn pool(config: &RuntimeConfig, pagemap_scan: bool) -> PoolingAllocationConfig {
    let instances = config.max_instances;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(PER_COMPONENT))
        .max_core_instances_per_component(PER_COMPONENT)
        .total_memories(instances.saturating_mul(MEMORIES_PER_COMPONENT))
        .max_memories_per_component(MEMORIES_PER_COMPONENT)
        .total_tables(instances.saturating_mul(TABLES_PER_COMPONENT))
        .max_tables_per_component(TABLES_PER_COMPONENT)
        .table_elements(65_536)
        .total_stacks(instances)
        .max_memory_size(usize::try_from(config.maximum.memory_bytes).unwrap_or(usize::MAX))
        .max_unused_warm_slots(instances)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(16 << 10);
    if pagemap_scan {
        pool.pagemap_scan(Enabled::Yes);
    }
    pool
}

/// Advances the engine's epoch while calls run.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: thread::Thread,
}

#[derive(Default)]
struct Shared {
    running: AtomicUsize,
    asleep: AtomicBool,
    stop: AtomicBool,
}

impl Ticker {
    /// Starts the thread; it ends with the ticker.
    pub(crate) fn start(engine: &Engine) -> Result<Self, StartError> {
        let shared = Arc::new(Shared::default());
        let (engine, ticking) = (engine.weak(), Arc::clone(&shared));
        let handle = thread::Builder::new()
            .name("lockgate-epoch".into())
            .spawn(move || {
                let mut idle = 0;
                while !ticking.stop.load(Ordering::Relaxed) {
                    thread::sleep(SLICE);
                    let Some(engine) = engine.upgrade() else { return };
                    engine.increment_epoch();
                    drop(engine);
                    idle = if ticking.running.load(Ordering::Relaxed) == 0 { idle + 1 } else { 0 };
                    if idle >= IDLE_SLICES {
                        ticking.sleep();
                        idle = 0;
                    }
                }
            })
            .map_err(StartError::Threads)?;
        Ok(Self { thread: handle.thread().clone(), shared })
    }

    /// A call runs until the guard is dropped.
    pub(crate) fn running(&self) -> Running {
        // Sequentially consistent with `Shared::sleep`: either the thread sees this call, or we see that it is asleep.
        self.shared.running.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
        Running(Arc::clone(&self.shared))
    }
}

impl Shared {
    fn sleep(&self) {
        self.asleep.store(true, Ordering::SeqCst);
        while self.running.load(Ordering::SeqCst) == 0 && !self.stop.load(Ordering::Relaxed) {
            thread::park();
        }
        self.asleep.store(false, Ordering::SeqCst);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.thread.unpark();
    }
}

/// Keeps the epoch advancing.
pub(crate) struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}
