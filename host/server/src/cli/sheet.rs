//! The permission sheet on a terminal, and the question whether to grant it.

use std::io::IsTerminal as _;

use serde_json::Value;

use super::client::CliError;
use super::fields::ask;

/// What somebody said about grants on the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    /// Grant everything that the sheet lists.
    pub(crate) all: bool,
    /// Grant these alone.
    pub(crate) named: Vec<String>,
}

/// A plugin's inspection as text.
pub(crate) fn show(inspected: &Value) -> String {
    let text = |pointer: &str| clean(inspected.pointer(pointer).and_then(Value::as_str).unwrap_or_default());
    let list = |pointer: &str| inspected.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines = vec![
        format!("{} {} ({})", text("/name"), text("/version"), text("/id")),
        format!("  {}", text("/description")),
    ];
    if !text("/author").is_empty() {
        lines.push(format!("  by {}, as the file says", text("/author")));
    }
    lines.push(format!("  {}", text("/digest")));
    let abilities: Vec<String> = list("/abilities").iter().filter_map(Value::as_str).map(clean).collect();
    if !abilities.is_empty() {
        lines.push(format!("  abilities: {}", abilities.join(", ")));
    }
    if let Some(installed) = inspected.pointer("/installed/version").and_then(Value::as_str) {
        lines.push(format!("  replaces version {}", clean(installed)));
    }
    lines.push(String::new());
    let permissions = list("/sheet/egress");
    lines.push(if permissions.is_empty() {
        "It asks for no permission to call anybody.".into()
    } else {
        "It asks for these permissions:".into()
    });
    for permission in &permissions {
        lines.push(format!("  {:<11} {}", field(permission, "name"), field(permission, "words")));
    }
    let hooks = list("/sheet/hooks");
    if !hooks.is_empty() {
        lines.push("Providers call it here:".into());
        lines.extend(hooks.iter().map(|hook| format!("  {:<11} {}", field(hook, "name"), field(hook, "words"))));
    }
    let credentials = list("/sheet/credentials");
    if !credentials.is_empty() {
        lines.push("The vault keeps these secrets for it; it never sees one:".into());
        lines.extend(credentials.iter().map(|credential| {
            format!(
                "  {:<13} {}: {}",
                field(credential, "name"),
                field(credential, "label"),
                field(credential, "words")
            )
        }));
    }
    lines.extend(inspected.pointer("/sheet/polling").and_then(Value::as_str).map(clean));
    lines.extend(list("/sheet/actions").iter().filter_map(Value::as_str).map(clean));
    lines.extend(list("/sheet/limits").iter().filter_map(Value::as_str).map(clean));
    let denials = list("/denials");
    if !denials.is_empty() {
        lines.push("It tried and was refused:".into());
        lines.extend(denials.iter().map(denial));
    }
    if inspected.pointer("/installed/version").is_some() {
        lines.push(String::new());
        let changes = list("/changes");
        lines.push(if changes.is_empty() {
            "It asks for the same as the version that is installed.".into()
        } else {
            "Otherwise than in the version that is installed:".into()
        });
        lines.extend(changes.iter().flat_map(change));
    }
    lines.join("\n")
}

/// The grants to give: as wished, or as somebody at the terminal answers.
pub(crate) fn decide(inspected: &Value, wish: &Wish) -> Result<Vec<String>, CliError> {
    let asked: Vec<String> = inspected
        .pointer("/sheet/egress")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|permission| field(permission, "name"))
        .collect();
    if !wish.named.is_empty() {
        return Ok(wish.named.clone());
    }
    let changed = inspected.get("changes").and_then(Value::as_array).into_iter().flatten();
    let more = changed.into_iter().any(|change| field(change, "kind") != "gone");
    if wish.all || (asked.is_empty() && !more) {
        return Ok(asked);
    }
    if asked.is_empty() {
        return consent().map(|()| asked);
    }
    if !std::io::stdin().is_terminal() {
        let words = format!(
            "nobody can be asked here: add --yes to grant all of these, or --grant NAME for some ({})",
            asked.join(", ")
        );
        return Err(CliError::Usage(words));
    }
    match ask("\nGrant these? [y/N] ")?.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(asked),
        _ => Err(CliError::Refused("nothing was installed".into())),
    }
}

/// Asks whether what is otherwise than in the installed version may be so, where there is nothing to grant by name.
fn consent() -> Result<(), CliError> {
    if !std::io::stdin().is_terminal() {
        let words = "nobody can be asked here: add --yes to accept what this version asks for otherwise";
        return Err(CliError::Usage(words.into()));
    }
    match ask("\nAccept what is otherwise? [y/N] ")?.to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(CliError::Refused("nothing was installed".into())),
    }
}

