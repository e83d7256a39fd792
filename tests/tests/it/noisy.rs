//! A channel that is noisy or keeps failing: the others do not notice, it is paused with a reason and tried again by itself, and
//! nothing that came for it meanwhile is lost.

use std::time::Duration;

use lockgate_simulators::webhook::{Envelope, Retry};
use lockgate_tests::{Api, Database, HostPlan, Story, TestHost, on_both, until};
use serde_json::{Value, json};

use crate::echo::{EchoProvider, HOST};
use crate::hostile::Channel;
use crate::{PAGE, ada};

/// Failures after which a channel is paused.
const FAILURES: usize = 10;

fn panics() -> Value {
    json!({ "do": "panic" })
}

fn says(id: &str, text: &str) -> Value {
    json!({ "events": [{ "id": id, "text": text, "from": "eve" }] })
}

async fn shown(api: &Api, channel: &Channel) -> Value {
    api.get(&format!("/channels/{}", channel.id)).await["health"].clone()
}

async fn fail(channel: &Channel) {
    for _ in 0..FAILURES {
        assert_eq!(channel.post(&panics()).await, 200);
    }
}

async fn pending(host: &TestHost) -> i64 {
    host.outside().await.number("SELECT count(*) FROM envelopes WHERE state = 'pending'").await
}

async fn who_keeps_failing_is_paused_and_tried_again_by_itself(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let (host, api) = (&story.host, story.api());
    let channel = Channel::connect(api).await;
    let mut stream = api.events(Some("0")).await;
    fail(&channel).await;
    let health = shown(api, &channel).await;
    assert_eq!(health["state"], "paused");
    assert!(health["why"].as_str().unwrap().contains("trap"), "{health}");
    assert!(health["until"].is_string(), "{health}");
    while stream.next().await.expect("it is announced").kind != "channel.changed" {}
    let metrics = lockgate_tests::client().build().unwrap().get(format!("{}/metrics", api.origin()));
    let metrics = metrics.bearer_auth(api.token()).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("lockgate_pauses_total{"), "{metrics}");

    // What comes now is verified, acknowledged and kept; others go on.
    assert_eq!(channel.post(&says("1", "Are you there?")).await, 200);
    assert_eq!(pending(host).await, 1);
    let other = Envelope::one(ada().text("m_1", story.now(), "Hello"));
    assert_eq!(story.webhooks().tell(&other, Retry { tries: 1, ..Retry::PATIENT }).await.unwrap(), 1);
    assert_eq!(story.texts(&story.conversation(&ada()).await).await, ["Hello"]);

    host.clock().advance(Duration::from_secs(31));
    let conversation = channel.conversation(api, "eve").await;
    assert_eq!(story.texts(&conversation).await, ["Are you there?"]);
    until("it is tried again", async || (shown(api, &channel).await["state"] == "degraded").then_some(())).await;
    for number in 0..5 {
        assert_eq!(channel.post(&says(&format!("more-{number}"), "More")).await, 200);
    }
    assert_eq!(shown(api, &channel).await["state"], "connected");
    assert_eq!(api.messages(&conversation).await.len(), 6);
}

async fn the_next_pause_is_longer(database: Database) {
    let host = TestHost::start_on(database).await;
    let channel = Channel::connect(host.api()).await;
    fail(&channel).await;
    let first = shown(host.api(), &channel).await;
    host.clock().advance(Duration::from_secs(31));
    // The trial fails: kept as a dead letter like any other failure, and paused again at once.
    assert_eq!(channel.post(&panics()).await, 200);
    let letters = host.api().dead_letters(FAILURES + 1).await;
    assert!(letters.iter().all(|letter| letter["code"] == "trap"));
    let second = shown(host.api(), &channel).await;
    assert_eq!((&first["state"], &second["state"]), (&json!("paused"), &json!("paused")));
    assert_ne!(first["until"], second["until"]);
    host.clock().advance(Duration::from_secs(45));
    assert_eq!(channel.post(&says("1", "Too early")).await, 200);
    assert_eq!(pending(&host).await, 1);
    host.clock().advance(Duration::from_secs(16));
    channel.conversation(host.api(), "eve").await;
}

async fn a_pause_outlives_a_restart_and_an_admin_ends_it(database: Database) {
    let host = TestHost::start_on(database).await;
    let channel = Channel::connect(host.api()).await;
    fail(&channel).await;
    let before = shown(host.api(), &channel).await;
    let host = host.restart().await;
    let channel = channel.found_again(host.api()).await;
    assert_eq!(shown(host.api(), &channel).await, before);
    assert_eq!(channel.post(&says("1", "Are you there?")).await, 200);
    assert_eq!(pending(&host).await, 1);
    let resumed = host.api().post(&format!("/channels/{}/resume", channel.id), &json!({})).await;
    assert_eq!(resumed["health"]["state"], "connected");
    let conversation = channel.conversation(host.api(), "eve").await;
    assert_eq!(host.api().messages(&conversation).await.len(), 1);
}

