//! What a person sends to a page lies at a signed address for a while: the host has it before that ends.

use lockgate_simulators::graph::{cdn_address, picture};
use lockgate_simulators::webhook::media;
use lockgate_tests::{Database, Story, on_both, until};
use serde_json::Value;

use super::{DAY, download, settled, source};
use crate::{PAGE, ada};

async fn what_a_person_sends_is_kept_while_its_address_lasts(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let (person, at) = (ada(), story.now());
    let photos = [media("image", &cdn_address("bike")), media("image", &cdn_address("lamp"))];
    story.tell([person.attachments("m_1", at, None, &photos)]).await;
    story.tell([person.attachments("m_2", at + 1, None, &[media("audio", &cdn_address("expired-voice"))])]).await;
    let conversation = story.conversation(&person).await;
    let shown: Vec<Value> = until("there are two messages", async || {
        let messages = story.api().messages(&conversation).await;
        (messages.len() == 2).then_some(messages)
    })
    .await;
    let bike = settled(story.api(), &shown[0]).await;
    let answer = download(story.api(), &bike).await;
    assert_eq!((answer.status, answer.bytes.to_vec()), (200, picture("bike")));
    assert_eq!(answer.header("content-type"), Some("image/jpeg"));
    let lamp = until("the second photo is kept too", async || {
        let message = story.api().message(bike["id"].as_str().unwrap()).await;
        let source = message["parts"][1]["content"]["value"]["source"].clone();
        (source["type"] == "stored").then_some(source)
    })
    .await;
    assert_ne!(lamp["value"], bike["parts"][0]["content"]["value"]["source"]["value"]);
    let voice = settled(story.api(), &shown[1]).await;
    assert_eq!(source(&voice), ("missing", "It was refused: 403: its server does not give it"));
    let mut fetched = story.provider.fetched();
    fetched.sort();
    let asked = |name: &str| format!("/v/{name}.jpg?oh=1&oe=2");
    assert_eq!(fetched, [asked("bike"), asked("expired-voice"), asked("lamp")], "each once, and without a credential");
    // The address may end now.
    story.advance(30 * DAY);
    assert_eq!(download(story.api(), &bike).await.bytes.to_vec(), picture("bike"));
}

on_both![what_a_person_sends_is_kept_while_its_address_lasts];
