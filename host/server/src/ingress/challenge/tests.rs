//! Handshakes, as the providers do them and as nobody should.

use std::collections::HashMap;

use bytes::Bytes;
use http::HeaderMap;
use lockgate_model::manifest::{Reply, Verify};

use super::super::verify::{Keys, Unverified, verify};
use super::*;

fn meta() -> Challenge {
    Challenge {
        method: "GET".into(),
        source: ChallengeSource::Query,
        when: [("hub.mode".to_owned(), "subscribe".to_owned())].into(),
        token: Some("hub.verify_token".into()),
        credential: Some("verify_token".into()),
        answer: Some("hub.challenge".into()),
        json: None,
        reply: None,
    }
}

fn query(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Ours is this; it is the value of every credential that a recipe names.
fn ours(value: &str) -> HashMap<String, Secret> {
    ["verify_token", "consumer_secret", "secret_token"].map(|name| (name.to_owned(), Secret::new(value))).into()
}

fn plain(body: &str) -> Handshake<'_> {
    Handshake::Answer { content_type: PLAIN, body: body.into() }
}

#[test]
fn the_right_token_gets_the_challenge_back() {
    let good = query(&[("hub.mode", "subscribe"), ("hub.verify_token", "ours"), ("hub.challenge", "1158201444")]);
    let recipe = meta();
    assert_eq!(in_query(&recipe, "GET", &good, &ours("ours")), plain("1158201444"));
    assert_eq!(in_query(&recipe, "POST", &good, &ours("ours")), Handshake::None);
    for wrong in ["other", "OURS", "our", "ours ", ""] {
        assert_eq!(in_query(&recipe, "GET", &good, &ours(wrong)), Handshake::Refused, "{wrong:?}");
    }
    assert_eq!(in_query(&recipe, "GET", &good, &HashMap::new()), Handshake::Refused);
    let empty = query(&[("hub.mode", "subscribe"), ("hub.verify_token", ""), ("hub.challenge", "1")]);
    assert_eq!(in_query(&recipe, "GET", &empty, &ours("")), Handshake::Refused, "an empty token is none");
}

#[test]
fn a_parameter_sent_twice_is_nobody_s() {
    let twice = query(&[
        ("hub.mode", "subscribe"),
        ("hub.verify_token", "ours"),
        ("hub.verify_token", "x"),
        ("hub.challenge", "1"),
    ]);
    assert_eq!(in_query(&meta(), "GET", &twice, &ours("ours")), Handshake::Refused);
    let another = query(&[("hub.mode", "unsubscribe")]);
    assert_eq!(in_query(&meta(), "GET", &another, &ours("ours")), Handshake::None);
}

/// Microsoft Graph: a POST with `validationToken` in the query, which is answered decoded; every other POST is a notification.
#[test]
fn without_a_token_the_parameter_makes_the_handshake() {
    let recipe = Challenge {
        method: "POST".into(),
        when: [].into(),
        token: None,
        credential: None,
        answer: Some("validationToken".into()),
        ..meta()
    };
    let asked = query(&[("validationToken", "Validation: Testing client & more")]);
    assert_eq!(in_query(&recipe, "POST", &asked, &HashMap::new()), plain("Validation: Testing client & more"));
    assert_eq!(in_query(&recipe, "POST", &query(&[("other", "x")]), &HashMap::new()), Handshake::None);
    assert_eq!(in_query(&recipe, "GET", &asked, &HashMap::new()), Handshake::None);
    let twice = query(&[("validationToken", "a"), ("validationToken", "b")]);
    assert_eq!(in_query(&recipe, "POST", &twice, &HashMap::new()), Handshake::Refused);
}

fn verified(body: &'static str) -> Verified {
    let request = Unverified {
        origin: "https://hooks.example.org",
        target: "/hooks/key/events",
        path: String::new(),
        query: Vec::new(),
        headers: &HeaderMap::new(),
        body: Bytes::from_static(body.as_bytes()),
        now_ms: 0,
    };
    verify(&Verify::None, &Keys { secrets: &HashMap::new(), settings: &[], published: &[] }, request)
        .expect("authentic")
}

