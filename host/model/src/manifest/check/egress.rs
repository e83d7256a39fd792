//! What an egress rule must keep: exact hosts and paths, and places where a credential can stand and nobody reads it.

use std::collections::BTreeSet;

use super::Findings;
use crate::host_name::Endpoint;
use crate::manifest::{CredentialUse, EgressRule, Manifest, PathPattern, Place, PlaceKind, SettingKind, pointer_keys};

/// Characters of the longest name of a query parameter or form field, and of the longest JSON pointer.
const NAME: usize = 128;

/// Headers of the connection and of the body, which the host or the plugin sets; those that begin with `proxy-` beside them.
const OTHER_HEADERS: [&str; 14] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Names of fields that people are shown. What is written there would be read by whoever gets the message.
const CONTENT: [&str; 12] = [
    "attachment",
    "body",
    "caption",
    "content",
    "description",
    "html",
    "media",
    "message",
    "subject",
    "summary",
    "text",
    "title",
];

/// The rules for every `[[egress]]`.
pub(super) fn check(manifest: &Manifest, found: &mut Findings<'_>) {
    for rule in &manifest.egress {
        host(manifest, rule, found);
        if rule.methods.is_empty() || rule.paths.is_empty() {
            found.at(&rule.name, format!("egress {:?} names no method or no path, so it permits nothing", rule.name));
        }
        for method in &rule.methods {
            if !matches!(method.as_str(), "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "PATCH") {
                found.at(
                    method,
                    format!(
                        "egress {:?}: method {method:?} is not one of GET, HEAD, POST, PUT, PATCH, DELETE",
                        rule.name
                    ),
                );
            }
        }
        for path in &rule.paths {
            path_pattern(rule, path, found);
        }
        for place in &rule.places {
            value(manifest, rule, place, found);
            kind(rule, place, found);
            if rule.host.as_str().starts_with("*.") {
                found.at(
                    rule.host.as_str(),
                    format!("egress {:?}: a credential needs an exact host name, not a wildcard", rule.name),
                );
            }
        }
        together(rule, found);
        super::capture::check(rule, found);
    }
}

fn path_pattern(rule: &EgressRule, pattern: &PathPattern, found: &mut Findings<'_>) {
    let path = pattern.as_str();
    let segments_fit = path.strip_prefix('/').is_some_and(|rest| {
        path == "/"
            || rest
                .split('/')
                .all(|segment| !matches!(segment, "" | "." | "..") && (segment == "*" || !segment.contains('*')))
    });
    if !segments_fit || path.contains(['?', '#', '\\', '%']) {
        found.at(path, format!("path {path:?}: write \"/\" and segments; \"*\" stands for exactly one whole segment, never for a part of one or for several"));
    }
    let braces = path.contains(['{', '}']);
    let credential = rule.places.iter().find(|place| place.kind() == Some(PlaceKind::Path));
    match (pattern.written(), credential) {
        (Some((prefix, name)), Some(place)) => {
            let once = path.matches('{').count() == 1 && path.matches('}').count() == 1;
            let plain = prefix.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~".contains(c));
            if !once || !plain || name != place.credential {
                found.at(path, format!("path {path:?}: show the place once, as \"{{{}}}\" or with letters before it, and nothing behind it in its segment", place.credential));
            }
        }
        (None, Some(place)) => found.at(
            path,
            format!(
                "egress {:?}: path {path:?} does not show where {:?} is written; write {{{}}} for that segment, or a rule of its own",
                rule.name, place.credential, place.credential
            ),
        ),
        _ if braces => found.at(
            path,
            format!("path {path:?}: \"{{…}}\" shows a place; add place = [{{ credential = \"…\", path = true }}] for it"),
        ),
        _ => {}
    }
}

fn value(manifest: &Manifest, rule: &EgressRule, place: &Place, found: &mut Findings<'_>) {
    let credential = manifest.credential(&place.credential);
    let declared = credential.is_some_and(|field| field.uses.contains(&CredentialUse::Egress));
    if !declared && manifest.derived(&place.credential).is_none() {
        found.at(
            &place.credential,
            format!(
                "egress {:?}: credential {:?} is not declared with use = [\"egress\"], and no [[derived]] has this name",
                rule.name, place.credential
            ),
        );
    }
}

