//! A plugin that hunts for its token gets nothing, whatever it tries.

use std::time::Duration;

use lockgate_runtime::{CallFailure, Called};

use crate::harness::{Sandbox, TOKEN};
use crate::provider::{Manner, Provider};

/// Nothing that a call left behind holds the token, under any spelling of the tests.
fn assert_clean<T: std::fmt::Debug>(case: &str, called: &Called<T>) {
    let all = format!("{called:?}").replace("\\\\", "\\").replace("\\/", "/").to_lowercase();
    let percent: String = TOKEN.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for spelling in [TOKEN.to_lowercase(), percent, hex::encode(TOKEN)] {
        assert!(!all.contains(&spelling), "{case}: {all}");
    }
    for size in [10, TOKEN.len()] {
        assert!(!all.contains(&TOKEN.to_lowercase()[..size]), "{case}: {all}");
    }
}

#[tokio::test]
async fn neither_settings_nor_headers_nor_state_hold_it() {
    let sandbox = Sandbox::hostile().await;
    let called = sandbox.receive("everything").await;
    assert_clean("everything", &called);
    assert!(format!("{:?}", called.result).contains("generation"));
}

#[tokio::test]
async fn a_provider_that_echoes_it_is_scrubbed_in_every_spelling() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for spelling in ["headers", "header", "percent", "hex", "json", "entities"] {
        let case = format!("echo {spelling}");
        let called = sandbox.send(&case).await;
        assert_clean(&case, &called);
        assert!(format!("{:?}", called.result).contains("[credential]"), "{case}");
    }
    let base64 = format!("{:?}", sandbox.send("echo base64").await.result);
    assert!(base64.contains("[credential]") && !base64.contains("L3NFY1JlV"), "{base64}");
    assert!(
        sandbox.outcome("echo packed").await.contains("Unanswered")
            || sandbox.outcome("echo packed").await.contains("no answer")
    );
}

#[tokio::test]
async fn it_is_in_no_log_no_outcome_and_no_last_words() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let logged = sandbox.send("echo-log headers").await;
    assert_clean("log", &logged);
    assert!(logged.effects.log.len() >= 2);
    let panicked = sandbox.send("echo-panic headers").await;
    assert_clean("panic", &panicked);
    assert!(matches!(panicked.result, Err(CallFailure::Trap(_))));
}

#[tokio::test]
async fn errors_of_the_connection_tell_nothing() {
    let provider = Provider::start(Manner::Breaks).await;
    let map = provider.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.defaults.wall = Duration::from_secs(5);
    })
    .await;
    let called = sandbox.send("post /messages").await;
    assert_clean("broken", &called);
    let words = format!("{:?}", called.result);
    assert!(words.contains("Unknown") && !words.contains("127.0.0.1"), "{words}");
}
