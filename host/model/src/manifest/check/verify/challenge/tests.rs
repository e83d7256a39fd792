//! Challenge recipes that must not be, and the providers' that must.

use super::super::tests::{DELETION, DISCORD, GRAPH, HEAD, SLACK, STANDARD, TWILIO, parsed, refused};
use crate::manifest::Manifest;

/// docs.x.com, "Webhooks": the answer to `crc_token` shows that we have the secret that requests are signed with.
const X: &str = r#"
[route.verify.hmac]
header = "x-twitter-webhooks-signature"
digest = "sha256"
encoding = "base64"
prefix = "sha256="
credential = "secret"
[route.challenge]
method = "GET"
[route.challenge.json]
response_token = { hmac-sha256 = { of = "crc_token", credential = "secret", encoding = "base64", prefix = "sha256=" } }
"#;

/// developers.zoom.us, "Using webhooks": signed as every other request.
const ZOOM: &str = r#"
[route.verify.hmac]
header = "x-zm-signature"
digest = "sha256"
prefix = "v0="
credential = "secret"
template = [{ literal = "v0:" }, "timestamp", { literal = ":" }, "body"]
timestamp = { header = "x-zm-request-timestamp", tolerance_s = 300 }
[route.challenge]
method = "POST"
source = "body"
when = { "/event" = "endpoint.url_validation" }
[route.challenge.json]
plainToken = { echo = "/payload/plainToken" }
encryptedToken = { hmac-sha256 = { of = "/payload/plainToken", credential = "secret" } }
"#;

#[test]
fn the_providers_recipes_are_read() {
    for recipe in [X, ZOOM, SLACK, DISCORD, GRAPH] {
        parsed(recipe);
    }
}

#[test]
fn a_challenge_is_recognised_by_something_and_answered_by_one_thing() {
    let slack = "when = { \"/type\" = \"url_verification\" }\n";
    refused(SLACK, slack, "", "would take every request for a handshake");
    refused(SLACK, "\"/challenge\"", "\"challenge\"", "must be a JSON pointer");
    refused(SLACK, "\"/type\"", "\"type\"", "must be a JSON pointer");
    refused(SLACK, "method = \"POST\"\nsource", "method = \"PUT\"\nsource", "needs its method");
    refused(SLACK, slack, &format!("{slack}token = \"/token\"\ncredential = \"secret\"\n"), "has no token");
    refused(DISCORD, "reply =", "answer = \"/x\"\nreply =", "answered with one of");
    refused(GRAPH, "answer = \"validationToken\"", "", "answered with one of");
    refused(GRAPH, "answer =", "token = \"t\"\nanswer =", "token and credential go together");
    refused(GRAPH, "answer =", "token = \"t\"\ncredential = \"token\"\nanswer =", "must be a required one");
}

#[test]
fn a_computed_answer_has_members_sources_and_a_key() {
    refused(X, "crc_token", "", "names no parameter");
    refused(X, "encoding = \"base64\", prefix", "colour = 1, prefix", "unknown field");
    refused(X, "hmac-sha256", "hmac-md5", "unknown variant");
    refused(ZOOM, "{ echo = \"/payload/plainToken\" }", "{ echo = \"plainToken\" }", "must be a JSON pointer");
    refused(ZOOM, "of = \"/payload", "of = \"payload", "must be a JSON pointer");
    refused(ZOOM, "[route.challenge.json]", "answer = \"/x\"\n[route.challenge.json]", "answered with one of");
    for another in ["nobody", "token", "page_secret", "old_secret"] {
        let to = format!("plainToken\", credential = \"{another}\"");
        refused(ZOOM, "plainToken\", credential = \"secret\"", &to, "must be a required one of level \"app\"");
    }
    let many: String = (0..9).map(|n| format!("m{n} = {{ echo = \"/x\" }}\n")).collect();
    refused(ZOOM, "plainToken = { echo", &format!("{many}plainToken = {{ echo"), "1 to 8 members");
}

#[test]
fn a_reply_is_nothing_that_a_browser_runs() {
    for wrong in ["text/html", "image/svg+xml", "application/javascript", "text/plainly", "TEXT/HTML", ""] {
        refused(DISCORD, "application/json", wrong, "must be \"text/plain\" or");
    }
    parsed(&DISCORD.replace("application/json", "text/plain; charset=utf-8"));
}

/// Whoever knows the address can have a text hashed: so it must be no text that a recipe would take for signed.
#[test]
fn what_is_hashed_for_anybody_signs_nothing_else() {
    refused(X, "\ncredential =", "\ntemplate = [\"form-sorted\"]\ncredential =", "hashes with \"secret\"");
    refused(X, "\ncredential =", "\ntemplate = [\"body\", \"form-sorted\"]\ncredential =", "hashes with \"secret\"");
    let other =
        |recipe: &str| format!("{X}\n[[route]]\nname = \"other\"\nlevel = \"app\"\nmethods = [\"POST\"]\n{recipe}");
    for recipe in
        [DELETION, STANDARD, TWILIO, "[route.verify.shared-secret]\nplace = \"path\"\ncredential = \"secret\""]
    {
        refused(&other(recipe), "", "", "hashes with \"secret\"");
    }
    let previous = X.replacen("credential = \"secret\"", "credential = \"secret\"\nprevious = [\"old_secret\"]", 1);
    parsed(&previous);
    parsed(&other("verify = \"none\""));
    let derived =
        "[[derived]]\nname = \"proof\"\nvalue = { hmac-sha256 = { key = \"secret\", credential = \"secret\" } }";
    let text = format!("{HEAD}{X}\n{derived}").replacen("use = [\"verify\"]", "use = [\"verify\", \"derive\"]", 1);
    let problems = Manifest::parse(&text).expect_err("a refusal");
    assert!(problems.iter().any(|problem| problem.words.contains("derives nothing")), "{problems:?}");
    // In a verified body nobody but the provider asks.
    parsed(&ZOOM.replace(
        "template = [{ literal = \"v0:\" }, \"timestamp\", { literal = \":\" }, \"body\"]",
        "template = [\"timestamp\", \"form-sorted\"]",
    ));
}
