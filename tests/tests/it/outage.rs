//! The database is locked, full or away: providers are told to try again, and nothing that was acknowledged is lost.

use std::str::FromStr;

use lockgate_simulators::graph::{GRAPH_HOST, Provider, ProviderConfig};
use lockgate_simulators::webhook::{Envelope, PlayReport, Retry, Thread};
use lockgate_test_postgres::Durability;
use lockgate_tests::{Api, Database, ProcessPlan, Setup, Story, TestClock, conversation, until};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::{PAGE, ada};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_costs_no_message() {
    let story = Story::on(Database::Sqlite).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let file = story.host.data_dir().join("lockgate.db");
    let options = SqliteConnectOptions::from_str("sqlite://").unwrap().filename(file);
    let mut lock = options.connect().await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut lock).await.unwrap();

    let request = story.webhooks().sign(&Envelope::one(ada().text("m_locked", story.now(), "Hello?")));
    assert_eq!(story.webhooks().post(&request).await.unwrap().status, 503);
    assert_eq!(ready(story.api()).await, 503);
    sqlx::query("ROLLBACK").execute(&mut lock).await.unwrap();
    lock.close().await.unwrap();

    story.webhooks().deliver(&request, Retry::PATIENT).await.unwrap();
    until("it is ready", async || (ready(story.api()).await == 200).then_some(())).await;
    let answer = story.api().send(&conversation, "We are back").await;
    story.api().reach(&answer, "sent").await;
    assert_eq!(story.texts(&conversation).await, ["Hello", "Hello?", "We are back"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stopped_and_started_costs_no_message() {
    let Some((server, database)) = Database::own_postgres(Durability::None) else { return };
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let telling = tell(&story);
    let interruption = async {
        story.provider.books().wait_until(|counts| counts.acknowledged > 20).await;
        tokio::task::block_in_place(|| server.stop());
        until("a provider is told to try again", async || {
            story.provider.books().posts().iter().any(|post| post.status == Some(503)).then_some(())
        })
        .await;
        assert_eq!(ready(story.api()).await, 503);
        tokio::task::block_in_place(|| server.start_again());
    };
    let (report, ()) = tokio::join!(telling, interruption);
    assert_eq!(report.given_up, 0, "{report:?}");
    assert!(report.posts > report.acknowledged, "some were told to try again");
    until("it is ready", async || (ready(story.api()).await == 200).then_some(())).await;
    let answer = story.api().send(&conversation, "We are back").await;
    story.api().reach(&answer, "sent").await;
    all_there(&story).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_costs_no_message() {
    let clock = TestClock::default().for_provider();
    let provider = Provider::start(ProviderConfig::new(12, clock).with_page(PAGE)).await.unwrap();
    let plan = ProcessPlan::new(env!("CARGO_BIN_EXE_test-host").into(), Database::Sqlite);
    let host = plan.with_map(GRAPH_HOST, provider.address(), provider.ca_pem()).that_may_fill_up().start().await;
    let setup = Setup::make(host.api(), &provider).await;
    // No file may grow any more: to the database that is a full disk.
    host.limit_file_size(Some(4096));
    let now = TestClock::default().for_provider();
    let person = ada();
    let long = "x".repeat(2000);
    let mut refused = None;
    for number in 0..50 {
        let request = setup.webhooks.sign(&Envelope::one(person.text(&format!("m_{number}"), now.now_ms(), &long)));
        let status = setup.webhooks.post(&request).await.unwrap().status;
        if status != 200 {
            assert_eq!(status, 503);
            refused = Some(request);
            break;
        }
    }
    let refused = refused.expect("a full disk is noticed");
    assert_eq!(ready(host.api()).await, 503);
    host.limit_file_size(None);
    setup.webhooks.deliver(&refused, Retry::PATIENT).await.unwrap();
    until("it is ready", async || (ready(host.api()).await == 200).then_some(())).await;
    let conversation = conversation(host.api(), &setup.channels[PAGE], &person.person_id).await;
    let events = provider.books().counts().events;
    assert_eq!(host.api().messages(&conversation).await.len() as u64, events, "what was acknowledged, once each");
    host.stop().await;
}

/// Four connections tell two hundred messages.
async fn tell(story: &Story) -> PlayReport {
    let plan = (0..4_u64)
        .map(|teller| {
            let person = Thread::new(PAGE, (9_000 + teller).to_string());
            let now = story.now();
            (0..50)
                .map(|number| Envelope::one(person.text(&format!("m_{teller}_{number}"), now + number, "Hello")))
                .collect()
        })
        .collect();
    story.webhooks().play(plan, Retry { tries: 200, ..Retry::PATIENT }).await
}

async fn all_there(story: &Story) {
    let stored = story.host.outside().await.messages().await;
    let acknowledged = story.provider.books().acknowledged();
    for event in acknowledged.values() {
        let times = stored.iter().filter(|message| message.external_id == event.mid).count();
        assert_eq!(times, 1, "{event:?}");
    }
    assert_eq!(stored.iter().filter(|message| message.direction == "in").count(), acknowledged.len());
}

async fn ready(api: &Api) -> u16 {
    api.bare(reqwest::Method::GET, "/readyz").send().await.unwrap().status().as_u16()
}
