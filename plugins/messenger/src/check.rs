//! Settings that cannot be right. What must be there at all the manifest says, and the host holds.

use lockgate_sdk::{FieldProblem, Setting, SettingValue};

/// What is wrong with one setting.
pub(crate) fn setting(setting: &Setting) -> Option<FieldProblem> {
    let SettingValue::Text(text) = &setting.value else { return None };
    let words = match setting.key.as_str() {
        "graph_version" if !is_version(text) => "Write the version as Facebook does: v25.0",
        "page_id" if !is_number(text) => "A page's id is a number; its address or name will not do",
        "app_id" if !text.is_empty() && !is_number(text) => "An app's id is a number",
        _ => return None,
    };
    Some(FieldProblem { key: Some(setting.key.clone()), words: words.into() })
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
