//! The sandbox with real plugins: what it takes in, what it lets them do, and what leaves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on ends here"
)]

mod actions;
mod answers;
mod cache;
mod capture;
mod confined;
mod departure;
mod egress;
mod harness;
mod headers;
mod install;
mod limits;
mod own;
mod places;
mod provider;
mod smuggling;
mod surroundings;
mod threads;
mod token;
mod wire;
