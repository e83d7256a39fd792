//! Runs one call: a place in memory, a fresh instance with its limits, and what came of it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;

use lockgate_model::fair::Kind;
use lockgate_model::manifest::Manifest;
use tokio::time::{Instant, timeout};
use wasmtime::component::Instance;
use wasmtime::{Store, UpdateDeadline};

use crate::call::Call;
use crate::effects::{Called, Effects};
use crate::egress::{Scrubber, derived_values};
use crate::failure::{CallFailure, Stop};
use crate::guest::{Closed, Guest, Ledger, Mode};
use crate::plugin::Loaded;

/// Handles to resources that one guest may hold at a time.
const HANDLES: usize = 4096;

/// What is done with a fresh instance.
pub(crate) trait Operation: Send + 'static {
    /// What comes of it.
    type Output: Send + 'static;
    /// What the guest may do meanwhile.
    const MODE: Mode;

    /// Calls the instance. Errors are the engine's.
    fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> impl Future<Output = wasmtime::Result<Self::Output>> + Send;
}

/// A call that did not begin.
pub(crate) fn refused<T>(failure: CallFailure) -> Called<T> {
    Called { result: Err(failure), effects: Effects::default() }
}

/// Runs an operation in a fresh instance, on a thread for guests.
pub(crate) async fn run<O: Operation>(loaded: &Arc<Loaded>, call: Call, operation: O) -> Called<O::Output> {
    let line = call.label.line();
    let kind = if O::MODE == Mode::Receive { Kind::Receive } else { Kind::Other };
    let most = if call.alone { 1 } else { loaded.limits.calls };
    let place = match loaded.sandbox.places.take(&line, kind, most).await {
        Ok(place) => place,
        Err(failure) => return refused(failure),
    };
    let running = loaded.sandbox.ticker.running();
    let on_guest_thread = Arc::clone(loaded);
    let task = loaded.sandbox.guests.spawn(line, async move {
        let called = execute(&on_guest_thread, call, operation).await;
        drop((place, running));
        called
    });
    task.await.unwrap_or_else(|| refused(CallFailure::Overloaded))
}

async fn execute<O: Operation>(loaded: &Loaded, call: Call, operation: O) -> Called<O::Output> {
    let started = Instant::now();
    let limits = &loaded.limits;
    let guest = Guest::new(call, O::MODE, limits, Arc::clone(&loaded.manifest), Arc::clone(&loaded.sandbox.gate));
    let ledger = Arc::clone(&guest.ledger);
    let mut store = Store::new(loaded.pre.engine(), guest);
    store.limiter(|guest| &mut guest.memory);
    store.set_hostcall_fuel(usize::try_from(limits.output_bytes).unwrap_or(usize::MAX));
    store.set_max_component_handles(HANDLES);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| {
        if store.data().ledger.over_cpu() { Err(Stop::Cpu.into()) } else { Ok(UpdateDeadline::Yield(1)) }
    });
    let ended = timeout(
        limits.wall,
        metered(&ledger, async {
            let instance = loaded.pre.instantiate_async(&mut store).await?;
            operation.run(&mut store, &instance, loaded).await
        }),
    )
    .await;

    let Closed { mut effects, last_words, secrets } = ledger.close();
    let mut guest = store.into_data();
    let result = match ended {
        Err(_) => Err(CallFailure::Wall),
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(CallFailure::of(&error, guest.memory.refused(), &last_words)),
    };
    let (reads, writes) = guest.state.take();
    effects.state_reads = reads;
    effects.state_writes = if result.is_ok() { writes } else { Vec::new() };
    if result.is_err() {
        effects.captured.clear();
    }
    effects.wall = started.elapsed();
    effects.memory = guest.memory.used();
    let speaks = !effects.log.is_empty() || matches!(result, Err(CallFailure::Trap(_)));
    if !speaks {
        return Called { result, effects };
    }
    let scrubber = scrubber(&guest.call, &loaded.manifest, secrets).await;
    Called { result: result.map_err(|failure| failure.scrubbed(&scrubber)), effects: effects.scrubbed(&scrubber) }
}

/// Adds up the CPU time that a future is polled for.
async fn metered<F: Future>(ledger: &Ledger, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        ledger.poll_begins();
        let polled = future.as_mut().poll(context);
        ledger.poll_ends();
        polled
    })
    .await
}

/// Knows the secrets that were used, and those that a log could hold because somebody sent them in.
async fn scrubber(call: &Call, manifest: &Manifest, mut secrets: Vec<zeroize::Zeroizing<Vec<u8>>>) -> Scrubber {
    for credential in &manifest.credentials {
        secrets.extend(call.secrets.secret(&credential.name).await);
    }
    secrets.extend(derived_values(manifest, call).await);
    Scrubber::new(&secrets)
}
