//! Sealing and opening.

use lockgate_model::seam::Entropy;
use lockgate_model::secret::Secret;
use proptest::prelude::*;

use super::{DoesNotOpen, Place, Vault, VaultKey};

struct Counting(std::sync::atomic::AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    }
}

fn vault(byte: u8) -> Vault {
    Vault::new(&VaultKey::new([byte; 32]))
}

fn entropy() -> Counting {
    Counting(0.into())
}

const HERE: Place<'static> = Place { owner: "channel:1", name: "page_token", generation: 1 };

#[test]
fn what_is_sealed_opens_in_its_place_alone() {
    let vault = vault(1);
    let sealed = vault.seal(HERE, &Secret::new("hunter2"), &entropy()).unwrap();
    assert_eq!(vault.open(HERE, &sealed).unwrap().expose(), b"hunter2");
    for other in [
        Place { owner: "channel:2", ..HERE },
        Place { name: "app_secret", ..HERE },
        Place { generation: 2, ..HERE },
        Place { owner: "channel:1p", name: "age_token", generation: 1 },
    ] {
        assert_eq!(vault.open(other, &sealed).err(), Some(DoesNotOpen));
    }
}

#[test]
fn another_key_does_not_open() {
    let sealed = vault(1).seal(HERE, &Secret::new("hunter2"), &entropy()).unwrap();
    assert_eq!(vault(2).open(HERE, &sealed).err(), Some(DoesNotOpen));
}

#[test]
fn the_same_secret_is_sealed_differently_each_time() {
    let (vault, entropy) = (vault(1), entropy());
    let seal = || vault.seal(HERE, &Secret::new("hunter2"), &entropy).unwrap();
    assert_ne!(seal(), seal());
}

proptest! {
    #[test]
    fn a_damaged_ciphertext_does_not_open(secret: Vec<u8>, at: prop::sample::Index, flip in 1u8..) {
        let vault = vault(1);
        let mut sealed = vault.seal(HERE, &Secret::new(secret.clone()), &entropy()).unwrap();
        let opened = vault.open(HERE, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), secret.as_slice());
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert!(vault.open(HERE, &sealed).is_err());
        prop_assert!(vault.open(HERE, &sealed[..at]).is_err());
    }
}
