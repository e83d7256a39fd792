//! The Lockgate host: it takes in what providers send, keeps it, and delivers what a team answers.
//!
//! Data flows one way. In: [`ingress`] verifies, the sandbox parses, [`ingest`] commits, and only then is the provider
//! answered. Out: the [`api`] commits a message with its outbox row, [`delivery`] claims it and lets the plugin send. No module
//! here knows SQL (`lockgate-store`) or WebAssembly (`lockgate-runtime`).

pub mod api;
mod background;
mod call;
pub mod cli;
pub mod conduct;
pub mod config;
pub mod delivery;
pub mod denials;
pub mod directory;
mod discard;
pub mod host;
mod housekeeping;
pub mod ingest;
pub mod ingress;
pub mod key;
pub mod logging;
pub mod lookup;
pub mod media;
pub mod metrics;
pub mod seams;
pub mod start;
pub mod token_file;
mod under_way;
