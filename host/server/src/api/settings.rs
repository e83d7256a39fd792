//! Settings and secrets that an admin filled in, checked against what the manifest declares, before anything is kept.
//!
//! Secrets are shown as a mask, `{"set": true, "since": …}`. A form that is saved sends masks back; a mask stands for "as it
//! is" and never overwrites.

use std::collections::{BTreeMap, BTreeSet};

use lockgate_model::contract::settings::SettingValue;
use lockgate_model::host_name::Endpoint;
use lockgate_model::manifest::{Level, Manifest, SettingField, SettingKind};
use lockgate_model::secret::Secret;
use lockgate_store::CredentialInfo;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::extract::escape;
use super::problem::FieldError;
use super::time::Moment;

/// Characters of a text setting at most.
const MAX_TEXT: usize = 4096;

/// Bytes of a secret at most.
const MAX_SECRET: usize = 16 * 1024;

/// Settings by key: a text, a number, a boolean or a list of texts, as the manifest declares.
pub(crate) type SettingsBody = BTreeMap<String, Value>;

/// Secrets by name.
pub(crate) type SecretsBody = BTreeMap<String, SecretInput>;

/// A secret as a request holds it. Never printed.
#[derive(Clone, Debug)]
pub(crate) enum SecretInput {
    /// A new value.
    Value(Secret),
    /// The mask that was shown, or nothing: as it is.
    Mask,
}

impl<'de> Deserialize<'de> for SecretInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        // No message may hold the value, so the kinds are told apart here and not by a derived type.
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self::Value(Secret::new(text))),
            Value::Null => Ok(Self::Mask),
            Value::Object(mask) if mask.get("set").is_some_and(Value::is_boolean) => Ok(Self::Mask),
            _ => Err(D::Error::custom("a secret is a text; the mask {\"set\": …} leaves it as it is")),
        }
    }
}

/// A secret as it is shown: that it is there, and since when.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct SecretMask {
    /// Whether it is there.
    pub(crate) set: bool,
    /// Since when.
    pub(crate) since: Option<Moment>,
}

/// The masks of all secrets that the manifest knows at a level, and of what is kept besides.
pub(crate) fn masks(
    manifest: Option<&Manifest>,
    level: Level,
    kept: &[CredentialInfo],
) -> BTreeMap<String, SecretMask> {
    let mut masks: BTreeMap<String, SecretMask> = manifest
        .into_iter()
        .flat_map(|manifest| manifest.credentials_of(level))
        .map(|field| (field.name.clone(), SecretMask { set: false, since: None }))
        .collect();
    for credential in kept {
        masks
            .insert(credential.name.clone(), SecretMask { set: true, since: Some(Moment::from_ms(credential.set_at)) });
    }
    masks
}

/// Settings as they are shown: the bare values.
pub(crate) fn show(settings: &BTreeMap<String, SettingValue>) -> BTreeMap<String, Value> {
    settings
        .iter()
        .map(|(key, value)| {
            let shown = match value {
                SettingValue::Text(text) => Value::from(text.clone()),
                SettingValue::Number(number) => Value::from(*number),
                SettingValue::Boolean(boolean) => Value::from(*boolean),
                SettingValue::Texts(texts) => Value::from(texts.clone()),
                SettingValue::Secret(set) => serde_json::json!({ "set": set }),
            };
            (key.clone(), shown)
        })
        .collect()
}

/// Settings as they will be: what is kept, with a change laid over it. Null takes one away; what this version of the plugin
/// does not know any more goes too.
pub(crate) fn laid_over(
    manifest: &Manifest,
    level: Level,
    kept: &BTreeMap<String, SettingValue>,
    change: SettingsBody,
) -> SettingsBody {
    let mut settings = show(kept);
    settings.retain(|key, _| manifest.settings_of(level).any(|field| field.key == *key));
    settings.extend(change);
    settings
}

/// What was filled in, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filled {
    /// All settings of the level, defaults included.
    pub(crate) settings: BTreeMap<String, SettingValue>,
    /// New values of secrets.
    pub(crate) secrets: BTreeMap<String, Secret>,
}

