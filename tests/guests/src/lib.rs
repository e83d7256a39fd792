//! Plugins for tests, compiled to components when the workspace is built.

/// Misbehaves on request: every ability.
pub static HOSTILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hostile.wasm"));

/// A good plugin with a place for the name of a fault; see `lockgate_tests::faulty`.
pub static FAULTY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/faulty.wasm"));

/// Exports `connector` and nothing else.
pub static CONNECTOR_ONLY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/connector-only.wasm"));

/// Exports `connector` and `sender`.
pub static CONNECTOR_AND_SENDER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/connector-and-sender.wasm"));

/// Exports `actions` and nothing else.
pub static ACTIONS_ONLY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/actions-only.wasm"));

/// Polls, and fetches afterwards what a webhook named.
pub static NEWSAGENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/newsagent.wasm"));

/// Keeps files and reads them again: `connector`, `ingress` and `sender`.
pub static KEEPER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/keeper.wasm"));

/// Looks things up and sends templates: `ingress`, `sender` and `directory`.
pub static REGISTRAR: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/registrar.wasm"));

/// [`CONNECTOR_ONLY`], built for `lockgate:channel@0.2.0-dev.9`.
pub static OTHER_CONTRACT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/other-contract.wasm"));

/// The example `examples/discord`: a provider that signs with Ed25519.
pub static DISCORD: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/discord.wasm"));
