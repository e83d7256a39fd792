//! Secrets are planted in a host that logs all that it can, a hostile plugin hunts for them, and everything that the run leaves
//! behind is searched: the log with its traces, answers and error answers, the database and its files, metrics, the guest's memory.

use lockgate_tests::exhibits::Exhibits;
use lockgate_tests::{Api, Database, ProcessPlan, on_both, scan, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::capture::MINTED;
use crate::echo::{EchoProvider, HOST};
use crate::hostile::{Channel, SECRET, TOKEN};

/// Handed to the API wherever a secret can be handed in wrongly.
const MISPLACED: &str = "EAAS-misplaced-6Hd/2k";

async fn a_planted_secret_is_nowhere_after_a_run(database: Database) {
    let provider = EchoProvider::start().await;
    let authority = std::fs::read_to_string(&provider.https.ca_file).unwrap();
    let on_sqlite = matches!(database, Database::Sqlite);
    let plan = ProcessPlan::new(env!("CARGO_BIN_EXE_test-host").into(), database)
        .with_map(HOST, provider.https.address, &authority)
        .with_argument("--log=trace");
    let process = plan.start().await;
    let api = process.api();
    let hostile = Channel::connect(api).await;
    assert_eq!(hostile.post(&json!({ "do": "everything" })).await, 200);
    hostile.post(&json!({ "events": [{ "id": "1", "text": "Hello from eve", "from": "eve" }] })).await;
    let conversation = hostile.conversation(api, "eve").await;
    for text in [
        "echo headers",
        "echo-log headers",
        "own-header x-token",
        "mint-log /mint/pages /look/{handle}",
        "dump /look/headers /mint/pages",
    ] {
        let message = api.send(&conversation, text).await;
        api.reach(&message, "failed").await;
    }
    let message = api.send(&conversation, "A plain text").await;
    api.reach(&message, "sent").await;
    let message = api.send(&conversation, "echo-panic headers").await;
    until("its last words are shown", async || api.message(&message).await["failure"].is_object().then_some(())).await;
    assert!(provider.seen().iter().any(|request| request.contains(TOKEN)), "the credential was used");

    let mut exhibits = Exhibits::default();
    let errors = error_answers(api, &hostile).await;
    exhibits.add("error answers", errors, "\"status\":4");
    exhibits.add("answers", answers(api).await, "Hello from eve");
    let metrics = api.bare(Method::GET, "/metrics").bearer_auth(api.token()).send().await.unwrap();
    exhibits.add("metrics", metrics.text().await.unwrap(), "# TYPE");
    let [memory] = <[Vec<u8>; 1]>::try_from(provider.memories()).unwrap();
    // It holds what the plugin was told: its draft, the answer, and the handle in the secret's stead.
    exhibits.add("the guest's memory", memory.clone(), "dump /look/headers");
    exhibits.add("the guest's memory again", memory, "captured:");
    exhibits.add("the database", plan.outside().await.everything().await, "Hello from eve");
    let token = api.token().to_owned();
    process.stop().await;
    exhibits.add("the log", plan.logged(), "TRACE");
    exhibits.add("the log of requests", plan.logged(), "an outgoing request ended");
    for file in scan::files(&plan.data_dir()) {
        exhibits.add_any(file.display().to_string(), std::fs::read(&file).unwrap());
    }
    if on_sqlite {
        // What was written last may still be beside the file.
        let rows = ["lockgate.db", "lockgate.db-wal"].map(|name| std::fs::read(plan.data_dir().join(name)));
        let rows = rows.into_iter().flatten().collect::<Vec<_>>().concat();
        exhibits.add("the file of the database", rows, "Hello from eve");
    }
    for secret in [TOKEN, SECRET, MINTED, MISPLACED, &token] {
        assert_eq!(exhibits.holding(secret), Vec::<&str>::new(), "{}…", &secret[..8]);
    }
}

/// Every answer of the API to who may see all.
async fn answers(api: &Api) -> String {
    let mut shown = String::new();
    for path in
        ["/plugins", "/apps", "/channels", "/inboxes", "/tokens", "/dead-letters", "/contacts", "/conversations"]
    {
        for item in api.all(path).await {
            shown.push_str(&item.to_string());
            let Some(id) = item["id"].as_str() else { continue };
            shown.push_str(&api.try_get(&format!("{path}/{id}")).await.body.to_string());
            if path == "/conversations" {
                shown.push_str(&json!(api.messages(id).await).to_string());
            }
        }
    }
    shown
}

/// What the API answers to who hands a secret in wrongly.
async fn error_answers(api: &Api, hostile: &Channel) -> String {
    let channel = api.get(&format!("/channels/{}", hostile.id)).await;
    let with = |secrets: Value| {
        json!({
            "app_id": channel["app_id"], "inbox_id": channel["inbox_id"], "name": "Again",
            "settings": { "account_id": "account" }, "secrets": secrets,
        })
    };
    let mut shown = String::new();
    for body in [
        with(json!({ "channel_secret": MISPLACED, "token": MISPLACED })),
        with(json!({ "channel_secret": [MISPLACED] })),
        with(json!({ "channel_secret": { "value": MISPLACED } })),
        with(json!({ "unknown": MISPLACED })),
        with(json!({ "token": format!("{MISPLACED}\n") })),
        with(json!([MISPLACED])),
        with(json!(MISPLACED)),
    ] {
        let answer = api.try_post("/channels", &body).await;
        assert!((400..500).contains(&answer.status), "{body}: {}", answer.body);
        shown.push_str(&answer.body.to_string());
    }
    for token in [MISPLACED.to_owned(), format!("lg_{MISPLACED}")] {
        let answer = api.bare(Method::GET, "/api/v1/channels").bearer_auth(&token).send().await.unwrap();
        assert_eq!(answer.status(), 401);
        shown.push_str(&answer.text().await.unwrap());
    }
    shown
}

on_both![a_planted_secret_is_nowhere_after_a_run];
