//! Conversations made up from a seed, together with the state that they must leave behind.
//!
//! The expectation is kept by the generator while it makes events up in the order in which they happen; it holds for
//! every order in which they arrive, with any of them told twice. [`Script::cut`] tells them in random batches over
//! several connections.

mod config;
mod cut;
mod expected;
mod generate;
#[cfg(test)]
mod tests;
mod words;

pub use config::{Mix, ScriptConfig};
pub use cut::{Cut, Order};
pub use expected::{Content, Direction, Expected, ExpectedMessage, ExpectedReaction, ExpectedThread, Status};
pub use generate::Script;
