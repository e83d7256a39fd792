//! A process that dies between the call and its commit, or right after it: what was found is there once, and nothing is passed over.

use std::time::Duration;

use lockgate_tests::{Database, HostProcess, ProcessPlan, on_both, until};
use serde_json::json;

use super::provider::{NewsProvider, news};
use super::{connect, tell, texts};
use crate::echo::HOST;

/// By how much the clock of each process is ahead of the one before: longer than a dead node's lease, and than what a first failure is
/// put off.
const LATER_MS: u64 = 600_000;

struct Scene {
    provider: NewsProvider,
    plan: ProcessPlan,
    channel: String,
}

impl Scene {
    async fn begin(database: Database) -> Self {
        let provider = NewsProvider::start().await;
        // Nothing is polled before a test says so.
        provider.refuse(Some(("/stands/", 503)));
        let executable = env!("CARGO_BIN_EXE_test-host").into();
        let plan =
            ProcessPlan::new(executable, database).with_map(HOST, provider.https.address, &provider.https.ca_pem);
        let host = plan.start().await;
        host.api().install(lockgate_guests::NEWSAGENT).await;
        let channel = connect(host.api(), "north").await;
        Self { provider, plan: host.stop().await, channel }
    }

    /// The n-th process after the first, which dies at this point. The provider leaves it the time to say that it started.
    async fn dying(&self, number: u64, point: &str) -> HostProcess {
        self.provider.be_slow(Duration::from_secs(3));
        let plan = self.plan.clone().with_env("LOCKGATE_TEST_FAIL", point);
        plan.with_env("LOCKGATE_TEST_CLOCK_MS", &(number * LATER_MS).to_string()).start().await
    }

    /// One that lives.
    async fn surviving(&self, number: u64) -> HostProcess {
        self.provider.be_slow(Duration::ZERO);
        self.plan.clone().with_env("LOCKGATE_TEST_CLOCK_MS", &(number * LATER_MS).to_string()).start().await
    }

    async fn shows(&self, host: &HostProcess, expected: &[&str]) {
        until("it shows what happened", async || {
            let texts = texts(host.api(), &self.channel).await;
            (texts.len() >= expected.len()).then_some(texts)
        })
        .await;
        let outside = host.plan().outside().await;
        until("nothing is under way", async || {
            (outside.number("SELECT count(*) FROM polls WHERE claimed_by IS NOT NULL").await == 0).then_some(())
        })
        .await;
        assert_eq!(texts(host.api(), &self.channel).await, expected);
    }
}

async fn a_death_around_the_commit_of_a_page_loses_and_doubles_nothing(database: Database) {
    let scene = Scene::begin(database).await;
    for number in 1..=2 {
        scene.provider.publish("north", news(&number.to_string(), 1_800_000_000_000 + number));
    }
    scene.provider.refuse(None);
    scene.dying(1, "before-ingest").await.ended().await;
    let asked = scene.provider.asked("/stands/");
    assert!(asked.iter().all(|asked| asked.ends_with("after=start")), "the cursor has not moved: {asked:?}");

    scene.dying(2, "after-ingest").await.ended().await;
    scene.provider.publish("north", news("3", 1_800_000_000_003));
    let host = scene.surviving(3).await;
    scene.shows(&host, &["news 1", "news 2", "news 3"]).await;
    let asked = scene.provider.asked("/stands/");
    assert!(asked.contains(&"/stands/north/news?after=2".to_owned()), "the cursor moved with the page: {asked:?}");
    let outside = host.plan().outside().await;
    let deaths = outside.number("SELECT COUNT(*) FROM dead_letters").await;
    assert_eq!(deaths, 0);
    host.stop().await;
}

async fn a_death_around_the_commit_of_a_follow_up_runs_it_again_and_keeps_it_once(database: Database) {
    let scene = Scene::begin(database).await;
    scene.provider.refuse(Some(("/news/", 503)));
    let host = scene.plan.start().await;
    assert_eq!(tell(host.api(), &scene.channel, &json!([{ "id": "w1", "fetch": "n1" }])).await, 200);
    until("it was tried", async || (!scene.provider.asked("/news/n1").is_empty()).then_some(())).await;
    let plan = host.stop().await;
    assert_eq!(plan.data_dir(), scene.plan.data_dir());
    // From here on polls come to nothing, so that it is the follow-up at which the process dies.
    scene.provider.keeps(news("n1", 1_800_000_000_000));
    scene.provider.refuse(Some(("/stands/", 503)));
    scene.dying(1, "before-ingest").await.ended().await;
    scene.dying(2, "after-ingest").await.ended().await;
    let many = scene.provider.asked("/news/n1").len();
    let host = scene.surviving(3).await;
    scene.shows(&host, &["news n1"]).await;
    let outside = host.plan().outside().await;
    assert_eq!(outside.number("SELECT count(*) FROM follow_ups").await, 0);
    assert_eq!(scene.provider.asked("/news/n1").len(), many, "what was committed is over");
    host.stop().await;
}

on_both![
    a_death_around_the_commit_of_a_page_loses_and_doubles_nothing,
    a_death_around_the_commit_of_a_follow_up_runs_it_again_and_keeps_it_once,
];
