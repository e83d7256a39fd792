//! An answer that mints secrets: sealed with what the call came to, bound by its owner alone, and shown nowhere.

use lockgate_model::id::Owner;
use lockgate_tests::{Database, HostPlan, on_both, until};
use serde_json::json;

use crate::echo::{EchoProvider, HOST};
use crate::hostile::{Channel, nothing_shows};

/// What the provider mints. Stands in nothing else.
pub(crate) const MINTED: &str = "EAAG-minted-5Rt~9Xw";
const MINTED_TOO: &str = "EAAG-minted-7Kq~2Lm";

/// As it answers.
pub(crate) const MINTING: &str =
    r#"{"data":[{"id":"1","access_token":"EAAG-minted-5Rt~9Xw"},{"id":"2","access_token":"EAAG-minted-7Kq~2Lm"}]}"#;

async fn what_a_provider_mints_is_sealed_and_shown_nowhere(database: Database) {
    let provider = EchoProvider::start().await;
    let host = HostPlan::on(database).with_map(HOST, provider.https.address, &provider.https.ca_file).start().await;
    let api = host.api();
    let hostile = Channel::connect(api).await;
    hostile.post(&json!({ "events": [{ "id": "1", "text": "Hello", "from": "eve" }] })).await;
    let conversation = hostile.conversation(api, "eve").await;

    let message = api.send(&conversation, "mint-log /mint/pages /look/{handle}").await;
    let failed = api.reach(&message, "failed").await;
    let words = failed["failure"].to_string();
    let handle = words.split("captured:").nth(1).expect("the plugin was told a handle");
    let handle = format!("captured:{}", &handle[..32]);
    assert!(provider.seen().iter().any(|request| request.contains(&handle)), "it wrote it into a request");
    assert!(!provider.seen().iter().any(|request| request.contains(MINTED)), "where it stood for nothing");

    let outside = host.outside().await;
    assert_eq!(outside.number("SELECT count(*) FROM captured").await, 2);
    for secret in [MINTED, MINTED_TOO] {
        nothing_shows(&host, secret).await;
    }

    // It is the channel's, and becomes the credential that the channel names.
    let store = &host.host().store;
    let owner = Owner::Channel(hostile.id.parse().unwrap());
    store.bind_captured(owner, &handle, "token").await.unwrap();
    assert_eq!(outside.number("SELECT count(*) FROM captured").await, 1);
    let message = api.send(&conversation, "A plain text").await;
    let settled = until("it went out", async || {
        let shown = api.message(&message).await;
        ["sent", "failed"].contains(&shown["status"].as_str().unwrap_or_default()).then_some(shown)
    })
    .await;
    assert_eq!(settled["status"], "sent", "{settled}");
    let with_it = format!("Bearer {MINTED}");
    assert!(provider.seen().iter().any(|request| request.contains(&with_it)), "{:?}", provider.seen().last());

    // A call that fails leaves none: nobody could name it.
    let message = api.send(&conversation, "mint-panic /mint/pages").await;
    until("its last words are shown", async || api.message(&message).await["failure"].is_object().then_some(())).await;
    assert_eq!(outside.number("SELECT count(*) FROM captured").await, 1);
    nothing_shows(&host, MINTED).await;
}

on_both![what_a_provider_mints_is_sealed_and_shown_nowhere];
