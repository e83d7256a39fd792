//! The one engine: how it compiles and where instances live, with a fallback where the kernel lacks something.
//!
//! Also the clock of its epoch: a thread that interrupts running guests every [`SLICE`], and sleeps while no call runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig};

use crate::compiler::Aim;
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
    let mut settings = compiling(Aim::Speed);
    settings.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config, pagemap_scan)));
    settings
}

/// What an image depends on: the same where plugins are compiled and where they run. Where instances live is no part of it, and how
/// well it is optimised does not matter to who runs it.
pub(crate) fn compiling(aim: Aim) -> Config {
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
        .cranelift_opt_level(match aim {
            Aim::Speed => OptLevel::Speed,
            Aim::Haste => OptLevel::None,
        })
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

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection, Function,
        FunctionSection, MemorySection, MemoryType, RefType, TableSection, TableType, TypeSection,
    };
    use wasmtime::{Engine, Instance, Module, Ref, Store};

    use super::{MEMORIES_PER_COMPONENT, TABLES_PER_COMPONENT, make};
    use crate::config::RuntimeConfig;

    /// A memory that begins with `data`.
    fn with_memory(engine: &Engine, data: &[u8]) -> Module {
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 2, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut exports = ExportSection::new();
        exports.export("it", ExportKind::Memory, 0);
        let mut contents = DataSection::new();
        contents.active(0, &ConstExpr::i32_const(0), data.iter().copied());
        let mut module = wasm_encoder::Module::new();
        module.section(&memories).section(&exports).section(&contents);
        Module::new(engine, module.finish()).unwrap()
    }

    /// A table of 100 that begins with one function.
    fn with_table(engine: &Engine) -> Module {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut tables = TableSection::new();
        let element_type = RefType::FUNCREF;
        tables.table(TableType { element_type, minimum: 100, maximum: None, table64: false, shared: false });
        let mut exports = ExportSection::new();
        exports.export("it", ExportKind::Table, 0);
        let mut elements = ElementSection::new();
        elements.active(Some(0), &ConstExpr::i32_const(0), Elements::Functions(vec![0].into()));
        let mut code = CodeSection::new();
        let mut empty = Function::new([]);
        empty.instructions().end();
        code.function(&empty);
        let mut module = wasm_encoder::Module::new();
        module.section(&types).section(&functions).section(&tables).section(&exports);
        module.section(&elements).section(&code);
        Module::new(engine, module.finish()).unwrap()
    }

    /// Bytes of a memory that are not 0, those that it grows by included.
    fn bytes(store: &mut Store<()>, instance: Instance) -> usize {
        let memory = instance.get_memory(&mut *store, "it").unwrap();
        memory.grow(&mut *store, 64).unwrap();
        memory.data(&*store).iter().filter(|byte| **byte != 0).count()
    }

    /// Entries of a table that are functions.
    fn functions(store: &mut Store<()>, instance: Instance) -> usize {
        let table = instance.get_table(&mut *store, "it").unwrap();
        let size = table.size(&*store);
        (0..size).filter(|at| !table.get(&mut *store, *at).unwrap().is_null()).count()
    }

    #[test]
    fn the_next_instance_in_a_place_finds_nothing_of_the_last() {
        // One place, and each round takes all memories and tables that it has: the next round has the same ones.
        let config = RuntimeConfig { max_instances: 1, ..RuntimeConfig::default() };
        let engine = make(&config).unwrap().engine;
        let (one, other, table) =
            (with_memory(&engine, b"data of the one"), with_memory(&engine, b"other"), with_table(&engine));
        for (memory, own) in [(&one, 15), (&one, 15), (&other, 5), (&one, 15), (&other, 5)] {
            let mut store = Store::new(&engine, ());
            for _ in 0..MEMORIES_PER_COMPONENT {
                let instance = Instance::new(&mut store, memory, &[]).unwrap();
                assert_eq!(bytes(&mut store, instance), own, "its own and nothing else");
                let filled = instance.get_memory(&mut store, "it").unwrap();
                filled.data_mut(&mut store).fill(0xa5);
                assert!(bytes(&mut store, instance) > 4 << 20, "what is there is found");
            }
            assert!(Instance::new(&mut store, memory, &[]).is_err(), "there is no other place");
            for _ in 0..TABLES_PER_COMPONENT {
                let instance = Instance::new(&mut store, &table, &[]).unwrap();
                assert_eq!(functions(&mut store, instance), 1, "its own and nothing else");
                let filled = instance.get_table(&mut store, "it").unwrap();
                let function = filled.get(&mut store, 0).unwrap();
                filled.grow(&mut store, 1000, Ref::Func(None)).unwrap();
                filled.fill(&mut store, 0, function, 1100).unwrap();
                assert_eq!(functions(&mut store, instance), 1100, "what is there is found");
            }
        }
    }
}
