//! What a plugin answers for itself: what its manifest asks for out of what the host permits, and never more.

use lockgate_tests::{Database, TestHost, logged, on_both};
use reqwest::Response;
use serde_json::{Value, json};

use crate::hostile::{Channel, call};

async fn answered(hook: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    call(hook, &json!({ "do": "answer", "answer": { "status": status, "headers": headers, "body": body } })).await
}

/// Names of the headers, but those that every server sends.
fn names(answer: &Response) -> Vec<String> {
    let names = answer.headers().keys().map(ToString::to_string);
    let mut names: Vec<String> = names.filter(|name| !["date", "content-length"].contains(&name.as_str())).collect();
    names.sort();
    names
}

/// What every answer of a hook has.
pub(crate) fn runs_nothing(answer: &Response) {
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_ne!(header("cache-control"), "");
}

const ALWAYS: [&str; 4] = ["cache-control", "content-security-policy", "referrer-policy", "x-content-type-options"];

async fn a_plugins_own_answer_is_what_its_manifest_asks_for(database: Database) {
    let host = TestHost::start_on(database).await;
    let hostile = Channel::connect(host.api()).await;
    let page = [
        ("content-type", "text/html"),
        ("etag", "\"1\""),
        ("set-cookie", "session=stolen"),
        ("content-security-policy", "default-src *"),
        ("access-control-allow-origin", "*"),
        ("x-accel-redirect", "/etc/passwd"),
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("location", "https://evil.example/"),
        ("retry-after", "1\r\nset-cookie: a=b"),
    ];
    let answer = answered(&hostile.channel_hook, 200, &page, "<script>alert(1)</script>").await;
    runs_nothing(&answer);
    let mut expected: Vec<&str> = ALWAYS.into_iter().chain(["content-type", "etag"]).collect();
    expected.sort_unstable();
    assert_eq!((answer.status().as_u16(), names(&answer)), (200, expected.into_iter().map(str::to_owned).collect()));
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.text().await.unwrap(), "<script>alert(1)</script>");
    assert!(logged("the header \\\"set-cookie\\\"") || logged("the header \"set-cookie\""), "its author is told");

    // The other route of the same plugin asks for nothing: the manifest's own answer goes out instead of a page.
    let answer = answered(&hostile.app_hook, 200, &page, "<script>alert(1)</script>").await;
    runs_nothing(&answer);
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, ""));
    let answer = answered(&hostile.app_hook, 422, &[("content-type", "application/json")], "{\"ok\":false}").await;
    runs_nothing(&answer);
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (422, "{\"ok\":false}"));

    for status in [0, 100, 101, 206, 301, 307, 401, 429, 500, 503, 999, 65535] {
        let answer = answered(&hostile.channel_hook, status, &[], "no").await;
        runs_nothing(&answer);
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, ""), "{status}");
    }
    // Kept as long as it says, where the manifest asks for that.
    let answer = answered(&hostile.channel_hook, 200, &[("cache-control", "max-age=60")], "kept").await;
    assert_eq!(answer.headers()["cache-control"], "max-age=60");
}

async fn who_calls_is_sent_on_only_to_where_the_admin_said(database: Database) {
    let host = TestHost::start_on(database).await;
    let hostile = Channel::connect(host.api()).await;
    let location = |answer: &Response| answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
    let onward = "https://shop.example/thanks?order=1";
    let answer = answered(&hostile.channel_hook, 303, &[("location", onward)], "").await;
    runs_nothing(&answer);
    assert_eq!((answer.status().as_u16(), location(&answer).as_deref()), (303, Some(onward)));
    for elsewhere in ["https://evil.example/", "//evil.example/", "/api/v1/plugins", "javascript:alert(1)"] {
        let answer = answered(&hostile.channel_hook, 303, &[("location", elsewhere)], "").await;
        assert_eq!((answer.status().as_u16(), location(&answer)), (200, None), "{elsewhere}");
    }
    // The app's route names no setting for it.
    let answer = answered(&hostile.app_hook, 303, &[("location", onward)], "").await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (200, None));
}

async fn every_answer_of_a_hook_runs_nothing(database: Database) {
    let host = TestHost::start_on(database).await;
    let hostile = Channel::connect(host.api()).await;
    let unsigned = lockgate_tests::client().build().unwrap();
    for answer in [
        unsigned.post(&hostile.app_hook).body("{}").send().await.unwrap(),
        unsigned.get(&hostile.app_hook).send().await.unwrap(),
        unsigned.post(format!("{}-not", hostile.app_hook)).send().await.unwrap(),
        unsigned.post(format!("{}/hooks/nobody/events", host.api().origin())).send().await.unwrap(),
        call(&hostile.app_hook, &json!({ "do": "passing" })).await,
        call(&hostile.app_hook, &json!({ "do": "panic" })).await,
        call(&hostile.app_hook, &Value::Null).await,
    ] {
        assert_ne!(answer.status(), 500);
        runs_nothing(&answer);
    }
}

on_both![
    a_plugins_own_answer_is_what_its_manifest_asks_for,
    who_calls_is_sent_on_only_to_where_the_admin_said,
    every_answer_of_a_hook_runs_nothing,
];
