//! What a route may have answered, by the manifest and by the plugin, and to which sites' scripts.

use super::Findings;
use crate::manifest::answer::{ANSWER_HEADERS, ANSWER_TYPES, DEFAULT_ANSWER_STATUSES, answer_type};
use crate::manifest::{Level, Manifest, Route, SettingKind};

/// The rules for one route's `answer`, `own_answer`, `cors` and the challenge's `reply`.
pub(super) fn check(manifest: &Manifest, route: &Route, found: &mut Findings<'_>) {
    let name = &route.name;
    let answer = &route.answer;
    if !DEFAULT_ANSWER_STATUSES.contains(&answer.status) {
        found.at(name, format!("route {name:?}: answer.status must be 200, 201, 202 or 204"));
    }
    if answer.status == 204 && !answer.body.is_empty() {
        found.at(&answer.body, format!("route {name:?}: an answer with the status 204 has no body"));
    }
    text(name, "answer", &answer.content_type, found);
    if let Some(reply) = route.challenge.as_ref().and_then(|challenge| challenge.reply.as_ref()) {
        text(name, "challenge.reply", &reply.content_type, found);
    }
    for header in &route.own_answer.headers {
        if !ANSWER_HEADERS.contains(&header.as_str()) {
            let words = format!(
                "route {name:?}: own_answer.headers: {header:?} is not one of {} (in lower case)",
                ANSWER_HEADERS.join(", ")
            );
            found.at(header, words);
        }
    }
    for media_type in &route.own_answer.content_types {
        if !ANSWER_TYPES.contains(&media_type.as_str()) {
            let words = format!(
                "route {name:?}: own_answer.content_types: {media_type:?} is not one of {}",
                ANSWER_TYPES.join(", ")
            );
            found.at(media_type, words);
        }
    }
    let redirect = route.own_answer.redirect.as_ref().map(|key| ("own_answer.redirect", key));
    let origins = route.cors.as_ref().map(|cors| ("cors.origins", &cors.origins));
    for (of, key) in redirect.into_iter().chain(origins) {
        let visible = |level: Level| level == Level::App || route.level == Level::Channel;
        let fits = |kind: SettingKind| matches!(kind, SettingKind::Text | SettingKind::Texts);
        if !manifest.settings.iter().any(|field| field.key == *key && visible(field.level) && fits(field.kind)) {
            let words = format!("route {name:?}: {of}: {key:?} is no text setting that this route's level can see");
            found.at(key, words);
        }
    }
}

fn text(route: &str, key: &str, content_type: &str, found: &mut Findings<'_>) {
    if answer_type(content_type).is_none() {
        let words = format!(
            "route {route:?}: {key}.content_type: {content_type:?} is not one of {}, at most with \"; charset=utf-8\"",
            ANSWER_TYPES.join(", ")
        );
        found.at(route, words);
    }
}

#[cfg(test)]
mod tests {
    use crate::manifest::Manifest;

    const GOOD: &str = r#"
[plugin]
id = "example"
name = "Example"
version = "1.0.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "For tests."

[[setting]]
key = "thanks_page"
level = "channel"
label = "Page to send people on to"

[[setting]]
key = "loud"
level = "app"
label = "Loud"
kind = "boolean"

[[route]]
name = "form"
level = "channel"
methods = ["POST"]
answer = { status = 200, content_type = "text/plain", body = "ok" }
own_answer = { headers = ["etag"], content_types = ["text/html"], redirect = "thanks_page" }
verify = "none"
"#;

    #[track_caller]
    fn refused(from: &str, to: &str, line: usize, words: &str) {
        assert!(GOOD.contains(from), "{from:?} is not in the manifest");
        let problems = Manifest::parse(&GOOD.replacen(from, to, 1)).expect_err("a refusal");
        assert_eq!(problems[0].line, Some(line), "{}", problems[0]);
        assert!(problems[0].words.contains(words), "{}", problems[0]);
    }

    #[test]
    fn an_answer_that_a_plugin_may_not_give_is_refused_at_install() {
        Manifest::parse(GOOD).expect("good");
        for header in ["set-cookie", "location", "content-security-policy", "connection", "x-accel-redirect", "ETag"] {
            refused("\"etag\"", &format!("\"{header}\""), 25, "own_answer.headers");
        }
        for media_type in ["text/javascript", "image/svg+xml", "text/html; charset=utf-8", "*/*"] {
            refused("\"text/html\"", &format!("\"{media_type}\""), 25, "own_answer.content_types");
        }
        for key in ["loud", "nowhere"] {
            let line = if key == "loud" { 15 } else { 25 };
            refused("redirect = \"thanks_page\"", &format!("redirect = \"{key}\""), line, "own_answer.redirect");
        }
        refused("redirect", "onward", 25, "unknown field");
        for (key, line) in [("loud", 15), ("nowhere", 26)] {
            let cors = format!("cors = {{ origins = \"{key}\" }}\nverify");
            refused("verify", &cors, line, "cors.origins");
        }
        // A channel's page is nothing that the app's route can know.
        refused("level = \"channel\"\nmethods", "level = \"app\"\nmethods", 10, "own_answer.redirect");
    }

    #[test]
    fn what_the_manifest_answers_is_a_short_plain_success() {
        for status in ["100", "206", "299", "301", "404", "500"] {
            refused("status = 200", &format!("status = {status}"), 21, "answer.status");
        }
        refused("status = 200", "status = 204", 24, "no body");
        refused("\"text/plain\"", "\"text/javascript\"", 21, "answer.content_type");
        refused("\"text/plain\"", "\"text/plain\\r\\nset-cookie: a=b\"", 21, "answer.content_type");
        refused("\"ok\"", &format!("\"{}\"", "a".repeat((64 << 10) + 1)), 24, "\"body\" has 65537 bytes");
        let reply = "own_answer = {}\nchallenge = { method = \"GET\", when = { a = \"b\" }, reply = { content_type = \"text/css\", body = \"\" } }\n#";
        refused("own_answer =", reply, 26, "reply.content_type");
    }
}
