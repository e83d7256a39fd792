//! What a plugin is told of its configuration, and what it says about it and to its log (`wit/host.wit`, `connector` of
//! `wit/abilities.wit`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::common::Timestamp;

/// See the contract: `setting-value` of `settings`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum SettingValue {
    /// Text.
    Text(String),
    /// Number.
    Number(f64),
    /// Boolean.
    Boolean(bool),
    /// Texts.
    Texts(Vec<String>),
    /// A secret field: only whether it is set.
    Secret(bool),
}

/// See the contract: `setting` of `settings`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// The value.
    pub value: SettingValue,
}

/// See the contract: `credential` of `credentials`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Credential {
    /// The name.
    pub name: String,
    /// The since.
    pub since: Timestamp,
    /// The expires.
    pub expires: Option<Timestamp>,
    /// Changes with every renewal.
    pub generation: u64,
}

/// See the contract: `field-problem` of `connector`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// The setting's key; none for the whole.
    pub key: Option<String>,
    /// The words.
    pub words: String,
}

/// See the contract: `level` of `log`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Debug.
    Debug,
    /// Info.
    Info,
    /// Warn.
    Warn,
    /// Error.
    Error,
}
