//! Two nodes on one PostgreSQL database.

use std::collections::BTreeSet;

use lockgate_simulators::graph::Failure;
use lockgate_simulators::webhook::Thread;
use lockgate_tests::{Database, Story, until};

use crate::PAGE;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_send_each_message_once_and_in_order() {
    let Some(database) = Database::postgres() else { return };
    let story = Story::on(database).with_page(PAGE).start().await;
    let other = story.host.another_node("node-2").await;
    let mut conversations = Vec::new();
    for number in 0..6_u64 {
        conversations.push(story.begun(&Thread::new(PAGE, (9_000 + number).to_string())).await);
    }
    story.provider.fail_next(Failure::Slow(std::time::Duration::from_millis(300)));
    let mut sent = Vec::new();
    for number in 0..10 {
        for (place, conversation) in conversations.iter().enumerate() {
            // Both nodes take messages in, both send.
            let api = if (number + place) % 2 == 0 { story.api() } else { other.api() };
            sent.push(api.send(conversation, &format!("{place}:{number}")).await);
        }
    }
    for message in &sent {
        other.api().reach(message, "sent").await;
    }
    let accepted = story.provider.books().accepted();
    assert_eq!(accepted.len(), sent.len());
    let marks: BTreeSet<_> = accepted.iter().map(|message| message.metadata.clone()).collect();
    assert_eq!(marks.len(), sent.len(), "each mark once");
    for place in 0..conversations.len() {
        let prefix = format!("{place}:");
        let texts = accepted.iter().filter_map(|message| message.text.clone()).filter(|text| text.starts_with(&prefix));
        assert_eq!(texts.collect::<Vec<_>>(), (0..10).map(|number| format!("{place}:{number}")).collect::<Vec<_>>());
    }
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_made_at_one_node_is_seen_by_the_other() {
    let Some(database) = Database::postgres() else { return };
    let mut story = Story::on(database).with_page(PAGE).with_page("1002").start().await;
    let other = story.host.another_node("node-2").await;
    let person = Thread::new("1002", "9001");
    // The second page is connected at the first node; the provider calls the other.
    let channel = story.channel("1002").to_owned();
    let shown = other.api().get(&format!("/apps/{}", story.setup.app)).await;
    story.setup.webhooks = story.provider.webhooks(shown["hooks"]["events"].as_str().unwrap().parse().unwrap());
    story.tell([person.text("m_1", story.now(), "Hello")]).await;
    let path = format!("/conversations?channel={channel}");
    until("the first node shows it", async || story.api().all(&path).await.first().cloned()).await;

    story.api().post("/plugins/messenger/disable", &serde_json::Value::Null).await;
    let request = story.webhooks().sign(&lockgate_simulators::webhook::Envelope::one(person.text(
        "m_2",
        story.now(),
        "Still there?",
    )));
    until("the other node answers 503", async || {
        (story.webhooks().post(&request).await.unwrap().status == 503).then_some(())
    })
    .await;
    other.stop().await;
}
