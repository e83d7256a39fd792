//! The reason of a dead letter in words. What is kept is a code with parameters; the words are made here.

use serde_json::Value;

/// In words, for an admin.
pub(super) fn reason(code: &str, params: &Value) -> String {
    let param = |name: &str| params.get(name).and_then(Value::as_str).unwrap_or_default();
    let why = match (param("why"), param("detail")) {
        ("", detail) => detail,
        (why, _) => why,
    };
    let sentence = match code {
        "malformed" => "The plugin could not make sense of it",
        "unknown-account" => return format!("It is for the account {}, which is not connected.", param("account")),
        "other-account" => {
            return format!("It came to a channel's own address and is for another account, {}.", param("account"));
        }
        "trap" => "The plugin stopped while reading it",
        "memory" => "The plugin used more memory than it may while reading it",
        "cpu" => "The plugin used more CPU time than it may while reading it",
        "wall" => "The plugin took too long to read it, again and again",
        "output" => "The plugin returned more than it may",
        "stack" => "The plugin's stack overflowed while reading it",
        "not_exported" => "The plugin does not take webhooks",
        "poll" => "What the plugin asked its provider came to nothing that time alone would mend",
        "follow-up" => "What an event asked to be done afterwards was given up",
        "follow-up-too-deep" => "One follow-up asked for the next, too often in a row",
        "follow-up-too-long" => "What a follow-up is to do is longer than may be kept",
        "too-many-follow-ups" => "More is waiting to be done for this channel than may wait",
        "state-conflict" => "The plugin's state kept changing while it was read",
        other => return if why.is_empty() { format!("{other}.") } else { format!("{other}: {why}") },
    };
    // What a call failed with says what the code says, save for what a plugin's own last words were.
    let why = match code {
        "trap" => why.strip_prefix("the plugin stopped: ").unwrap_or(why),
        "memory" | "cpu" | "output" | "stack" | "not_exported" => "",
        _ => why,
    };
    if why.is_empty() { format!("{sentence}.") } else { format!("{sentence}: {why}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::reason;

    #[test]
    fn a_code_with_parameters_becomes_a_sentence() {
        assert_eq!(reason("malformed", &json!({"why": "no entry"})), "The plugin could not make sense of it: no entry");
        assert_eq!(
            reason("unknown-account", &json!({"account": "99"})),
            "It is for the account 99, which is not connected."
        );
        assert_eq!(reason("cpu", &json!(null)), "The plugin used more CPU time than it may while reading it.");
        let trap = lockgate_runtime::CallFailure::Trap("wasm trap: unreachable".into());
        assert_eq!(
            reason(trap.code(), &json!({ "why": trap.to_string() })),
            "The plugin stopped while reading it: wasm trap: unreachable"
        );
        let memory = lockgate_runtime::CallFailure::Memory;
        assert_eq!(
            reason(memory.code(), &json!({ "why": memory.to_string() })),
            "The plugin used more memory than it may while reading it."
        );
        assert_eq!(reason("later-code", &json!({})), "later-code.");
    }
}
