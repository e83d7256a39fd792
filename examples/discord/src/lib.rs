//! Discord, a channel plugin for Lockgate: interactions and webhook events in, messages of the bot out.
#![allow(
    clippy::indexing_slicing,
    clippy::result_large_err,
    reason = "a JSON object that was just made takes every key; an outcome is made once a call"
)]

mod act;
mod api;
mod check;
mod receive;
mod send;
mod time;

/// The plugin. Each call runs in a fresh instance, so it holds nothing.
pub struct Plugin;

lockgate_sdk::register!(Plugin: connector, ingress, sender, actions);
