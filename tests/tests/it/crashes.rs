//! A process that dies at a chosen point of its work and is started again: what was acknowledged is there once, what left is
//! never sent twice, and of what nobody can know the host says so.

use lockgate_simulators::graph::{GRAPH_HOST, Provider, ProviderConfig};
use lockgate_simulators::webhook::{Aftermath, Envelope, Retry};
use lockgate_tests::{Database, HostProcess, ProcessPlan, Setup, TestClock, conversation, on_both, until};

use crate::{PAGE, ada};

/// Longer than a dead node's lease.
const LATER_MS: &str = "600000";

/// A process with a page connected, and one conversation in it.
struct Scene {
    provider: Provider,
    setup: Setup,
    plan: ProcessPlan,
    conversation: String,
}

impl Scene {
    async fn begin(database: Database) -> Self {
        let clock = TestClock::default().for_provider();
        let provider = Provider::start(ProviderConfig::new(11, clock).with_page(PAGE)).await.unwrap();
        let executable = env!("CARGO_BIN_EXE_test-host").into();
        let plan = ProcessPlan::new(executable, database).with_map(GRAPH_HOST, provider.address(), provider.ca_pem());
        let host = plan.start().await;
        let setup = Setup::make(host.api(), &provider).await;
        setup.webhooks.tell(&Envelope::one(ada().text("m_1", now(), "Hello")), Retry::PATIENT).await.unwrap();
        let conversation = conversation(host.api(), &setup.channels[PAGE], &ada().person_id).await;
        Self { provider, setup, plan: host.stop().await, conversation }
    }

    /// A process that dies at this point.
    async fn dying(&mut self, point: &str) -> HostProcess {
        self.start(&self.plan.clone().with_env("LOCKGATE_TEST_FAIL", point)).await
    }

    /// A process that lives, later.
    async fn surviving(&mut self) -> HostProcess {
        self.start(&self.plan.clone().with_env("LOCKGATE_TEST_CLOCK_MS", LATER_MS)).await
    }

    async fn start(&mut self, plan: &ProcessPlan) -> HostProcess {
        let host = plan.start().await;
        self.setup.find_hook(host.api(), &self.provider).await;
        host
    }
}

async fn a_death_before_the_departure_is_tried_again(database: Database) {
    let mut scene = Scene::begin(database).await;
    let host = scene.dying("before-departure").await;
    let message = host.api().send(&scene.conversation, "Still to be sent").await;
    host.ended().await;
    assert_eq!(scene.provider.books().counts().requests, 0);

    let host = scene.surviving().await;
    host.api().reach(&message, "sent").await;
    assert_eq!(scene.provider.books().counts().accepted, 1);
    host.stop().await;
}

async fn a_death_after_the_departure_leaves_it_unknown(database: Database) {
    let mut scene = Scene::begin(database).await;
    let host = scene.dying("after-departure").await;
    let message = host.api().send(&scene.conversation, "Perhaps sent").await;
    host.ended().await;

    let host = scene.surviving().await;
    host.api().reach(&message, "unknown").await;
    // It holds back nothing, and is never tried again by the host alone.
    let next = host.api().send(&scene.conversation, "The next").await;
    host.api().reach(&next, "sent").await;
    let texts: Vec<_> = scene.provider.books().accepted().into_iter().filter_map(|message| message.text).collect();
    assert_eq!(texts, ["The next"]);
    host.stop().await;
}

async fn a_death_after_a_reaction_departed_leaves_it_unknown(database: Database) {
    let mut scene = Scene::begin(database).await;
    let host = scene.dying("after-departure").await;
    let message = host.api().messages(&scene.conversation).await[0]["id"].as_str().unwrap().to_owned();
    let asked = host.api().try_put(&format!("/messages/{message}/reactions/👍")).await;
    assert_eq!(asked.status, 202);
    host.ended().await;

    let host = scene.surviving().await;
    let path = format!("/actions/{}", asked.body["id"].as_str().unwrap());
    until("nobody can know", async || (host.api().get(&path).await["status"] == "unknown").then_some(())).await;
    assert_eq!(host.api().message(&message).await["status"], "received");
    assert_eq!(scene.provider.books().counts().requests, 0, "the host alone does not try it again");
    // A person may.
    let again = host.api().try_put(&format!("/messages/{message}/reactions/👍")).await;
    let path = format!("/actions/{}", again.body["id"].as_str().unwrap());
    until("it is done", async || (host.api().get(&path).await["status"] == "done").then_some(())).await;
    host.stop().await;
}

async fn a_death_before_the_outcome_sends_nothing_twice(database: Database) {
    let mut scene = Scene::begin(database).await;
    let host = scene.dying("before-outcome").await;
    let message = host.api().send(&scene.conversation, "Sent").await;
    host.ended().await;
    assert_eq!(scene.provider.books().counts().accepted, 1);

    let host = scene.surviving().await;
    let shown = until("it is settled", async || {
        let shown = host.api().message(&message).await;
        (shown["status"] != "sending" && shown["status"] != "queued").then_some(shown)
    })
    .await;
    assert!(shown["status"] == "unknown" || shown["status"] == "sent", "{shown}");
    let accepted = scene.provider.books().accepted().remove(0);
    for event in scene.setup.webhooks.follow(&accepted, Aftermath::ALL) {
        scene.setup.webhooks.tell(&Envelope::one(event), Retry::PATIENT).await.unwrap();
    }
    host.api().reach(&message, "read").await;
    assert_eq!(scene.provider.books().counts().accepted, 1);
    assert_eq!(host.api().messages(&scene.conversation).await.len(), 2);
    host.stop().await;
}

async fn a_death_around_the_commit_loses_and_doubles_nothing(database: Database) {
    let mut scene = Scene::begin(database).await;
    for (point, mid, kept) in [("before-ingest", "m_before", false), ("after-ingest", "m_after", true)] {
        let host = scene.dying(point).await;
        let request = scene.setup.webhooks.sign(&Envelope::one(ada().text(mid, now(), mid)));
        assert!(scene.setup.webhooks.post(&request).await.is_err(), "{point}: nothing was acknowledged");
        let plan = host.ended().await;
        let stored = plan.outside().await.messages().await;
        assert_eq!(stored.iter().any(|message| message.external_id.as_deref() == Some(mid)), kept, "{point}");

        let host = scene.surviving().await;
        scene.setup.webhooks.deliver(&request, Retry::PATIENT).await.unwrap();
        let stored = host.plan().outside().await.messages().await;
        assert_eq!(stored.iter().filter(|message| message.external_id.as_deref() == Some(mid)).count(), 1, "{point}");
        host.stop().await;
    }
}

fn now() -> u64 {
    TestClock::default().for_provider().now_ms()
}

on_both![
    a_death_before_the_departure_is_tried_again,
    a_death_after_the_departure_leaves_it_unknown,
    a_death_after_a_reaction_departed_leaves_it_unknown,
    a_death_before_the_outcome_sends_nothing_twice,
    a_death_around_the_commit_loses_and_doubles_nothing,
];
