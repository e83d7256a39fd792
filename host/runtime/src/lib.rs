//! Runs plugins in the sandbox and guards what leaves it. The only crate with wasmtime.
//!
//! It knows plugins, limits, grants and egress; it knows no HTTP server and no SQL. What a call needs from the rest of the host
//! (state, secrets, the departing mark) is handed in as traits with [`Call`], and what came of it is handed back as data with
//! [`Called`]: committing it is the caller's business.
//!
//! # How guests share threads
//!
//! Guests run on a tokio runtime of their own with [`RuntimeConfig::guest_threads`] workers. WebAssembly executes only while
//! the future of its call is polled, so a *permit to run* is a worker of that runtime: a call that waits in the host (for an
//! answer from a provider, for its state) is not polled and holds none, and as many calls can wait as there are instances. A
//! guest that spins is interrupted by the engine's epoch every millisecond: it then counts the CPU time it has used against
//! its limit and goes to the end of the queue, so that it delays the others by one slice and never stops them. What leaves for
//! a provider is driven by yet another runtime, that no guest can keep busy.
//!
//! Instances in memory are bounded apart from that by [`RuntimeConfig::max_instances`], of which
//! [`RuntimeConfig::reserved_for_receive`] are kept for what comes in: sends that hang fill the rest and no more.

mod bindings;
mod call;
mod compiler;
mod config;
mod convert;
mod effects;
mod egress;
mod engine;
mod failure;
mod guest;
mod image;
mod inspect;
mod plugin;
mod receiver;
mod run;
mod runtime;
mod seal;

pub use call::{
    Call, CallLabel, Departure, DepartureRefused, NoDeparture, NoSecrets, NoState, SecretSource, StateReader,
    StateUnavailable,
};
pub use compiler::{Compiler, Unconfined, compile_from_stdin, confine};
pub use config::{EgressConfig, HostMap, Limits, RuntimeConfig, StartError};
pub use effects::{Called, Denial, Effects, LogLine, StateRead};
pub use egress::NotRead;
pub use failure::{CallFailure, Reaction};
pub use inspect::{Abilities, Inspection, InstallRefusal, MAX_FILE, inspect};
pub use plugin::Plugin;
pub use runtime::{EngineSetting, Runtime};
pub use seal::SealKey;
