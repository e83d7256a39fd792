//! Runs plugins in the sandbox and guards what leaves it. The only crate with wasmtime.
//!
//! It knows plugins, limits, grants and egress; it knows no HTTP server and no SQL. What a call needs from the rest of the host
//! (state, secrets, the departing mark) is handed in as traits with [`Call`], and what came of it is handed back as data with
//! [`Called`]: committing it is the caller's business.
//!
//! # How guests share threads
//!
//! Guests run on [`RuntimeConfig::guest_threads`] threads of their own, below the host's own in the system's eyes. WebAssembly
//! executes only while the future of its call is polled, so a *permit to run* is a turn on such a thread: a call that waits in the
//! host (for an answer from a provider, for its state) has none. A guest that spins is interrupted by the engine's epoch every
//! millisecond: it then counts the CPU time it has used against its limit and stands in line again. There is a line for each owner
//! (a channel, an app), and a turn goes to the line that has had the least: how many calls stand in a line changes nothing for the
//! others. A spare thread takes turns of lines that run nothing while all threads are busy with steps that cannot be interrupted.
//! What leaves for a provider is driven by yet another runtime, that no guest can keep busy.
//!
//! Calls of one owner at once are bounded by [`Limits::calls`]; more wait in the owner's line, and more than that are
//! [`CallFailure::Busy`]. Instances in memory are bounded apart from that by [`RuntimeConfig::max_instances`], of which
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
mod media;
mod places;
mod plugin;
mod receiver;
mod run;
mod runtime;
mod seal;
mod threads;

pub use call::{
    Call, CallLabel, Departure, DepartureRefused, NoDeparture, NoSecrets, NoState, SecretSource, StateReader,
    StateUnavailable,
};
pub use compiler::{Compilation, Compiler, Standing, Unconfined, Workshop, compile_from_stdin, confine};
pub use config::{EgressConfig, HostMap, Limits, RuntimeConfig, StartError};
pub use effects::{Called, Denial, Effects, LogLine, StateRead};
pub use egress::{NoProxy, NotFetched, NotRead, Patience, Proxy};
pub use failure::{CallFailure, Reaction};
pub use inspect::{Abilities, Inspection, InstallRefusal, MAX_FILE, inspect};
pub use media::{MediaDescription, MediaError, MediaStore, MediaWriter, NoMedia};
pub use plugin::Plugin;
pub use runtime::{EngineSetting, Runtime};
pub use seal::SealKey;
