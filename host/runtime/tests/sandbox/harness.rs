//! A sandbox with one plugin, and calls for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use lockgate_model::contract::common::{Content, Contexts, Part, RichText};
use lockgate_model::contract::inbound::{EventBody, Reception, Refusal, Request};
use lockgate_model::contract::outbound::{Draft, DraftPart, Ground, Outcome, PartOutcome};
use lockgate_model::contract::settings::{Credential, Setting, SettingValue};
use lockgate_runtime::{
    Call, CallLabel, Called, Departure, DepartureRefused, HostMap, NoMedia, NoState, Plugin, Runtime, RuntimeConfig,
    SealKey, SecretSource,
};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::provider::Provider;

/// 2026-01-02T03:04:05Z.
pub const NOW: u64 = 1_767_323_045_000;

/// What the egress gate writes, and no plugin may see.
pub const TOKEN: &str = "EAAB/sEcReT+token~0123456789";

/// What it writes into a path.
pub const BOT: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

/// Of what it derives values.
pub const APP_SECRET: &str = "the-app-secret";

/// A sandbox and one plugin in it. The folder goes with it.
pub struct Sandbox {
    pub runtime: Runtime,
    pub plugin: Arc<Plugin>,
    pub books: Arc<Books>,
    _folder: TempDir,
}

impl Sandbox {
    /// The hostile plugin with settings as they are by default.
    pub async fn hostile() -> Self {
        Self::with(|_| ()).await
    }

    /// The hostile plugin, its provider being the simulated one.
    pub async fn calling(provider: &Provider) -> Self {
        let map = provider.map();
        Self::with(|config| config.egress.maps.push(map)).await
    }

