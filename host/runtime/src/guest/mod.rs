//! The host's side of one instance: what its store holds, and what its imports do.

pub(crate) mod clock;
mod imports;
mod ledger;
mod media;
mod memory;
mod state;
mod stdio;

pub(crate) use ledger::{Closed, Ledger, Shut};
pub use media::Writing;
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
    /// `follow-up` and `poll`: outgoing requests, and state that commits with their events.
    Work,
    /// `send` and `actions`: outgoing requests.
    Send,
    /// `directory`: outgoing requests that read.
    Ask,
}

impl Mode {
    /// Whether outgoing requests may leave, and time goes on.
    pub(crate) fn reaches_out(self) -> bool {
        matches!(self, Self::Work | Self::Send | Self::Ask)
    }

    /// Whether only such requests may leave as change nothing at the provider.
    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Self::Ask)
    }

    /// Whether state may be written.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Receive | Self::Work)
    }
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
    media: media::MediaUse,
    manifest: Arc<Manifest>,
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
            media: media::MediaUse::default(),
            manifest: Arc::clone(&manifest),
            started: Instant::now(),
            table,
            wasi: None,
            http,
            door: Door::new(gate, manifest, Arc::clone(&ledger), limits, (&call, mode)),
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

#[cfg(test)]
mod tests {
    use tokio::time::Instant;
    use wasmtime_wasi::p2::bindings::random::{insecure, random};

    use super::{Arc, Ledger, Limits, RANDOM, WasiCtx, clock, denying};
    use crate::runtime::nothing;

    fn context(seed: u8) -> WasiCtx {
        let mut call = nothing("sha256:00");
        call.seed = [seed; 32];
        denying(&call, clock::Elapsed::since(Instant::now(), false), &Arc::new(Ledger::new(&Limits::default())))
    }

    #[test]
    fn so_much_randomness_at_once_and_the_calls_own() {
        let bytes = |seed, length| random::Host::get_random_bytes(context(seed).random(), length);
        let plain = |seed, length| insecure::Host::get_insecure_random_bytes(context(seed).random(), length);
        assert_eq!(bytes(1, RANDOM).unwrap().len() as u64, RANDOM);
        assert!(bytes(1, RANDOM + 1).is_err() && plain(1, RANDOM + 1).is_err());
        assert_eq!(bytes(1, 32).unwrap(), bytes(1, 32).unwrap());
        assert_ne!(bytes(1, 32).unwrap(), bytes(2, 32).unwrap());
        assert_ne!(bytes(1, 32).unwrap(), plain(1, 32).unwrap());
    }

    #[test]
    fn a_call_that_is_over_lets_nothing_leave() {
        let ledger = Ledger::new(&Limits::default());
        assert!(ledger.request().is_ok() && ledger.departing().is_ok());
        assert!(ledger.close().effects.departed);
        assert!(ledger.request().is_err() && ledger.departing().is_err());
        assert!(ledger.capture(vec![zeroize::Zeroizing::new(vec![b'x'; 8])], &[0; 32]).is_none());
    }

    #[test]
    fn the_first_denials_are_kept() {
        let ledger = Ledger::new(&Limits::default());
        for n in 0..100 {
            ledger.denied(crate::effects::Denial { what: n.to_string(), grant: None });
        }
        let kept: Vec<String> = ledger.close().effects.denials.into_iter().map(|denial| denial.what).collect();
        assert_eq!(kept, (0..16).map(|n: u32| n.to_string()).collect::<Vec<_>>());
    }
}
