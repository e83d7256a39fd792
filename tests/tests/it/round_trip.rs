//! The main job: in, shown, answered, out, and the receipts that follow.

use lockgate_simulators::graph::cdn_address;
use lockgate_simulators::webhook::{Aftermath, REACTIONS, Retry, media};
use lockgate_tests::{Database, Story, on_both, until};
use serde_json::json;

use crate::{PAGE, ada};

async fn a_message_makes_the_round_trip(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    story.webhooks().handshake(1).await.unwrap();
    let person = ada();
    story.tell([person.text("m_1", story.now(), "Grüße, ist mein Rad 🚲 da?")]).await;
    let conversation = story.conversation(&person).await;

    let _responder = story.webhooks().respond(Aftermath::ALL, Retry::PATIENT);
    let answer = story.api().send(&conversation, "It left this morning.").await;
    let read = story.api().reach(&answer, "read").await;

    let accepted = story.provider.books().accepted();
    assert_eq!(accepted.len(), 1, "{accepted:?}");
    assert_eq!(accepted[0].text.as_deref(), Some("It left this morning."));
    assert_eq!(accepted[0].recipient_id, person.person_id);
    assert_eq!(accepted[0].page_id, PAGE);
    assert_eq!(read["external_id"], *accepted[0].mid);
    assert_eq!(read["direction"], "out");
    // The echo is recognised as what we sent: it is no second message.
    assert_eq!(story.texts(&conversation).await, ["Grüße, ist mein Rad 🚲 da?", "It left this morning."]);
    let first = &story.api().messages(&conversation).await[0];
    assert_eq!(
        (&first["direction"], &first["status"], &first["external_id"]),
        (&json!("in"), &json!("received"), &json!("m_1"))
    );
}

async fn an_attachment_and_quick_replies_go_out(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let person = ada();
    let conversation = story.begun(&person).await;
    let parts = json!({ "parts": [
        { "type": "media", "value": { "kind": "image", "view_once": false, "source": { "type": "address", "value": "https://cdn.example.com/a.jpg" } } },
        { "type": "choices", "value": { "style": "quick_replies", "body": { "plain": "Which size?" }, "options": [
            { "payload": "S", "title": "Small", "action": { "type": "reply" } },
            { "payload": "L", "title": "Large", "action": { "type": "reply" } },
        ] } },
    ] });
    let sent = story.api().post(&format!("/conversations/{conversation}/messages"), &parts).await;
    story.api().reach(sent["id"].as_str().unwrap(), "sent").await;
    let accepted = story.provider.books().accepted();
    assert_eq!(accepted.len(), 2, "one request a part: {accepted:?}");
    assert_eq!(accepted[0].message["attachment"]["type"], "image");
    assert_eq!(accepted[0].message["attachment"]["payload"]["url"], "https://cdn.example.com/a.jpg");
    assert_eq!(accepted[1].message["quick_replies"][1]["payload"], "L");
    assert_eq!(accepted[1].text.as_deref(), Some("Which size?"));
    assert!(accepted.iter().all(|message| message.metadata.is_some()), "each part bears its mark: {accepted:?}");
}

async fn what_follows_a_message_changes_it(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let (person, at) = (ada(), story.now());
    // The edit and the reaction arrive before the message that they are about.
    story.tell([person.edit("m_1", at + 1, 1, "Order 1043?")]).await;
    story.tell([person.react("m_1", at + 2, REACTIONS[4])]).await;
    story.tell([person.text("m_1", at, "Order 1042?")]).await;
    story.tell([person.text("m_2", at + 3, "A secret"), person.delete("m_2", at + 4)]).await;
    story.tell([person.attachments("m_3", at + 5, None, &[media("image", &cdn_address("frame"))])]).await;
    let conversation = story.conversation(&person).await;
    let messages = until("there are three messages", async || {
        let messages = story.api().messages(&conversation).await;
        (messages.len() == 3).then_some(messages)
    })
    .await;
    assert_eq!((&messages[0]["text"], &messages[0]["edited"]), (&json!("Order 1043?"), &json!(true)));
    assert_eq!(messages[0]["reactions"][0]["symbol"], REACTIONS[4].emoji);
    assert_eq!(messages[0]["reactions"][0]["actor"], *person.person_id);
    assert_eq!((&messages[1]["deleted"], &messages[1]["text"]), (&json!(true), &json!("")));
    assert!(!messages[1].to_string().contains("A secret"));
    let photo = messages[2]["id"].as_str().unwrap();
    until("the photo is kept", async || {
        let message = story.api().message(photo).await;
        (message["parts"][0]["content"]["value"]["source"]["type"] == "stored").then_some(())
    })
    .await;

    story.tell([person.unreact("m_1", at + 6), person.edit("m_1", at + 7, 2, "Order 1044?")]).await;
    let first = story.api().messages(&conversation).await.remove(0);
    assert_eq!((&first["text"], &first["reactions"]), (&json!("Order 1044?"), &json!([])));
}

async fn a_status_never_moves_back(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let person = ada();
    let conversation = story.begun(&person).await;
    let answer = story.api().send(&conversation, "Yes").await;
    story.api().reach(&answer, "sent").await;
    let message = story.provider.books().accepted().remove(0);
    // Read before delivered, and the echo last of all.
    let mut events = story.webhooks().follow(&message, Aftermath::ALL);
    events.reverse();
    let mut seen = vec!["sent".to_owned()];
    for event in events {
        story.tell([event]).await;
        seen.push(story.api().message(&answer).await["status"].as_str().unwrap().to_owned());
    }
    let rank = |status: &String| ["sent", "delivered", "read"].iter().position(|known| known == status).unwrap();
    assert!(seen.is_sorted_by_key(rank), "{seen:?}");
    assert_eq!(seen.last().map(String::as_str), Some("read"));
    assert_eq!(story.texts(&conversation).await, ["Hello", "Yes"]);
}

on_both![
    a_message_makes_the_round_trip,
    an_attachment_and_quick_replies_go_out,
    what_follows_a_message_changes_it,
    a_status_never_moves_back,
];