    /// The hostile plugin with other settings.
    pub async fn with(change: impl FnOnce(&mut RuntimeConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = RuntimeConfig { cache_dir: images().to_owned(), ..config(&folder) };
        change(&mut config);
        let runtime = Runtime::start(config).unwrap();
        let plugin = runtime.install(Arc::from(lockgate_guests::HOSTILE)).await.unwrap();
        Self { runtime, plugin, books: Arc::default(), _folder: folder }
    }

    /// A call with every grant but `other`, and the token in its secrets.
    pub fn call(&self) -> Call {
        let text = |key: &str, value: &str| Setting { key: key.into(), value: SettingValue::Text(value.into()) };
        Call {
            now_ms: NOW,
            seed: [7; 32],
            settings: Arc::new([text("flavour", "plain"), text("account_id", "42")]),
            credentials: Arc::new([Credential { name: "token".into(), since: NOW, expires: None, generation: 1 }]),
            hooks: Arc::new(BTreeMap::from([(
                "channel-events".to_owned(),
                "https://inbox.example.org/hooks/k/channel-events".to_owned(),
            )])),
            state: Arc::new(NoState),
            grants: Arc::new(BTreeSet::from(["send", "look", "path", "form", "json", "mint"].map(str::to_owned))),
            confirmed_hosts: Arc::default(),
            secrets: Arc::new(Secrets),
            departure: Some(Arc::clone(&self.books) as Arc<dyn Departure>),
            media: Arc::new(NoMedia),
            alone: false,
            label: CallLabel { plugin: "hostile".into(), channel: Some("channel".into()), ..CallLabel::default() },
        }
    }

    /// A request that asks for a case.
    pub async fn receive(&self, case: &str) -> Called<Result<Reception, Refusal>> {
        self.plugin.receive(self.call(), request(case, b"")).await
    }

    /// What a case told as the text of a message.
    pub async fn told(&self, case: &str) -> String {
        text_of(&self.receive(case).await.result.unwrap().unwrap())
    }

    /// A draft with one part of this text.
    pub async fn send(&self, text: &str) -> Called<Vec<PartOutcome>> {
        self.plugin.send(self.call(), draft(text)).await
    }

    /// The outcome of such a draft, as it is written for people.
    pub async fn outcome(&self, text: &str) -> String {
        format!("{:?}", self.send(text).await.result.unwrap().remove(0).outcome)
    }
}

/// A folder of compiled images for all sandboxes of this process, so that the plugin is compiled once for an engine and not once a
/// test.
fn images() -> &'static Path {
    static IMAGES: OnceLock<TempDir> = OnceLock::new();
    IMAGES.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

/// Settings of a runtime that keeps what it compiles in this folder.
pub fn config(folder: &TempDir) -> RuntimeConfig {
    RuntimeConfig {
        cache_dir: folder.path().join("images"),
        seal: SealKey::new([7; 32]),
        guest_threads: 2,
        max_instances: 16,
        reserved_for_receive: 4,
        ..RuntimeConfig::default()
    }
}

pub fn request(case: &str, body: &[u8]) -> Request {
    Request {
        account: Some("42".into()),
        route: "channel-events".into(),
        method: "POST".into(),
        path: format!("/{case}"),
        query: Vec::new(),
        headers: Vec::new(),
        body: body.to_vec(),
        files: Vec::new(),
        verification: None,
        remote_address: None,
        received_at: NOW,
        url: "https://inbox.example.org/hooks/k/channel-events".into(),
    }
}

pub fn draft(text: &str) -> Draft {
    let content = Content::Text(RichText { plain: text.into(), html: None });
    Draft {
        delivery: "0198c0de-0000-7000-8000-000000000001".into(),
        attempt: 1,
        account: "42".into(),
        thread: None,
        recipients: Vec::new(),
        subject: None,
        quote: None,
        references: Vec::new(),
        ground: Ground::Open,
        author: None,
        automatic: false,
        contexts: Contexts { message: None, thread: None, recipient: None },
        parts: vec![DraftPart {
            id: 3,
            client_ref: "0198c0de-0000-7000-8000-000000000002".into(),
            part: Part { content, extras: Vec::new() },
            earlier: None,
        }],
        extras: Vec::new(),
    }
}

/// The text of the first message.
pub fn text_of(reception: &Reception) -> String {
    match &reception.events.first().unwrap().body {
        EventBody::Message(message) => match &message.parts.first().unwrap().content {
            Content::Text(text) => text.plain.clone(),
            other => panic!("no text: {other:?}"),
        },
        other => panic!("no message: {other:?}"),
    }
}

pub fn is_sent(outcomes: &[PartOutcome]) -> bool {
    outcomes.iter().all(|outcome| matches!(outcome.outcome, Outcome::Sent(_)))
}

struct Secrets;

#[async_trait]
impl SecretSource for Secrets {
    async fn secret(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        match name {
            "token" => Some(Zeroizing::new(TOKEN.as_bytes().to_vec())),
            "app_secret" => Some(Zeroizing::new(APP_SECRET.as_bytes().to_vec())),
            "bot_token" => Some(Zeroizing::new(BOT.as_bytes().to_vec())),
            _ => None,
        }
    }
}

/// What was marked, in order.
#[derive(Debug, Default)]
pub struct Books {
    marks: Mutex<Vec<String>>,
    pub refuses: std::sync::atomic::AtomicBool,
}

impl Books {
    pub fn marks(&self) -> Vec<String> {
        self.marks.lock().unwrap().clone()
    }

    pub fn note(&self, mark: impl Into<String>) {
        self.marks.lock().unwrap().push(mark.into());
    }
}

#[async_trait]
impl Departure for Books {
    async fn depart(&self, parts: Option<Vec<u32>>) -> Result<(), DepartureRefused> {
        if self.refuses.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(DepartureRefused);
        }
        self.note(format!("depart {parts:?}"));
        Ok(())
    }

    async fn settle(&self, parts: Vec<u32>, message: Option<String>) -> Result<(), DepartureRefused> {
        self.note(format!("settle {parts:?} {message:?}"));
        Ok(())
    }
}

/// So that tests can name the type.
pub type Map = HostMap;
