//! A plugin that is slower than the provider's patience costs nobody a message.

use lockgate_tests::{Database, HostPlan, ProcessPlan, TestHost, conversation, on_both, until};
use serde_json::json;

use crate::hostile::Channel;

async fn a_slow_plugin_answers_by_default_and_completes_later_once(database: Database) {
    let host = TestHost::start_on(database).await;
    let channel = Channel::connect(host.api()).await;
    let body = json!({ "do": "slow", "events": [{ "id": "1", "text": "Better late", "from": "eve" }] });
    // The provider did not hear of it and tells it again meanwhile.
    let posted = tokio::join!(channel.post(&body), channel.post(&body));
    assert_eq!(posted, (200, 200));
    let outside = host.outside().await;
    assert!(outside.number("SELECT count(*) FROM envelopes").await >= 1, "what was acknowledged is kept");
    let conversation = channel.conversation(host.api(), "eve").await;
    until("nothing is pending", async || {
        (outside.number("SELECT count(*) FROM envelopes WHERE state = 'pending'").await == 0).then_some(())
    })
    .await;
    let messages = host.api().messages(&conversation).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0]["text"], "Better late");
    assert!(host.api().all("/dead-letters").await.is_empty());
}

async fn what_was_pending_when_the_host_died_completes_after(database: Database) {
    let plan = ProcessPlan::new(env!("CARGO_BIN_EXE_test-host").into(), database);
    let process = plan.start().await;
    let channel = Channel::connect(process.api()).await;
    let body = json!({ "do": "slow", "events": [{ "id": "1", "text": "Better late", "from": "eve" }] });
    assert_eq!(channel.post(&body).await, 200);
    let plan = process.kill().await;
    let outside = plan.outside().await;
    assert_eq!(outside.number("SELECT count(*) FROM envelopes WHERE state = 'pending'").await, 1);
    assert_eq!(outside.number("SELECT count(*) FROM messages").await, 0);
    drop(outside);

    let process = plan.with_env("LOCKGATE_TEST_CLOCK_MS", "600000").start().await;
    let found = conversation(process.api(), &channel.id, "eve").await;
    assert_eq!(process.api().messages(&found).await.len(), 1);
    process.stop().await;
}

async fn what_never_completes_becomes_a_dead_letter(database: Database) {
    let host = HostPlan::on(database).start().await;
    let channel = Channel::connect(host.api()).await;
    let body = json!({ "do": "slow-passing" });
    assert_eq!(channel.post(&body).await, 200);
    let letter = until("it is given up", async || {
        host.clock().advance(std::time::Duration::from_secs(2 * 3600));
        host.api().all("/dead-letters").await.first().cloned()
    })
    .await;
    assert_eq!((&letter["code"], &letter["params"]["reason"]), (&json!("gave-up"), &json!("passing")), "{letter}");
    let path = format!("/dead-letters/{}", letter["id"].as_str().unwrap());
    assert_eq!(host.api().get(&path).await["envelope"]["body_text"], *body.to_string());

    // What arrived raw is for admins, here as among the envelopes.
    let reader = host.api().post("/tokens", &json!({ "name": "reader", "scopes": ["inbox:read"] })).await;
    let request = host.api().bare(reqwest::Method::GET, &format!("/api/v1{path}"));
    let shown: serde_json::Value =
        request.bearer_auth(reader["secret"].as_str().unwrap()).send().await.unwrap().json().await.unwrap();
    assert_eq!((&shown["code"], &shown["envelope"]), (&json!("gave-up"), &serde_json::Value::Null));
}

on_both![
    a_slow_plugin_answers_by_default_and_completes_later_once,
    what_was_pending_when_the_host_died_completes_after,
    what_never_completes_becomes_a_dead_letter,
];
