//! The rules that a manifest keeps beyond the kinds of its fields.

mod answer;
mod capture;
mod derived;
mod egress;
mod verify;

use super::parse::{MOST_PROBLEMS, ManifestProblem, place_of_quoted};
use super::{Manifest, SettingKind};

/// Bytes of the largest medium that a manifest can speak of: what no provider takes today.
const MEDIA: u64 = 64 << 30;
/// The longest text of a manifest, in its own unit: more than the API takes of a message.
const TEXT: u32 = 1 << 20;
/// The most options that a manifest can speak of.
const OPTIONS: u32 = 10_000;

/// Every rule that the manifest breaks.
pub(super) fn check(manifest: &Manifest, text: &str) -> Vec<ManifestProblem> {
    let mut found = Findings { text, problems: Vec::new() };
    identity(manifest, &mut found);
    names(manifest, &mut found);
    routes(manifest, &mut found);
    egress::check(manifest, &mut found);
    derived::check(manifest, &mut found);
    rest(manifest, &mut found);
    super::media::problems(manifest).into_iter().for_each(|(at, words)| found.at(&at, words));
    found.problems
}

struct Findings<'a> {
    text: &'a str,
    problems: Vec<ManifestProblem>,
}

impl Findings<'_> {
    /// Notes a problem where the offending value first stands in quotes.
    fn at(&mut self, value: &str, words: String) {
        // Whoever reads a hundred knows enough, and each costs a look through the whole text.
        if self.problems.len() >= MOST_PROBLEMS {
            return;
        }
        self.problems.push(ManifestProblem::new(place_of_quoted(self.text, value), &words));
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
    let secrets = manifest.credentials.iter().map(|field| &field.name).chain(manifest.derived.iter().map(|d| &d.name));
    for key in manifest.settings.iter().map(|field| &field.key).chain(secrets) {
        if !is_name(key, '_') {
            found.at(key, format!("{key:?} must be lower-case letters, digits and underscores"));
        }
        if !seen.insert(key) {
            found.at(
                key,
                format!("{key:?} is declared twice; settings, credentials and derived values share one set of names"),
            );
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
        if !(50..=30_000).contains(&route.ack_within_ms) {
            found.at(&route.name, format!("route {:?}: ack_within_ms must be from 50 to 30000", route.name));
        }
        if !(1..=64 * 1024 * 1024).contains(&route.max_body) {
            found.at(&route.name, format!("route {:?}: max_body must be from 1 byte to 64 MiB", route.name));
        }
        verify::check(manifest, route, found);
        answer::check(manifest, route, found);
    }
}

fn rest(manifest: &Manifest, found: &mut Findings<'_>) {
    let media = ["image", "video", "audio", "voice", "sticker", "animation", "video-note", "file"];
    for capability in &manifest.capabilities.media {
        if !media.contains(&capability.kind.as_str()) {
            found.at(&capability.kind, format!("media kind {:?} is not one of {}", capability.kind, media.join(", ")));
        }
    }
    for capability in manifest.capabilities.media.iter().filter(|media| media.max_bytes.is_some_and(|max| max > MEDIA))
    {
        found.at(&capability.kind, format!("media {:?}: max_bytes must be at most {MEDIA}", capability.kind));
    }
    if manifest.capabilities.text.as_ref().is_some_and(|text| !(1..=TEXT).contains(&text.max)) {
        found.at(
            "text",
            format!("capabilities.text: max must be from 1 to {TEXT}, which is more than a message can have"),
        );
    }
    for capability in &manifest.capabilities.choices {
        // A poll's options have no payload, a menu may have no body.
        let longest = [capability.payload_max, capability.body_max.unwrap_or_default()];
        if !(1..=OPTIONS).contains(&capability.max) {
            found.at(&capability.style, format!("choices {:?}: max must be from 1 to {OPTIONS}", capability.style));
        }
        if !(1..=TEXT).contains(&capability.title_max) || longest.iter().any(|length| *length > TEXT) {
            let words = "title_max must be from 1, payload_max and body_max from 0 to";
            found.at(&capability.style, format!("choices {:?}: {words} {TEXT}", capability.style));
        }
        if !["buttons", "quick-replies", "menu", "poll"].contains(&capability.style.as_str()) {
            found.at(
                &capability.style,
                format!("choices style {:?} is not one of buttons, quick-replies, menu, poll", capability.style),
            );
        }
    }
    for symbol in manifest.capabilities.react.iter().flat_map(|react| &react.symbols) {
        if !super::is_symbol(symbol) {
            found
                .at(symbol, format!("react symbol {symbol:?} must be an emoji, or the provider's name between colons"));
        }
    }
    if manifest.window.as_ref().is_some_and(|window| window.templates) && !manifest.capabilities.templates {
        let words = "window.templates lets templates be sent after the window, and capabilities.templates is not true: declare it, or leave this out";
        found.problems.push(ManifestProblem::new(super::polling::place_of_table(found.text, "window"), words));
    }
    if let Some(words) = manifest.polling.as_ref().and_then(super::Polling::problem) {
        found.problems.push(ManifestProblem::new(super::polling::place_of_table(found.text, "polling"), &words));
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