/// Slack: `url_verification`, signed like every other request.
#[test]
fn a_handshake_in_the_body_is_answered_from_it() {
    let recipe = Challenge {
        method: "POST".into(),
        source: ChallengeSource::Body,
        when: [("/type".to_owned(), "url_verification".to_owned())].into(),
        token: None,
        credential: None,
        answer: Some("/challenge".into()),
        json: None,
        reply: None,
    };
    let asked = verified(
        r#"{"token":"Jhj5","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}"#,
    );
    let answer = plain("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
    assert_eq!(in_body(&recipe, "POST", &asked, &HashMap::new()), answer);
    assert_eq!(in_body(&recipe, "PUT", &asked, &HashMap::new()), Handshake::None);
    for other in [r#"{"type":"event_callback","challenge":"x"}"#, r#"{"challenge":"x"}"#, "not JSON", "", "[]", "null"]
    {
        assert_eq!(in_body(&recipe, "POST", &verified(other), &HashMap::new()), Handshake::None, "{other}");
    }
    for broken in [r#"{"type":"url_verification"}"#, r#"{"type":"url_verification","challenge":{}}"#] {
        assert_eq!(in_body(&recipe, "POST", &verified(broken), &HashMap::new()), Handshake::Refused, "{broken}");
    }
    // Neither kind is looked for in the other's place.
    assert_eq!(in_query(&recipe, "POST", &query(&[("/type", "url_verification")]), &HashMap::new()), Handshake::None);
    assert_eq!(in_body(&meta(), "GET", &asked, &HashMap::new()), Handshake::None);
}

/// Discord: a ping is answered with a pong.
#[test]
fn a_reply_is_always_the_same() {
    let recipe = Challenge {
        method: "POST".into(),
        source: ChallengeSource::Body,
        when: [("/type".to_owned(), "1".to_owned())].into(),
        token: None,
        credential: None,
        answer: None,
        json: None,
        reply: Some(Reply { content_type: "application/json".into(), body: r#"{"type":1}"#.into() }),
    };
    let pong = Handshake::Answer { content_type: "application/json", body: r#"{"type":1}"#.into() };
    assert_eq!(in_body(&recipe, "POST", &verified(r#"{"type":1}"#), &HashMap::new()), pong);
    for other in [r#"{"type":2}"#, r#"{"type":11}"#, r#"{"type":[1]}"#] {
        assert_eq!(in_body(&recipe, "POST", &verified(other), &HashMap::new()), Handshake::None, "{other}");
    }
}

fn challenge(value: Value) -> Challenge {
    serde_json::from_value(value).expect("a challenge")
}

fn json(body: &str) -> Handshake<'_> {
    Handshake::Answer { content_type: JSON, body: body.into() }
}

fn x() -> Challenge {
    challenge(serde_json::json!({ "method": "GET", "json": { "response_token": { "hmac-sha256": {
        "of": "crc_token", "credential": "consumer_secret", "encoding": "base64", "prefix": "sha256=",
    } } } }))
}

/// docs.x.com, "Webhooks", challenge-response checks; computed with another library, as no page has a whole example.
#[test]
fn vector_x_crc() {
    let asked = query(&[("crc_token", "MTk4NWQ1ZDItNzU3Mi00ZTIz"), ("nonce", "x")]);
    let answer = json(r#"{"response_token":"sha256=5qmJ3mig3mxxj+OIhn0Y8yio1trOLmJ90dbakniUhwU="}"#);
    assert_eq!(in_query(&x(), "GET", &asked, &ours("consumer-secret")), answer);
    assert_eq!(in_query(&x(), "POST", &asked, &ours("consumer-secret")), Handshake::None);
    assert_eq!(in_query(&x(), "GET", &query(&[("nonce", "x")]), &ours("consumer-secret")), Handshake::None);
    for nobody in [ours(""), HashMap::new()] {
        assert_eq!(in_query(&x(), "GET", &asked, &nobody), Handshake::Refused, "without a key");
    }
}

/// Zoom, "Using webhooks", `endpoint.url_validation`; computed with another library, as the page keeps its secret.
#[test]
fn vector_zoom_url_validation() {
    let recipe = challenge(serde_json::json!({
        "method": "POST", "source": "body", "when": { "/event": "endpoint.url_validation" },
        "json": {
            "plainToken": { "echo": "/payload/plainToken" },
            "encryptedToken": { "hmac-sha256": { "of": "/payload/plainToken", "credential": "secret_token" } },
        },
    }));
    let asked = verified(
        r#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}"#,
    );
    let answer = json(
        r#"{"encryptedToken":"d9e0d764a78494688ba3f2d5c0ed4ca311394b4834d959759213424d2df961e3","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}"#,
    );
    assert_eq!(in_body(&recipe, "POST", &asked, &ours("zoom-secret-token")), answer);
    let event = verified(r#"{"payload":{"plainToken":"x"},"event":"meeting.started"}"#);
    assert_eq!(in_body(&recipe, "POST", &event, &ours("zoom-secret-token")), Handshake::None);
    let without = verified(r#"{"payload":{},"event":"endpoint.url_validation"}"#);
    assert_eq!(in_body(&recipe, "POST", &without, &ours("zoom-secret-token")), Handshake::Refused);
    // It is looked for in a verified body alone.
    let pairs = query(&[("/event", "endpoint.url_validation"), ("/payload/plainToken", "x")]);
    assert_eq!(in_query(&recipe, "POST", &pairs, &ours("zoom-secret-token")), Handshake::None);
}

/// Whoever knows the address may ask: for nothing that could be the body of an event, and not without end.
#[test]
fn nothing_that_could_be_a_request_is_hashed_for_anybody() {
    for wrong in [
        "",
        r#"{"message_create":1}"#,
        "{}",
        "[1]",
        "a b",
        "a&b=c",
        "v0:1531420618:x",
        "msg_1.1531420618.x",
        "\"text\"",
        "a\nb",
        "é",
        "a%41",
        &"a".repeat(257),
    ] {
        let asked = query(&[("crc_token", wrong)]);
        assert_eq!(in_query(&x(), "GET", &asked, &ours("consumer-secret")), Handshake::Refused, "{wrong:?}");
    }
    let twice = query(&[("crc_token", "a"), ("crc_token", "b")]);
    assert_eq!(in_query(&x(), "GET", &twice, &ours("consumer-secret")), Handshake::Refused);
}

#[test]
fn a_body_that_anybody_could_have_hashed_is_not_believed() {
    let route = |credential: &str, challenge: Option<Challenge>| -> Route {
        let verify = serde_json::json!({ "hmac": { "header": "x-sig", "digest": "sha256", "credential": credential } });
        let route = serde_json::json!({ "name": "events", "level": "app", "methods": ["POST"], "verify": verify });
        Route { challenge, ..serde_json::from_value(route).expect("a route") }
    };
    let hashing = route("consumer_secret", Some(x()));
    let beside = route("consumer_secret", None);
    let other = route("another_secret", None);
    let routes = [hashing.clone(), beside.clone(), other.clone()];
    for body in ["", "123", "true", "MTk4NWQ1ZDItNzU3Mi00ZTIz", "a=b", &"a".repeat(256)] {
        assert!(signed_for_anybody(&routes, &hashing, body.as_bytes()), "{body}");
        assert!(signed_for_anybody(&routes, &beside, body.as_bytes()), "{body}: another route with the same key");
        assert!(!signed_for_anybody(&routes, &other, body.as_bytes()), "{body}");
        assert!(!signed_for_anybody(std::slice::from_ref(&beside), &beside, body.as_bytes()), "{body}");
    }
    for body in ["{}", "[]", "a b", &"a".repeat(257)] {
        assert!(!signed_for_anybody(&routes, &hashing, body.as_bytes()), "{body}");
    }
}

#[test]
fn what_is_sent_back_is_short_and_plain() {
    let echoing = Challenge { json: None, token: None, credential: None, when: [].into(), ..meta() };
    let long = "x".repeat(1024);
    for fine in ["1158201444", "<script>alert(1)</script>", long.as_str()] {
        assert_eq!(in_query(&echoing, "GET", &query(&[("hub.challenge", fine)]), &HashMap::new()), plain(fine));
    }
    for wrong in ["", "a\r\nset-cookie: b", "a\0b", "ä", "\u{7f}", "\u{202e}x", &"x".repeat(1025)] {
        let asked = query(&[("hub.challenge", wrong)]);
        assert_eq!(in_query(&echoing, "GET", &asked, &HashMap::new()), Handshake::Refused, "{wrong:?}");
    }
    // Within JSON it is a text, whatever it says.
    let recipe = challenge(serde_json::json!({ "method": "GET", "json": { "challenge": { "echo": "c" } } }));
    let asked = query(&[("c", r#"","admin":"true"#)]);
    assert_eq!(in_query(&recipe, "GET", &asked, &HashMap::new()), json(r#"{"challenge":"\",\"admin\":\"true"}"#));
}

#[test]
fn a_handshake_is_recognised_by_numbers_and_truths_too() {
    for (value, written) in [("true", "true"), ("false", "false"), ("7", "7"), ("\"true\"", "true")] {
        let recipe = Challenge {
            method: "POST".into(),
            source: ChallengeSource::Body,
            when: [("/ok".to_owned(), written.to_owned())].into(),
            token: None,
            credential: None,
            answer: Some("/say".into()),
            ..meta()
        };
        let body = format!(r#"{{"ok":{value},"say":"hello"}}"#).leak();
        assert_eq!(in_body(&recipe, "POST", &verified(body), &HashMap::new()), plain("hello"), "{value}");
        let other = r#"{"ok":null,"say":"hello"}"#;
        assert_eq!(in_body(&recipe, "POST", &verified(other), &HashMap::new()), Handshake::None);
    }
}
