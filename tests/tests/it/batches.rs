//! Everything that arrives together: every entry, every event, and one bad one among good ones.

use lockgate_simulators::webhook::{Envelope, Retry, Thread};
use lockgate_tests::{Database, Story, on_both};
use serde_json::json;

use crate::{OTHER_PAGE, PAGE, ada};

async fn every_event_of_every_entry_is_taken(database: Database) {
    let story = Story::on(database).with_page(PAGE).with_page(OTHER_PAGE).start().await;
    let at = story.now();
    let people: Vec<Thread> =
        (0..5_u64).flat_map(|n| [PAGE, OTHER_PAGE].map(|page| Thread::new(page, (8_000 + n).to_string()))).collect();
    // Pages take turns, so there are as many entries as messages, several of them of one page; one has three events.
    let mut events: Vec<_> = people
        .iter()
        .zip(at..)
        .map(|(person, at)| person.text(&format!("m_{}_{}", person.page_id, person.person_id), at, "Hello"))
        .collect();
    events.push(people[9].text("m_second", at + 20, "And again"));
    events.push(people[9].text("m_third", at + 21, "And once more"));
    assert_eq!(Envelope::batch(events.clone()).entries.len(), 10);
    story.tell(events).await;

    assert_eq!(story.api().all("/conversations").await.len(), 10);
    for person in &people[..9] {
        let conversation = story.conversation(person).await;
        assert_eq!(story.texts(&conversation).await, ["Hello"]);
    }
    let last = story.conversation(&people[9]).await;
    assert_eq!(story.texts(&last).await, ["Hello", "And again", "And once more"]);
    for page in [PAGE, OTHER_PAGE] {
        let channel = story.channel(page);
        assert_eq!(story.api().all(&format!("/conversations?channel={channel}")).await.len(), 5);
    }
}

async fn an_unknown_account_holds_back_nobody_else(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let (person, stranger) = (ada(), Thread::new("1999", "1"));
    let at = story.now();
    let envelope = Envelope::batch([
        person.text("m_1", at, "first"),
        stranger.text("m_other", at + 1, "to a page that nobody connected"),
        person.text("m_2", at + 2, "second"),
    ]);
    story.webhooks().tell(&envelope, Retry::PATIENT).await.unwrap();
    let letter = story.api().dead_letters(1).await.remove(0);
    assert_eq!(letter["code"], "unknown-account", "{letter}");
    assert_eq!((&letter["params"]["account"], &letter["event_only"]), (&json!("1999"), &json!(true)), "{letter}");
    // The provider tells it all again: nothing of the rest is doubled.
    story.webhooks().tell(&envelope, Retry::PATIENT).await.unwrap();
    let conversation = story.conversation(&person).await;
    assert_eq!(story.texts(&conversation).await, ["first", "second"]);
}

async fn what_nobody_has_heard_of_is_kept(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let (person, at) = (ada(), story.now());
    story
        .tell([
            person.text("m_1", at, "before"),
            person.unheard_of(at + 1, "hologram", json!({ "depth": 3 })),
            person.message("m_2", at + 2, json!({ "telepathy": "yes" })),
            person.text("m_3", at + 3, "after"),
        ])
        .await;
    let conversation = story.conversation(&person).await;
    let texts = story.texts(&conversation).await;
    assert_eq!((texts.first().map(String::as_str), texts.last().map(String::as_str)), (Some("before"), Some("after")));
    assert!(!story.host.outside().await.tables_with("hologram").await.is_empty());
    assert!(!story.host.outside().await.tables_with("telepathy").await.is_empty());
}

async fn the_same_request_again_changes_nothing(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let (person, at) = (ada(), story.now());
    let request =
        story.webhooks().sign(&Envelope::batch([person.text("m_1", at, "one"), person.text("m_2", at + 1, "two")]));
    let posts = (0..8).map(|_| story.webhooks().deliver(&request, Retry::PATIENT));
    for posted in futures_util::future::join_all(posts).await {
        posted.unwrap();
    }
    let conversation = story.conversation(&person).await;
    assert_eq!(story.texts(&conversation).await, ["one", "two"]);
    assert_eq!(story.host.outside().await.messages().await.len(), 2);
}

on_both![
    every_event_of_every_entry_is_taken,
    an_unknown_account_holds_back_nobody_else,
    what_nobody_has_heard_of_is_kept,
    the_same_request_again_changes_nothing,
];
