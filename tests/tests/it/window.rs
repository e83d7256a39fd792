//! The messaging window: refused before anything is written, and what may be sent instead is named.

use std::time::Duration;

use lockgate_tests::{Database, Story, on_both};
use serde_json::json;

use crate::{PAGE, ada};

const HOUR: Duration = Duration::from_secs(60 * 60);

async fn a_closed_window_is_refused_with_the_tag_that_is_left(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let person = ada();
    let conversation = story.begun(&person).await;
    let (shown, messages) =
        (format!("/conversations/{conversation}"), format!("/conversations/{conversation}/messages"));
    assert_eq!(story.api().get(&shown).await["window"]["state"], "open");

    story.advance(25 * HOUR);
    let window = story.api().get(&shown).await["window"].clone();
    assert_eq!((&window["state"], &window["tags"][0]["name"]), (&json!("closed"), &json!("HUMAN_AGENT")));
    let refused = story.api().try_post(&messages, &json!({ "text": "Too late" })).await;
    assert_eq!((refused.status, &refused.body["type"]), (422, &json!("urn:lockgate:problem:not-sendable")));
    assert!(refused.reason().contains("HUMAN_AGENT"), "{}", refused.reason());
    let bot =
        story.api().try_post(&messages, &json!({ "text": "A bot", "tag": "HUMAN_AGENT", "automatic": true })).await;
    assert_eq!(bot.status, 422, "{}", bot.body);

    let tagged = story.api().post(&messages, &json!({ "text": "A person answers", "tag": "HUMAN_AGENT" })).await;
    story.api().reach(tagged["id"].as_str().unwrap(), "sent").await;
    let request = story.provider.books().requests().remove(0);
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!((&body["messaging_type"], &body["tag"]), (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT")));

    story.advance(200 * HOUR);
    let refused = story.api().try_post(&messages, &json!({ "text": "Far too late", "tag": "HUMAN_AGENT" })).await;
    assert_eq!(refused.status, 422, "{}", refused.body);

    // The person writes again, and everything is open.
    story.tell([person.text("m_again", story.now(), "Are you there?")]).await;
    let open = story.api().send(&conversation, "Here we are").await;
    story.api().reach(&open, "sent").await;
    assert_eq!(story.provider.books().counts().accepted, 2);
    assert_eq!(story.texts(&conversation).await.len(), 4, "nothing that was refused was written down");
}

on_both![a_closed_window_is_refused_with_the_tag_that_is_left];
