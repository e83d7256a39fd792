//! What a webhook asked to be done afterwards.

use lockgate_tests::{Database, on_both};
use serde_json::json;

use super::provider::news;
use super::{DAY, HOUR, Kiosk};

async fn what_a_webhook_names_is_fetched_after_it_is_stored(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    let mut first = news("n1", kiosk.now());
    first["then"] = json!("n2");
    kiosk.provider.keeps(first);
    kiosk.provider.keeps(news("n2", kiosk.now() + 1));
    kiosk.told(&json!([{ "id": "w1", "fetch": "n1" }])).await;
    assert_eq!(kiosk.texts(kiosk.channel(), 2).await, ["news n1", "news n2"], "and what that one named");
    // The provider tells it again: it is the same wish, and what it found is the same message.
    kiosk.told(&json!([{ "id": "w1", "fetch": "n1" }])).await;
    kiosk.told(&json!([{ "id": "w2", "fetch": "n1" }])).await;
    kiosk.asked("/news/n1", 2).await;
    kiosk.settled().await;
    assert_eq!((kiosk.provider.asked("/news/n1").len(), kiosk.texts(kiosk.channel(), 2).await.len()), (2, 2));
}

async fn what_fails_is_tried_again_over_a_restart(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    kiosk.provider.keeps(news("n1", kiosk.now()));
    kiosk.provider.refuse(Some(("/news/", 503)));
    kiosk.told(&json!([{ "id": "w1", "fetch": "n1" }])).await;
    kiosk.asked("/news/n1", 1).await;
    kiosk.settled().await;
    let kiosk = kiosk.restart().await;
    kiosk.advance(HOUR);
    kiosk.asked("/news/n1", 2).await;
    kiosk.settled().await;
    kiosk.provider.refuse(None);
    kiosk.advance(HOUR);
    kiosk.texts(kiosk.channel(), 1).await;
    assert!(kiosk.api().all("/dead-letters").await.is_empty());
}

async fn after_a_day_it_is_given_up_and_told(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    kiosk.provider.refuse(Some(("/news/", 503)));
    kiosk.told(&json!([{ "id": "w1", "fetch": "n1" }])).await;
    kiosk.asked("/news/n1", 1).await;
    kiosk.settled().await;
    kiosk.advance(DAY);
    let letters = kiosk.api().dead_letters(1).await;
    assert_eq!((&letters[0]["code"], &letters[0]["params"]["reason"]), (&json!("follow-up"), &json!("passing")));
    let outside = kiosk.host.outside().await;
    assert_eq!(outside.number("SELECT count(*) FROM follow_ups").await, 0);
}

async fn what_will_not_mend_is_given_up_at_once(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    kiosk.told(&json!([{ "id": "w1", "fetch": "gone" }, { "id": "w2", "fetch": "send" }])).await;
    let letters = kiosk.api().dead_letters(2).await;
    let mut reasons: Vec<_> = letters.iter().map(|letter| letter["params"]["reason"].as_str().unwrap()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["gone", "rejected"], "nothing is sent from the background");
    assert!(kiosk.provider.asked("/messages").is_empty());
}

async fn what_names_itself_for_ever_ends(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    let mut endless = news("n1", kiosk.now());
    endless["then"] = json!("endless");
    kiosk.provider.keeps_as("endless", endless);
    kiosk.told(&json!([{ "id": "w1", "fetch": "endless" }])).await;
    let letters = kiosk.api().dead_letters(1).await;
    assert_eq!(letters[0]["code"], "follow-up-too-deep");
    assert_eq!(kiosk.provider.asked("/news/endless").len(), 8);
}

async fn a_plugin_that_stops_is_counted_and_paused(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    let traps: Vec<_> = (0..12).map(|number| json!({ "id": number.to_string(), "fetch": "trap" })).collect();
    kiosk.told(&json!(traps)).await;
    let shown = kiosk.health("paused").await;
    assert!(shown["health"]["why"].as_str().unwrap().contains("trap"), "{shown}");
    assert!(kiosk.api().all("/dead-letters").await.is_empty(), "it is run again");
}

on_both![
    what_a_webhook_names_is_fetched_after_it_is_stored,
    what_fails_is_tried_again_over_a_restart,
    after_a_day_it_is_given_up_and_told,
    what_will_not_mend_is_given_up_at_once,
    what_names_itself_for_ever_ends,
    a_plugin_that_stops_is_counted_and_paused,
];