fn kind(rule: &EgressRule, place: &Place, found: &mut Findings<'_>) {
    let mut say = |value: &str, words: String| {
        // An empty text would be found on any line.
        let value = if value.is_empty() { &rule.name } else { value };
        found.at(value, format!("egress {:?}: {words}", rule.name));
    };
    let Some(kind) = place.kind() else {
        let words = "a place is exactly one of header, query, path = true, form and json";
        return say(&place.credential, words.into());
    };
    if !place.prefix.is_empty() && !matches!(kind, PlaceKind::Header(_)) {
        say(&place.prefix, "only a header has a prefix; of a path segment the pattern shows it".into());
    }
    match kind {
        PlaceKind::Header(header) => {
            let token = !header.is_empty()
                && header.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
            let plain = header.replace('_', "-");
            if !token || OTHER_HEADERS.contains(&plain.as_str()) || plain.starts_with("proxy-") {
                say(header, format!("{header:?} cannot be a credential's header"));
            }
        }
        PlaceKind::Path => {}
        PlaceKind::Query(key) | PlaceKind::Form(key) => {
            if !is_key(key) {
                say(key, format!("{key:?} cannot be a key: write 1 to {NAME} visible characters without brackets"));
            } else if is_content(key) {
                say(key, format!("{key:?} is content that people read, so no credential can be written there"));
            }
        }
        PlaceKind::Json(pointer) => {
            let keys = pointer_keys(pointer).filter(|_| pointer.len() <= NAME);
            match keys.as_deref().and_then(<[String]>::last) {
                Some(last) if is_content(last) => {
                    say(
                        pointer,
                        format!("{pointer:?} is content that people read, so no credential can be written there"),
                    );
                }
                Some(_) if keys.iter().flatten().all(|key| is_key(key)) => {}
                _ => say(
                    pointer,
                    format!(
                        "{pointer:?} is no field: write a JSON pointer of object keys such as \"/token\" or \"/auth/token\""
                    ),
                ),
            }
        }
    }
    let body = matches!(kind, PlaceKind::Form(_) | PlaceKind::Json(_));
    if body && let Some(method) = rule.methods.iter().find(|method| matches!(method.as_str(), "GET" | "HEAD")) {
        say(
            method,
            format!("a {method} request has no body to write {:?} into; write a rule of its own", place.credential),
        );
    }
}

/// What holds for the places of one rule beside each other.
fn together(rule: &EgressRule, found: &mut Findings<'_>) {
    let kinds: Vec<PlaceKind<'_>> = rule.places.iter().filter_map(Place::kind).collect();
    let mut seen = BTreeSet::new();
    let twice = kinds.iter().any(|kind| !seen.insert(*kind));
    let pointers: Vec<&str> = kinds
        .iter()
        .filter_map(|kind| if let PlaceKind::Json(pointer) = kind { Some(*pointer) } else { None })
        .collect();
    let within = pointers
        .iter()
        .any(|inner| pointers.iter().any(|outer| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))));
    if twice || within {
        found
            .at(&rule.name, format!("egress {:?}: two credentials have the same place; each needs its own", rule.name));
    }
    if !pointers.is_empty() && kinds.iter().any(|kind| matches!(kind, PlaceKind::Form(_))) {
        found.at(
            &rule.name,
            format!("egress {:?}: a body is a form or JSON, never both; write a rule for each", rule.name),
        );
    }
}

fn is_key(key: &str) -> bool {
    (1..=NAME).contains(&key.len()) && key.chars().all(|c| c.is_ascii_graphic() && !"[]\"\\".contains(c))
}

fn is_content(key: &str) -> bool {
    CONTENT.contains(&key.to_ascii_lowercase().as_str())
}

fn host(manifest: &Manifest, rule: &EgressRule, found: &mut Findings<'_>) {
    let pattern = rule.host.as_str();
    if let Some(key) = rule.host.setting() {
        let field = manifest.settings.iter().find(|field| field.key == key);
        if !field.is_some_and(|field| field.required && field.kind == SettingKind::Text) {
            found.at(
                pattern,
                format!("host {pattern:?}: {key:?} must be a required text setting, which an admin fills in and confirms; a credential is no host"),
            );
        }
        return;
    }
    let wildcard = pattern.strip_prefix("*.");
    let base = wildcard.unwrap_or(pattern);
    match Endpoint::read(base) {
        Err(problem) => found.at(
            pattern,
            format!("host {pattern:?}: {problem}; write a full name in lower case (graph.example.com, graph.example.com:8443), \"*.example.com\" or \"{{settings.key}}\"; no scheme, address or other wildcard"),
        ),
        Ok(endpoint) if endpoint.to_string() != base => {
            found.at(pattern, format!("host {pattern:?}: write it as it is called: {endpoint}"));
        }
        Ok(endpoint) if wildcard.is_some() && is_public_suffix(endpoint.host.as_str()) => found.at(
            pattern,
            format!("host {pattern:?}: everybody can have a name below {base}; name the hosts, or have an admin fill one in (\"{{settings.key}}\")"),
        ),
        Ok(_) => {}
    }
}

/// Whether names below this one belong to different owners (<https://publicsuffix.org>).
fn is_public_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.as_bytes() == name.as_bytes())
}
