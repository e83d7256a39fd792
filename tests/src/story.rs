//! A host, a simulated Messenger, and pages connected between them: where most stories begin.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lockgate_model::seam::Clock as _;
use lockgate_simulators::graph::{CDN_HOST, GRAPH_HOST, Provider, ProviderConfig};
use lockgate_simulators::webhook::{Envelope, Event, Retry, Thread, Webhooks};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::{Answer, Api};
use crate::clock::TestClock;
use crate::database::Database;
use crate::host::{HostPlan, TestHost};
use crate::wait::until;

/// What a story begins with.
pub struct StoryPlan {
    database: Database,
    pages: Vec<String>,
    seed: u64,
}

/// A host with Messenger's plugin, an app, an inbox, and its pages.
pub struct Story {
    /// The host.
    pub host: TestHost,
    /// The provider.
    pub provider: Provider,
    /// What is set up there.
    pub setup: Setup,
    ca: TempDir,
}

impl StoryPlan {
    /// The same with one page more.
    #[must_use]
    pub fn with_page(mut self, page: &str) -> Self {
        self.pages.push(page.to_owned());
        self
    }

    /// The same with another provider: its secrets, ids and app differ.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts provider and host, and connects the pages through the public API.
    pub async fn start(self) -> Story {
        let clock = TestClock::default();
        let mut config = ProviderConfig::new(self.seed, clock.for_provider());
        for page in &self.pages {
            config = config.with_page(page);
        }
        let provider = Provider::start(config).await.unwrap();
        let (ca, ca_file) = ca_file(&provider);
        let plan = HostPlan::on(self.database).with_clock(clock).with_map(GRAPH_HOST, provider.address(), &ca_file);
        let host = plan.with_map(CDN_HOST, provider.address(), &ca_file).start().await;
        let setup = Setup::make(host.api(), &provider).await;
        Story { host, provider, setup, ca }
    }
}

/// What is set up at a host, whichever way the host runs.
pub struct Setup {
    /// The app's id.
    pub app: String,
    /// The inbox's id.
    pub inbox: String,
    /// Channel ids by page.
    pub channels: BTreeMap<String, String>,
    /// Posts to the app's hook.
    pub webhooks: Webhooks,
}

impl Setup {
    /// Installs Messenger's plugin, registers the provider's app and connects every page that the provider has.
    pub async fn make(api: &Api, provider: &Provider) -> Self {
        api.install(lockgate_bundle::MESSENGER).await;
        let inbox = text(&api.post("/inboxes", &json!({ "name": "Support" })).await["id"]);
        let config = provider.config();
        let app = api
            .post(
                "/apps",
                &json!({
                    "plugin": "messenger",
                    "name": "Our Meta app",
                    "settings": { "app_id": config.app_id },
                    "secrets": { "app_secret": config.app_secret, "verify_token": config.verify_token },
                }),
            )
            .await;
        let app = text(&app["id"]);
        let webhooks = Self::hook(api, provider, &app).await;
        let mut setup = Self { app, inbox, channels: BTreeMap::new(), webhooks };
        for page in config.pages.keys() {
            setup.connect(api, provider, page).await;
        }
        setup
    }

    /// Connects one page more; the provider must know it.
    pub async fn connect(&mut self, api: &Api, provider: &Provider, page: &str) {
        let channel = api
            .post(
                "/channels",
                &json!({
                    "plugin": "messenger",
                    "app_id": self.app,
                    "inbox_id": self.inbox,
                    "name": format!("Page {page}"),
                    "settings": { "page_id": page },
                    "secrets": { "page_token": provider.config().pages[page] },
                }),
            )
            .await;
        self.channels.insert(page.to_owned(), text(&channel["id"]));
    }

    /// Finds the hook's address again: a host that was started again listens elsewhere.
    pub async fn find_hook(&mut self, api: &Api, provider: &Provider) {
        self.webhooks = Self::hook(api, provider, &self.app).await;
    }

    async fn hook(api: &Api, provider: &Provider, app: &str) -> Webhooks {
        let shown = api.get(&format!("/apps/{app}")).await;
        provider.webhooks(text(&shown["hooks"]["events"]).parse().unwrap())
    }
}

