//! The types and rules of the domain.
//!
//! Pure: no IO, no SQL, no WebAssembly, no clock and no randomness of its own. Everything here can be tested by calling it.

pub mod background;
pub mod conduct;
pub mod config;
pub mod contract;
pub mod conversation;
pub mod delivery;
pub mod fair;
pub mod host_name;
pub mod id;
pub mod manifest;
pub mod media;
pub mod message;
pub mod profile;
pub mod seam;
pub mod secret;
pub mod state;
pub mod text;
pub mod window;
