//! What an operator and an admin set up, kept the same on both databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../common/mod.rs"]
mod common;

mod apps;
mod channels;
mod context;
mod fixtures;
mod idempotency;
mod inboxes;
mod opening;
mod outages;
mod plugins;
mod refusals;
mod tokens;
mod vault;
