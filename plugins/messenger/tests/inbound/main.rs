//! Every kind of webhook that the plugin knows: what comes in, and the events that come of it. The tests are named as the
//! README's table names the kinds.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may end by a panic")]

mod attachments;
mod batches;
mod kinds;
mod messages;
mod support;
