//! The example for Discord on a host: who signs with the application's key gets in, is answered in time, and everybody else is not.

use lockgate_model::seam::Clock as _;
use lockgate_tests::{Answer, Database, TestHost, on_both, until};
use serde_json::{Value, json};

use crate::recipes::keys::Ed25519;

const COMMAND: &str = include_str!("../../../examples/discord/cases/command-text.json");

/// Posts a body at this second, signed with this key.
async fn post(address: &str, key: &Ed25519, at: u64, body: &str) -> Answer {
    let signature = key.sign(&format!("{at}{body}"));
    let client = lockgate_tests::client().build().unwrap();
    let request = client
        .post(address)
        .header("content-type", "application/json")
        .header("x-signature-timestamp", at.to_string())
        .header("x-signature-ed25519", hex::encode(signature));
    lockgate_tests::answer(request.body(body.to_owned())).await
}

async fn a_command_gets_in_by_its_signature_alone(database: Database) {
    let host = TestHost::start_on(database).await;
    let (api, key) = (host.api(), Ed25519::generate());
    api.install(lockgate_guests::DISCORD).await;
    let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await;
    let settings = json!({
        "application_id": "1290000000000000042", "public_key": key.public(),
    });
    let channel = json!({
        "plugin": "discord", "inbox_id": inbox["id"], "name": "Our bot",
        "settings": settings, "secrets": { "bot_token": "made-up" },
    });
    let channel = api.post("/channels", &channel).await;
    let address = channel["hooks"]["interactions"].as_str().unwrap();
    let now = host.clock().now_ms() / 1000;

    let answer = post(address, &key, now, r#"{"type":1}"#).await;
    assert_eq!((answer.status, answer.body), (200, json!({ "type": 1 })), "the handshake, and no plugin was asked");

    let case: Value = serde_json::from_str(COMMAND).unwrap();
    let command = case["receive"]["body"].to_string();
    let other = Ed25519::generate();
    assert_eq!(post(address, &other, now, &command).await.status, 401, "somebody else's key");
    assert_eq!(post(address, &key, now - 400, &command).await.status, 401, "kept for later");
    assert!(api.all("/conversations").await.is_empty());

    let answer = post(address, &key, now, &command).await;
    assert_eq!((answer.status, answer.body), (200, json!({ "type": 5 })), "it is being thought about");
    let conversation = until("it is there", async || api.all("/conversations").await.pop()).await;
    let messages = api.messages(conversation["id"].as_str().unwrap()).await;
    assert_eq!(messages[0]["text"], "Wo ist meine Bestellung? 🕊 مرحبا");
    // Sent again by Discord, it is the same.
    post(address, &key, now, &command).await;
    assert_eq!(api.messages(conversation["id"].as_str().unwrap()).await.len(), 1);
    host.stop().await;
}

on_both! {
    a_command_gets_in_by_its_signature_alone,
}
