//! What a call read of a plugin's state, so that the commit of its events can check that it still holds.

/// Bytes that one channel, or an app, keeps at most, keys included.
pub const MOST_BYTES: u64 = 1024 * 1024;
/// Keys that one channel, or an app, keeps at most.
pub const MOST_KEYS: u64 = 16 * 1024;

/// How much a channel or an app keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateSize {
    /// Bytes of values and keys.
    pub bytes: u64,
    /// Keys.
    pub keys: u64,
}

/// Something that was read of the committed state, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateRead {
    /// The value of a key.
    Key {
        /// The key.
        key: String,
        /// The version that was read; none where the key was absent.
        version: Option<u64>,
    },
    /// The keys of a range.
    Keys {
        /// What they begin with.
        prefix: String,
        /// After which key.
        after: Option<String>,
        /// How many were asked for.
        count: u32,
        /// What was found.
        found: Vec<String>,
    },
}
