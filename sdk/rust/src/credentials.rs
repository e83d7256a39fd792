//! Which credentials are bound to this channel (at app level to the app). Their values are the host's alone: it writes them into
//! requests at the places that the manifest names.

pub use crate::bindings::imports::lockgate::channel::credentials::Credential;

/// All that are bound, by the manifest's names.
pub fn all() -> Vec<Credential> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::credentials::all();
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| host.credentials.clone())
}
