//! What a derived value must keep: parts that are there, and a secret among them.

use super::Findings;
use crate::manifest::{CredentialUse, Derived, DerivedValue, JoinPart, Manifest, SettingKind};

/// Parts of a joined value.
const PARTS: usize = 16;

/// The rules for every `[[derived]]`.
pub(super) fn check(manifest: &Manifest, found: &mut Findings<'_>) {
    for derived in &manifest.derived {
        for name in derived.credentials() {
            let field = manifest.credential(name);
            if !field.is_some_and(|field| field.uses.contains(&CredentialUse::Derive)) {
                found.at(
                    name,
                    format!(
                        "derived {:?}: credential {name:?} is not declared with \"derive\" among its use = […]",
                        derived.name
                    ),
                );
            }
        }
        if let DerivedValue::Join(parts) = &derived.value {
            join(manifest, derived, parts, found);
        }
    }
}

fn join(manifest: &Manifest, derived: &Derived, parts: &[JoinPart], found: &mut Findings<'_>) {
    let name = &derived.name;
    if derived.credentials().is_empty() || parts.len() > PARTS {
        found.at(name, format!("derived {name:?}: join 1 to {PARTS} parts, a credential among them"));
    }
    for part in parts {
        match part {
            JoinPart::Literal(text) if text.is_empty() || text.chars().any(char::is_control) => {
                let at = if text.is_empty() { name } else { text };
                found.at(
                    at,
                    format!("derived {name:?}: a literal is one or more characters, none of them a control character"),
                );
            }
            JoinPart::Setting(key) => {
                let field = manifest.settings.iter().find(|field| field.key == *key);
                if !field.is_some_and(|field| matches!(field.kind, SettingKind::Text | SettingKind::Number)) {
                    found.at(key, format!("derived {name:?}: {key:?} is no setting of kind \"text\" or \"number\""));
                }
            }
            JoinPart::Literal(_) | JoinPart::Credential(_) => {}
        }
    }
}
