//! Answers that mint secrets: the host keeps those, and a plugin that asked for them gets handles that are good for nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use http_body_util::Full;
use hyper::Response;
use hyper::body::Bytes;
use lockgate_model::contract::outbound::PartOutcome;
use lockgate_runtime::{CallFailure, Called};

use crate::harness::{Sandbox, draft};
use crate::provider::{Manner, Provider};

const ONE: &str = "EAAG/minted+one~4711";
const TWO: &str = "EAAG-minted-two-4712";

/// As the provider tells it somewhere else.
pub fn echo() -> String {
    let percent: String = ONE.bytes().map(|byte| format!("%{byte:02x}")).collect();
    format!("{ONE} {percent} {} {}", ONE.replace('/', "\\/"), hex::encode(ONE))
}

/// What the provider answers there.
pub fn answer(path: &str) -> Response<Full<Bytes>> {
    let token = format!("{{\"token\":\"{ONE}\"}}");
    let utf16: Vec<u8> = token.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let percent = ONE.replace('/', "%2F").replace('+', "%2B");
    let (status, body): (u16, Vec<u8>) = match path.trim_start_matches("/mint/") {
        "pages" => (
            200,
            format!(
                r#"{{"data": [{{"id":"1","access_token":"{}"}},{{"id":"2","access_token":"{TWO}","n":1.50}}],"paging":{{"next":"https://x.example/?t={percent}"}}}}"#,
                ONE.replace('/', "\\/")
            )
            .into(),
        ),
        "one" => (200, token.into()),
        "refused" => (400, format!("{{\"error\":{{\"code\":190}},\"token\":\"{ONE}\"}}").into()),
        "nothing" => (401, br#"{"error":{"code":190}}"#.into()),
        "empty" => (204, Vec::new()),
        "part" => (206, token.into()),
        "html" => (502, format!("<html>{ONE}</html>").into()),
        "plain" => (200, ONE.into()),
        "form" => (200, format!("token={percent}").into()),
        "mark" => (200, format!("\u{feff}{token}").into()),
        "utf16" => (200, utf16),
        "cut" => (200, token.trim_end_matches("\"}").into()),
        "twice" => (200, format!("{{\"token\":\"{ONE}\",\"token\":\"{TWO}\"}}").into()),
        "object" => (200, format!("{{\"token\":{{\"value\":\"{ONE}\"}}}}").into()),
        "number" => (200, br#"{"token":12345678901234}"#.into()),
        "short" => (200, br#"{"token":"1234567"}"#.into()),
        "large" => (200, format!("{{\"token\":\"{}\"}}", "x".repeat(40 << 10)).into()),
        "many" => (200, serde_json::json!({ "data": vec![serde_json::json!({ "access_token": ONE }); 129] }).to_string().into()),
        other => (404, format!("\"{other}\"").into()),
    };
    Response::builder().status(status).header("x-debug", ONE).body(Full::new(Bytes::from(body))).unwrap()
}

/// Nothing that is told holds a secret, under any spelling of the tests.
fn assert_clean(case: &str, told: &str) {
    let told = told.replace("\\\\", "\\").replace("\\/", "/").to_lowercase();
    for secret in [ONE, TWO] {
        let percent: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let form = secret.replace('/', "%2F").replace('+', "%2B");
        let plain = [secret.to_owned(), percent, form, hex::encode(secret), secret[..12].to_owned()];
        for spelling in plain {
            assert!(!told.contains(&spelling.to_lowercase()), "{case}: {told}");
        }
    }
}

fn told(called: &Called<Vec<PartOutcome>>) -> String {
    format!("{:?}", called.result.as_ref().unwrap()[0].outcome)
}

fn kept(called: &Called<Vec<PartOutcome>>) -> Vec<(&str, &str)> {
    let captured = called.effects.captured.iter();
    captured.map(|captured| (captured.handle.as_str(), captured.secret.expose_str().unwrap())).collect()
}

async fn sandbox() -> (Provider, Sandbox) {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    (provider, sandbox)
}

#[tokio::test]
async fn the_host_keeps_what_is_minted_and_the_guest_sees_handles() {
    let (_provider, sandbox) = sandbox().await;
    let called = sandbox.send("mint /mint/pages").await;
    assert_clean("effects", &format!("{called:?}"));
    let told = told(&called);
    let kept = kept(&called);
    let [(first, ONE), (second, TWO)] = kept[..] else { panic!("{kept:?}") };
    assert!(first.len() == 41 && first.starts_with("captured:") && first != second);
    let json = format!(
        r#"{{"data": [{{"id":"1","access_token":"{first}"}},{{"id":"2","access_token":"{second}","n":1.50}}],"paging":{{"next":"https://x.example/?t=[credential]"}}}}"#
    );
    let shown = format!("{json:?}");
    assert!(told.contains(&shown[1..shown.len() - 1]), "{told}");
    assert!(told.contains(r#"(\"x-debug\", \"[credential]\")"#), "{told}");
}

#[tokio::test]
async fn handles_follow_from_the_call_and_from_nothing_else() {
    let (_provider, sandbox) = sandbox().await;
    let first = sandbox.send("mint /mint/one /mint/one /mint/pages").await;
    let handles: BTreeSet<&str> = kept(&first).iter().map(|(handle, _)| *handle).collect();
    assert_eq!(handles.len(), 2, "the same secret has the same handle: {handles:?}");
    let again = sandbox.send("mint /mint/one /mint/one /mint/pages").await;
    assert_eq!(kept(&again), kept(&first), "a replay gives the same");
    let mut other = sandbox.call();
    other.seed = [8; 32];
    let other = sandbox.plugin.send(other, draft("mint /mint/one")).await;
    assert!(!handles.contains(kept(&other)[0].0), "another call has others");
}

#[tokio::test]
async fn no_later_answer_and_no_log_shows_it() {
    let (_provider, sandbox) = sandbox().await;
    let later = sandbox.send("mint /mint/one /look/minted").await;
    assert_clean("later answer", &format!("{later:?}"));
    assert!(told(&later).contains("[credential] [credential] [credential] [credential]"), "{}", told(&later));
    // What the provider told before it was captured stands in no log either.
    let logged = sandbox.send("mint-log /look/minted /mint/one").await;
    assert!(logged.effects.log.len() >= 2);
    assert_clean("log", &format!("{:?}", logged.effects));
    let panicked = sandbox.send("mint-panic /look/minted /mint/one").await;
    assert_clean("last words", &format!("{panicked:?}"));
    assert!(matches!(panicked.result, Err(CallFailure::Trap(_))));
    assert!(panicked.effects.captured.is_empty(), "nobody can name what a failed call captured");
}

#[tokio::test]
async fn an_answer_that_leaves_a_doubt_is_withheld_as_a_whole() {
    let (_provider, sandbox) = sandbox().await;
    for (name, why) in [
        ("html", "no JSON"),
        ("plain", "no JSON"),
        ("form", "no JSON"),
        ("mark", "no JSON"),
        ("utf16", "no JSON"),
        ("cut", "no JSON"),
        ("part", "a part"),
        ("twice", "twice"),
        ("object", "no text"),
        ("number", "no text"),
        ("short", "less than 8 bytes"),
        ("many", "more than can be kept"),
        ("large", "more than can be kept"),
    ] {
        let called = sandbox.send(&format!("mint /mint/{name}")).await;
        assert_clean(name, &format!("{called:?}"));
        let told = told(&called);
        assert!(told.contains("no answer") && !told.contains("12345"), "{name}: {told}");
        let denied = &called.effects.denials[0].what;
        assert!(denied.contains("withheld") && denied.contains(why), "{name}: {denied}");
        assert!(called.effects.captured.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn answers_of_every_status_are_captured_and_those_without_a_secret_pass() {
    let (_provider, sandbox) = sandbox().await;
    let refused = sandbox.send("mint /mint/refused").await;
    assert_clean("refused", &format!("{refused:?}"));
    assert!(told(&refused).contains("400 ") && told(&refused).contains("captured:"), "{}", told(&refused));
    assert_eq!(kept(&refused)[0].1, ONE);
    for (name, seen) in [("nothing", "\\\"code\\\":190"), ("empty", "204 ")] {
        let called = sandbox.send(&format!("mint /mint/{name}")).await;
        assert!(told(&called).contains(seen) && called.effects.captured.is_empty(), "{name}: {}", told(&called));
    }
}

#[tokio::test]
async fn a_handle_in_a_request_is_text_and_nothing_else() {
    let (provider, sandbox) = sandbox().await;
    let called = sandbox.send("mint /mint/one /look/{handle} /look/headers?t={handle}").await;
    let handle = kept(&called)[0].0;
    let told = told(&called);
    let seen = provider.seen();
    assert!(told.contains(&format!("\\\"x-handle\\\": \\\"{handle}\\\"")), "as a header: {told}");
    assert!(seen[1].uri.starts_with(&format!("/look/{handle}?")), "in a path: {}", seen[1].uri);
    assert!(seen[2].uri.contains(&format!("t={handle}")), "in a query: {}", seen[2].uri);
    let body = format!(r#"{{"bearer":"Bearer {handle}","handle":"{handle}"}}"#);
    assert_eq!(String::from_utf8_lossy(&seen[1].body), body, "in a body");
    assert!(!format!("{seen:?}").contains(ONE), "it stands for nothing: {seen:?}");
}

#[tokio::test]
async fn a_second_rule_does_not_show_what_one_keeps() {
    let (provider, sandbox) = sandbox().await;
    let mut call = sandbox.call();
    call.grants = Arc::new(BTreeSet::from(["peep".to_owned()]));
    let called = sandbox.plugin.send(call, draft("mint /mint/one")).await;
    assert_clean("peep", &format!("{called:?}"));
    assert_eq!(kept(&called)[0].1, ONE);
    assert_eq!(provider.seen().len(), 1);
}

#[tokio::test]
async fn a_part_of_such_an_answer_cannot_be_asked_for() {
    let (provider, sandbox) = sandbox().await;
    let mut call = sandbox.call();
    // A rule without places, so that no place refuses it.
    call.grants = Arc::new(BTreeSet::from(["peep".to_owned()]));
    let called = sandbox.plugin.send(call, draft("mint-part /mint/one")).await;
    assert!(told(&called).contains("refused the request"), "{}", told(&called));
    assert!(called.effects.denials[0].what.contains("as a whole"), "{:?}", called.effects.denials);
    assert!(provider.seen().is_empty());
}
