//! THE conversation test: what the API shows equals what the generator of the conversation itself knows, whatever the order in
//! which the provider tells it.

use std::collections::BTreeMap;

use lockgate_simulators::script::{Content, Cut, Direction, ExpectedMessage, Order, Script, ScriptConfig, Status};
use lockgate_simulators::webhook::{Retry, Thread};
use lockgate_tests::{Database, Story, on_both};
use serde_json::{Value, json};

use crate::{OTHER_PAGE, PAGE};

/// Sets how many conversations are told; 100 without it.
const KNOB: &str = "LOCKGATE_CONVERSATIONS";

/// Events of one conversation.
const EVENTS: usize = 200;

async fn any_order_of_arrival_shows_the_same_conversation(database: Database) {
    let many: u64 = std::env::var(KNOB).map_or(100, |many| many.parse().unwrap());
    let story = Story::on(database).with_page(PAGE).with_page(OTHER_PAGE).start().await;
    // As many persons on either page as make the threads neither lonely nor crowded. No two seeds share one.
    for seed in 1..=many {
        let script = Script::generate(&ScriptConfig::new(seed, EVENTS, &[PAGE, OTHER_PAGE], 2, story.now()));
        let largest_batch = [1, 3, 10, 50][usize::try_from(seed % 4).unwrap()];
        let cut = Cut { seed, connections: 4, largest_batch, order: Order::Shuffled };
        let report = story.webhooks().play(script.cut(&cut), Retry::PATIENT).await;
        assert_eq!(report.given_up, 0, "seed {seed}");
        compare(&story, seed, &script).await;
    }
    assert!(story.api().all("/dead-letters").await.is_empty(), "every event found its place");
}

async fn compare(story: &Story, seed: u64, script: &Script) {
    for thread in &script.expected.threads {
        let person = Thread::new(&thread.page_id, &thread.person_id);
        let conversation = story.conversation(&person).await;
        let shown: BTreeMap<String, Value> = story
            .api()
            .messages(&conversation)
            .await
            .into_iter()
            .map(|message| (message["external_id"].as_str().unwrap_or_default().to_owned(), message))
            .collect();
        let mids: Vec<&str> = thread.messages.iter().map(|message| message.mid.as_str()).collect();
        assert_eq!(shown.len(), mids.len(), "seed {seed}: as many messages as were said, {:?}", shown.keys());
        for expected in &thread.messages {
            let message =
                shown.get(&expected.mid).unwrap_or_else(|| panic!("seed {seed}: {} is missing", expected.mid));
            let (is, ought) = (observed(message, expected, story), wanted(expected));
            assert_eq!(is, ought, "seed {seed}: {message}\nagainst {expected:?}");
        }
    }
}

/// What the generator says of a message, in the API's words.
fn wanted(expected: &ExpectedMessage) -> Value {
    let direction = match expected.direction {
        Direction::In => "in",
        Direction::Echo => "echo",
    };
    if expected.deleted {
        return json!({ "direction": direction, "deleted": true, "text": "" });
    }
    let (mut quote, mut payload, mut address) = (None, None, None);
    match &expected.content {
        Content::Text => {}
        Content::Reply(mid) => quote = Some(mid.clone()),
        Content::QuickReply(press) => payload = Some(press.clone()),
        Content::Attachment(url) => address = Some(url.clone()),
    }
    let reactions: BTreeMap<&String, &String> =
        expected.reactions.iter().map(|(who, reaction)| (who, &reaction.emoji)).collect();
    let status = match expected.status {
        None => "received",
        Some(Status::Sent) => "sent",
        Some(Status::Delivered) => "delivered",
        Some(Status::Read) => "read",
    };
    json!({
        "direction": direction,
        "deleted": false,
        "text": expected.text.clone().unwrap_or_default(),
        "edited": expected.num_edit > 0,
        "quote": quote,
        "payload": payload,
        "address": address,
        "reactions": reactions,
        "status": status,
    })
}

/// What the API says of the same.
fn observed(message: &Value, expected: &ExpectedMessage, story: &Story) -> Value {
    if expected.deleted {
        return json!({ "direction": message["direction"], "deleted": message["deleted"], "text": message["text"] });
    }
    let content = |kind: &str| {
        let parts = message["parts"].as_array().into_iter().flatten();
        parts
            .map(|part| &part["content"])
            .find(|content| content["type"] == kind)
            .map(|content| content["value"].clone())
    };
    let reactions: BTreeMap<String, Value> = message["reactions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|reaction| (reaction["actor"].as_str().unwrap_or_default().to_owned(), reaction["symbol"].clone()))
        .collect();
    json!({
        "direction": message["direction"],
        "deleted": message["deleted"],
        "text": message["text"],
        "edited": message["edited"],
        "quote": message["quote"]["external_id"],
        "payload": content("choice").map(|choice| choice["payload"].clone()),
        "address": content("media").map(|media| address(&media["source"], expected, story)),
        "reactions": reactions,
        "status": message["status"],
    })
}

/// Where a file lay, also once the host fetched it: then the provider says that it was asked there.
fn address(source: &Value, expected: &ExpectedMessage, story: &Story) -> Value {
    match (source["type"].as_str(), &expected.content) {
        (Some("stored"), Content::Attachment(url)) => {
            let path = url.strip_prefix("https://").and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap();
            assert!(story.provider.fetched().iter().any(|asked| asked == path), "{url} was never asked for");
            json!(url)
        }
        _ => source["value"].clone(),
    }
}

on_both![any_order_of_arrival_shows_the_same_conversation];
