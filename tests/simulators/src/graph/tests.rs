//! The Send API from outside: over TLS, under its real name, with a plain HTTP client.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Class, Failure, GRAPH_HOST, GraphError, Provider, ProviderConfig, Rule, catalogue, named};
use crate::Clock;
use crate::books::Ending;

const PAGE: &str = "1001";

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn error(&self) -> (u64, Option<u64>) {
        let error = &self.json()["error"];
        (error["code"].as_u64().unwrap(), error["error_subcode"].as_u64())
    }
}

async fn start() -> Provider {
    let config = ProviderConfig::new(7, Clock::counter(1_760_000_000_000, 1)).with_page(PAGE).with_page("1002");
    Provider::start(config).await.unwrap()
}

/// One request on a connection of its own; `None`: the connection ended without an answer.
async fn request(provider: &Provider, request: Request<Full<Bytes>>) -> Option<Reply> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(provider.ca_pem().as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(provider.address()).await.unwrap();
    let name = ServerName::try_from(GRAPH_HOST).unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.ok()?.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    Some(Reply { status: head.status.as_u16(), headers: head.headers, body })
}

async fn post(provider: &Provider, body: &Value) -> Option<Reply> {
    let token = &provider.config().pages[PAGE];
    let head = Request::post(format!("/v25.0/{PAGE}/messages")).header("authorization", format!("Bearer {token}"));
    request(provider, head.body(Full::from(body.to_string())).unwrap()).await
}

fn text(text: &str) -> Value {
    json!({"recipient": {"id": "5001"}, "messaging_type": "RESPONSE", "message": {"text": text, "metadata": "mark"}})
}

fn with_message(message: Value) -> Value {
    json!({"recipient": {"id": "5001"}, "messaging_type": "RESPONSE", "message": message})
}

#[tokio::test]
async fn accepts_a_message_and_writes_it_down() {
    let provider = start().await;
    let reply = post(&provider, &text("Grüße")).await.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["recipient_id"], "5001");
    let usage: Value = serde_json::from_str(reply.headers["x-business-use-case-usage"].to_str().unwrap()).unwrap();
    assert_eq!(usage[PAGE][0]["estimated_time_to_regain_access"], 0);

    let accepted = provider.books().accepted();
    assert_eq!(accepted.len(), 1);
    assert_eq!(reply.json()["message_id"], accepted[0].mid.as_str());
    assert_eq!((accepted[0].text.as_deref(), accepted[0].metadata.as_deref()), (Some("Grüße"), Some("mark")));
    assert_eq!(provider.books().accepted_by_metadata()["mark"], 1);

    let requests = provider.books().requests();
    assert_eq!(requests[0].token_places, ["header authorization"]);
    assert_eq!(requests[0].ending, Ending::Answered(200));
    assert!(!format!("{requests:?}").contains(&provider.config().pages[PAGE]), "the books hold no token");
}

#[tokio::test]
async fn the_same_seed_gives_the_same_ids() {
    let (one, other) = (start().await, start().await);
    let ids = [post(&one, &text("a")).await.unwrap().json(), post(&other, &text("a")).await.unwrap().json()];
    assert_eq!(ids[0], ids[1]);
    assert_ne!(one.config().pages[PAGE], one.config().pages["1002"]);
}

#[tokio::test]
async fn takes_a_token_in_header_or_query_and_no_other() {
    let provider = start().await;
    let token = provider.config().pages[PAGE].clone();
    let other = provider.config().pages["1002"].clone();
    let send = async |path: String, bearer: Option<&str>| {
        let mut head = Request::post(path);
        if let Some(bearer) = bearer {
            head = head.header("authorization", format!("Bearer {bearer}"));
        }
        let reply = request(&provider, head.body(Full::from(text("x").to_string())).unwrap()).await.unwrap();
        (reply.status == 200).then_some(()).ok_or_else(|| reply.error())
    };
    let path = || format!("/v25.0/{PAGE}/messages");
    assert_eq!(send(format!("{}?access_token={token}", path()), None).await, Ok(()));
    assert_eq!(send("/v25.0/me/messages".to_owned(), Some(&token)).await, Ok(()));
    assert_eq!(send(path(), Some(&other)).await, Err((200, None)));
    assert_eq!(send(path(), Some("guessed")).await, Err((190, None)));
    assert_eq!(send(path(), None).await, Err((190, None)));
    assert_eq!(send(format!("/{PAGE}/messages"), Some(&token)).await, Err((2500, None)));
    assert_eq!(send(format!("/vX/{PAGE}/messages"), Some(&token)).await, Err((2635, None)));
    provider.revoke(PAGE);
    assert_eq!(send(path(), Some(&token)).await, Err((190, None)));
    provider.set_token(PAGE, "renewed");
    assert_eq!(send(path(), Some("renewed")).await, Ok(()));
}

