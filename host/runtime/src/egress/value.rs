//! What a place is written with: a credential as the vault has it, or a value that the manifest derives from credentials.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::{Derived, DerivedValue, JoinPart, Manifest};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::call::Call;

type Secret = Zeroizing<Vec<u8>>;

/// A value for a place.
pub(super) struct Value {
    /// What is written.
    pub(super) bytes: Secret,
    /// The credentials that it was made of, none where it is one itself. No answer may hold them either.
    pub(super) sources: Vec<Secret>,
}

/// What a value needs and nobody filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unset {
    #[error("the credential {0:?} is not set")]
    Credential(String),
    #[error("the setting {0:?} is not set")]
    Setting(String),
}

/// The credential or derived value of this name.
pub(super) async fn value(name: &str, manifest: &Manifest, call: &Call) -> Result<Value, Unset> {
    let Some(derived) = manifest.derived(name) else {
        let bytes = call.secrets.secret(name).await.ok_or_else(|| Unset::Credential(name.to_owned()))?;
        return Ok(Value { bytes, sources: Vec::new() });
    };
    let mut sources: BTreeMap<&str, Secret> = BTreeMap::new();
    for name in derived.credentials() {
        let secret = call.secrets.secret(name).await.ok_or_else(|| Unset::Credential(name.to_owned()))?;
        sources.insert(name, secret);
    }
    let bytes = derive(derived, &sources, &call.settings)?;
    Ok(Value { bytes, sources: sources.into_values().collect() })
}

/// Every derived value that can be made now, so that a log can be scrubbed of them.
pub(crate) async fn derived_values(manifest: &Manifest, call: &Call) -> Vec<Secret> {
    let mut values = Vec::with_capacity(manifest.derived.len());
    for derived in &manifest.derived {
        values.extend(value(&derived.name, manifest, call).await.ok().map(|value| value.bytes));
    }
    values
}

fn derive(derived: &Derived, sources: &BTreeMap<&str, Secret>, settings: &[Setting]) -> Result<Secret, Unset> {
    let source = |name: &str| sources.get(name).ok_or_else(|| Unset::Credential(name.to_owned()));
    match &derived.value {
        DerivedValue::Join(parts) => {
            let mut joined = Zeroizing::new(Vec::new());
            for part in parts {
                match part {
                    JoinPart::Literal(text) => joined.extend_from_slice(text.as_bytes()),
                    JoinPart::Setting(key) => joined.extend_from_slice(setting(key, settings)?.as_bytes()),
                    JoinPart::Credential(name) => joined.extend_from_slice(source(name)?),
                }
            }
            Ok(joined)
        }
        DerivedValue::HmacSha256(hash) => {
            // HMAC takes keys of every length.
            let mut mac =
                Hmac::<Sha256>::new_from_slice(source(&hash.key)?).map_err(|_| Unset::Credential(hash.key.clone()))?;
            mac.update(source(&hash.credential)?);
            Ok(Zeroizing::new(hex::encode(mac.finalize().into_bytes()).into_bytes()))
        }
    }
}

fn setting(key: &str, settings: &[Setting]) -> Result<String, Unset> {
    match settings.iter().find(|setting| setting.key == key).map(|setting| &setting.value) {
        Some(SettingValue::Text(text)) if !text.is_empty() => Ok(text.clone()),
        Some(SettingValue::Number(number)) => Ok(number.to_string()),
        _ => Err(Unset::Setting(key.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(value: &str) -> Derived {
        toml::from_str(&format!("name = \"made\"\nvalue = {value}")).unwrap()
    }

    fn made(value: &str, settings: &[Setting]) -> Result<String, Unset> {
        let secret = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
        let sources = BTreeMap::from([("key", secret("Jefe")), ("words", secret("what do ya want for nothing?"))]);
        derive(&derived(value), &sources, settings).map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
    }

    fn app_id(value: SettingValue) -> Vec<Setting> {
        vec![Setting { key: "app_id".into(), value }]
    }

    #[test]
    fn parts_are_joined_in_order() {
        let join = r#"{ join = [{ setting = "app_id" }, { literal = "|" }, { credential = "key" }] }"#;
        assert_eq!(made(join, &app_id(SettingValue::Text("1234".into()))).as_deref(), Ok("1234|Jefe"));
        let number = app_id(SettingValue::Number(1_234_567_890_123_456.0));
        assert_eq!(made(join, &number).as_deref(), Ok("1234567890123456|Jefe"));
        for unset in [Vec::new(), app_id(SettingValue::Text(String::new())), app_id(SettingValue::Boolean(true))] {
            assert_eq!(made(join, &unset), Err(Unset::Setting("app_id".into())));
        }
        let missing = r#"{ join = [{ credential = "other" }] }"#;
        assert_eq!(made(missing, &[]), Err(Unset::Credential("other".into())));
    }

    /// RFC 4231, test case 2.
    #[test]
    fn vector_rfc_4231_of_a_derived_value() {
        let hash = r#"{ hmac-sha256 = { key = "key", credential = "words" } }"#;
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(made(hash, &[]).as_deref(), Ok(expected));
        let swapped = r#"{ hmac-sha256 = { key = "words", credential = "key" } }"#;
        assert_ne!(made(swapped, &[]).as_deref(), Ok(expected));
    }

    /// developers.facebook.com, "Securing Graph API calls": what proves that the app holds a token. The value is our own.
    #[test]
    fn vector_meta_appsecret_proof_of_a_derived_value() {
        let hash = derived(r#"{ hmac-sha256 = { key = "app_secret", credential = "token" } }"#);
        let secret = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
        let sources = BTreeMap::from([("app_secret", secret("app-secret")), ("token", secret("EAAB-token"))]);
        let made = derive(&hash, &sources, &[]).unwrap();
        assert_eq!(made.as_slice(), b"294c307ff2427ed2140908ec13f483ef7f7d7819a8fc32fb535cf6ada2327ab2");
    }
}
