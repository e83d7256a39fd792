//! Files that messages name and that are fetched later: by the plugin, or by the host at an address.

mod addresses;
mod cases;
mod deaths;
mod deferred;
mod messenger;
mod provider;

use std::time::Duration;

use lockgate_tests::component::with_manifest;
use lockgate_tests::{Answer, Api, Database, HostPlan, TestHost, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::echo::HOST;
use provider::Files;

const CDN: &str = "cdn.example.com";
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// Bytes that say what they are.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR-a-picture-of-the-bike";

/// A host with keeper and its channel, the provider of its files, and a server that everybody may read.
struct Depot {
    host: TestHost,
    provider: Files,
    cdn: Files,
    channel: String,
}

impl Depot {
    async fn open(database: Database) -> Self {
        Self::open_with(HostPlan::on(database)).await
    }

    async fn open_with(plan: HostPlan) -> Self {
        let (provider, cdn) = (Files::start(HOST).await, Files::start(CDN).await);
        let plan = plan.with_map(HOST, provider.https.address, &provider.https.ca_file);
        let host = plan.with_map(CDN, cdn.https.address, &cdn.https.ca_file).start().await;
        let channel = connect(host.api()).await;
        Self { host, provider, cdn, channel }
    }

    fn api(&self) -> &Api {
        self.host.api()
    }

    /// Puts the clock forward, and lets the host look at what is due.
    fn advance(&self, by: Duration) {
        self.host.clock().advance(by);
        self.host.host().store.work_signal().notify_waiters();
    }

    /// Installs keeper with another `[media]`, or with what else stands in its place.
    async fn declare(&self, media: &str) {
        self.api().install(&keeper(media)).await;
    }

    /// Posts a message; as it is shown then.
    async fn told(&self, path: &str, body: &str) -> Value {
        let before = messages(self.api()).await.len();
        assert_eq!(post(self.api(), &self.channel, path, body).await, 200);
        until("it is told", async || messages(self.api()).await.get(before).cloned()).await
    }

    /// The message, once its file is kept or missing.
    async fn settled(&self, message: &Value) -> Value {
        settled(self.api(), message).await
    }

    /// Waits until nothing is claimed: what was asked is committed.
    async fn at_rest(&self) {
        let outside = self.host.outside().await;
        until("nothing is under way", async || {
            let claimed = "SELECT count(*) FROM fetches WHERE claimed_by IS NOT NULL OR attempt = 0";
            (outside.number(claimed).await == 0).then_some(())
        })
        .await;
    }

    async fn fetches(&self) -> i64 {
        self.host.outside().await.number("SELECT count(*) FROM fetches").await
    }
}

fn keeper(media: &str) -> Vec<u8> {
    let manifest = include_str!("../../../guests/keeper/channel.toml");
    let changed = manifest.replace("[media]\nmax_bytes = 3_000_000\nshare = true\n", media);
    assert_ne!(changed, manifest);
    with_manifest(lockgate_guests::KEEPER, &changed)
}

async fn connect(api: &Api) -> String {
    api.install(lockgate_guests::KEEPER).await;
    let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await;
    let channel = json!({
        "plugin": "keeper", "inbox_id": inbox["id"], "name": "desk", "settings": { "account_id": "desk-1" },
        "secrets": { "secret": "the-secret-of-signed-forms", "token": "reader" },
    });
    api.post("/channels", &channel).await["id"].as_str().unwrap().to_owned()
}

async fn post(api: &Api, channel: &str, path: &str, body: &str) -> u16 {
    let shown = api.get(&format!("/channels/{channel}")).await;
    let hook = format!("{}{path}", shown["hooks"]["plain"].as_str().unwrap());
    let client = lockgate_tests::client().build().unwrap();
    client.post(hook).body(body.to_owned()).send().await.unwrap().status().as_u16()
}

/// All messages, oldest first.
async fn messages(api: &Api) -> Vec<Value> {
    let mut all = Vec::new();
    for conversation in api.all("/conversations").await {
        all.extend(api.messages(conversation["id"].as_str().unwrap()).await);
    }
    all
}

/// Where the first part of a message says that its file is.
fn source(message: &Value) -> (&str, &str) {
    let source = &message["parts"][0]["content"]["value"]["source"];
    (source["type"].as_str().unwrap(), source["value"].as_str().unwrap())
}

async fn settled(api: &Api, message: &Value) -> Value {
    let id = message["id"].as_str().unwrap();
    until("its file is kept or missing", async || {
        let shown = api.message(id).await;
        matches!(source(&shown).0, "stored" | "missing").then_some(shown)
    })
    .await
}

async fn download(api: &Api, message: &Value) -> Answer {
    let path = format!("/messages/{}/media/{}", message["id"].as_str().unwrap(), source(message).1);
    lockgate_tests::answer(api.request(Method::GET, &path)).await
}
