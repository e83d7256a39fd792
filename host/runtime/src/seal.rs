//! The seal of an installation: what only it can put on a compiled image.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The key of the seal. Every node of an installation derives the same one from the vault's key.
#[derive(Clone)]
pub struct SealKey(Zeroizing<[u8; 32]>);

/// A seal that is being made or checked: HMAC-SHA-256 (RFC 2104) over what is said and then over the image.
pub(crate) struct Seal(Hmac<Sha256>);

impl SealKey {
    /// Makes it of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Begins a seal that is good for an image of this plugin and of this engine alone.
    pub(crate) fn begin(&self, plugin: &str, engine: &str) -> Option<Seal> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).ok()?;
        for name in [plugin, engine] {
            mac.update(&(name.len() as u64).to_be_bytes());
            mac.update(name.as_bytes());
        }
        Some(Seal(mac))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey")
    }
}

impl Seal {
    /// Adds a piece of the image.
    pub(crate) fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The seal, in hexadecimal.
    pub(crate) fn written(self) -> String {
        hex::encode(self.0.finalize().into_bytes())
    }

    /// Whether this is the seal. Takes the same time wherever they differ.
    pub(crate) fn is(self, written: &str) -> bool {
        hex::decode(written).is_ok_and(|given| self.0.verify_slice(&given).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::SealKey;

    fn sealed(key: u8, plugin: &str, engine: &str, image: &[u8]) -> String {
        let mut seal = SealKey::new([key; 32]).begin(plugin, engine).unwrap();
        seal.add(image);
        seal.written()
    }

    #[test]
    fn a_seal_is_good_for_one_image_of_one_plugin_and_one_engine() {
        let good = sealed(1, "plugin", "engine", b"image");
        let is = |key: u8, plugin: &str, engine: &str, image: &[u8]| {
            let mut seal = SealKey::new([key; 32]).begin(plugin, engine).unwrap();
            seal.add(image);
            seal.is(&good)
        };
        assert!(is(1, "plugin", "engine", b"image"));
        assert!(!is(2, "plugin", "engine", b"image"));
        assert!(!is(1, "plugi", "nengine", b"image"));
        assert!(!is(1, "plugin", "other", b"image"));
        assert!(!is(1, "plugin", "engine", b"imagf"));
        assert!(!SealKey::new([1; 32]).begin("plugin", "engine").unwrap().is("no hexadecimal"));
        assert!(!SealKey::new([1; 32]).begin("plugin", "engine").unwrap().is(""));
    }
}
