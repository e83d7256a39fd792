//! What must not come in: refused with the right status, counted, and no byte of it kept.

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use lockgate_simulators::webhook::{Envelope, Forgery, HookRequest, Retry, nested};
use lockgate_tests::{Database, Story, on_both, scan};
use reqwest::{Body, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{PAGE, ada};

/// Stands in every body that must leave no trace.
const FORGED: &str = "REFUND-ORDER-1042-TO-ME";

/// More than the route takes.
const TOO_LARGE: usize = 1024 * 1024 + 1;

async fn what_is_forged_leaves_a_count_and_no_byte(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let person = ada();
    let genuine = story.webhooks().sign(&Envelope::one(person.text("m_forged", story.now(), FORGED)));
    for how in Forgery::ALL {
        let answer = story.webhooks().post(&genuine.clone().forged(how)).await.unwrap();
        assert_eq!(answer.status, 401, "{how:?}");
        assert!(!String::from_utf8_lossy(&answer.body).contains(FORGED));
    }
    let hook = story.webhooks().config().hook_url.to_string();
    let with = |signatures: &[&str]| {
        let mut request = post(&hook, "application/json", genuine.body.clone());
        for signature in signatures {
            request = request.header("x-hub-signature-256", *signature);
        }
        request
    };
    let right = genuine.signature.clone().unwrap();
    assert_eq!(status(with(&[&right, &right])).await, 401, "of two signatures nobody can say which was meant");
    assert_eq!(status(with(&["sha256="])).await, 401);
    beside(&story, "m_beside").await;

    let counted = story.refusals().await;
    assert_eq!(counted.values().sum::<u64>(), Forgery::ALL.len() as u64 + 2, "{counted:?}");
    assert_eq!(counted.get("unsigned"), Some(&1), "{counted:?}");
    nothing_is_kept(&story).await;
    assert_eq!(story.host.outside().await.number("SELECT count(*) FROM envelopes").await, 1, "only the one beside it");
}

async fn a_count_is_written_down_before_one_is_told_so(database: Database) {
    let story = Story::on(database).start().await;
    let host = story.host.host();
    host.refusals.count(None, "", "test");
    let done = Mutex::new(Vec::new());
    let flush = async |who| {
        host.refusals.flush(&host.store).await.unwrap();
        done.lock().unwrap().push(who);
    };
    // The first has taken the count when the second finds none.
    tokio::join!(flush("first"), flush("second"));
    assert_eq!(*done.lock().unwrap(), ["first", "second"], "nobody was told so while another was still writing");
    assert_eq!(story.refusals().await.get("test"), Some(&1));
}

async fn what_is_wrong_about_a_request_is_said_by_its_status(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let hook = story.webhooks().config().hook_url.to_string();
    let (key, _) = hook.rsplit_once('/').unwrap();
    let signed = story.webhooks().sign(&Envelope::one(ada().text("m_forged", story.now(), FORGED)));
    let signature = signed.signature.clone().unwrap();
    let to = |url: &str, content_type: &str| {
        post(url, content_type, signed.body.clone()).header("x-hub-signature-256", &signature)
    };
    let large = FORGED.repeat(TOO_LARGE / FORGED.len() + 1);
    let origin = story.api().origin().to_owned();
    let chunks: Vec<Result<String, std::io::Error>> = vec![Ok(large.clone())];
    let table: Vec<(&str, RequestBuilder, u16)> = vec![
        ("another content type", to(&hook, "text/plain"), 415),
        (
            "no content type",
            client().post(&hook).header("x-hub-signature-256", &signature).body(signed.body.clone()),
            415,
        ),
        ("an encoded body", to(&hook, "application/json").header("content-encoding", "gzip"), 415),
        ("too large, and says so", post(&hook, "application/json", large.clone()), 413),
        (
            "too large, in chunks",
            client()
                .post(&hook)
                .header("content-type", "application/json")
                .body(Body::wrap_stream(stream::iter(chunks))),
            413,
        ),
        (
            "an unknown key",
            to(&format!("{origin}/hooks/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/events"), "application/json"),
            404,
        ),
        ("an unknown route", to(&format!("{key}/status"), "application/json"), 404),
        ("another method", client().request(Method::PUT, &hook).body(FORGED), 405),
        ("a GET that is no handshake", client().get(&hook), 405),
        (
            "a handshake with a wrong token",
            client().get(format!("{hook}?hub.mode=subscribe&hub.verify_token=x&hub.challenge={FORGED}")),
            403,
        ),
    ];
    let many = table.len() as u64;
    for (what, request, expected) in table {
        assert_eq!(status(request).await, expected, "{what}");
    }
    beside(&story, "m_beside").await;
    let counted = story.refusals().await;
    assert_eq!(counted.values().sum::<u64>(), many, "{counted:?}");
    nothing_is_kept(&story).await;
}

async fn what_cannot_be_parsed_is_acknowledged_and_kept(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let secret = story.provider.config().app_secret.clone();
    let valid = Envelope::one(ada().text("m_1", story.now(), "Hello")).body(1);
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("not UTF-8", b"{\"object\":\"page\",\"entry\":[{\"id\":\"\xff\xfe\"}]}".to_vec()),
        ("deeply nested", nested(100_000).to_vec()),
        ("truncated", valid[..valid.len() / 2].to_vec()),
        ("no JSON", b"hello".to_vec()),
        ("empty", Vec::new()),
        ("another shape", b"[1,2,3]".to_vec()),
    ];
    for (what, body) in &bodies {
        let request = HookRequest::signed(body.clone(), &secret);
        let answer = story.webhooks().post(&request).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, b"EVENT_RECEIVED".as_slice()), "{what}");
    }
    beside(&story, "m_beside").await;
    let letters = story.api().dead_letters(bodies.len()).await;
    for (what, body) in &bodies {
        let letter =
            letters.iter().find(|letter| raw(letter) == *body).unwrap_or_else(|| panic!("{what}: {letters:?}"));
        assert_eq!((&letter["code"], &letter["event_only"]), (&json!("malformed"), &json!(false)), "{what}: {letter}");
        assert!(letter["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{what}: {letter}");
    }
}

