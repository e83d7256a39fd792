//! A provider's JSON Web Key Set (RFC 7517), as far as tokens can be checked with it.

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// How many keys of one set are looked at. Bot Framework, the largest known, publishes about ten.
const MOST_KEYS: usize = 64;

/// One public key that has a name and checks signatures.
#[derive(Clone, Debug)]
pub struct PublishedKey {
    kid: String,
    /// The only algorithm that it may be used with; none where the provider does not say.
    algorithm: Option<KeyAlgorithm>,
    key: DecodingKey,
}

impl PublishedKey {
    /// The keys of a set. What is no key for us is passed over: sets hold keys for encryption and of kinds to come. Secret keys,
    /// which have no business in public, are none.
    ///
    /// None: it is no key set, or none of its keys is for us.
    pub fn read_set(json: &[u8]) -> Option<Vec<Self>> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let set: Set = serde_json::from_slice(json).ok()?;
        let keys: Vec<Self> = set.keys.into_iter().take(MOST_KEYS).filter_map(Self::read).collect();
        (!keys.is_empty()).then_some(keys)
    }

    fn read(json: Value) -> Option<Self> {
        let Jwk { common, algorithm } = serde_json::from_value(json).ok()?;
        let signs = common.public_key_use.is_none_or(|usage| usage == PublicKeyUse::Signature)
            && common.key_operations.is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        let public = matches!(
            algorithm,
            AlgorithmParameters::RSA(_) | AlgorithmParameters::EllipticCurve(_) | AlgorithmParameters::OctetKeyPair(_)
        );
        let kid = common.key_id.filter(|kid| !kid.is_empty())?;
        let key = DecodingKey::from_jwk(&Jwk { common: Default::default(), algorithm }).ok()?;
        (signs && public).then_some(Self { kid, algorithm: common.key_algorithm, key })
    }

    /// Its name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub(super) fn serves(&self, algorithm: Algorithm) -> bool {
        self.algorithm.is_none_or(|own| own == KeyAlgorithm::from(algorithm))
    }

    pub(super) fn key(&self) -> &DecodingKey {
        &self.key
    }
}
