//! What is done to the host while it lives: webhooks, genuine and forged, and answers by a team.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lockgate_simulators::webhook::{Envelope, Forgery, HookRequest, Retry, Thread};
use lockgate_tests::http1::Connection;
use lockgate_tests::{Api, HostProcess, Setup, TestClock, conversation};
use serde_json::json;

/// The page that people write to.
pub(crate) const PAGE: &str = "104208675309";

/// Stands in every forged body.
pub(crate) const FORGED: &str = "FORGED-REFUND-ORDER-1042";

/// People with whom the team talks.
const CONVERSATIONS: u64 = 4;

/// What was done and what the host said to it. Clones share it.
#[derive(Clone)]
pub(crate) struct Load {
    connections: u32,
    next: Arc<AtomicU64>,
    said: Arc<Mutex<Said>>,
    conversations: Vec<String>,
}

/// Everything that the host promised.
#[derive(Default)]
pub(crate) struct Said {
    /// Provider ids of messages that were answered 200.
    pub(crate) acknowledged: BTreeSet<String>,
    /// Posted, and not answered before the host died.
    unanswered: BTreeMap<String, HookRequest>,
    /// Ids of answers that the API took.
    pub(crate) taken: BTreeSet<String>,
    /// Forged requests that were refused.
    pub(crate) forged: u64,
}

impl Load {
    /// With so many connections.
    pub(crate) fn new(connections: u32) -> Self {
        Self { connections, next: Arc::default(), said: Arc::default(), conversations: Vec::new() }
    }

    /// Looks at what the host promised.
    pub(crate) fn said<T>(&self, look: impl FnOnce(&Said) -> T) -> T {
        look(&self.said.lock().unwrap())
    }

    /// A few people write, so that there is somebody to answer.
    pub(crate) async fn begin_conversations(&mut self, api: &Api, setup: &Setup) {
        for number in 0..CONVERSATIONS {
            let person = Thread::new(PAGE, (9_000 + number).to_string());
            let mid = format!("m_begin_{number}");
            setup.webhooks.tell(&Envelope::one(person.text(&mid, now(), "Hello")), Retry::PATIENT).await.unwrap();
            self.said.lock().unwrap().acknowledged.insert(mid);
            self.conversations.push(conversation(api, &setup.channels[PAGE], &person.person_id).await);
        }
    }

    /// Works on the host until it is killed after its time.
    pub(crate) async fn until_killed(&self, process: HostProcess, setup: &Setup, life: Duration) {
        let mut work = Vec::new();
        let hook: url::Url = setup.webhooks.config().hook_url.to_string().parse().unwrap();
        for _ in 0..self.connections {
            work.push(tokio::spawn(self.clone().post(hook.clone(), setup.webhooks.config().app_secret.clone())));
        }
        for conversation in &self.conversations {
            work.push(tokio::spawn(self.clone().answer(process.api().clone(), conversation.clone())));
        }
        tokio::time::sleep(life).await;
        process.kill().await;
        for task in work {
            task.await.unwrap();
        }
    }

    /// One connection: genuine webhooks, now and then a forged one, until the host is gone.
    async fn post(self, hook: url::Url, app_secret: String) {
        let host = format!("{}:{}", hook.host_str().unwrap(), hook.port().unwrap());
        let Ok(mut connection) = Connection::open(&host).await else { return };
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let person = Thread::new(PAGE, (9_000 + number % 200).to_string());
            let mid = format!("m_{number}");
            if number.is_multiple_of(10) {
                let genuine = Envelope::one(person.text(&mid, now(), FORGED)).signed(&app_secret, now());
                match connection.exchange(&genuine.forged(Forgery::OtherSecret).http1(&host, hook.path())).await {
                    Ok(401) => self.said.lock().unwrap().forged += 1,
                    Ok(status) => panic!("a forged webhook was answered {status}"),
                    Err(_) => return,
                }
                continue;
            }
            let request =
                Envelope::one(person.text(&mid, now(), &format!("Message {number}"))).signed(&app_secret, now());
            self.said.lock().unwrap().unanswered.insert(mid.clone(), request.clone());
            match connection.exchange(&request.http1(&host, hook.path())).await {
                Ok(200) => {
                    let mut said = self.said.lock().unwrap();
                    said.unanswered.remove(&mid);
                    said.acknowledged.insert(mid);
                }
                // Passing: told again later, like one without an answer.
                Ok(503) => {}
                Ok(status) => panic!("a genuine webhook was answered {status}"),
                Err(_) => return,
            }
        }
    }

    /// The team answers in one conversation, one message after the other, until the host is gone.
    async fn answer(self, api: Api, conversation: String) {
        let path = format!("/conversations/{conversation}/messages");
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let body = json!({ "text": format!("Answer {number}") });
            let Ok(response) = api.request(reqwest::Method::POST, &path).json(&body).send().await else { return };
            if response.status() != 201 {
                return;
            }
            let Ok(message) = response.json::<serde_json::Value>().await else { return };
            self.said.lock().unwrap().taken.insert(message["id"].as_str().unwrap().to_owned());
        }
    }

    /// Tells again what was not acknowledged.
    pub(crate) async fn repeat_unanswered(&self, setup: &Setup) {
        let unanswered = std::mem::take(&mut self.said.lock().unwrap().unanswered);
        for (mid, request) in unanswered {
            setup.webhooks.deliver(&request, Retry::PATIENT).await.unwrap();
            self.said.lock().unwrap().acknowledged.insert(mid);
        }
    }
}

fn now() -> u64 {
    TestClock::default().for_provider().now_ms()
}
