//! What comes in and what goes out, kept the same on both databases and in any order of arrival.

#[path = "../common/mod.rs"]
mod common;

mod delivery;
mod echo;
mod faults;
mod fixtures;
mod inbound;
mod lists;
mod log;
mod order;
mod people;
