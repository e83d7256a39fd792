//! Where the host writes credentials beside headers and queries: a path segment, a form field, a JSON field; and values that it
//! derives.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lockgate_runtime::NoSecrets;
use sha2::Sha256;

use crate::harness::{APP_SECRET, BOT, Sandbox, TOKEN, draft};
use crate::provider::{Manner, Provider};

/// What Meta calls `appsecret_proof`.
fn proof() -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).unwrap();
    mac.update(TOKEN.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn the_host_writes_a_path_segment_that_the_guest_leaves_out() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let told = sandbox.outcome("post-as text/plain /sendMessage hello").await;
    assert!(told.contains("/bot[credential]/sendMessage"), "{told}");
    let [seen] = provider.seen().try_into().unwrap();
    assert_eq!(seen.uri, format!("/bot{BOT}/sendMessage"));
    assert_eq!((seen.body.as_slice(), seen.content_length.as_deref()), (&b"hello"[..], Some("5")));
}

#[tokio::test]
async fn a_path_segment_of_the_guests_own_is_refused() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for path in [
        "/bot1:mine/sendMessage",
        "/bot/sendMessage",
        "/bot%31/sendMessage",
        "/bot1/../sendMessage",
        "/mine/sendMessage",
        "/sendMessage/",
        "//sendMessage",
    ] {
        let called = sandbox.send(&format!("post-as text/plain {path} hello")).await;
        let told = format!("{:?}", called.result.unwrap());
        assert!(told.contains("refused the request"), "{path}: {told}");
        assert!(!called.effects.denials[0].what.contains("mine/send") || path.starts_with("/mine"), "{path}");
    }
    assert!(provider.seen().is_empty());
}

#[tokio::test]
async fn form_fields_are_added_and_the_length_is_that_of_what_leaves() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let told = sandbox.outcome("post-as application/x-www-form-urlencoded /form text=hi+there%26").await;
    assert!(told.contains("text=hi+there%26&token=[credential]&appsecret_proof=[credential]"), "{told}");
    let [seen] = provider.seen().try_into().unwrap();
    let token = TOKEN.replace('/', "%2F").replace('+', "%2B");
    let body = format!("text=hi+there%26&token={token}&appsecret_proof={}", proof());
    assert_eq!(String::from_utf8(seen.body).unwrap(), body);
    assert_eq!(seen.content_length, Some(body.len().to_string()));
}

#[tokio::test]
async fn a_json_field_is_added_and_the_rest_stays_as_it_was() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let told = sandbox.outcome(r#"post-as application/json /json {"text": "hi", "n":1.50}"#).await;
    assert!(told.contains("[credential]") && !told.contains(APP_SECRET), "{told}");
    let [seen] = provider.seen().try_into().unwrap();
    let body = r#"{"auth":{"token":"42|the-app-secret"},"text": "hi", "n":1.50}"#;
    assert_eq!(String::from_utf8(seen.body).unwrap(), body);
    assert_eq!(seen.content_length, Some(body.len().to_string()));
}

#[tokio::test]
async fn a_field_of_the_guests_own_or_a_body_of_another_kind_is_refused() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for case in [
        "application/x-www-form-urlencoded /form token=mine",
        "application/x-www-form-urlencoded /form a=1&TOKEN=mine",
        "application/x-www-form-urlencoded /form %74oken=mine",
        "application/x-www-form-urlencoded /form appsecret.proof=mine",
        "application/x-www-form-urlencoded /form a=%4",
        "application/x-www-form-urlencoded;charset=utf-7 /form a=1",
        "text/plain /form a=1",
        "application/json /form {}",
        r#"application/json /json {"auth":{"token":"mine"}}"#,
        r#"application/json /json {"auth":{"TOKEN":"mine"}}"#,
        r#"application/json /json {"auth":{},"auth":{"token":"mine"}}"#,
        r#"application/json /json {"auth":"mine"}"#,
        "application/json /json [1]",
        "application/json /json token=mine",
        "application/json;charset=utf-16 /json {}",
        "text/json /json {}",
        "application/x-www-form-urlencoded /json {}",
    ] {
        let called = sandbox.send(&format!("post-as {case}")).await;
        let told = format!("{:?}", called.result.unwrap());
        assert!(told.contains("refused the request"), "{case}: {told}");
        assert!(
            !called.effects.denials.is_empty() && !format!("{:?}", called.effects.denials).contains("mine"),
            "{case}"
        );
    }
    assert!(provider.seen().is_empty());
}

#[tokio::test]
async fn a_value_is_not_derived_of_what_is_not_set() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let (mut without_secrets, mut without_settings) = (sandbox.call(), sandbox.call());
    without_secrets.secrets = Arc::new(NoSecrets);
    without_settings.settings = Arc::new([]);
    for (call, named) in [
        (without_secrets, "the credential \"app_secret\" is not set"),
        (without_settings, "the setting \"account_id\" is not set"),
    ] {
        let called = sandbox.plugin.send(call, draft("post-as application/json /json {}")).await;
        assert!(called.effects.denials[0].what.contains(named), "{:?}", called.effects.denials);
    }
    assert!(provider.seen().is_empty());
}

#[tokio::test]
async fn what_no_request_carried_is_in_no_log_and_no_last_words_either() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    // No request has the value in a place of its own, so that it is known by the manifest alone.
    for value in [proof(), format!("42|{APP_SECRET}"), APP_SECRET.to_owned()] {
        let called = sandbox.send(&format!("echo-log headers?x={value}")).await;
        let log = format!("{:?}", called.effects.log);
        assert!(!log.contains(&value) && log.contains("?x=[credential]"), "{log}");
        let called = sandbox.send(&format!("echo-panic headers?x={value}")).await;
        let words = format!("{:?}", called.result);
        assert!(!words.contains(&value) && words.contains("?x=[credential]"), "{words}");
    }
}
