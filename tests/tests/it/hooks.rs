//! Where providers call: an app's hook that serves several pages, and who is connected to what.

use lockgate_simulators::webhook::Thread;
use lockgate_tests::{Database, Story, on_both};
use serde_json::json;

use crate::{OTHER_PAGE, PAGE, ada};

async fn two_pages_share_one_hook_and_nothing_else(database: Database) {
    let story = Story::on(database).with_page(PAGE).with_page(OTHER_PAGE).start().await;
    // The same person has the same number on both pages: they are two threads, and an answer goes out by its own page.
    let people = [ada(), Thread::new(OTHER_PAGE, ada().person_id)];
    let conversations = [story.begun(&people[0]).await, story.begun(&people[1]).await];
    assert_ne!(conversations[0], conversations[1]);
    for (conversation, text) in conversations.iter().zip(["from the first", "from the second"]) {
        let answer = story.api().send(conversation, text).await;
        story.api().reach(&answer, "sent").await;
    }
    let accepted = story.provider.books().accepted();
    let sent: Vec<_> =
        accepted.iter().map(|message| (message.page_id.as_str(), message.text.as_deref().unwrap())).collect();
    assert_eq!(sent, [(PAGE, "from the first"), (OTHER_PAGE, "from the second")]);

    // A page's token is withdrawn: that page asks for help, the other goes on.
    story.provider.revoke(PAGE);
    let failed = story.api().send(&conversations[0], "no more").await;
    story.api().reach(&failed, "failed").await;
    let health = |channel: String| {
        let api = story.api().clone();
        async move { api.get(&format!("/channels/{channel}")).await["health"]["state"].clone() }
    };
    assert_eq!(health(story.channel(PAGE).to_owned()).await, "reconnect");
    assert_eq!(health(story.channel(OTHER_PAGE).to_owned()).await, "connected");
    let fine = story.api().send(&conversations[1], "still here").await;
    story.api().reach(&fine, "sent").await;

    // A new token: it works again, and says so because it was tried.
    story.provider.set_token(PAGE, "EAAS-a-new-token");
    let path = format!("/channels/{}", story.channel(PAGE));
    story.api().patch(&path, &json!({ "secrets": { "page_token": "EAAS-a-new-token" } })).await;
    let again = story.api().send(&conversations[0], "back again").await;
    story.api().reach(&again, "sent").await;
    assert_eq!(health(story.channel(PAGE).to_owned()).await, "connected");

    // An account is connected once.
    let twice = story.connect_again(PAGE).await;
    assert_eq!((twice.status, &twice.body["type"]), (409, &json!("urn:lockgate:problem:conflict")));
}

async fn a_saved_mask_leaves_the_secret_as_it_is(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let path = format!("/channels/{}", story.channel(PAGE));
    // What a form would do: save what was shown.
    let shown = story.api().get(&path).await;
    assert!(!shown.to_string().contains(&story.provider.config().pages[PAGE]), "a secret is never shown");
    let saved = json!({ "name": "Renamed", "settings": shown["settings"], "secrets": shown["secrets"] });
    assert_eq!(story.api().patch(&path, &saved).await["name"], "Renamed");
    let path = format!("/apps/{}", story.setup.app);
    let shown = story.api().get(&path).await;
    story.api().patch(&path, &json!({ "settings": shown["settings"], "secrets": shown["secrets"] })).await;

    let answer = story.api().send(&conversation, "The token is still there").await;
    story.api().reach(&answer, "sent").await;
    story.tell([ada().text("m_2", story.now(), "and so is the app's secret")]).await;
}

async fn a_deleted_channel_frees_its_account_and_keeps_its_conversations(database: Database) {
    let mut story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let path = format!("/channels/{}", story.channel(PAGE));
    let deleted = story.api().request(reqwest::Method::DELETE, &path).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    story.tell([ada().text("m_2", story.now(), "Anybody?")]).await;
    assert_eq!(story.api().dead_letters(1).await[0]["code"], "unknown-account");
    assert_eq!(story.texts(&conversation).await, ["Hello"]);
    let refused =
        story.api().try_post(&format!("/conversations/{conversation}/messages"), &json!({ "text": "x" })).await;
    assert_eq!(refused.status, 409, "{}", refused.body);

    story.connect(PAGE).await;
    story.tell([ada().text("m_3", story.now(), "There you are")]).await;
    let new = story.conversation(&ada()).await;
    assert_eq!(story.texts(&new).await.last().map(String::as_str), Some("There you are"));
}

on_both![
    two_pages_share_one_hook_and_nothing_else,
    a_saved_mask_leaves_the_secret_as_it_is,
    a_deleted_channel_frees_its_account_and_keeps_its_conversations,
];