async fn answers_of_a_paused_channel_wait(database: Database) {
    let provider = EchoProvider::start().await;
    let host = HostPlan::on(database).with_map(HOST, provider.https.address, &provider.https.ca_file).start().await;
    let api = host.api();
    let channel = Channel::connect(api).await;
    channel.post(&says("1", "Hello")).await;
    let conversation = channel.conversation(api, "eve").await;
    fail(&channel).await;
    let message = api.send(&conversation, "An answer").await;
    // Whatever is due has been looked at by then.
    assert_eq!(channel.post(&says("2", "Hello?")).await, 200);
    assert_eq!(pending(&host).await, 1);
    assert_eq!(api.message(&message).await["status"], "queued");
    assert!(provider.seen().is_empty());
    api.post(&format!("/channels/{}/resume", channel.id), &json!({})).await;
    api.reach(&message, "sent").await;
}

async fn an_apps_own_pause_leaves_its_channels_alone(database: Database) {
    let host = TestHost::start_on(database).await;
    let channel = Channel::connect(host.api()).await;
    for _ in 0..FAILURES {
        assert_eq!(channel.post_to_app(&panics()).await, 200);
    }
    let apps = host.api().all("/apps").await;
    assert_eq!(apps[0]["health"]["state"], "paused", "{apps:?}");
    assert_eq!(shown(host.api(), &channel).await["state"], "connected");
    assert_eq!(channel.post(&says("1", "Hello")).await, 200);
    assert_eq!(pending(&host).await, 0);
    let app = apps[0]["id"].as_str().unwrap();
    let resumed = host.api().post(&format!("/apps/{app}/resume"), &json!({})).await;
    assert_eq!(resumed["health"]["state"], "connected");
}

async fn switched_off_nobody_is_paused(database: Database) {
    let host = HostPlan::on(database).without_pausing().start().await;
    let channel = Channel::connect(host.api()).await;
    fail(&channel).await;
    fail(&channel).await;
    assert_eq!(shown(host.api(), &channel).await["state"], "connected");
    assert_eq!(channel.post(&says("1", "Hello")).await, 200);
    assert_eq!(pending(&host).await, 0);
}

async fn who_wants_too_much_kept_is_acknowledged_and_kept_out(database: Database) {
    let host = TestHost::start_on(database).await;
    let channel = Channel::connect(host.api()).await;
    let fill = |name: &str| json!({ "do": "state-fill", "as": name });
    assert_eq!([channel.post(&fill("first")).await, channel.post(&fill("second")).await], [200, 200]);
    let found = until("there is a conversation", async || host.api().all("/conversations").await.pop()).await;
    let messages = host.api().messages(found["id"].as_str().unwrap()).await;
    let told: Vec<&str> = messages.iter().filter_map(|message| message["text"].as_str()).collect();
    assert_eq!(told, ["kept 15", "kept 2"], "the second was told where its end is, and goes on");
    let kept = host.outside().await.number("SELECT count(*) FROM plugin_state").await;
    assert_eq!(kept, 17);
}

async fn who_spins_and_floods_delays_nobody_else(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let channel = Channel::connect(story.api()).await;
    let spin = json!({ "do": "spin" });
    // More than may be under way at once of one channel; none is lost, however it is answered.
    let flood = futures_util::future::join_all((0..80).map(|_| channel.post(&spin)));
    let working = async {
        for number in 0..20 {
            let envelope = Envelope::one(ada().text(&format!("m_{number}"), story.now(), "Hello"));
            assert_eq!(story.webhooks().tell(&envelope, Retry { tries: 1, ..Retry::PATIENT }).await.unwrap(), 1);
        }
        // Each was read before it was answered: none had to be put off.
        let outside = story.host.outside().await;
        let sql = "SELECT count(*) FROM envelopes WHERE owner LIKE 'app:%' AND state <> 'done'";
        assert_eq!(outside.number(sql).await, 0);
    };
    let (answers, ()) = tokio::join!(flood, working);
    assert!(answers.iter().all(|status| [200, 503].contains(status)), "{answers:?}");
    let kept = story.host.outside().await.number("SELECT count(*) FROM envelopes WHERE owner LIKE 'channel:%'").await;
    let acknowledged = answers.iter().filter(|status| **status == 200).count();
    assert_eq!(kept, i64::try_from(acknowledged).unwrap());
    assert_eq!(story.texts(&story.conversation(&ada()).await).await.len(), 20);
}

on_both![
    who_keeps_failing_is_paused_and_tried_again_by_itself,
    the_next_pause_is_longer,
    a_pause_outlives_a_restart_and_an_admin_ends_it,
    answers_of_a_paused_channel_wait,
    an_apps_own_pause_leaves_its_channels_alone,
    switched_off_nobody_is_paused,
    who_wants_too_much_kept_is_acknowledged_and_kept_out,
    who_spins_and_floods_delays_nobody_else,
];
