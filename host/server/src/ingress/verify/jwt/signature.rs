//! Signatures of tokens, checked by the libraries that the host has for TLS and for Ed25519.
//!
//! The backends that the JWT library brings would each be a second one of these; its RustCrypto one also stops the thread at an
//! Ed25519 key that is too short.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
};

use crate::ingress::verify::ed25519;

/// Has the JWT library check signatures here. It has one place for the whole process.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: no_signer,
        verifier_factory: verifier,
        key_utils: KeyUtils {
            rsa_pub_components_from_private_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
            rsa_pub_components_from_public_key: |_| Err(ErrorKind::UnsupportedAlgorithm.into()),
            ec_pub_components_from_private_key: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
            ed_pub_components_from_private_key: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
            compute_digest: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        },
    };
    // Nobody else of this process installs one.
    ONCE.call_once(|| {
        let _ = PROVIDER.install_default();
    });
}

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    // A key is used as what it is: the bytes of a public key are never the secret of a keyed hash.
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    let scheme = scheme(*algorithm).ok_or(ErrorKind::UnsupportedAlgorithm)?;
    Ok(Box::new(Checker { algorithm: *algorithm, scheme, key: key.kind().clone() }))
}

enum Scheme {
    Rsa(&'static RsaParameters),
    Ecdsa(&'static signature::EcdsaVerificationAlgorithm),
    Ed25519,
}

/// None: keyed hashes, and what no recipe can name.
fn scheme(algorithm: Algorithm) -> Option<Scheme> {
    match algorithm {
        Algorithm::RS256 => Some(Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA256)),
        Algorithm::RS384 => Some(Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA384)),
        Algorithm::RS512 => Some(Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA512)),
        Algorithm::PS256 => Some(Scheme::Rsa(&RSA_PSS_2048_8192_SHA256)),
        Algorithm::ES256 => Some(Scheme::Ecdsa(&ECDSA_P256_SHA256_FIXED)),
        Algorithm::ES384 => Some(Scheme::Ecdsa(&ECDSA_P384_SHA384_FIXED)),
        Algorithm::EdDSA => Some(Scheme::Ed25519),
        _ => None,
    }
}

struct Checker {
    algorithm: Algorithm,
    scheme: Scheme,
    key: DecodingKeyKind,
}

impl Verifier<Vec<u8>> for Checker {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let fits = match (&self.scheme, &self.key) {
            (Scheme::Rsa(parameters), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n: shortest(n), e: shortest(e) }.verify(parameters, message, signature).is_ok()
            }
            (Scheme::Ecdsa(scheme), DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(*scheme, point).verify(message, signature).is_ok()
            }
            (Scheme::Ed25519, DecodingKeyKind::SecretOrDer(key)) => {
                ed25519::key(key).is_some_and(|key| ed25519::fits(&key, message, signature))
            }
            _ => false,
        };
        if fits { Ok(()) } else { Err(Error::new()) }
    }
}

impl JwtVerifier for Checker {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// A number without the zeros that some providers write before it (RFC 7518, 6.3.1.1 forbids them).
fn shortest(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}
