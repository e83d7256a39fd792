//! What comes in and what goes out, kept the same on both databases and in any order of arrival.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "../common/mod.rs"]
mod common;

mod actions;
mod background;
mod captured;
mod conduct;
mod delivery;
mod echo;
mod erasing;
mod faults;
mod fixtures;
mod inbound;
mod lists;
mod log;
mod media;
mod order;
mod people;
