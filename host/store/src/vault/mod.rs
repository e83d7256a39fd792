//! Credentials at rest: sealed with a key that is not in the database.
//!
//! XChaCha20-Poly1305 with a random nonce. The associated data binds a ciphertext to its owner, its name and its generation, so one
//! that is put in another's place, or an old one put back, does not open. A ciphertext says its format and which key it was
//! sealed with, so keys can be changed one credential at a time.

mod check;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use lockgate_model::seam::{Entropy, Seams};
use lockgate_model::secret::Secret;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

pub(crate) use check::VaultError;

use crate::db::Db;
use crate::error::StoreError;

/// The first byte of every ciphertext of this form: version, key id (8), nonce (24), sealed.
const FORMAT: u8 = 1;
const KEY_ID: usize = 8;
const NONCE: usize = 24;

/// A key of 256 bits.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct VaultKey([u8; 32]);

impl VaultKey {
    /// Takes over the bytes. They must be random.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for what is derived of them.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Names the key without telling anything of it.
    fn id(&self) -> [u8; KEY_ID] {
        let mut hash = Sha256::new();
        hash.update(b"lockgate vault key id\0");
        hash.update(self.0);
        let mut id = [0; KEY_ID];
        id.copy_from_slice(hash.finalize().get(..KEY_ID).unwrap_or(&[0; KEY_ID]));
        id
    }
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultKey(…)")
    }
}

/// What a ciphertext belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Whose it is, in words that name it for good.
    pub(crate) owner: &'a str,
    /// Which of the owner's.
    pub(crate) name: &'a str,
    /// Counts the times that it was set.
    pub(crate) generation: u64,
}

impl Place<'_> {
    /// Lengths stand before texts, so that no two places have the same bytes.
    fn bytes(&self, key_id: [u8; KEY_ID]) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        bytes.extend(key_id);
        for text in [self.owner, self.name] {
            bytes.extend((text.len() as u64).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend(self.generation.to_be_bytes());
        bytes
    }
}

/// A ciphertext that does not open: sealed with another key, for another place, or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it was sealed with another key, for another place, or is damaged")]
pub(crate) struct DoesNotOpen;

/// What seals and opens.
pub(crate) struct Vault {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID],
}

impl Vault {
    /// Checks the key against the database, or makes it the database's key where that has none yet.
    pub(crate) async fn unlock(key: VaultKey, db: &Db, seams: &Seams) -> Result<Self, VaultError> {
        let vault = Self::new(&key);
        check::check(&vault, db, seams).await?;
        Ok(vault)
    }

    fn new(key: &VaultKey) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&Key::from(key.0)), key_id: key.id() }
    }

    /// The ciphertext of a secret.
    pub(crate) fn seal(&self, place: Place<'_>, secret: &Secret, entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: secret.expose(), aad: &place.bytes(self.key_id) };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::corrupt("a secret that is too long to be sealed"))?;
        let mut bytes = Vec::with_capacity(1 + KEY_ID + NONCE + sealed.len());
        bytes.push(FORMAT);
        bytes.extend(self.key_id);
        bytes.extend(nonce);
        bytes.extend(sealed);
        Ok(bytes)
    }

    /// The secret of a ciphertext.
    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Secret, DoesNotOpen> {
        let (format, rest) = sealed.split_first().ok_or(DoesNotOpen)?;
        let (key_id, rest) = rest.split_first_chunk::<KEY_ID>().ok_or(DoesNotOpen)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(DoesNotOpen)?;
        if *format != FORMAT || *key_id != self.key_id {
            return Err(DoesNotOpen);
        }
        let payload = Payload { msg: sealed, aad: &place.bytes(*key_id) };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map(Secret::new).map_err(|_| DoesNotOpen)
    }
}

#[cfg(test)]
mod tests;
