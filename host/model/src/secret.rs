//! Bytes that must not be seen: overwritten when dropped, never printed, never serialised.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret: a password, a token, a key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes over the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for the one place that uses them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text, where they are UTF-8.
    pub fn expose_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret that a provider minted in an answer, kept before anybody saw it.
#[derive(Clone, Debug)]
pub struct Captured {
    /// What the plugin was handed in its stead: a text that stands for nothing but this secret, and for its owner alone.
    pub handle: String,
    /// The secret.
    pub secret: Secret,
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn printing_a_secret_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }
}
