//! The vocabulary of the plugin contract (`wit/`), as plain types.
//!
//! One set of types for the whole host: the runtime lifts whatever version of the contract a plugin speaks into these, and
//! nothing behind it knows that there are versions. Their serialised form is what the store keeps and the API shows.

pub mod actions;
pub mod common;
pub mod directory;
pub mod inbound;
pub mod outbound;
pub mod settings;