#[tokio::test]
async fn refuses_what_meta_refuses() {
    let provider = start().await;
    let reply = |title: &str| json!({"content_type": "text", "title": title, "payload": "p"});
    let replies = |count: usize| Value::Array(vec![reply("t"); count]);
    let image = json!({"type": "image", "payload": {"url": "https://example.org/a.png"}});
    let good = [
        text(&"ä".repeat(2000)),
        with_message(json!({"attachment": image})),
        with_message(json!({"text": "pick", "quick_replies": replies(13)})),
        json!({"recipient": {"user_ref": "r"}, "messaging_type": "UPDATE", "message": {"text": "x"}}),
        json!({"recipient": {"id": "1"}, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT", "message": {"text": "x"}}),
        json!({"recipient": {"id": "1"}, "sender_action": "typing_on"}),
        json!({"recipient": {"id": "1"}, "sender_action": "react", "payload": {"message_id": "m", "reaction": "❤"}}),
    ];
    for body in good {
        assert_eq!(post(&provider, &body).await.unwrap().status, 200, "{body}");
    }
    let bad = [
        json!("text"),
        json!({}),
        text(""),
        text(&"ä".repeat(2001)),
        json!({"recipient": {"id": ""}, "messaging_type": "RESPONSE", "message": {"text": "x"}}),
        json!({"recipient": {"id": "1", "user_ref": "r"}, "messaging_type": "RESPONSE", "message": {"text": "x"}}),
        json!({"recipient": {"id": "1"}, "message": {"text": "x"}}),
        json!({"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": {"text": "x"}, "client_ref": "r"}),
        json!({"recipient": {"id": "1"}, "messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE", "message": {"text": "x"}}),
        json!({"recipient": {"id": "1"}, "messaging_type": "RESPONSE", "message": {"text": "x"}, "sender_action": "typing_on"}),
        json!({"recipient": {"id": "1"}, "sender_action": "dance"}),
        json!({"recipient": {"id": "1"}, "sender_action": "react", "payload": {"message_id": "m"}}),
        json!({"recipient": {"id": "1"}, "sender_action": "react", "payload": {"message_id": "m", "reaction": "love"}}),
        json!({"recipient": {"id": "1"}, "sender_action": "unreact", "payload": {"message_id": "m", "reaction": "❤"}}),
        with_message(json!({})),
        with_message(json!({"text": "caption", "attachment": image})),
        with_message(json!({"attachment": [image]})),
        with_message(json!({"attachment": {"type": "image", "payload": {"url": "not an address"}}})),
        with_message(json!({"attachment": {"type": "poem", "payload": {"url": "https://example.org/a"}}})),
        with_message(json!({"text": "x", "quick_replies": replies(14)})),
        with_message(json!({"text": "x", "quick_replies": [reply(&"t".repeat(21))]})),
        with_message(json!({"text": "x", "colour": "blue"})),
    ];
    let count = bad.len() as u64;
    for body in bad {
        let reply = post(&provider, &body).await.unwrap();
        assert_eq!((reply.status, reply.error()), (400, (100, None)), "{body}");
    }
    let counts = provider.books().counts();
    assert_eq!((counts.accepted, counts.actions, counts.refused), (5, 2, count));
}

#[tokio::test]
async fn answers_every_error_of_the_table() {
    let provider = start().await;
    for row in catalogue() {
        provider.fail_next(Failure::Error(row.error.clone()));
        let reply = post(&provider, &text("x")).await.unwrap();
        assert_eq!(reply.status, row.error.status);
        assert_eq!(reply.error(), (u64::from(row.error.code), row.error.subcode.map(u64::from)), "{}", row.name);
        let usage = reply.headers["x-business-use-case-usage"].to_str().unwrap();
        let throttled = matches!(row.class, Class::Rate | Class::RateAndAlert);
        assert_eq!(usage.contains("\"estimated_time_to_regain_access\":5"), throttled, "{}", row.name);
    }
    assert_eq!(named("10-2018278").unwrap().class, Class::Window);
    assert_eq!(provider.books().counts().accepted, 0);
    assert_eq!(post(&provider, &text("x")).await.unwrap().status, 200);
}

#[tokio::test]
async fn fails_without_metas_error_body() {
    let provider = start().await;
    for (failure, status, accepted) in [
        (Failure::Bare { status: 502, accepted: false }, 502, 0),
        (Failure::Bare { status: 500, accepted: true }, 500, 1),
        (Failure::Garbled { accepted: true }, 200, 2),
        (Failure::TooManyRequests { retry_after_s: 30 }, 429, 2),
    ] {
        provider.fail_next(failure);
        let reply = post(&provider, &text("x")).await.unwrap();
        assert_eq!(reply.status, status);
        assert!(serde_json::from_slice::<Value>(&reply.body).is_err());
        assert_eq!(reply.headers.get("retry-after").is_some(), status == 429);
        assert_eq!(provider.books().counts().accepted, accepted);
    }
}

#[tokio::test]
async fn closes_the_connection_before_or_after_accepting() {
    let provider = start().await;
    for (accepted, total) in [(false, 0), (true, 1)] {
        provider.fail_next(Failure::Close { accepted });
        assert!(post(&provider, &text("x")).await.is_none());
        assert_eq!(provider.books().counts().accepted, total);
    }
    let endings: Vec<_> = provider.books().requests().into_iter().map(|request| request.ending).collect();
    assert_eq!(endings, [Ending::Closed, Ending::Closed]);
}

#[tokio::test]
async fn hangs_until_the_provider_goes() {
    let provider = Arc::new(start().await);
    provider.fail_next(Failure::Hang { accepted: true });
    let sender = Arc::clone(&provider);
    let hanging = tokio::spawn(async move { post(&sender, &text("x")).await.is_none() });
    provider.books().wait_until(|counts| counts.accepted == 1).await;
    assert_eq!(provider.books().requests()[0].ending, Ending::Waiting);
    provider.stop.send_replace(true);
    assert!(hanging.await.unwrap());
}

#[tokio::test]
async fn holds_an_answer_until_released() {
    let provider = Arc::new(start().await);
    provider.fail_next(Failure::Hold);
    let sender = Arc::clone(&provider);
    let held = tokio::spawn(async move { post(&sender, &text("x")).await.unwrap().status });
    provider.books().wait_until(|counts| counts.accepted == 1).await;
    assert!(!held.is_finished());
    provider.release();
    assert_eq!(held.await.unwrap(), 200);
}

#[tokio::test]
async fn answers_slowly() {
    let provider = start().await;
    provider.fail_next(Failure::Slow(Duration::from_millis(5)));
    assert_eq!(post(&provider, &text("x")).await.unwrap().status, 200);
}

#[tokio::test]
async fn rules_choose_by_page_recipient_and_text() {
    let provider = start().await;
    let error = || Failure::Error(GraphError::new(400, 551, "gone"));
    provider.fail(Rule::always(error()).on_page("1002"));
    provider.fail(Rule::always(error()).to("5002"));
    provider.fail(Rule::once(error()).text("bad"));
    let mut statuses = Vec::new();
    for words in ["good", "a bad one", "a bad one"] {
        statuses.push(post(&provider, &text(words)).await.unwrap().status);
    }
    assert_eq!(statuses, [200, 400, 200]);
    let mut to_other = text("good");
    to_other["recipient"]["id"] = json!("5002");
    assert_eq!(post(&provider, &to_other).await.unwrap().status, 400);
    provider.clear_failures();
    assert_eq!(post(&provider, &to_other).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_sender_action_is_written_down_and_fails_where_a_rule_names_it() {
    let provider = start().await;
    let action = |name: &str| json!({"recipient": {"id": "5001"}, "sender_action": name});
    provider.fail(Rule::once(Failure::Error(GraphError::new(400, 551, "gone"))).on_action("mark_seen"));
    let mut statuses = Vec::new();
    for body in [text("x"), action("typing_on"), action("mark_seen"), action("mark_seen")] {
        statuses.push(post(&provider, &body).await.unwrap().status);
    }
    assert_eq!(statuses, [200, 200, 400, 200]);
    let react =
        json!({"recipient": {"id": "5001"}, "sender_action": "react", "payload": {"message_id": "m", "reaction": "❤"}});
    assert_eq!(post(&provider, &react).await.unwrap().json(), json!({"recipient_id": "5001"}));
    let actions = provider.books().actions();
    let names: Vec<_> = actions.iter().map(|action| action.action.as_str()).collect();
    assert_eq!(names, ["typing_on", "mark_seen", "react"]);
    assert_eq!((actions[2].message_id.as_deref(), actions[2].reaction.as_deref()), (Some("m"), Some("❤")));
}

#[tokio::test]
async fn two_pages_cannot_share_a_token() {
    let mut config = ProviderConfig::new(7, Clock::counter(0, 1)).with_page(PAGE);
    let token = config.pages[PAGE].clone();
    config.pages.insert("1002".to_owned(), token);
    assert!(Provider::start(config).await.is_err());
}
