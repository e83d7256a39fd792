//! The API of a host in this process, over real TCP.

mod auth;
mod config;
mod events;
mod idempotency;
mod openapi;
mod problems;
mod world;
