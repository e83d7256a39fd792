//! The channel's own settings and its app's (at app level the app's alone), without secrets.

use crate::{Setting, SettingValue};

/// One setting, if it is set.
pub fn get(key: &str) -> Option<SettingValue> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::settings::get(key);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| {
        host.settings.iter().find(|setting| setting.key == key).map(|setting| setting.value.clone())
    })
}

/// A setting that is text and not empty.
pub fn text(key: &str) -> Option<String> {
    match get(key) {
        Some(SettingValue::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// All that are set.
pub fn all() -> Vec<Setting> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::imports::lockgate::channel::settings::all();
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| host.settings.clone())
}
