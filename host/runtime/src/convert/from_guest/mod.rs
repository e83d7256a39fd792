//! What a guest returned, into the host's own types. Field by field and nothing else: no checks, no defaults.

mod common;
mod content;
mod directory;
mod inbound;
mod outbound;
mod settings;
