//! Settings that cannot be right, as far as that can be said without asking Telegram.

use lockgate_sdk::{FieldProblem, Setting, SettingValue};

/// What is wrong with one setting. What must be there at all the manifest says, and the host holds.
pub(crate) fn setting(setting: &Setting) -> Option<FieldProblem> {
    let SettingValue::Text(text) = &setting.value else { return None };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if setting.key != "bot_id" || is_number {
        return None;
    }
    let words = "Write the number before the colon of the bot's token, and the token itself into its own field";
    Some(FieldProblem { key: Some(setting.key.clone()), words: words.into() })
}
