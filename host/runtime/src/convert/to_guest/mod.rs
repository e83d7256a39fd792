//! The host's own types, into what a guest is handed. Field by field and nothing else.

mod actions;
mod common;
mod content;
mod inbound;
mod outbound;
mod settings;
