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
        reply: None,
    }
}

fn query(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn plain(body: &str) -> Handshake<'_> {
    Handshake::Answer { content_type: PLAIN, body: body.into() }
}

#[test]
fn the_right_token_gets_the_challenge_back() {
    let good = query(&[("hub.mode", "subscribe"), ("hub.verify_token", "ours"), ("hub.challenge", "1158201444")]);
    let recipe = meta();
    assert_eq!(in_query(&recipe, "GET", &good, Some(b"ours")), plain("1158201444"));
    assert_eq!(in_query(&recipe, "POST", &good, Some(b"ours")), Handshake::None);
    for wrong in [Some(b"other".as_slice()), Some(b"OURS"), Some(b"our"), Some(b"ours "), Some(b""), None] {
        assert_eq!(in_query(&recipe, "GET", &good, wrong), Handshake::Refused, "{wrong:?}");
    }
}

#[test]
fn a_parameter_sent_twice_is_nobody_s() {
    let twice = query(&[
        ("hub.mode", "subscribe"),
        ("hub.verify_token", "ours"),
        ("hub.verify_token", "x"),
        ("hub.challenge", "1"),
    ]);
    assert_eq!(in_query(&meta(), "GET", &twice, Some(b"ours")), Handshake::Refused);
    let another = query(&[("hub.mode", "unsubscribe")]);
    assert_eq!(in_query(&meta(), "GET", &another, Some(b"ours")), Handshake::None);
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
    assert_eq!(in_query(&recipe, "POST", &asked, None), plain("Validation: Testing client & more"));
    assert_eq!(in_query(&recipe, "POST", &query(&[("other", "x")]), None), Handshake::None);
    assert_eq!(in_query(&recipe, "GET", &asked, None), Handshake::None);
    let twice = query(&[("validationToken", "a"), ("validationToken", "b")]);
    assert_eq!(in_query(&recipe, "POST", &twice, None), Handshake::Refused);
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
    verify(&Verify::None, &Keys { secrets: &HashMap::new(), settings: &[] }, request).expect("authentic")
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
        reply: None,
    };
    let asked = verified(
        r#"{"token":"Jhj5","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}"#,
    );
    let answer = plain("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
    assert_eq!(in_body(&recipe, "POST", &asked), answer);
    assert_eq!(in_body(&recipe, "PUT", &asked), Handshake::None);
    for other in [r#"{"type":"event_callback","challenge":"x"}"#, r#"{"challenge":"x"}"#, "not JSON", "", "[]", "null"]
    {
        assert_eq!(in_body(&recipe, "POST", &verified(other)), Handshake::None, "{other}");
    }
    for broken in [r#"{"type":"url_verification"}"#, r#"{"type":"url_verification","challenge":{}}"#] {
        assert_eq!(in_body(&recipe, "POST", &verified(broken)), Handshake::Refused, "{broken}");
    }
    // Neither kind is looked for in the other's place.
    assert_eq!(in_query(&recipe, "POST", &query(&[("/type", "url_verification")]), None), Handshake::None);
    assert_eq!(in_body(&meta(), "GET", &asked), Handshake::None);
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
        reply: Some(Reply { content_type: "application/json".into(), body: r#"{"type":1}"#.into() }),
    };
    let pong = Handshake::Answer { content_type: "application/json", body: r#"{"type":1}"#.into() };
    assert_eq!(in_body(&recipe, "POST", &verified(r#"{"type":1}"#)), pong);
    for other in [r#"{"type":2}"#, r#"{"type":11}"#, r#"{"type":[1]}"#] {
        assert_eq!(in_body(&recipe, "POST", &verified(other)), Handshake::None, "{other}");
    }
}
