//! What a call read of a plugin's state, so that the commit of its events can check that it still holds.

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