/// The conversation with a person on a channel; waits until there is one.
pub async fn conversation(api: &Api, channel: &str, person: &str) -> String {
    until("there is a conversation", async || {
        for contact in api.all("/contacts").await {
            let identities = contact["identities"].as_array().cloned().unwrap_or_default();
            if identities.iter().any(|one| one["key"] == *person && one["channel_id"] == *channel) {
                let filter = format!("/conversations?channel={channel}&contact={}", text(&contact["id"]));
                return api.all(&filter).await.first().map(|found| text(&found["id"]));
            }
        }
        None
    })
    .await
}

/// The provider's certificate authority in a file.
pub(crate) fn ca_file(provider: &Provider) -> (TempDir, PathBuf) {
    let folder = tempfile::Builder::new().prefix("lockgate-ca-").tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, provider.ca_pem()).unwrap();
    (folder, file)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

impl Story {
    /// A story on this database.
    pub fn on(database: Database) -> StoryPlan {
        StoryPlan { database, pages: Vec::new(), seed: 7 }
    }

    /// The host's API.
    pub fn api(&self) -> &Api {
        self.host.api()
    }

    /// What the host's and the provider's clock say, in milliseconds.
    pub fn now(&self) -> u64 {
        self.host.clock().now_ms()
    }

    /// Connects one page more; the provider must know it.
    pub async fn connect(&mut self, page: &str) {
        self.setup.connect(self.host.api(), &self.provider, page).await;
    }

    /// Tries to connect a page that is connected already.
    pub async fn connect_again(&self, page: &str) -> Answer {
        let body = json!({
            "app_id": self.setup.app,
            "inbox_id": self.setup.inbox,
            "name": "The same again",
            "settings": { "page_id": page },
            "secrets": { "page_token": "another" },
        });
        self.api().try_post("/channels", &body).await
    }

    /// Stops the host and starts it again in the same folder. The hook is at another port.
    pub async fn restart(self) -> Self {
        let Self { host, provider, mut setup, ca } = self;
        let host = host.restart().await;
        setup.find_hook(host.api(), &provider).await;
        Self { host, provider, setup, ca }
    }

    /// Posts events in one request until it is answered 200.
    pub async fn tell(&self, events: impl IntoIterator<Item = Event>) {
        self.webhooks().tell(&Envelope::batch(events), Retry::PATIENT).await.unwrap();
    }

    /// A person writes their first text; answers with the conversation's id.
    pub async fn begun(&self, person: &Thread) -> String {
        let mid = format!("m_begin_{}_{}", person.page_id, person.person_id);
        self.tell([person.text(&mid, self.now(), "Hello")]).await;
        self.conversation(person).await
    }

    /// The conversation with a person.
    pub async fn conversation(&self, person: &Thread) -> String {
        conversation(self.api(), self.channel(&person.page_id), &person.person_id).await
    }

    /// The channel of a page.
    pub fn channel(&self, page: &str) -> &str {
        &self.setup.channels[page]
    }

    /// Posts to the app's hook.
    pub fn webhooks(&self) -> &Webhooks {
        &self.setup.webhooks
    }

    /// Puts the host's and the provider's clock forward, and lets the host look at its outbox.
    pub fn advance(&self, by: std::time::Duration) {
        self.host.clock().advance(by);
        self.host.host().store.outbox_signal().notify_one();
    }

    /// The texts of a conversation, oldest first.
    pub async fn texts(&self, conversation: &str) -> Vec<String> {
        self.api().messages(conversation).await.iter().map(|message| text(&message["text"])).collect()
    }

    /// How often each reason for a refusal was counted, all owners together.
    pub async fn refusals(&self) -> BTreeMap<String, u64> {
        let host = self.host.host();
        host.refusals.flush(&host.store).await.unwrap();
        let mut counted = BTreeMap::new();
        for refusal in host.store.refusals().await.unwrap() {
            *counted.entry(refusal.reason).or_default() += refusal.count;
        }
        counted
    }

    /// How often each text was accepted by the provider.
    pub fn accepted(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for message in self.provider.books().accepted() {
            *times.entry(message.text.unwrap_or_default()).or_default() += 1;
        }
        times
    }
}
