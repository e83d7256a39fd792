//! Webhooks against a small host: it checks signatures with the crate's own vector-tested HMAC and answers as told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{
    Aftermath, Envelope, Forgery, HandshakeError, HookRequest, PlayReport, PostError, REACTIONS, Retry, Thread,
    Webhooks, WebhooksConfig, fallback, media,
};
use crate::books::AcceptedMessage;
use crate::{Clock, signature};

const QUICK: Retry = Retry { tries: 4, first: Duration::ZERO, longest: Duration::ZERO };

/// What the small host answers next to a genuine post, instead of 200; and what it does wrong.
#[derive(Default)]
struct Host {
    statuses: Mutex<VecDeque<u16>>,
    bodies: Mutex<Vec<Value>>,
    takes_any_token: bool,
}

impl Host {
    fn answer(&self, method: &Method, query: &str, signature: Option<&str>, body: &Bytes) -> (u16, String) {
        if method == Method::GET {
            let field = |name: &str| {
                url::form_urlencoded::parse(query.as_bytes())
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| value.into_owned())
            };
            let known = field("hub.verify_token").as_deref() == Some("verify") || self.takes_any_token;
            return match field("hub.challenge") {
                Some(challenge) if known && field("hub.mode").as_deref() == Some("subscribe") => (200, challenge),
                _ => (403, String::new()),
            };
        }
        if signature != Some(&signature::sign("secret", body)) {
            return (401, String::new());
        }
        let status = self.statuses.lock().unwrap().pop_front().unwrap_or(200);
        if status == 200 {
            self.bodies.lock().unwrap().push(serde_json::from_slice(body).unwrap());
        }
        (status, "EVENT_RECEIVED".to_owned())
    }
}

async fn start(host: Host) -> (Arc<Host>, Webhooks) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook_url = format!("http://{}/hooks/key/events", listener.local_addr().unwrap()).parse().unwrap();
    let host = Arc::new(host);
    let serving = Arc::clone(&host);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let host = Arc::clone(&serving);
            let service = service_fn(move |request: Request<Incoming>| {
                let host = Arc::clone(&host);
                async move {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    let signature = head.headers.get(signature::SIGNATURE_HEADER).and_then(|v| v.to_str().ok());
                    let (status, text) =
                        host.answer(&head.method, head.uri.query().unwrap_or_default(), signature, &body);
                    let mut response = Response::new(Full::<Bytes>::from(text));
                    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
                    Ok::<_, hyper::Error>(response)
                }
            });
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    let config = WebhooksConfig {
        hook_url,
        app_secret: "secret".to_owned(),
        verify_token: "verify".to_owned(),
        app_id: "42".to_owned(),
        clock: Clock::counter(1_760_000_000_000, 1),
    };
    (host, Webhooks::new(config))
}

fn ann() -> Thread {
    Thread::new("1001", "5001")
}

#[tokio::test]
async fn retries_until_acknowledged_and_counts_duplicates() {
    let (host, webhooks) = start(Host::default()).await;
    host.statuses.lock().unwrap().extend([503, 500]);
    let envelope = Envelope::one(ann().text("m_1", 1, "Grüße"));
    assert_eq!(webhooks.tell(&envelope, QUICK).await.unwrap(), 3);
    assert_eq!(webhooks.tell(&envelope, QUICK).await.unwrap(), 1);

    let counts = webhooks.books().counts();
    assert_eq!((counts.posted, counts.acknowledged, counts.events, counts.duplicates), (4, 2, 1, 1));
    let acknowledged = &webhooks.books().acknowledged()["message:m_1"];
    assert_eq!((acknowledged.mid.as_deref(), acknowledged.times), (Some("m_1"), 2));
    assert_eq!(host.bodies.lock().unwrap()[0]["entry"][0]["messaging"][0]["message"]["text"], "Grüße");
}

#[tokio::test]
async fn gives_up_in_the_end() {
    let (host, webhooks) = start(Host::default()).await;
    host.statuses.lock().unwrap().extend([503; 4]);
    let error = webhooks.tell(&Envelope::one(ann().text("m_1", 1, "x")), QUICK).await.unwrap_err();
    assert!(matches!(error, PostError::NotAcknowledged { tries: 4, last: Some(503) }));
    assert!(webhooks.books().acknowledged().is_empty());
}