/// Checks a form. `settings` are all that is to hold afterwards; `kept` are the names of secrets that are there already.
///
/// # Errors
///
/// Every field that cannot be so.
pub(crate) fn fill(
    manifest: &Manifest,
    level: Level,
    settings: &SettingsBody,
    secrets: SecretsBody,
    kept: &[CredentialInfo],
) -> Result<Filled, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut filled = Filled::default();
    let hosts = manifest.host_settings(level);
    let mut wrong = |pointer: String, detail: String| errors.push(FieldError { pointer, detail });

    for key in settings.keys().filter(|key| !manifest.settings_of(level).any(|field| field.key == **key)) {
        let known: Vec<&str> = manifest.settings_of(level).map(|field| field.key.as_str()).collect();
        wrong(at("settings", key), unknown("setting", key, level, &known));
    }
    for field in manifest.settings_of(level) {
        match settings.get(&field.key).filter(|value| !value.is_null()) {
            Some(value) => match read(field, value) {
                Ok(value) => {
                    if let SettingValue::Text(text) = &value
                        && hosts.contains(field.key.as_str())
                        && let Err(problem) = Endpoint::of_setting(text)
                    {
                        let words = format!("{} is no host that can be called: {problem}", field.key);
                        wrong(at("settings", &field.key), words);
                    }
                    filled.settings.insert(field.key.clone(), value);
                }
                Err(detail) => wrong(at("settings", &field.key), detail),
            },
            None => match field.default_value() {
                Ok(Some(value)) => {
                    filled.settings.insert(field.key.clone(), value);
                }
                Err(()) => wrong(
                    at("settings", &field.key),
                    format!("the plugin's own default for {} is no {}", field.key, kind_name(field.kind)),
                ),
                Ok(None) if field.required => {
                    wrong(at("settings", &field.key), format!("{} ({}) must be filled in", field.label, field.key))
                }
                Ok(None) => {}
            },
        }
    }

    let mut refused = BTreeSet::new();
    for (name, input) in secrets {
        if !manifest.credentials_of(level).any(|field| field.name == name) {
            let known: Vec<&str> = manifest.credentials_of(level).map(|field| field.name.as_str()).collect();
            wrong(at("secrets", &name), unknown("secret", &name, level, &known));
            continue;
        }
        match input {
            SecretInput::Mask => {}
            SecretInput::Value(secret) => match check_secret(&secret) {
                Ok(()) => {
                    filled.secrets.insert(name, secret);
                }
                Err(detail) => {
                    wrong(at("secrets", &name), detail.into());
                    refused.insert(name);
                }
            },
        }
    }
    for field in manifest.credentials_of(level).filter(|field| field.required) {
        let there =
            filled.secrets.contains_key(&field.name) || kept.iter().any(|credential| credential.name == field.name);
        // A secret that was refused is named once, by its own reason.
        if !there && !refused.contains(&field.name) {
            wrong(at("secrets", &field.name), format!("{} ({}) must be filled in", field.label, field.name));
        }
    }
    if errors.is_empty() { Ok(filled) } else { Err(errors) }
}

fn at(part: &str, key: &str) -> String {
    format!("/{part}/{}", escape(key))
}

fn unknown(what: &str, key: &str, level: Level, known: &[&str]) -> String {
    let level = match level {
        Level::App => "an app",
        Level::Channel => "a channel",
    };
    if known.is_empty() {
        format!("this plugin has no {what}s for {level}")
    } else {
        format!("this plugin has no {what} {key:?} for {level}; it has {}", known.join(", "))
    }
}

fn read(field: &SettingField, value: &Value) -> Result<SettingValue, String> {
    match (field.kind, value) {
        (SettingKind::Text, Value::String(text)) => text_value(field, text).map(SettingValue::Text),
        (SettingKind::Number, Value::Number(number)) => number
            .as_f64()
            .map(SettingValue::Number)
            .ok_or_else(|| format!("{} is no number that can be kept", field.key)),
        (SettingKind::Boolean, Value::Bool(boolean)) => Ok(SettingValue::Boolean(*boolean)),
        (SettingKind::Texts, Value::Array(values)) => {
            let texts: Result<Vec<String>, String> = values
                .iter()
                .map(|value| match value {
                    Value::String(text) => text_value(field, text),
                    _ => Err(format!("{} is a list of texts", field.key)),
                })
                .collect();
            texts.map(SettingValue::Texts)
        }
        (kind, _) => Err(format!("{} must be a {}", field.key, kind_name(kind))),
    }
}

fn text_value(field: &SettingField, text: &str) -> Result<String, String> {
    let text = text.trim();
    if field.required && text.is_empty() {
        return Err(format!("{} ({}) must be filled in", field.label, field.key));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(format!("{} has more than {MAX_TEXT} characters", field.key));
    }
    if text.chars().any(|c| c.is_control()) {
        return Err(format!("{} holds a control character or a line break", field.key));
    }
    match &field.pattern {
        Some(pattern) if !matches(pattern, text) => Err(format!("{} does not match {pattern}", field.key)),
        _ => Ok(text.to_owned()),
    }
}

/// Whether the whole of a text matches. A pattern that is none, or too large to be run safely, matches nothing.
fn matches(pattern: &str, text: &str) -> bool {
    regex::RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(1 << 18)
        .build()
        .is_ok_and(|regex| regex.is_match(text))
}

/// A secret is written into headers: what cannot stand there is refused now and not at the first message.
fn check_secret(secret: &Secret) -> Result<(), &'static str> {
    let bytes = secret.expose();
    if bytes.is_empty() {
        return Err("a secret cannot be empty; leave it out to keep what is there");
    }
    if bytes.len() > MAX_SECRET {
        return Err("a secret has at most 16 KiB");
    }
    if bytes.iter().any(u8::is_ascii_control) {
        return Err("the secret holds a line break or a control character; was a whole file pasted?");
    }
    Ok(())
}

/// A kind of setting as the API names it.
pub(crate) fn kind_name(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Text => "text",
        SettingKind::Number => "number",
        SettingKind::Boolean => "boolean",
        SettingKind::Texts => "texts",
    }
}

#[cfg(test)]
mod tests;
