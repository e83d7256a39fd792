//! A process that dies while it fetches, and nodes that share the work: a file is there once, and nothing is left over.

use std::time::Duration;

use lockgate_tests::{Database, HostProcess, ProcessPlan, on_both, scan, until};

use super::{Depot, Files, HOST, PNG, connect, download, messages, post, settled, source};

/// By how much the clock of each process is ahead of the one before: longer than a dead node's lease, and than what a first failure is
/// put off.
const LATER_MS: u64 = 600_000;

async fn a_death_around_a_fetch_keeps_its_file_once(database: Database) {
    let provider = Files::start(HOST).await;
    provider.keeps("bike.png", PNG);
    provider.refuse(Some(503));
    let plan = ProcessPlan::new(env!("CARGO_BIN_EXE_test-host").into(), database);
    let host = plan.with_map(HOST, provider.https.address, &provider.https.ca_pem).start().await;
    let channel = connect(host.api()).await;
    assert_eq!(post(host.api(), &channel, "/defer", "bike.png").await, 200);
    until("it was tried", async || (!provider.asked().is_empty()).then_some(())).await;
    let plan = host.stop().await;
    provider.refuse(None);

    let later = |number: u64| plan.clone().with_env("LOCKGATE_TEST_CLOCK_MS", &(number * LATER_MS).to_string());
    // The provider leaves it the time to say that it started.
    provider.be_slow(Duration::from_secs(3));
    for (number, point) in [(1, "medium-settled"), (2, "before-ingest"), (3, "after-ingest")] {
        let dying: HostProcess = later(number).with_env("LOCKGATE_TEST_FAIL", point).start().await;
        dying.ended().await;
    }
    let asked = provider.asked().len();
    let host = later(4).start().await;
    let message = until("it is shown", async || messages(host.api()).await.pop()).await;
    let message = settled(host.api(), &message).await;
    assert_eq!(source(&message).0, "stored", "{message}");
    assert_eq!(download(host.api(), &message).await.bytes, PNG);
    let outside = host.plan().outside().await;
    assert_eq!(outside.number("SELECT count(*) FROM fetches").await, 0);
    assert_eq!(provider.asked().len(), asked, "what was committed is over");
    let plan = host.stop().await;

    // What the dead ones left is swept after a day: of the same bytes one file lies there.
    let host = later(4 + 2 * 144).start().await;
    let folder = plan.data_dir().join("media/kept");
    until("the rest is swept", async || (scan::files_with(&folder, b"picture").len() == 1).then_some(())).await;
    let outside = host.plan().outside().await;
    until("one name is left", async || (outside.number("SELECT count(*) FROM media").await == 1).then_some(())).await;
    assert_eq!(download(host.api(), &message).await.bytes, PNG);
    host.stop().await;
}

on_both! { a_death_around_a_fetch_keeps_its_file_once }

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nodes_one_fetches() {
    let Some(database) = Database::postgres() else { return };
    let depot = Depot::open(database).await;
    let other = depot.host.another_node("node-2").await;
    depot.provider.be_slow(Duration::from_millis(50));
    for number in 0..20 {
        depot.provider.keeps(&format!("{number}.png"), [PNG, number.to_string().as_bytes()].concat());
        assert_eq!(post(depot.api(), &depot.channel, "/defer", &format!("{number}.png")).await, 200);
        other.host().store.work_signal().notify_waiters();
    }
    until("all are kept", async || {
        let all = messages(depot.api()).await;
        (all.len() == 20 && all.iter().all(|message| source(message).0 == "stored")).then_some(())
    })
    .await;
    let mut asked: Vec<_> = depot.provider.asked().into_iter().map(|(path, _)| path).collect();
    asked.sort();
    let many = asked.len();
    asked.dedup();
    assert_eq!((many, asked.len()), (20, 20));
    other.stop().await;
    depot.host.stop().await;
}