async fn a_slow_body_keeps_nobody_waiting(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let hook = story.webhooks().config().hook_url.clone();
    // Half a request, and then nothing more.
    let mut stuck = Vec::new();
    for _ in 0..50 {
        let mut stream = tokio::net::TcpStream::connect(hook.authority().unwrap().as_str()).await.unwrap();
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{{",
            hook.path()
        );
        tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes()).await.unwrap();
        stuck.push(stream);
    }
    beside(&story, "m_beside").await;
}

/// A correct request beside the bad ones is unaffected.
async fn beside(story: &Story, mid: &str) {
    let person = ada();
    let envelope = Envelope::one(person.text(mid, story.now(), "I am genuine"));
    assert_eq!(story.webhooks().tell(&envelope, Retry { tries: 1, ..Retry::PATIENT }).await.unwrap(), 1);
    let conversation = story.conversation(&person).await;
    assert!(story.texts(&conversation).await.contains(&"I am genuine".to_owned()));
}

/// Neither the database nor a file of the data folder nor the log knows what was refused.
async fn nothing_is_kept(story: &Story) {
    assert_eq!(story.host.outside().await.tables_with(FORGED).await, Vec::<String>::new());
    assert_eq!(scan::files_with(&story.host.data_dir(), FORGED.as_bytes()), Vec::<std::path::PathBuf>::new());
    assert!(!lockgate_tests::logged(FORGED));
}

/// The raw body that a dead letter shows.
fn raw(letter: &Value) -> Vec<u8> {
    STANDARD.decode(letter["envelope"]["body_base64"].as_str().unwrap()).unwrap()
}

fn client() -> reqwest::Client {
    lockgate_tests::client().build().unwrap()
}

fn post(url: &str, content_type: &str, body: impl Into<Body>) -> RequestBuilder {
    client().post(url).header("content-type", content_type).body(body)
}

async fn status(request: RequestBuilder) -> u16 {
    // A host that refuses a body unread may close while it is still being written; its answer is there all the same.
    request.send().await.unwrap().status().as_u16()
}

on_both![
    what_is_forged_leaves_a_count_and_no_byte,
    a_count_is_written_down_before_one_is_told_so,
    what_is_wrong_about_a_request_is_said_by_its_status,
    what_cannot_be_parsed_is_acknowledged_and_kept,
    a_slow_body_keeps_nobody_waiting,
];
