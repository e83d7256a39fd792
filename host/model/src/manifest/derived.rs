//! Values that the host makes of credentials and writes into requests like one.

use serde::{Deserialize, Serialize};

/// `[[derived]]`: a value made of credentials. A place names it as it names a credential, and it is scrubbed like one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derived {
    /// Lower-case letters, digits and underscores; of one set of names with settings and credentials.
    pub name: String,
    /// How it is made.
    pub value: DerivedValue,
}

/// How a value is made of credentials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DerivedValue {
    /// Parts, one after the other.
    Join(Vec<JoinPart>),
    /// A keyed hash (RFC 2104, with the SHA-256 of FIPS 180-4), in lower-case hexadecimal.
    HmacSha256(KeyedHash),
}

/// One part of a joined value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JoinPart {
    /// These characters.
    Literal(String),
    /// What is filled in for this setting, of kind text or number.
    Setting(String),
    /// This credential, declared `use = ["derive"]`.
    Credential(String),
}

/// `[derived.value.hmac-sha256]`: which credential is hashed with which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyedHash {
    /// The credential that is the key, declared `use = ["derive"]`.
    pub key: String,
    /// The credential that is hashed, declared `use = ["derive"]`.
    pub credential: String,
}

impl Derived {
    /// The credentials that it is made of.
    pub fn credentials(&self) -> Vec<&str> {
        match &self.value {
            DerivedValue::Join(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    JoinPart::Credential(name) => Some(name.as_str()),
                    JoinPart::Literal(_) | JoinPart::Setting(_) => None,
                })
                .collect(),
            DerivedValue::HmacSha256(hash) => vec![&hash.key, &hash.credential],
        }
    }
}
