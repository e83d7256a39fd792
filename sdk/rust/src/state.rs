//! Key and value for this channel (at app level for the app). Writes commit with the events of the call or not at all.

pub use crate::bindings::imports::lockgate::channel::state::StateError;

/// Keys that a channel keeps at most.
#[cfg(not(target_arch = "wasm32"))]
const MOST_KEYS: usize = 16 * 1024;

/// The value of a key.
pub fn get(key: &str) -> Option<Vec<u8>> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::state::get(key);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| host.state.get(key).cloned())
}

/// Sets a key.
///
/// # Errors
///
/// Where the value is too large, the store full, or the call one that may not write (`send`, `preview`).
pub fn set(key: &str, value: &[u8]) -> Result<(), StateError> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::state::set(key, value);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| {
        if host.state_is_read_only {
            return Err(StateError::ReadOnly);
        }
        let most = host.state_keys_at_most.unwrap_or(MOST_KEYS);
        if host.state.len() >= most && !host.state.contains_key(key) {
            return Err(StateError::Full);
        }
        host.state.insert(key.to_owned(), value.to_vec());
        Ok(())
    })
}

/// Forgets a key; one that is not there is no error.
///
/// # Errors
///
/// Where the call is one that may not write.
pub fn delete(key: &str) -> Result<(), StateError> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::state::delete(key);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| {
        if host.state_is_read_only {
            return Err(StateError::ReadOnly);
        }
        host.state.remove(key);
        Ok(())
    })
}

/// At most `count` keys with this prefix after that key, in order.
pub fn keys(prefix: &str, after: Option<&str>, count: u32) -> Vec<String> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::state::keys(prefix, after, count);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| {
        let later = |key: &&String| after.is_none_or(|after| key.as_str() > after);
        let with_prefix = host.state.keys().filter(|key| key.starts_with(prefix));
        with_prefix.filter(later).take(usize::try_from(count).unwrap_or(usize::MAX)).cloned().collect()
    })
}
