//! A provider that is asked what happened.

use std::time::Duration;

use lockgate_tests::{Database, HostPlan, on_both, until};
use serde_json::json;

use super::provider::{NewsProvider, news};
use super::{DAY, HOUR, Kiosk, MINUTE, SOON, connect, of_the_app, texts};
use crate::echo::HOST;

const STAND: &str = "/stands/north/news";

async fn what_is_polled_arrives_once_and_in_order(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    for number in 1..=5 {
        kiosk.provider.publish("north", news(&number.to_string(), kiosk.now() + number));
    }
    kiosk.advance(SOON);
    // Three pages, one after the other without waiting for the interval.
    let texts = kiosk.texts(kiosk.channel(), 5).await;
    assert_eq!(texts, ["news 1", "news 2", "news 3", "news 4", "news 5"]);
    kiosk.settled().await;
    let asked = kiosk.provider.asked(STAND);
    assert_eq!(asked, [format!("{STAND}?after=start"), format!("{STAND}?after=2"), format!("{STAND}?after=4")]);

    // Before the interval is over nobody asks, and a restart forgets nothing.
    kiosk.advance(MINUTE / 2);
    let kiosk = kiosk.restart().await;
    kiosk.provider.publish("north", news("6", kiosk.now()));
    kiosk.advance(MINUTE);
    assert_eq!(kiosk.texts(kiosk.channel(), 6).await.last().map(String::as_str), Some("news 6"));
    assert_eq!(kiosk.provider.asked(STAND).get(3), Some(&format!("{STAND}?after=5")));
}

async fn what_a_webhook_says_makes_it_due_at_once(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    kiosk.advance(SOON);
    kiosk.asked(STAND, 1).await;
    kiosk.settled().await;
    kiosk.provider.publish("north", news("1", kiosk.now()));
    // Three wishes at once are one.
    kiosk.advance(Duration::from_secs(2));
    kiosk.told(&json!([{ "poll": true }, { "poll": true }, { "poll": true }])).await;
    kiosk.texts(kiosk.channel(), 1).await;
    kiosk.settled().await;
    kiosk.advance(Duration::from_secs(2));
    kiosk.settled().await;
    assert_eq!(kiosk.provider.asked(STAND).len(), 2, "{:?}", kiosk.provider.asked(STAND));
}

async fn what_is_wished_during_a_poll_causes_another(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    let mut last = news("1", kiosk.now());
    last["again"] = json!(true);
    kiosk.provider.publish("north", last);
    kiosk.advance(SOON);
    kiosk.texts(kiosk.channel(), 1).await;
    kiosk.advance(Duration::from_secs(2));
    kiosk.asked(STAND, 2).await;
}

async fn a_refused_sign_in_stops_it_until_there_is_another(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    kiosk.provider.publish("north", news("1", kiosk.now()));
    kiosk.provider.refuse_next(STAND, 401, None);
    kiosk.advance(SOON);
    kiosk.health("reconnect").await;
    kiosk.settled().await;
    // Neither time nor a wish makes it go on.
    kiosk.advance(DAY);
    kiosk.told(&json!([{ "poll": true }])).await;
    kiosk.advance(HOUR);
    kiosk.settled().await;
    assert_eq!(kiosk.provider.asked(STAND).len(), 1);

    let secret = json!({ "secrets": { "token": "another" } });
    kiosk.api().patch(&format!("/channels/{}", kiosk.channel()), &secret).await;
    kiosk.texts(kiosk.channel(), 1).await;
    kiosk.health("connected").await;
}

async fn a_provider_that_wants_to_be_left_alone_is_left_alone(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    kiosk.provider.publish("north", news("1", kiosk.now()));
    kiosk.provider.refuse_next(STAND, 429, Some(1800));
    kiosk.advance(SOON);
    kiosk.asked(STAND, 1).await;
    kiosk.settled().await;
    kiosk.advance(MINUTE * 20);
    kiosk.told(&json!([{ "poll": true }])).await;
    kiosk.settled().await;
    assert_eq!(kiosk.provider.asked(STAND).len(), 1, "not before it said");
    kiosk.advance(MINUTE * 11);
    kiosk.texts(kiosk.channel(), 1).await;
}

async fn what_passes_is_asked_again_with_the_same_cursor(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    for number in 1..=3 {
        kiosk.provider.publish("north", news(&number.to_string(), kiosk.now() + number));
    }
    kiosk.advance(SOON);
    kiosk.texts(kiosk.channel(), 3).await;
    kiosk.settled().await;
    kiosk.provider.publish("north", news("4", kiosk.now()));
    kiosk.provider.refuse_next(STAND, 503, None);
    kiosk.advance(MINUTE * 2);
    kiosk.asked(STAND, 3).await;
    kiosk.settled().await;
    kiosk.advance(MINUTE);
    kiosk.texts(kiosk.channel(), 4).await;
    let asked = kiosk.provider.asked(STAND);
    assert_eq!(asked[2..4], [format!("{STAND}?after=3"), format!("{STAND}?after=3")]);
    assert!(kiosk.api().all("/dead-letters").await.is_empty());
}

