//! `connector`: what the patterns of the manifest cannot say.

use lockgate_sdk::{Connector, FieldProblem, Setting, SettingValue};

impl Connector for crate::Plugin {
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem> {
        settings.into_iter().filter_map(problem).collect()
    }
}

fn problem(setting: Setting) -> Option<FieldProblem> {
    match (setting.key.as_str(), &setting.value) {
        // A public key of zeros lets everybody sign.
        ("public_key", SettingValue::Text(text)) if !text.is_empty() && text.chars().all(|c| c == '0') => {
            Some(FieldProblem {
                key: Some(setting.key),
                words: "This is no key. Copy the public key of the application from the Developer Portal.".into(),
            })
        }
        _ => None,
    }
}
