//! What a plugin can write into a request, as it arrives, byte by byte: one request with the headers of one, or none.

use serde_json::{Value, json};

use crate::harness::Sandbox;
use crate::provider::{Manner, Provider};
use crate::wire::{Wire, one_request};

async fn wire(protocols: &[&[u8]]) -> (Wire, Sandbox) {
    let wire = Wire::start(protocols).await;
    let map = wire.map();
    let sandbox = Sandbox::with(|config| config.egress.maps.push(map)).await;
    (wire, sandbox)
}

fn with(headers: &[(&str, &str)]) -> Value {
    json!({ "headers": headers })
}

/// What no request may say, and by whom it is refused: `piece`, while it is put together, or `denied`, by the gate.
fn attacks() -> Vec<(Value, &'static str)> {
    let mut attacks = Vec::new();
    // One header that is two, by name or value; obsolete folding is one of them.
    for (name, value) in [
        ("x-a", "b\r\nx-token: mine"),
        ("x-a", "b\nx-token: mine"),
        ("x-a", "b\rx-token: mine"),
        ("x-a", "b\r\n folded"),
        ("x-a", "b\r\n\tfolded"),
        ("x-a", "b\0c"),
        ("x-a", "b\u{7f}c"),
        ("x-a\r\nx-token", "mine"),
        ("x-a: b\r\nx-token", "mine"),
        ("x-a ", "b"),
        (" x-a", "b"),
        ("x-a\t", "b"),
        ("x-a:", "b"),
        ("x\u{e4}", "b"),
        ("", "b"),
        (":method", "DELETE"),
        (":path", "/messages"),
        (":authority", "evil.example.com"),
        (":scheme", "http"),
        (":status", "200"),
    ] {
        attacks.push((with(&[(name, value)]), "piece"));
    }
    // What is between two hops, says how long the body is, or makes of the request another one.
    for (name, value) in [
        ("connection", "close"),
        ("connection", "x-token"),
        ("Connection", "keep-alive, content-length"),
        ("keep-alive", "timeout=5"),
        ("te", "trailers"),
        ("te", "gzip"),
        ("trailer", "x-token"),
        ("transfer-encoding", "chunked"),
        ("Transfer-Encoding", "Chunked"),
        ("TRANSFER-ENCODING", "identity"),
        ("transfer-encoding", "xchunked"),
        ("transfer-encoding", " chunked"),
        ("transfer_encoding", "chunked"),
        ("upgrade", "h2c"),
        ("upgrade", "websocket"),
        ("http2-settings", "AAMAAABkAAQAAP__"),
        ("expect", "100-continue"),
        ("Expect", "200-ok"),
        ("proxy-connection", "keep-alive"),
        ("proxy-authorization", "Basic eDp5"),
        ("host", "evil.example.com"),
        ("Host", "provider.example.com, evil.example.com"),
        ("host", "provider.example.com:8443"),
        ("host", ""),
        ("x-forwarded-host", "evil.example.com"),
        ("x-http-method-override", "DELETE"),
        ("content-length", "0"),
        ("content-length", "4"),
        ("content-length", "6"),
        ("content-length", "+5"),
        ("content-length", "5, 5"),
        ("content-length", "0x5"),
        ("content-length", " 5"),
        ("content_length", "5"),
    ] {
        attacks.push((json!({ "headers": [[name, value]], "body": "hello" }), "denied"));
    }
    attacks.push((json!({ "headers": [["connection", "x-a"], ["x-a", "b"]] }), "denied"));
    attacks.push((json!({ "headers": [["content-length", "5"], ["content-length", "5"]], "body": "hello" }), "denied"));
    attacks.push((json!({ "headers": [["host", "provider.example.com"], ["host", "evil.example.com"]] }), "denied"));
    for method in ["GET /look/2 HTTP/1.1\r\nx-token: mine\r\n\r\nPOST", "GE T", "GET\r\n", "POST\0", ""] {
        attacks.push((json!({ "method": method }), "piece"));
    }
    for method in ["post", "CONNECT", "TRACE", "OPTIONS", "PRI", "DELETE", "X"] {
        attacks.push((json!({ "method": method }), "denied"));
    }
    for target in [
        "/look/1 HTTP/1.1\r\nx-token: mine",
        "/look/1\r\nx-token: mine",
        "/look/1\n",
        "/look/1\0",
        "/look/1 ",
        "/look/1\t/x",
    ] {
        attacks.push((json!({ "target": target }), "piece"));
    }
    // Another host than the one that was asked for, in a form that only a proxy is sent.
    for target in [
        "https://evil.example.com/look/1",
        "http://provider.example.com/look/1",
        "//evil.example.com/look/1",
        "provider.example.com:443",
        "@evil.example.com/look/1",
        "look/1",
        "*",
        "/look/1/../../messages",
        "/look/%2e%2e",
        "/look/a%2fb",
        "/look/a\\b",
        "/look/a%0d%0ax-token:%20mine",
        "/look/%00",
        "/look/%7f",
        "/look/..;",
    ] {
        attacks.push((json!({ "target": target }), "denied"));
    }
    for authority in [
        "evil.example.com",
        "provider.example.com@evil.example.com",
        "evil.example.com@provider.example.com",
        "provider.example.com:8443",
        "provider.example.com.",
        "127.0.0.1",
    ] {
        attacks.push((json!({ "authority": authority }), "denied"));
    }
    for authority in
        ["provider.example.com\r\nx-token: mine", "provider.example.com/look", "provider.example.com evil", ""]
    {
        attacks.push((json!({ "authority": authority }), "piece"));
    }
    attacks
}

