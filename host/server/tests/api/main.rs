//! The API of a host in this process, over real TCP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod auth;
mod config;
mod events;
mod idempotency;
mod openapi;
mod problems;
mod world;
