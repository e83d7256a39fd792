//! What runs by itself: the look at what happened at a provider, and what a webhook asked to be done afterwards.

mod cases;
mod crashes;
mod follow_ups;
mod polls;
mod provider;

use std::time::Duration;

use lockgate_tests::component::with_manifest;
use lockgate_tests::{Api, Database, HostPlan, TestHost, until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::echo::HOST;
use provider::NewsProvider;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// Longer than the first polls are spread, shorter than the interval.
const SOON: Duration = Duration::from_secs(6);

/// A host with the newsagent installed, and its provider.
struct Kiosk {
    host: TestHost,
    provider: NewsProvider,
    /// The channels by their stand.
    channels: Vec<(String, String)>,
}

impl Kiosk {
    async fn open(database: Database, stands: &[&str]) -> Self {
        let provider = NewsProvider::start().await;
        let host = HostPlan::on(database).with_map(HOST, provider.https.address, &provider.https.ca_file).start().await;
        host.api().install(lockgate_guests::NEWSAGENT).await;
        let mut channels = Vec::new();
        for stand in stands {
            channels.push(((*stand).to_owned(), connect(host.api(), stand).await));
        }
        Self { host, provider, channels }
    }

    fn api(&self) -> &Api {
        self.host.api()
    }

    fn now(&self) -> u64 {
        lockgate_model::seam::Clock::now_ms(self.host.clock())
    }

    /// Puts the clock forward, and lets the host look at what is due.
    fn advance(&self, by: Duration) {
        self.host.clock().advance(by);
        self.host.host().store.work_signal().notify_waiters();
    }

    fn channel(&self) -> &str {
        &self.channels[0].1
    }

    async fn restart(self) -> Self {
        Self { host: self.host.restart().await, ..self }
    }

    /// The texts of the one conversation of a channel, once there are so many.
    async fn texts(&self, channel: &str, many: usize) -> Vec<String> {
        let texts = until(&format!("there are {many} messages"), async || {
            let texts = texts(self.api(), channel).await;
            (texts.len() >= many).then_some(texts)
        })
        .await;
        assert_eq!(texts.len(), many, "{texts:?}");
        texts
    }

    /// Waits until the provider was asked so often for what begins so.
    async fn asked(&self, path: &str, many: usize) -> Vec<String> {
        until(&format!("{path} is asked for {many} times"), async || {
            let asked = self.provider.asked(path);
            (asked.len() >= many).then_some(asked)
        })
        .await
    }

    /// Waits until nothing is claimed: what was asked is committed.
    async fn settled(&self) {
        let outside = self.host.outside().await;
        until("nothing is under way in the background", async || {
            let polls = outside.number("SELECT count(*) FROM polls WHERE claimed_by IS NOT NULL").await;
            let follow_ups = outside.number("SELECT count(*) FROM follow_ups WHERE claimed_by IS NOT NULL").await;
            (polls + follow_ups == 0).then_some(())
        })
        .await;
    }

    async fn health(&self, state: &str) -> Value {
        until(&format!("the channel is {state}"), async || {
            let shown = self.api().get(&format!("/channels/{}", self.channel())).await;
            (shown["health"]["state"] == state).then_some(shown)
        })
        .await
    }

    /// A webhook of the first channel.
    async fn told(&self, body: &Value) {
        assert_eq!(tell(self.api(), self.channel(), body).await, 200);
    }
}

async fn connect(api: &Api, stand: &str) -> String {
    let inbox = match api.all("/inboxes").await.first() {
        Some(inbox) => inbox["id"].clone(),
        None => api.post("/inboxes", &json!({ "name": "Support" })).await["id"].clone(),
    };
    let channel = json!({
        "plugin": "newsagent", "inbox_id": inbox, "name": stand, "settings": { "stand": stand },
        "secrets": { "token": "subscriber" },
    });
    api.post("/channels", &channel).await["id"].as_str().unwrap().to_owned()
}

async fn texts(api: &Api, channel: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for conversation in api.all(&format!("/conversations?channel={channel}")).await {
        let messages = api.messages(conversation["id"].as_str().unwrap()).await;
        texts.extend(messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()));
    }
    texts
}

async fn tell(api: &Api, channel: &str, body: &Value) -> u16 {
    let shown = api.get(&format!("/channels/{channel}")).await;
    let hook = shown["hooks"]["events"].as_str().unwrap().to_owned();
    let client = lockgate_tests::client().build().unwrap();
    let request = client.request(Method::POST, hook).header("content-type", "application/json");
    request.body(body.to_string()).send().await.unwrap().status().as_u16()
}

/// The plugin, polled for each app instead.
fn of_the_app() -> Vec<u8> {
    let manifest = lockgate_runtime::inspect(lockgate_guests::NEWSAGENT).unwrap().manifest_text;
    let at_app = manifest
        .replace("[polling]\nlevel = \"channel\"", "[polling]\nlevel = \"app\"")
        .replace("name = \"token\"\nlevel = \"channel\"", "name = \"token\"\nlevel = \"app\"");
    with_manifest(lockgate_guests::NEWSAGENT, &at_app)
}