#[tokio::test]
async fn nothing_of_an_attack_arrives() {
    let (wire, sandbox) = wire(&[b"http/1.1"]).await;
    for (attack, by) in attacks() {
        let called = sandbox.send(&format!("raw {attack}")).await;
        let told = format!("{:?}", called.result.unwrap()[0].outcome);
        let expected: &[&str] = match by {
            // Which of the two notices a text that is no part of a request is the WASI's own affair.
            "piece" => &["piece refused", "ErrorCode::HttpRequestDenied", "HttpRequestUriInvalid", "HttpProtocolError"],
            _ => &["ErrorCode::HttpRequestDenied", "piece refused"],
        };
        assert!(expected.iter().any(|words| told.contains(words)), "{attack}: {told}");
        assert_eq!(wire.received(), Vec::<Vec<u8>>::new(), "{attack}");
    }
    // What differs in nothing but the attack arrives.
    let fine = sandbox.outcome(r#"raw {"headers": [["x-a", "b"], ["content-length", "5"]], "body": "hello"}"#).await;
    assert!(fine.contains("answered: 200"), "{fine}");
    assert_eq!(wire.received().len(), 1);
}

/// What looks like an attack, may be sent, and must be of no consequence.
fn harmless() -> Vec<Value> {
    vec![
        with(&[("x-a", "b, c; d=\"\\\"\"")]),
        with(&[("x-a", "b\tc")]),
        with(&[("x-a", "%0d%0ax-token: mine")]),
        with(&[("x-a", "caf\u{e9}")]),
        with(&[("x-a", "")]),
        with(&[("host", "PROVIDER.example.com")]),
        with(&[("accept-encoding", "gzip")]),
        with(&[("x-a", "1"), ("x-a", "2"), ("X-A", "3")]),
        json!({ "target": "/look/1?a=%0d%0aHost:%20evil.example.com" }),
        json!({ "target": "/look/1?a=//evil.example.com@x:1#y" }),
        json!({ "authority": "Provider.Example.Com:443" }),
        json!({ "method": "GET", "body": "hello" }),
        json!({ "body": "GET /messages HTTP/1.1\r\nhost: provider.example.com\r\n\r\n" }),
        json!({ "body": "0\r\n\r\nGET /messages HTTP/1.1\r\n\r\n", "headers": [["content-type", "text/plain"]] }),
        json!({ "body": "hello", "trailers": [["x-token", "mine"], ["content-length", "9"]] }),
        json!({ "body": "x".repeat(100_000) }),
    ]
}

#[tokio::test]
async fn each_request_is_one_with_the_headers_of_one() {
    let (wire, sandbox) = wire(&[b"http/1.1"]).await;
    let mut sent = 0;
    for request in harmless() {
        let told = sandbox.outcome(&format!("raw {request}")).await;
        assert!(told.contains("answered: 200"), "{request}: {told}");
        let received = wire.received();
        let all = received.last().unwrap();
        assert_eq!(received.len(), 1, "one connection takes them all: {request}");
        let this = &all[sent..];
        assert_eq!(one_request(this), Some(this.len()), "{request}: {}", String::from_utf8_lossy(this));
        sent = all.len();

        let head = this.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&this[..head]).into_owned();
        // No bare CR or LF, no folding, no line that is no header.
        assert!(head.split("\r\n").all(|line| !line.contains(['\r', '\n', '\0']) && !line.starts_with([' ', '\t'])));
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap();
        let method = request["method"].as_str().unwrap_or("POST");
        let target = request["target"].as_str().unwrap_or("/look/1").split('#').next().unwrap();
        assert!(first.starts_with(&format!("{method} {target}")) && first.ends_with(" HTTP/1.1"), "{first}");
        assert_eq!(first.split(' ').count(), 3, "{first}");
        let mut names: Vec<&str> =
            lines.map(|line| line.split_once(": ").map_or(line, |(name, _)| name.trim_end_matches(':'))).collect();
        names.sort_unstable();
        let count = |name: &str| names.iter().filter(|given| given.eq_ignore_ascii_case(name)).count();
        assert_eq!((count("host"), count("x-token"), count("transfer-encoding")), (1, 1, 0), "{head}");
        assert_eq!(count("content-length"), usize::from(request["body"].is_string()), "{head}");
        assert!(head.contains("\r\nhost: provider.example.com"), "{head}");
        assert!(head.contains("\r\naccept-encoding: identity"), "{head}");
        names.dedup();
        names.retain(|name| !["x-a", "content-type", "content-length"].contains(name));
        assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent", "x-token"], "{head}");
    }
}