async fn what_time_alone_does_not_mend_is_told_once_and_tried_on(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    kiosk.provider.publish("north", news("1", kiosk.now()));
    kiosk.provider.refuse(Some((STAND, 400)));
    kiosk.advance(SOON);
    for many in 1..=3 {
        kiosk.asked(STAND, many).await;
        kiosk.settled().await;
        kiosk.advance(HOUR);
    }
    let letters = kiosk.api().dead_letters(1).await;
    assert_eq!((&letters[0]["code"], &letters[0]["params"]["reason"]), (&json!("poll"), &json!("rejected")));
    kiosk.provider.refuse(None);
    kiosk.advance(HOUR);
    kiosk.texts(kiosk.channel(), 1).await;
}

async fn a_channel_that_is_switched_off_is_not_polled(database: Database) {
    let kiosk = Kiosk::open(database, &["north"]).await;
    kiosk.api().post(&format!("/channels/{}/disable", kiosk.channel()), &serde_json::Value::Null).await;
    kiosk.provider.publish("north", news("1", kiosk.now()));
    kiosk.advance(HOUR);
    kiosk.settled().await;
    let other = connect(kiosk.api(), "south").await;
    kiosk.provider.publish("south", news("2", kiosk.now()));
    kiosk.advance(SOON);
    until("the other one is polled", async || (texts(kiosk.api(), &other).await.len() == 1).then_some(())).await;
    assert!(kiosk.provider.asked(STAND).is_empty());
    kiosk.api().post(&format!("/channels/{}/enable", kiosk.channel()), &serde_json::Value::Null).await;
    kiosk.advance(SOON);
    kiosk.texts(kiosk.channel(), 1).await;
}

async fn an_app_is_polled_once_for_all_its_channels(database: Database) {
    let provider = NewsProvider::start().await;
    let host = HostPlan::on(database).with_map(HOST, provider.https.address, &provider.https.ca_file).start().await;
    let api = host.api();
    api.install(&of_the_app()).await;
    let app = json!({ "plugin": "newsagent", "name": "All stands", "secrets": { "token": "subscriber" } });
    let app = api.post("/apps", &app).await["id"].clone();
    let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await["id"].clone();
    let mut channels = Vec::new();
    for stand in ["north", "south"] {
        let channel = json!({ "app_id": app, "inbox_id": inbox, "name": stand, "settings": { "stand": stand } });
        channels.push(api.post("/channels", &channel).await["id"].as_str().unwrap().to_owned());
    }
    let now = lockgate_model::seam::Clock::now_ms(host.clock());
    for (number, stand) in ["north", "south", "north"].into_iter().enumerate() {
        let mut one = news(&number.to_string(), now + number as u64);
        one["account"] = json!(stand);
        provider.publish("all", one);
    }
    host.clock().advance(SOON);
    for (channel, found) in channels.iter().zip([vec!["news 0", "news 2"], vec!["news 1"]]) {
        until("the channel has its news", async || (texts(api, channel).await == found).then_some(())).await;
    }
    assert_eq!(provider.asked("/stands/").len(), 2);
}

on_both![
    what_is_polled_arrives_once_and_in_order,
    what_a_webhook_says_makes_it_due_at_once,
    what_is_wished_during_a_poll_causes_another,
    a_refused_sign_in_stops_it_until_there_is_another,
    a_provider_that_wants_to_be_left_alone_is_left_alone,
    what_passes_is_asked_again_with_the_same_cursor,
    what_time_alone_does_not_mend_is_told_once_and_tried_on,
    a_channel_that_is_switched_off_is_not_polled,
    an_app_is_polled_once_for_all_its_channels,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_never_poll_the_same_channel_at_once() {
    let Some(database) = Database::postgres() else { return };
    let kiosk = Kiosk::open(database, &["north", "south", "east"]).await;
    let other = kiosk.host.another_node("node-2").await;
    kiosk.provider.be_slow(Duration::from_millis(40));
    for number in 0..20 {
        for (stand, _) in &kiosk.channels {
            kiosk.provider.publish(stand, news(&number.to_string(), kiosk.now() + number));
        }
    }
    kiosk.advance(SOON);
    // Wishes from both sides, while pages are turned.
    for round in 0..10 {
        for (_, channel) in &kiosk.channels {
            let api = if round % 2 == 0 { kiosk.api() } else { other.api() };
            super::tell(api, channel, &json!([{ "poll": true }])).await;
        }
        other.host().store.work_signal().notify_waiters();
    }
    for (_, channel) in &kiosk.channels {
        let texts = kiosk.texts(channel, 20).await;
        assert_eq!(texts, (0..20).map(|number| format!("news {number}")).collect::<Vec<_>>());
    }
    assert_eq!(kiosk.provider.most_at_once(), 1);
    other.stop().await;
}
