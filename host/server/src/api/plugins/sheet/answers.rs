//! What a route may answer, and to whose scripts, in words for the permission sheet.

use lockgate_model::manifest::{Manifest, Route};

/// What the plugin may answer beyond plain data.
pub(super) fn own(route: &Route, manifest: &Manifest) -> String {
    let own = &route.own_answer;
    let mut words = Vec::new();
    if !own.content_types.is_empty() {
        words.push(format!("with {}", own.content_types.join(", ")));
    }
    if !own.headers.is_empty() {
        words.push(format!("with the headers {}", own.headers.join(", ")));
    }
    if let Some(key) = &own.redirect {
        words.push(format!(
            "by sending who calls on to the site that is filled in as \"{}\"",
            setting_label(key, manifest)
        ));
    }
    if words.is_empty() { String::new() } else { format!("; it may answer {}", words.join(" and ")) }
}

/// Whose scripts may post there and read the answers.
pub(super) fn cors(route: &Route, manifest: &Manifest) -> String {
    let words = |key| {
        format!("; scripts of the sites that are filled in as \"{}\" may call it too", setting_label(key, manifest))
    };
    route.cors.as_ref().map_or(String::new(), |cors| words(&cors.origins))
}

fn setting_label<'a>(key: &'a str, manifest: &'a Manifest) -> &'a str {
    let field = manifest.settings.iter().find(|field| field.key == key);
    field.map_or(key, |field| field.label.as_str())
}