#[tokio::test]
async fn forgeries_are_written_down_apart() {
    let (host, webhooks) = start(Host::default()).await;
    for how in Forgery::ALL {
        let request = webhooks.sign(&Envelope::one(ann().text("m_1", 1, "x"))).forged(how);
        assert_eq!(webhooks.post(&request).await.unwrap().status, 401, "{how:?}");
    }
    let counts = webhooks.books().counts();
    assert_eq!((counts.forged, counts.forged_refused, counts.posted, counts.events), (7, 7, 0, 0));
    assert!(host.bodies.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_handshake_tells_a_careful_host_from_a_trusting_one() {
    let (_, webhooks) = start(Host::default()).await;
    webhooks.handshake(7).await.unwrap();
    let (_, webhooks) = start(Host { takes_any_token: true, ..Host::default() }).await;
    let error = webhooks.handshake(7).await.unwrap_err();
    assert!(matches!(error, HandshakeError::TooTrusting { what: "a wrong token" }));
}

#[tokio::test]
async fn plays_several_connections_at_once() {
    let (host, webhooks) = start(Host::default()).await;
    let plan = (0..4)
        .map(|connection| {
            let mid = |at: u32| format!("m_{connection}_{at}");
            (0..5).map(|at| Envelope::one(ann().text(&mid(at), u64::from(at), "x"))).collect()
        })
        .collect();
    assert_eq!(webhooks.play(plan, QUICK).await, PlayReport { acknowledged: 20, given_up: 0, posts: 20 });
    assert_eq!(host.bodies.lock().unwrap().len(), 20);
    assert_eq!(webhooks.books().counts().events, 20);
}

#[tokio::test]
async fn echo_delivery_and_reading_follow_a_send() {
    let (host, webhooks) = start(Host::default()).await;
    let responder = webhooks.respond(Aftermath::ALL, QUICK);
    let message = AcceptedMessage {
        mid: "m_9".to_owned(),
        page_id: "1001".to_owned(),
        recipient_id: "5001".to_owned(),
        text: Some("hello".to_owned()),
        metadata: Some("mark".to_owned()),
        message: json!({"text": "hello", "metadata": "mark", "quick_replies": []}),
        at_ms: 50,
    };
    webhooks.books().accept(1, message);
    webhooks.books().wait_until(|counts| counts.events == 3).await;
    drop(responder);
    let bodies = host.bodies.lock().unwrap();
    let items: Vec<_> = bodies.iter().map(|body| &body["entry"][0]["messaging"][0]).collect();
    let echo = json!({"mid": "m_9", "text": "hello", "metadata": "mark", "app_id": 42, "is_echo": true});
    assert_eq!((&items[0]["sender"]["id"], &items[0]["message"]), (&json!("1001"), &echo));
    assert_eq!(items[1]["delivery"], json!({"watermark": 50, "mids": ["m_9"]}));
    assert_eq!(items[2]["read"], json!({"watermark": 50}));
}

#[test]
fn every_kind_of_event_has_its_documented_shape() {
    let ann = ann();
    let love = REACTIONS[4];
    let cases = [
        (
            ann.quick_reply("m", 1, "Yes", "YES"),
            "message",
            json!({"mid": "m", "text": "Yes", "quick_reply": {"payload": "YES"}}),
        ),
        (
            ann.attachments("m", 1, None, &[media("image", "https://e.org/a"), fallback("Link", None)]),
            "message",
            json!({"mid": "m", "attachments": [
                {"type": "image", "payload": {"url": "https://e.org/a"}}, {"type": "fallback", "title": "Link"},
            ]}),
        ),
        (ann.delete("m", 1), "message", json!({"mid": "m", "is_deleted": true})),
        (ann.edit("m", 1, 2, "new"), "message_edit", json!({"mid": "m", "text": "new", "num_edit": 2})),
        (
            ann.edit_numbered_in_words("m", 1, 2, "new"),
            "message_edit",
            json!({"mid": "m", "text": "new", "num_edit": "2"}),
        ),
        (ann.react("m", 1, love), "reaction", json!({"action": "react", "reaction": "love", "emoji": "❤", "mid": "m"})),
        (ann.unreact("m", 1), "reaction", json!({"action": "unreact", "mid": "m"})),
        (ann.delivery(1, 9, &[]), "delivery", json!({"watermark": 9})),
        (ann.postback(Some("m"), 1, "Start", "GO"), "postback", json!({"title": "Start", "payload": "GO", "mid": "m"})),
        (ann.referral(1, "ADS", "r"), "referral", json!({"ref": "r", "source": "ADS", "type": "OPEN_THREAD"})),
        (ann.account_linking(1, None), "account_linking", json!({"status": "unlinked"})),
        (ann.policy_enforcement(1, "block", None), "policy_enforcement", json!({"action": "block"})),
    ];
    for (event, name, body) in cases {
        assert_eq!(event.value[name], body);
        assert_eq!(event.value["sender"]["id"], "5001");
        assert_eq!(event.value["timestamp"], 1);
    }
    assert_eq!(ann.optin(1, "r", Some("u")).value["sender"], json!({"user_ref": "u"}));
}

#[test]
fn the_raw_request_is_the_posted_one() {
    let request = HookRequest::signed("{}", "secret");
    let raw = String::from_utf8(request.http1("localhost", "/hooks/k/events")).unwrap();
    assert!(raw.starts_with("POST /hooks/k/events HTTP/1.1\r\nHost: localhost\r\n"));
    assert!(raw.contains(&signature::sign("secret", b"{}")));
    assert!(raw.ends_with("Content-Length: 2\r\n\r\n{}"));
}
