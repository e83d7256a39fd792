//! The public addresses of the plugin's own routes.

/// The address of a route for this channel or app; none where the manifest has no such route.
pub fn address(route: &str) -> Option<String> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::hooks::address(route);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| host.hooks.get(route).cloned())
}
