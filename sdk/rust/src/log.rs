//! For the people who run the plugin. The host scrubs secrets and bounds the bytes of a call.

pub use crate::bindings::imports::lockgate::channel::log::Level;

use crate::Pair;

/// Writes one line. Fields carry what varies, so that lines of one kind can be counted.
pub fn write(level: Level, message: &str, fields: &[(&str, &str)]) {
    let fields: Vec<Pair> =
        fields.iter().map(|(name, value)| Pair { name: (*name).into(), value: (*value).into() }).collect();
    #[cfg(target_arch = "wasm32")]
    crate::bindings::imports::lockgate::channel::log::write(level, message, &fields);
    #[cfg(not(target_arch = "wasm32"))]
    crate::fake::with(|host| host.log.push(crate::fake::LogLine { level, message: message.to_owned(), fields }));
}

/// Something an admin should look at.
pub fn warn(message: &str, fields: &[(&str, &str)]) {
    write(Level::Warn, message, fields);
}

/// Something that happened as it should.
pub fn info(message: &str, fields: &[(&str, &str)]) {
    write(Level::Info, message, fields);
}
