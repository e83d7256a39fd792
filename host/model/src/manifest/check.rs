//! The rules that a manifest keeps beyond the kinds of its fields.

use super::parse::ManifestProblem;
use super::{CredentialUse, Manifest, SettingKind, Verify};

/// Every rule that the manifest breaks.
pub(super) fn check(manifest: &Manifest, text: &str) -> Vec<ManifestProblem> {
    let mut found = Findings { text, problems: Vec::new() };
    identity(manifest, &mut found);
    names(manifest, &mut found);
    routes(manifest, &mut found);
    egress(manifest, &mut found);
    rest(manifest, &mut found);
    found.problems
}

struct Findings<'a> {
    text: &'a str,
    problems: Vec<ManifestProblem>,
}

impl Findings<'_> {
    /// Notes a problem at the first line that holds the offending value in quotes.
    fn at(&mut self, value: &str, words: String) {
        let quoted = [format!("\"{value}\""), format!("'{value}'")];
        let line = self.text.lines().position(|line| quoted.iter().any(|quoted| line.contains(quoted.as_str())));
        self.problems.push(ManifestProblem { line: line.map(|line| line + 1), words });
    }
}

fn is_name(text: &str, extra: char) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == extra)
}

fn identity(manifest: &Manifest, found: &mut Findings<'_>) {
    let plugin = &manifest.plugin;
    if !is_name(&plugin.id, '-') {
        found.at(
            &plugin.id,
            format!("plugin.id {:?} must be lower-case letters, digits and hyphens, at most 63", plugin.id),
        );
    }
    let numbers: Vec<&str> = plugin.version.split(['-', '+']).next().unwrap_or_default().split('.').collect();
    if numbers.len() != 3 || numbers.iter().any(|number| number.parse::<u32>().is_err()) || plugin.version.len() > 64 {
        found.at(
            &plugin.version,
            format!("plugin.version {:?} must be a semantic version such as 1.0.0", plugin.version),
        );
    }
    if plugin.name.is_empty() || plugin.name.chars().count() > 80 {
        found.at(&plugin.name, "plugin.name must have 1 to 80 characters".into());
    }
}

