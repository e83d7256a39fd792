//! What came of a call beside its result: data that the caller commits, counts or shows.

use std::time::Duration;

use lockgate_model::contract::common::Pair;
use lockgate_model::contract::settings::Level;
use lockgate_model::secret::Captured;
pub use lockgate_model::state::StateRead;

use crate::egress::Scrubber;
use crate::failure::CallFailure;

/// A call that ended, one way or the other.
#[derive(Debug)]
pub struct Called<T> {
    /// What the plugin answered, or why there is no answer.
    pub result: Result<T, CallFailure>,
    /// What happened on the way; also where the call failed. State writes are to be committed only with a result.
    pub effects: Effects,
}

/// What happened during a call.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// What the plugin wrote to its log, its standard output and error included; scrubbed and bounded.
    pub log: Vec<LogLine>,
    /// Bytes of log that did not fit and were dropped.
    pub log_dropped: u64,
    /// What was read of the committed state; a commit checks that it still holds.
    pub state_reads: Vec<StateRead>,
    /// What is to be written, in order of keys: a value, or none to delete. Empty where the call failed.
    pub state_writes: Vec<(String, Option<Vec<u8>>)>,
    /// Whether a *send* request departed, or may have: the mark was asked for and not refused.
    pub departed: bool,
    /// Outgoing requests that it asked for, those that the gate refused included.
    pub requests: u32,
    /// CPU time of the guest's threads spent on this call, the host's own work for it included.
    pub cpu: Duration,
    /// From the start of the call to its end. Waiting for an instance is not counted.
    pub wall: Duration,
    /// Bytes of linear memory that its instances had in the end. Memory never shrinks: it is also the most they had.
    pub memory: u64,
    /// What the gate refused, and which grant would have allowed it.
    pub denials: Vec<Denial>,
    /// Secrets that answers minted, to be kept together with what else the call came to. Empty where the call failed: then
    /// nobody can name them.
    pub captured: Vec<Captured>,
}

/// One line of a plugin's log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// How much it matters; standard output is `Info`, standard error `Warn`.
    pub level: Level,
    /// Scrubbed of secrets.
    pub message: String,
    /// Scrubbed of secrets.
    pub fields: Vec<Pair>,
}

/// A request that the egress gate refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// What was refused and why, without query, body or secret.
    pub what: String,
    /// Name of the manifest's egress rule whose grant would allow it; none where no grant would.
    pub grant: Option<String>,
}

impl Effects {
    pub(crate) fn scrubbed(mut self, scrubber: &Scrubber) -> Self {
        for line in &mut self.log {
            line.message = scrubber.text(std::mem::take(&mut line.message));
            for field in &mut line.fields {
                field.name = scrubber.text(std::mem::take(&mut field.name));
                field.value = scrubber.text(std::mem::take(&mut field.value));
            }
        }
        self
    }
}
