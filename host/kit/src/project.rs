//! A plugin's folder as the kit reads it: its cases, held against the manifest of the component that is judged by them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use lockgate_model::contract::common::Pair;
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::manifest::{HostPattern, Manifest, Route, SettingKind, is_kind};
use lockgate_model::media::kind_of;

use crate::case::{Case, CaseCall, CaseProblem, Webhook};

/// The folder below a plugin's own in which its cases are.
pub const CASES: &str = "cases";

/// Bytes of a case's file: more than the largest body that a route takes, written as base64.
const LARGEST: u64 = 128 << 20;

/// Reads every case (`*.json`) of a folder and the folders in it, in the order of their names.
///
/// # Errors
///
/// Every file that is no case, not only the first.
pub fn read_cases(folder: &Path) -> Result<Vec<Case>, Vec<CaseProblem>> {
    let mut files = Vec::new();
    find(folder, &mut files).map_err(|problem| vec![problem])?;
    files.sort();
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for file in files {
        let problem = |words| CaseProblem { file: file.clone(), line: None, words };
        let read = match std::fs::metadata(&file) {
            // A pipe would be waited for.
            Ok(about) if !about.is_file() => Err(problem("it cannot be read: it is no file".into())),
            Ok(about) if about.len() > LARGEST => {
                Err(problem(format!("it has {} bytes, and a case has at most {} MiB", about.len(), LARGEST >> 20)))
            }
            _ => std::fs::read_to_string(&file).map_err(|error| problem(format!("it cannot be read: {error}"))),
        };
        match read.and_then(|text| Case::parse(&file, &text)) {
            Ok(case) => {
                let name = file.strip_prefix(folder).unwrap_or(&file).with_extension("");
                cases.push(Case { name: name.to_string_lossy().into_owned(), ..case });
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if cases.is_empty() {
        let words = "there is no case in it; write one file a case, say `text.json`, with a \"receive\", \"send\", \"act\" or another call";
        return Err(vec![CaseProblem { file: folder.to_owned(), line: None, words: words.into() }]);
    }
    Ok(cases)
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CaseProblem> {
    let problem = |error: std::io::Error| CaseProblem {
        file: folder.to_owned(),
        line: None,
        words: if error.kind() == std::io::ErrorKind::NotFound {
            "there is no such folder; a plugin's cases are the *.json files in it".into()
        } else {
            format!("it cannot be read: {error}")
        },
    };
    for entry in std::fs::read_dir(folder).map_err(problem)? {
        let entry = entry.map_err(problem)?;
        let path = entry.path();
        // A link to a folder is not followed: it may lead back here.
        if entry.file_type().map_err(problem)?.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") && !path.is_dir() {
            files.push(path);
        }
    }
    Ok(())
}

/// What of a case the manifest does not know: routes, methods, settings, credentials.
pub(crate) fn unknown(case: &Case, manifest: &Manifest) -> Vec<String> {
    let mut words = Vec::new();
    let list = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    for (key, value) in &case.settings {
        match manifest.settings.iter().find(|field| field.key == *key) {
            None => words.push(format!(
                "settings.{key}: the manifest has no such setting; there are: {}",
                list(manifest.settings.iter().map(|field| field.key.as_str()).collect())
            )),
            Some(field) if !is_of(value, field.kind) => {
                words.push(format!("settings.{key}: by the manifest it is of another kind ({:?})", field.kind));
            }
            Some(_) => {}
        }
    }
    for name in case.bound.iter().flatten().filter(|name| manifest.credential(name).is_none()) {
        words.push(format!(
            "bound: the manifest has no credential {name:?}; there are: {}",
            list(manifest.credentials.iter().map(|field| field.name.as_str()).collect())
        ));
    }
    if let CaseCall::Receive(webhook) = &case.call {
        match manifest.route(&webhook.route) {
            None => words.push(format!(
                "receive.route: the manifest has no route {:?}; there are: {}",
                webhook.route,
                list(manifest.routes.iter().map(|route| route.name.as_str()).collect())
            )),
            Some(route) => {
                if let Some(method) = webhook.method.as_ref().filter(|method| !route.methods.contains(method)) {
                    words.push(format!("receive.method: the route {} does not take {method}", route.name));
                }
                words.extend(files(webhook, route));
            }
        }
    }
    words
}

/// What of a form's files the host would not let through: the plugin never sees it.
fn files(webhook: &Webhook, route: &Route) -> Vec<String> {
    let mut words = Vec::new();
    if webhook.files.is_empty() {
        return words;
    }
    let multipart = |pair: &Pair| pair.name == "content-type" && pair.value.starts_with("multipart/form-data");
    if webhook.headers.iter().any(multipart) {
        words.push(
            "receive.headers: no plugin sees multipart/form-data: the host takes the files off and hands the fields over as application/x-www-form-urlencoded; write that".into(),
        );
    }
    let Some(rule) = &route.files else {
        return vec![format!("receive.files: the route {} takes none: it has no [route.files]", route.name)];
    };
    if webhook.files.len() > usize::try_from(rule.max_files).unwrap_or(usize::MAX) {
        words.push(format!(
            "receive.files: there are {}, and the route {} takes at most {}: the host refuses such a form",
            webhook.files.len(),
            route.name,
            rule.max_files
        ));
    }
    for (at, file) in webhook.files.iter().enumerate() {
        let (size, kind) = (file.bytes.len() as u64, kind_of(&file.bytes));
        if size > rule.max_bytes {
            let most = rule.max_bytes;
            words.push(format!(
                "receive.files[{at}]: it has {size} bytes, and the route {} takes at most {most}",
                route.name
            ));
        }
        if !is_kind(&rule.content_types, kind) {
            words.push(format!(
                "receive.files[{at}]: by its bytes it is {kind}, and the route {} takes {}",
                route.name,
                rule.content_types.join(", ")
            ));
        }
    }
    words
}

fn is_of(value: &SettingValue, kind: SettingKind) -> bool {
    matches!(
        (value, kind),
        (SettingValue::Text(_), SettingKind::Text)
            | (SettingValue::Number(_), SettingKind::Number)
            | (SettingValue::Boolean(_), SettingKind::Boolean)
            | (SettingValue::Texts(_), SettingKind::Texts)
    )
}

/// The hosts for which the kit's provider stands: those the manifest names, those that cases fill into settings, and those that
/// cases say are asked.
pub(crate) fn hosts(manifest: &Manifest, cases: &[Case]) -> BTreeSet<String> {
    let exact = |host: &HostPattern| {
        let named = !host.as_str().starts_with("*.") && host.setting().is_none();
        named.then(|| host.as_str().to_owned())
    };
    let named = manifest.egress.iter().filter_map(|rule| exact(&rule.host));
    let asked = cases.iter().flat_map(|case| &case.provider).map(|exchange| exchange.request.host().to_owned());
    let filled = cases.iter().flat_map(|case| {
        let keys = manifest.egress.iter().filter_map(|rule| rule.host.setting());
        keys.filter_map(|key| match case.settings.get(key)? {
            SettingValue::Text(text) => lockgate_model::host_name::Endpoint::of_setting(text).ok(),
            _ => None,
        })
        .map(|endpoint| endpoint.to_string())
    });
    named.chain(asked).chain(filled).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_neither_round_in_a_circle_nor_to_what_has_no_end() {
        let folder = tempfile::tempdir().unwrap();
        let case = r#"{ "about": "x", "receive": { "route": "events", "body": {} }, "expect": { "events": [] } }"#;
        std::fs::write(folder.path().join("a.json"), case).unwrap();
        symlink(".", folder.path().join("round")).unwrap();
        symlink("a.json", folder.path().join("b.json")).unwrap();
        let names = |cases: Vec<Case>| cases.into_iter().map(|case| case.name).collect::<Vec<_>>();
        assert_eq!(names(read_cases(folder.path()).unwrap()), ["a", "b"]);
        symlink("/dev/zero", folder.path().join("c.json")).unwrap();
        let [problem] = <[_; 1]>::try_from(read_cases(folder.path()).unwrap_err()).unwrap();
        assert!(problem.to_string().contains("it is no file"), "{problem}");
    }
}