fn names(manifest: &Manifest, found: &mut Findings<'_>) {
    let mut seen = std::collections::BTreeSet::new();
    for key in
        manifest.settings.iter().map(|field| &field.key).chain(manifest.credentials.iter().map(|field| &field.name))
    {
        if !is_name(key, '_') {
            found.at(key, format!("{key:?} must be lower-case letters, digits and underscores"));
        }
        if !seen.insert(key) {
            found.at(key, format!("{key:?} is declared twice; settings and credentials share one set of names"));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for rule in &manifest.egress {
        if !is_name(&rule.name, '-') || !seen.insert(&rule.name) {
            found.at(
                &rule.name,
                format!("egress name {:?} must be unique, of lower-case letters, digits and hyphens", rule.name),
            );
        }
    }
    if let Some(account) = &manifest.account {
        let field = manifest.settings.iter().find(|field| field.key == account.setting);
        if !field.is_some_and(|f| f.level == super::Level::Channel && f.required && f.kind == SettingKind::Text) {
            found.at(&account.setting, "account.setting must name a required text setting of level \"channel\"".into());
        }
    }
}

fn routes(manifest: &Manifest, found: &mut Findings<'_>) {
    let mut seen = std::collections::BTreeSet::new();
    for route in &manifest.routes {
        if !is_name(&route.name, '-') || !seen.insert(&route.name) {
            found.at(
                &route.name,
                format!("route name {:?} must be unique, of lower-case letters, digits and hyphens", route.name),
            );
        }
        for method in &route.methods {
            if !matches!(method.as_str(), "GET" | "POST" | "PUT" | "DELETE" | "PATCH") {
                found.at(
                    method,
                    format!("route {:?}: method {method:?} is not one of GET, POST, PUT, PATCH, DELETE", route.name),
                );
            }
        }
        if !(200..300).contains(&route.answer.status) {
            found.at(&route.name, format!("route {:?}: answer.status must be from 200 to 299", route.name));
        }
        if !(50..=30_000).contains(&route.ack_within_ms) {
            found.at(&route.name, format!("route {:?}: ack_within_ms must be from 50 to 30000", route.name));
        }
        if !(1..=64 * 1024 * 1024).contains(&route.max_body) {
            found.at(&route.name, format!("route {:?}: max_body must be from 1 byte to 64 MiB", route.name));
        }
        let mut keys = Vec::new();
        if let Verify::Hmac(recipe) = &route.verify {
            keys.push(&recipe.credential);
            if recipe.template.is_empty() {
                found.at(&route.name, format!("route {:?}: an empty verification template signs nothing", route.name));
            }
        }
        if let Some(challenge) = &route.challenge {
            keys.push(&challenge.credential);
        }
        for key in keys {
            let field = manifest.credential(key);
            if !field.is_some_and(|f| f.level == route.level && f.required && f.uses.contains(&CredentialUse::Verify)) {
                found.at(
                    key,
                    format!(
                        "route {:?}: credential {key:?} must be a required one of level \"{}\" with use = [\"verify\"]",
                        route.name,
                        route.level.as_str()
                    ),
                );
            }
        }
    }
}

fn egress(manifest: &Manifest, found: &mut Findings<'_>) {
    for rule in &manifest.egress {
        host(rule.host.as_str(), found);
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
            let path = path.as_str();
            let segments_fit = path.strip_prefix('/').is_some_and(|rest| {
                path == "/"
                    || rest.split('/').all(|segment| {
                        !matches!(segment, "" | "." | "..") && (segment == "*" || !segment.contains('*'))
                    })
            });
            if !segments_fit || path.contains(['?', '#', '\\']) {
                found.at(path, format!("path {path:?}: write \"/\" and segments; \"*\" stands for exactly one whole segment, never for a part of one or for several"));
            }
        }
        for place in &rule.places {
            let field = manifest.credential(&place.credential);
            if !field.is_some_and(|f| f.uses.contains(&CredentialUse::Egress)) {
                found.at(
                    &place.credential,
                    format!(
                        "egress {:?}: credential {:?} is not declared with use = [\"egress\"]",
                        rule.name, place.credential
                    ),
                );
            }
            match (&place.header, &place.query) {
                (Some(header), None) => {
                    let forbidden =
                        ["host", "content-length", "transfer-encoding", "connection", "cookie", "te", "upgrade"];
                    let token = !header.is_empty()
                        && header.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                    if !token || forbidden.contains(&header.as_str()) {
                        found.at(header, format!("egress {:?}: {header:?} cannot be a credential's header", rule.name));
                    }
                }
                (None, Some(_)) if place.prefix.is_empty() => {}
                _ => found.at(
                    &place.credential,
                    format!(
                        "egress {:?}: a place is either a header (with a prefix, if need be) or a query key",
                        rule.name
                    ),
                ),
            }
            if rule.host.as_str().starts_with("*.") {
                found.at(
                    rule.host.as_str(),
                    format!("egress {:?}: a credential needs an exact host name, not a wildcard", rule.name),
                );
            }
        }
    }
}

fn host(pattern: &str, found: &mut Findings<'_>) {
    let base = pattern.strip_prefix("*.").unwrap_or(pattern);
    let labels: Vec<&str> = base.split('.').collect();
    let named = labels.iter().all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    });
    let numeric =
        labels.last().is_some_and(|label| label.chars().all(|c| c.is_ascii_digit()) || label.starts_with("0x"));
    if !named || numeric || labels.len() < 2 || pattern.len() > 253 {
        found.at(
            pattern,
            format!("host {pattern:?}: write a full name in lower case (graph.example.com) or \"*.example.com\"; no scheme, port, address or other wildcard"),
        );
    }
}

fn rest(manifest: &Manifest, found: &mut Findings<'_>) {
    let media = ["image", "video", "audio", "voice", "sticker", "animation", "video-note", "file"];
    for capability in &manifest.capabilities.media {
        if !media.contains(&capability.kind.as_str()) {
            found.at(&capability.kind, format!("media kind {:?} is not one of {}", capability.kind, media.join(", ")));
        }
    }
    for capability in &manifest.capabilities.choices {
        if !["buttons", "quick-replies", "menu", "poll"].contains(&capability.style.as_str()) {
            found.at(
                &capability.style,
                format!("choices style {:?} is not one of buttons, quick-replies, menu, poll", capability.style),
            );
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for rate in &manifest.rates {
        if !seen.insert(&rate.bucket) {
            found.at(&rate.bucket, format!("rate bucket {:?} is declared twice", rate.bucket));
        }
    }
}

#[cfg(test)]
mod tests;
