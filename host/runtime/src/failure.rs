//! How a call can fail, and what the host does then.

use crate::egress::Scrubber;

/// Why a call gave no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// The guest trapped: it panicked, or did what WebAssembly forbids. The words are scrubbed and at most 1024 characters.
    #[error("the plugin stopped: {0}")]
    Trap(String),
    /// It asked for more memory than its limit.
    #[error("the plugin used more memory than it may")]
    Memory,
    /// WebAssembly executed for longer than its limit.
    #[error("the plugin used more CPU time than it may")]
    Cpu,
    /// The whole call, waits included, took longer than its limit.
    #[error("the plugin took longer than it may")]
    Wall,
    /// It handed over more bytes than its limit.
    #[error("the plugin returned more than it may")]
    Output,
    /// It called itself too deeply.
    #[error("the plugin's stack overflowed")]
    Stack,
    /// The plugin does not have this ability.
    #[error("the plugin does not have this ability")]
    NotExported,
    /// No instance became free in time.
    #[error("the host runs as many plugins as it can")]
    Overloaded,
    /// As many calls of this channel or app wait as may.
    #[error("as many calls of this channel wait as may")]
    Busy,
    /// The plugin's state or its delivery could not be read or marked now.
    #[error("the plugin's state is not available now")]
    StateUnavailable,
}

/// What the host does about a failure, as the contract's table of inbound refusals says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// It will fail again the same way: acknowledged, and kept as a dead letter.
    DeadLetter,
    /// It can be tried again: 503 before the provider was answered, run again with back-off after a default answer.
    Passing,
}

impl CallFailure {
    /// What the host does about a `receive` that failed so. Of a `send`: before any departure it is tried again whatever the
    /// failure is; after one its parts are *unknown* (see [`crate::Effects::departed`]).
    pub fn reaction(&self) -> Reaction {
        match self {
            Self::Trap(_) | Self::Memory | Self::Cpu | Self::Output | Self::Stack | Self::NotExported => {
                Reaction::DeadLetter
            }
            Self::Wall | Self::Overloaded | Self::Busy | Self::StateUnavailable => Reaction::Passing,
        }
    }

    /// A stable word for it, kept with a dead letter: `trap`, `memory`, `cpu` …
    pub fn code(&self) -> &'static str {
        match self {
            Self::Trap(_) => "trap",
            Self::Memory => "memory",
            Self::Cpu => "cpu",
            Self::Wall => "wall",
            Self::Output => "output",
            Self::Stack => "stack",
            Self::NotExported => "not_exported",
            Self::Overloaded => "overloaded",
            Self::Busy => "busy",
            Self::StateUnavailable => "state_unavailable",
        }
    }
}

/// Why a host function or the epoch ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stop {
    #[error("out of CPU time")]
    Cpu,
    #[error("state or delivery unavailable")]
    StateUnavailable,
}

/// Characters of the longest reason of a trap.
const WORDS: usize = 1024;

/// What wasmtime says where a guest hands over more than its store's limit; it has no type for it.
const OUTPUT: &str = "fuel allocated for hostcalls has been exhausted";

impl CallFailure {
    /// Without secrets, and cut to its length only then: half a secret would not be found.
    pub(crate) fn scrubbed(self, scrubber: &Scrubber) -> Self {
        match self {
            Self::Trap(words) => Self::Trap(scrubber.text(words).chars().take(WORDS).collect()),
            other => other,
        }
    }

    /// What an error of the engine means. `refused_memory`: whether the guest was refused memory before; `last_words`: what it
    /// printed on standard error.
    pub(crate) fn of(error: &wasmtime::Error, refused_memory: bool, last_words: &str) -> Self {
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return match stop {
                Stop::Cpu => Self::Cpu,
                Stop::StateUnavailable => Self::StateUnavailable,
            };
        }
        let trap = error.downcast_ref::<wasmtime::Trap>();
        if trap == Some(&wasmtime::Trap::StackOverflow) {
            return Self::Stack;
        }
        if error.is::<wasmtime::PoolConcurrencyLimitError>() {
            return Self::Overloaded;
        }
        if refused_memory {
            return Self::Memory;
        }
        let cause = error.root_cause().to_string();
        if cause.contains(OUTPUT) {
            return Self::Output;
        }
        let words = match trap {
            Some(trap) if last_words.is_empty() => trap.to_string(),
            Some(trap) => format!("{trap}:{last_words}"),
            None if error.is::<wasmtime_wasi::I32Exit>() => "it called exit".to_owned(),
            None => cause,
        };
        Self::Trap(words.chars().filter(|c| !c.is_control()).collect())
    }
}
