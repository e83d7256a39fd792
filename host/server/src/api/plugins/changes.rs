//! What another version of a plugin asks for that the installed one does not: what an admin has to look at.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::PermissionSheet;

/// One line of the permission sheet that differs from the installed version's.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Change {
    /// `egress`, `hook`, `credential`, `polling` or `limits`.
    part: &'static str,
    /// The name of the line; empty where there is but one.
    name: String,
    /// What happened to it.
    kind: ChangeKind,
    /// What the installed version asks for, in one sentence; none where it asks for nothing.
    before: Option<String>,
    /// What this version asks for, in one sentence; none where it asks for nothing.
    after: Option<String>,
}

/// What happened to a line of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChangeKind {
    /// The installed version does not ask for it.
    New,
    /// Both ask for something of this name, and not for the same.
    Changed,
    /// Only the installed version asks for it.
    Gone,
}

/// Everything that differs, in the order of the sheet.
pub(super) fn changes(before: &PermissionSheet, after: &PermissionSheet) -> Vec<Change> {
    let egress = |sheet: &PermissionSheet| -> BTreeMap<String, String> {
        sheet.egress.iter().map(|line| (line.name.clone(), line.words.clone())).collect()
    };
    let hooks = |sheet: &PermissionSheet| -> BTreeMap<String, String> {
        sheet.hooks.iter().map(|line| (line.name.clone(), line.words.clone())).collect()
    };
    let credentials = |sheet: &PermissionSheet| -> BTreeMap<String, String> {
        let words = |label: &str, words: &str| format!("{label}: {words}");
        sheet.credentials.iter().map(|line| (line.name.clone(), words(&line.label, &line.words))).collect()
    };
    let one = |words: Option<String>| -> BTreeMap<String, String> {
        words.map(|words| (String::new(), words)).into_iter().collect()
    };
    let limits = |sheet: &PermissionSheet| one((!sheet.limits.is_empty()).then(|| sheet.limits.join(" ")));
    let mut found = compare("egress", &egress(before), &egress(after));
    found.extend(compare("hook", &hooks(before), &hooks(after)));
    found.extend(compare("credential", &credentials(before), &credentials(after)));
    found.extend(compare("polling", &one(before.polling.clone()), &one(after.polling.clone())));
    found.extend(compare("limits", &limits(before), &limits(after)));
    found
}

/// What another version asks for and the installed one does not, one sentence each.
pub(super) fn news(before: &PermissionSheet, after: &PermissionSheet) -> Vec<String> {
    let more = |change: Change| match change.kind {
        ChangeKind::New | ChangeKind::Changed => Some(format!("{} {}", change.part, change.name).trim().to_owned()),
        ChangeKind::Gone => None,
    };
    changes(before, after).into_iter().filter_map(more).collect()
}

fn compare(part: &'static str, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Change> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let change = |name: &String| {
        let (before, after) = (before.get(name), after.get(name));
        let kind = match (before, after) {
            (None, _) => ChangeKind::New,
            (_, None) => ChangeKind::Gone,
            (before, after) if before == after => return None,
            _ => ChangeKind::Changed,
        };
        Some(Change { part, name: name.clone(), kind, before: before.cloned(), after: after.cloned() })
    };
    names.into_iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sheet;
    use super::{ChangeKind, changes, news};
    use lockgate_model::manifest::Manifest;

    fn manifest(egress: &str) -> Manifest {
        let head = "[plugin]\nid = \"p\"\nname = \"P\"\nversion = \"1.0.0\"\ncontract = \"lockgate:channel@0.1.0-dev.1\"\ndescription = \"For a test.\"\n";
        Manifest::parse(&format!("{head}{egress}")).unwrap()
    }

    fn rule(name: &str, host: &str) -> String {
        format!(
            "[[egress]]\nname = \"{name}\"\nhost = \"{host}\"\nmethods = [\"GET\"]\npaths = [\"/*\"]\neffect = \"read\"\n"
        )
    }

    #[test]
    fn a_rule_that_keeps_its_name_and_changes_its_host_is_shown() {
        let before = sheet(&manifest(&(rule("look", "api.example.com") + &rule("old", "old.example.com"))));
        let after = sheet(&manifest(&(rule("look", "evil.example.org") + &rule("more", "api.example.com"))));
        let found = changes(&before, &after);
        let kinds: Vec<_> = found.iter().map(|change| (change.part, change.name.as_str(), change.kind)).collect();
        assert_eq!(
            kinds,
            [
                ("egress", "look", ChangeKind::Changed),
                ("egress", "more", ChangeKind::New),
                ("egress", "old", ChangeKind::Gone)
            ]
        );
        assert!(found[0].after.as_deref().unwrap().contains("evil.example.org"), "{found:?}");
        assert!(found[0].before.as_deref().unwrap().contains("api.example.com"), "{found:?}");
        assert_eq!(changes(&after, &after), []);
        assert_eq!(news(&before, &after), ["egress look", "egress more"]);
    }

    #[test]
    fn who_asks_its_provider_more_often_than_before_is_looked_at() {
        let every =
            |seconds: u32| sheet(&manifest(&format!("[polling]\nlevel = \"channel\"\ninterval_seconds = {seconds}\n")));
        assert_eq!(news(&sheet(&manifest("")), &every(60)), ["polling"]);
        assert_eq!(news(&every(600), &every(60)), ["polling"]);
        assert_eq!(changes(&every(60), &every(60)), []);
        assert_eq!(news(&every(60), &sheet(&manifest(""))), Vec::<String>::new(), "less is no news");
    }
}