/// One line for something that was refused.
fn denial(denial: &Value) -> String {
    let times = denial.get("count").and_then(Value::as_u64).unwrap_or_default();
    let grant = match field(denial, "grant").as_str() {
        "" => "no grant would allow it".to_owned(),
        grant => format!("the grant {grant} would allow it"),
    };
    format!("  {} ({times} times, last {}): {grant}", field(denial, "what"), field(denial, "last_at"))
}

/// One line for what is new or gone, two for what is changed.
fn change(change: &Value) -> Vec<String> {
    let name = format!("{} {}", field(change, "part"), field(change, "name"));
    let line = |mark: &str, key: &str| format!("  {mark:<9}{name:<20}{}", field(change, key));
    match field(change, "kind").as_str() {
        "new" => vec![line("NEW", "after")],
        "gone" => vec![line("gone", "before")],
        _ => vec![line("CHANGED", "after"), line("  from", "before")],
    }
}

fn field(value: &Value, key: &str) -> String {
    clean(value.get(key).and_then(Value::as_str).unwrap_or_default())
}

/// A plugin's own words must not move the cursor, hide a line, or pass for one of ours.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_bidi(c) { ' ' } else { c }).collect()
}

/// [`clean`] for words of several lines, those behind the first indented.
pub(crate) fn clean_lines(text: &str, indent: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join(&format!("\n{indent}"))
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inspected() -> Value {
        json!({"id": "pigeon", "name": "Pigeon\u{202e} post", "version": "1.0.0", "description": "Carries\u{1b}[2J notes.", "digest": "sha256:ab",
            "abilities": ["ingress", "background\u{1b}[2J"],
            "sheet": {"egress": [{"name": "fly", "words": "It sends."}], "hooks": [], "credentials": [], "limits": []}})
    }

    #[test]
    fn a_plugin_cannot_draw_on_the_terminal() {
        let shown = show(&inspected());
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
        assert!(shown.contains("fly         It sends."), "{shown}");
        assert!(shown.contains("\n  abilities: ingress, background"), "{shown}");
    }

    #[test]
    fn another_version_shows_what_is_otherwise() {
        let mut inspected = inspected();
        inspected["installed"] = json!({"version": "0.9.0"});
        inspected["changes"] = json!([
            {"part": "egress", "name": "fly", "kind": "changed", "before": "It looked.", "after": "It sends."},
            {"part": "hook", "name": "nest", "kind": "new", "before": null, "after": "Nobody vouches for it."}]);
        let shown = show(&inspected);
        assert!(
            shown.contains("CHANGED  egress fly          It sends.\n    from   egress fly          It looked."),
            "{shown}"
        );
        assert!(shown.contains("NEW      hook nest           Nobody vouches for it."), "{shown}");
        inspected["changes"] = json!([]);
        assert!(show(&inspected).contains("the same as the version that is installed"));
    }

    #[test]
    fn what_is_new_is_not_installed_unasked() {
        let mut inspected = inspected();
        inspected["sheet"]["egress"] = json!([]);
        let nothing = Wish::default();
        assert_eq!(decide(&inspected, &nothing).unwrap(), Vec::<String>::new(), "it asks for nothing");
        inspected["changes"] = json!([{"part": "hook", "name": "nest", "kind": "gone"}]);
        assert!(decide(&inspected, &nothing).is_ok(), "less than before");
        inspected["changes"] =
            json!([{"part": "hook", "name": "nest", "kind": "new", "after": "Nobody vouches for it."}]);
        if !std::io::stdin().is_terminal() {
            assert!(matches!(decide(&inspected, &nothing), Err(CliError::Usage(_))), "nobody can be asked here");
        }
        assert!(decide(&inspected, &Wish { all: true, named: Vec::new() }).is_ok());
    }

    #[test]
    fn what_was_refused_is_shown_with_the_grant_that_would_allow_it() {
        let mut inspected = inspected();
        inspected["denials"] = json!([
            {"what": "POST https://loft.example.org/x: egress \"fly\" is not granted", "grant": "fly", "count": 3, "last_at": "t"},
            {"what": "GET https://evil.example/: no egress rule of the manifest covers it", "grant": null, "count": 1, "last_at": "t"}]);
        let shown = show(&inspected);
        assert!(shown.contains("(3 times, last t): the grant fly would allow it"), "{shown}");
        assert!(shown.contains("covers it (1 times, last t): no grant would allow it"), "{shown}");
    }

    #[test]
    fn grants_are_what_was_wished() {
        assert_eq!(decide(&inspected(), &Wish { all: true, named: Vec::new() }).unwrap(), ["fly"]);
        assert_eq!(decide(&inspected(), &Wish { all: false, named: vec!["x".into()] }).unwrap(), ["x"]);
    }
}
