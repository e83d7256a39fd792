//! What leaves the host: granted requests over verified TLS, with the credential written in by the host.

use std::collections::BTreeSet;
use std::sync::Arc;

use lockgate_model::contract::outbound::Outcome;

use crate::harness::{Map, Sandbox, TOKEN, draft, is_sent};
use crate::provider::{HOST, Manner, Provider};

#[tokio::test]
async fn a_granted_request_leaves_with_the_credential_in_its_place() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let called = sandbox.send("hello").await;
    assert!(is_sent(&called.result.unwrap()));
    let [seen] = provider.seen().try_into().unwrap();
    assert_eq!((seen.method.as_str(), seen.uri.as_str()), ("POST", "/messages"));
    assert_eq!(seen.authorization, Some(format!("Bearer {TOKEN}")));
    assert_eq!(seen.body, br#"{"text":"hello"}"#);
    assert_eq!(called.effects.requests, 1);

    sandbox.send("echo headers").await.result.unwrap();
    let looked = provider.seen().pop().unwrap();
    assert_eq!(looked.authorization, None, "the credential is written where the rule says and nowhere else");
    assert!(looked.uri.starts_with("/look/headers?access_token=EAAB%2FsEcReT%2Btoken~"), "{}", looked.uri);
}

#[tokio::test]
async fn what_is_not_granted_does_not_leave_and_the_effects_name_the_grant() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let mut call = sandbox.call();
    call.grants = Arc::new(BTreeSet::from(["look".to_owned()]));
    let called = sandbox.plugin.send(call, draft("hello")).await;
    assert!(matches!(&called.result.unwrap()[0].outcome, Outcome::Failed(_)));
    assert_eq!(called.effects.denials[0].grant.as_deref(), Some("send"));
    assert!(!called.effects.departed);

    for (text, grant) in [
        ("address https://other.example.com/x", Some("other")),
        ("address https://evil.example.org/x", None),
        ("address https://provider.example.com/look/a/b", None),
        ("address https://provider.example.com/look/%2e%2e", None),
        ("address https://provider.example.com/messages", None),
        ("address https://provider.example.com:8443/look/1", None),
        ("address https://user@provider.example.com/look/1", None),
        ("address https://127.0.0.1/look/1", None),
        ("address https://[::1]/look/1", None),
        ("address https://2130706433/look/1", None),
        ("address https://0x7f.1/look/1", None),
    ] {
        let called = sandbox.send(text).await;
        let words = format!("{:?}", called.result.unwrap());
        assert!(words.contains("refused the request"), "{text}: {words}");
        if let Some(denial) = called.effects.denials.first() {
            assert_eq!(denial.grant.as_deref(), grant, "{text}");
        }
    }
    assert!(provider.seen().is_empty());
}

#[tokio::test]
async fn a_guests_own_value_in_a_credentials_place_is_refused() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for text in [
        "own-header x-token",
        "own-header X-Token",
        "own-header cookie",
        "own-query access_token=mine",
        "own-query ACCESS%5Ftoken=mine",
    ] {
        assert!(sandbox.outcome(text).await.contains("refused the request"), "{text}");
    }
    assert!(provider.seen().is_empty());
    assert!(sandbox.outcome("own-header x-other").await.contains("x-other"));
}

#[tokio::test]
async fn the_name_and_the_authority_are_verified_for_a_mapped_host() {
    let other_name = Provider::named("elsewhere.example.com", Manner::Answers).await;
    let sandbox = Sandbox::calling(&other_name).await;
    assert!(sandbox.outcome("hello").await.contains("Passing"));

    let (honest, stranger) = (Provider::start(Manner::Answers).await, Provider::start(Manner::Answers).await);
    let map = Map { host: HOST.into(), address: honest.address, ca_pem: stranger.ca_pem.clone().into_bytes() };
    let sandbox = Sandbox::with(|config| config.egress.maps.push(map)).await;
    assert!(sandbox.outcome("hello").await.contains("Passing"));
    assert!(honest.seen().is_empty() && other_name.seen().is_empty());
}

#[tokio::test]
async fn without_a_mapping_a_name_leads_to_public_addresses_only() {
    let sandbox = Sandbox::hostile().await;
    let called = sandbox.send("post /look/1").await;
    assert!(!format!("{:?}", called.result.unwrap()).contains("Sent("));
    let report = sandbox.runtime.settings_report();
    assert!(report.iter().all(|setting| setting.name != "mapped host"));
}

#[tokio::test]
async fn redirects_are_not_followed_and_cookies_not_kept() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    assert!(sandbox.outcome("echo redirect").await.contains("302"));
    assert!(!sandbox.outcome("echo cookie").await.contains("set-cookie"));
    assert_eq!(provider.seen().len(), 2);
}

#[tokio::test]
async fn requests_and_answers_are_bounded() {
    let provider = Provider::start(Manner::Answers).await;
    let map = provider.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.defaults.request_bytes = 1 << 20;
    })
    .await;
    assert!(sandbox.outcome("echo huge").await.contains("too large"));
    assert!(sandbox.outcome("large 1048576").await.contains("Ok((200, 7))"));
    assert!(sandbox.outcome("large 1048577").await.contains("Denied"));
    let before = provider.seen().len();
    let called = sandbox.send("many").await;
    assert_eq!(provider.seen().len() - before, 4);
    assert_eq!(called.effects.requests, 4);
    assert!(called.effects.denials[0].what.contains("as many requests as it may"));
}

#[tokio::test]
async fn headers_of_an_answer_are_bounded_and_nothing_is_unpacked() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for case in ["echo many-headers", "echo long-header", "echo packed"] {
        let told = sandbox.outcome(case).await;
        assert!(told.contains("no answer"), "{case}: {told}");
    }
    assert_eq!(provider.seen().len(), 3);
    let asked = sandbox.outcome("own-value accept-encoding gzip").await;
    assert!(asked.contains(r#"accept-encoding\": \"identity"#) && !asked.contains("gzip"), "{asked}");
}

#[tokio::test]
async fn connections_are_kept_for_the_next_call() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for _ in 0..5 {
        assert!(is_sent(&sandbox.send("hello").await.result.unwrap()));
    }
    assert!(provider.seen().iter().all(|seen| seen.connection == 0));
}
