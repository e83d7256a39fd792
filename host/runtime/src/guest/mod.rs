//! The host's side of one instance: what its store holds, and what its imports do.

pub(crate) mod clock;
mod imports;
mod ledger;
mod memory;
mod state;
mod stdio;

pub(crate) use ledger::{Closed, Ledger, Shut};
pub(crate) use state::StateBuffer;

use std::sync::Arc;

use lockgate_model::manifest::Manifest;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;
use tokio::time::Instant;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::call::Call;
use crate::config::Limits;
use crate::egress::{Door, Gate};

/// What a call may do beside computing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `check` and `preview`: nothing.
    Look,
    /// `receive`: write state that commits with its events.
    Receive,
    /// `send`: outgoing requests.
    Send,
}

/// Headers of one request as the guest may build them, in bytes of the host's memory.
const FIELDS: usize = 32 << 10;
/// Bytes of randomness that one call of `get-random-bytes` may ask for.
const RANDOM: u64 = 1 << 20;
/// Resources that one guest may hold at a time: headers, requests, bodies, streams, what it waits for. With [`FIELDS`] it bounds
/// what a guest can make the host remember to 16 MiB.
const RESOURCES: usize = 512;

/// What the store of one instance holds.
pub(crate) struct Guest {
    pub(crate) call: Call,
    pub(crate) mode: Mode,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) memory: memory::Meter,
    pub(crate) state: StateBuffer,
    /// Where the guest's monotonic clock is 0.
    started: Instant,
    table: ResourceTable,
    /// Made when the guest first asks for anything of WASI: most calls never do.
    wasi: Option<WasiCtx>,
    http: WasiHttpCtx,
    door: Door,
}

impl Guest {
    pub(crate) fn new(call: Call, mode: Mode, limits: &Limits, manifest: Arc<Manifest>, gate: Arc<Gate>) -> Self {
        let ledger = Arc::new(Ledger::new(limits));
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(FIELDS);
        Self {
            mode,
            memory: memory::Meter::new(limits.memory_bytes),
            state: StateBuffer::new(limits.state_bytes),
            started: Instant::now(),
            table,
            wasi: None,
            http,
            door: Door::new(gate, manifest, Arc::clone(&ledger), limits, (mode == Mode::Send).then(|| call.clone())),
            ledger,
            call,
        }
    }
}

/// Nothing of the system: no arguments, no environment, no folders, no sockets, no name look-ups; the host's clock and the
/// call's randomness.
fn denying(call: &Call, clock: clock::Elapsed, ledger: &Arc<Ledger>) -> WasiCtx {
    let mut seed = ChaCha12Rng::from_seed(call.seed);
    let mut secure = seed.clone();
    secure.set_stream(1);
    let mut insecure = seed.clone();
    insecure.set_stream(2);
    seed.set_stream(3);
    let mut builder = WasiCtx::builder();
    builder
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .stdout(stdio::Stdio::out(Arc::clone(ledger)))
        .stderr(stdio::Stdio::err(Arc::clone(ledger)))
        .secure_random(secure)
        .insecure_random(insecure)
        .insecure_random_seed(clock::seed(&mut seed))
        .max_random_size(RANDOM)
        .wall_clock(clock::Standing::at(call.now_ms))
        .monotonic_clock(clock);
    builder.build()
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let clock = clock::Elapsed::since(self.started, self.clock_runs());
        let ctx = self.wasi.get_or_insert_with(|| denying(&self.call, clock, &self.ledger));
        WasiCtxView { ctx, table: &mut self.table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.door, table: &mut self.table, ctx: &mut self.http }
    }
}
