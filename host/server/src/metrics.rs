//! What is counted while the host works. Labels hold names of plugins and fixed words, never ids or content.

use lockgate_runtime::{CallFailure, Effects};
use lockgate_store::{Ingested, Settled};
use metrics::{counter, gauge, histogram};
use tokio::time::Instant;

/// A stage of a request's way in, being timed: waits count too.
pub struct Stage {
    name: &'static str,
    begun: Instant,
}

impl Stage {
    /// `verify`, `receive`, `commit`, or `request` for all of them from the head to the answer.
    pub fn begin(name: &'static str) -> Self {
        Self { name, begun: Instant::now() }
    }

    /// It is over.
    pub fn end(self) {
        histogram!("lockgate_hook_seconds", "stage" => self.name).record(self.begun.elapsed().as_secs_f64());
    }
}

/// A call of a plugin ended.
pub fn called<T>(ability: &'static str, plugin: &str, result: &Result<T, CallFailure>, effects: &Effects) {
    let outcome = result.as_ref().map_or_else(CallFailure::code, |_| "answered");
    let plugin = plugin.to_owned();
    counter!("lockgate_calls_total", "ability" => ability, "plugin" => plugin.clone(), "outcome" => outcome)
        .increment(1);
    histogram!("lockgate_call_cpu_seconds", "ability" => ability, "plugin" => plugin.clone())
        .record(effects.cpu.as_secs_f64());
    histogram!("lockgate_call_wall_seconds", "ability" => ability, "plugin" => plugin.clone())
        .record(effects.wall.as_secs_f64());
    if effects.log_dropped > 0 {
        counter!("lockgate_log_dropped_bytes_total", "plugin" => plugin).increment(effects.log_dropped);
    }
}

/// The calls of a channel or app were paused because they kept failing, the last time so.
pub fn pauses(plugin: &str, failure: &'static str) {
    counter!("lockgate_pauses_total", "plugin" => plugin.to_owned(), "failure" => failure).increment(1);
}

/// So many channels and apps are paused now.
pub fn paused(count: usize) {
    gauge!("lockgate_paused").set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
}

/// An envelope was committed.
pub fn ingested(ingested: &Ingested) {
    counter!("lockgate_envelopes_total").increment(1);
    counter!("lockgate_events_total").increment(ingested.events.into());
    counter!("lockgate_messages_total", "direction" => "in").increment(ingested.messages.into());
    counter!("lockgate_duplicates_total").increment(ingested.duplicates.into());
    counter!("lockgate_dead_letters_total").increment(ingested.dead_letters.into());
}

/// An attempt of a delivery was settled.
pub fn settled(settled: &Settled) {
    counter!("lockgate_deliveries_total", "outcome" => settled.word()).increment(1);
}