/// A connection of HTTP/2 would be shared by calls and outlive them.
#[tokio::test]
async fn nobody_is_spoken_to_in_http_2() {
    let (two, sandbox) = wire(&[b"h2"]).await;
    assert!(sandbox.outcome("hello").await.contains("Passing"), "no protocol in common is no connection");
    assert!(two.received().is_empty());
    // Who prefers it is spoken to in HTTP/1.1 all the same.
    let (both, sandbox) = wire(&[b"h2", b"http/1.1"]).await;
    assert!(sandbox.outcome("raw {}").await.contains("answered: 200"));
    assert!(both.received()[0].starts_with(b"POST /look/1?"));
}

#[tokio::test]
async fn a_provider_reads_what_was_written() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for request in harmless() {
        let told = sandbox.outcome(&format!("raw {request}")).await;
        assert!(told.contains("answered: 200"), "{request}: {told}");
        let seen = provider.seen().pop().unwrap();
        let body = request["body"].as_str();
        assert_eq!(seen.body, body.unwrap_or_default().as_bytes(), "{request}");
        assert_eq!(seen.content_length, body.map(|body| body.len().to_string()), "{request}");
        assert!(seen.uri.starts_with("/look/1?"), "{request}: {}", seen.uri);
        assert_eq!(seen.authorization, None, "{request}");
    }
    assert_eq!(provider.seen().len(), harmless().len());
}
