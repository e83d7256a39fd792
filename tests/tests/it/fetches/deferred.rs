//! What a plugin fetches.

use lockgate_tests::{Database, on_both, until};

use super::{DAY, Depot, HOUR, PNG, download, post, source};

async fn a_file_is_fetched_after_its_message(database: Database) {
    let depot = Depot::open(database).await;
    depot.provider.keeps("bike.png", PNG);
    depot.provider.refuse(Some(503));
    let message = depot.told("/defer", "bike.png").await;
    assert_eq!(source(&message), ("deferred", "bike.png"), "it is there before its file is");
    depot.at_rest().await;
    let changes = "SELECT count(*) FROM event_log WHERE kind = 'message.changed'";
    let outside = depot.host.outside().await;
    assert_eq!(outside.number(changes).await, 0, "what is tried again is no news");
    depot.provider.refuse(None);
    depot.advance(HOUR);
    let message = depot.settled(&message).await;
    assert_eq!(source(&message).0, "stored", "{message}");
    let answer = download(depot.api(), &message).await;
    assert_eq!((answer.status, &answer.bytes[..]), (200, PNG));
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert!(answer.header("content-disposition").unwrap().contains("bike.png"), "{:?}", answer.headers);
    let asked = depot.provider.asked();
    assert!(asked.len() >= 2 && asked.iter().all(|(_, who)| who.as_deref() == Some("Bearer reader")), "{asked:?}");
    assert_eq!(outside.number(changes).await, 1, "readers are told once");
    assert_eq!(depot.fetches().await, 0);
    assert!(depot.api().all("/dead-letters").await.is_empty());
    // What a message names is not swept.
    for _ in 0..2 {
        depot.host.clock().advance(DAY);
        depot.host.host().media.sweep().await;
        depot.host.host().media.sweep_files().await;
    }
    assert_eq!(download(depot.api(), &message).await.bytes, PNG);
    depot.host.stop().await;
}

async fn a_provider_that_says_when_is_asked_then(database: Database) {
    let depot = Depot::open(database).await;
    depot.provider.keeps("bike.png", PNG);
    depot.provider.refuse_next(429, Some(600));
    let message = depot.told("/defer", "bike.png").await;
    depot.at_rest().await;
    let outside = depot.host.outside().await;
    let wait = outside.number("SELECT due_at - created_at FROM fetches").await;
    assert!((600_000..900_000).contains(&wait), "{wait}");
    assert_eq!(depot.provider.asked().len(), 1);
    depot.advance(HOUR);
    assert_eq!(source(&depot.settled(&message).await).0, "stored");
    depot.host.stop().await;
}

async fn why_a_file_is_missing_is_told(database: Database) {
    let depot = Depot::open(database).await;
    depot.provider.keeps("large.bin", vec![7; 3_000_001]);
    depot.provider.keeps("page.html", "<!DOCTYPE html><p>Hello");
    for (words, told) in [
        ("gone.png", "It is not there any more"),
        ("large.bin", "It is larger than the 2.9 MiB that are kept of one file"),
        ("nobody's", "The plugin named a file that it did not keep"),
    ] {
        let message = depot.told("/defer", words).await;
        assert_eq!(source(&depot.settled(&message).await), ("missing", told), "{words}");
    }
    depot.declare("[media]\ncontent_types = [\"image/*\"]\n").await;
    let message = depot.told("/defer", "page.html").await;
    let settled = depot.settled(&message).await;
    assert_eq!(source(&settled), ("missing", "It is of a kind that is not kept here: text/html"));
    assert_eq!(depot.fetches().await, 0, "none of them is tried again");
    depot.host.stop().await;
}

async fn what_does_not_come_within_a_day_is_missing(database: Database) {
    let depot = Depot::open(database).await;
    depot.provider.refuse(Some(503));
    let message = depot.told("/defer", "bike.png").await;
    depot.at_rest().await;
    // A channel that is switched off does not keep it waiting for ever.
    depot.api().post(&format!("/channels/{}/disable", depot.channel), &serde_json::Value::Null).await;
    let asked = depot.provider.asked().len();
    depot.advance(DAY);
    let message = depot.settled(&message).await;
    let (kind, words) = source(&message);
    assert_eq!(kind, "missing");
    assert!(
        words.starts_with("It could not be fetched within a day: the provider answered with status 503"),
        "{words}"
    );
    assert_eq!(depot.provider.asked().len(), asked);
    depot.host.stop().await;
}

async fn a_changed_message_has_the_files_of_its_change(database: Database) {
    let depot = Depot::open(database).await;
    depot.provider.keeps("bike.png", PNG);
    depot.provider.keeps("boat.png", [PNG, b"boat"].concat());
    depot.provider.refuse(Some(503));
    let message = depot.told("/defer", "bike.png").await;
    let name = message["external_id"].as_str().unwrap().to_owned();
    assert_eq!(post(depot.api(), &depot.channel, "/edit", &format!("{name}\nboat.png")).await, 200);
    let shown = until("the change is shown", async || {
        let shown = depot.api().message(message["id"].as_str().unwrap()).await;
        (source(&shown) == ("deferred", "boat.png")).then_some(shown)
    })
    .await;
    depot.at_rest().await;
    depot.provider.refuse(None);
    depot.advance(HOUR);
    let shown = depot.settled(&shown).await;
    assert_eq!(download(depot.api(), &shown).await.bytes, [PNG, b"boat"].concat());
    until("both were fetched", async || (depot.fetches().await == 0).then_some(())).await;
    let shown = depot.api().message(message["id"].as_str().unwrap()).await;
    assert_eq!(
        download(depot.api(), &shown).await.bytes,
        [PNG, b"boat"].concat(),
        "what came first is not shown again"
    );
    depot.host.stop().await;
}

async fn what_was_erased_is_fetched_for_nobody(database: Database) {
    let depot = Depot::open(database).await;
    depot.provider.refuse(Some(503));
    let message = depot.told("/defer", "bike.png").await;
    depot.at_rest().await;
    let name = message["external_id"].as_str().unwrap().to_owned();
    assert_eq!(post(depot.api(), &depot.channel, "/erase", &name).await, 200);
    until("nothing is to be fetched", async || (depot.fetches().await == 0).then_some(())).await;
    let asked = depot.provider.asked().len();
    depot.advance(HOUR);
    assert_eq!(depot.provider.asked().len(), asked);
    depot.host.stop().await;
}

on_both! {
    a_file_is_fetched_after_its_message,
    a_provider_that_says_when_is_asked_then,
    why_a_file_is_missing_is_told,
    what_does_not_come_within_a_day_is_missing,
    a_changed_message_has_the_files_of_its_change,
    what_was_erased_is_fetched_for_nobody,
}
