//! What a team does to what is there: it reacts, changes, takes over and ends, and lets the contact know that somebody writes or has
//! read.

use std::time::Duration;

use lockgate_simulators::books::AcceptedAction;
use lockgate_simulators::graph::{Failure, Rule, named};
use lockgate_simulators::webhook::REACTIONS;
use lockgate_tests::component::with_manifest;
use lockgate_tests::{Database, HostPlan, Story, TestHost, on_both, until};
use serde_json::{Value, json};

use crate::echo::{EchoProvider, HOST};
use crate::hostile::Channel;
use crate::{PAGE, ada};

const HOUR: Duration = Duration::from_secs(3600);

/// The id of a conversation's first message.
async fn first(story: &Story, conversation: &str) -> String {
    story.api().messages(conversation).await[0]["id"].as_str().unwrap().to_owned()
}

/// Waits until an action has this status.
async fn reach(story: &Story, action: &Value, status: &str) -> Value {
    let path = format!("/actions/{}", action["id"].as_str().unwrap());
    until(&format!("the action is {status}"), async || {
        let shown = story.api().get(&path).await;
        (shown["status"] == status).then_some(shown)
    })
    .await
}

/// Waits until the provider took so many sender actions.
async fn told(story: &Story, many: u64) -> Vec<AcceptedAction> {
    story.provider.books().wait_until(|counts| counts.actions >= many).await;
    let actions = story.provider.books().actions();
    assert_eq!(actions.len() as u64, many, "{actions:?}");
    actions
}

async fn somebody_writes_and_has_read(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let shown = story.api().get(&format!("/conversations/{conversation}")).await;
    assert_eq!((&shown["capabilities"]["typing"], &shown["capabilities"]["mark_read"]), (&json!(true), &json!(true)));
    for (number, (path, body, action)) in [
        ("typing", json!({"on": true}), "typing_on"),
        ("read", Value::Null, "mark_seen"),
        ("typing", json!({"on": false}), "typing_off"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = format!("/conversations/{conversation}/{path}");
        let answer = match body {
            Value::Null => story.api().request(reqwest::Method::POST, &path).send().await.unwrap().status().as_u16(),
            body => story.api().try_post(&path, &body).await.status,
        };
        assert_eq!(answer, 202, "{action}");
        let actions = told(&story, number as u64 + 1).await;
        let last = actions.last().unwrap();
        assert_eq!((last.action.as_str(), last.recipient_id.as_str()), (action, ada().person_id.as_str()));
        assert_eq!(last.page_id, PAGE);
    }
    // Nothing of it is kept: no message, and nothing that is tried again.
    story.advance(20 * HOUR);
    let answer = story.api().send(&conversation, "Here it is").await;
    story.api().reach(&answer, "sent").await;
    assert_eq!(story.texts(&conversation).await.len(), 2);
    assert_eq!(story.provider.books().counts().actions, 3);
}

async fn a_reaction_goes_out_is_shown_and_is_taken_back(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let message = first(&story, &conversation).await;
    let named = story.api().message(&message).await["external_id"].as_str().unwrap().to_owned();
    story.tell([ada().react(&named, story.now(), REACTIONS[4])]).await;

    let path = format!("/messages/{message}/reactions/👍");
    let asked = story.api().try_put(&path).await;
    assert_eq!((asked.status, &asked.body["action"], &asked.body["symbol"]), (202, &json!("react"), &json!("👍")));
    reach(&story, &asked.body, "done").await;
    let reactions = |shown: &Value| -> Vec<(String, String)> {
        let all = shown["reactions"].as_array().unwrap().iter();
        all.map(|one| (one["actor"].as_str().unwrap().into(), one["symbol"].as_str().unwrap().into())).collect()
    };
    let shown = story.api().message(&message).await;
    let theirs = (ada().person_id, REACTIONS[4].emoji.to_owned());
    assert!(reactions(&shown).contains(&(PAGE.into(), "👍".into())) && reactions(&shown).contains(&theirs), "{shown}");
    // It stands: asking again tells the provider nothing.
    assert_eq!(story.api().try_put(&path).await.status, 204);

    // Another one takes its place, as it does at Facebook.
    let other = story.api().try_put(&format!("/messages/{message}/reactions/🎉")).await;
    reach(&story, &other.body, "done").await;
    let shown = story.api().message(&message).await;
    assert_eq!(reactions(&shown).iter().filter(|(actor, _)| actor == PAGE).count(), 1, "{shown}");
    assert_eq!(story.api().try_delete(&path).await.status, 404, "it stands no more");

    let back = story.api().try_delete(&format!("/messages/{message}/reactions/🎉")).await;
    assert_eq!((back.status, &back.body["added"]), (202, &json!(false)));
    reach(&story, &back.body, "done").await;
    assert_eq!(reactions(&story.api().message(&message).await), [theirs]);
    let actions = told(&story, 3).await;
    let seen: Vec<_> = actions.iter().map(|one| (one.action.as_str(), one.reaction.as_deref())).collect();
    assert_eq!(seen, [("react", Some("👍")), ("react", Some("🎉")), ("unreact", None)]);
    assert!(actions.iter().all(|one| one.message_id.as_ref() == Some(&named)), "{actions:?}");
}

async fn a_reaction_of_ours_changes_nothing_of_its_message(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let message = story.api().send(&conversation, "We are open").await;
    story.api().reach(&message, "sent").await;
    story.provider.fail(Rule::once(Failure::Error(named("100").unwrap().error)).on_action("react"));
    let asked = story.api().try_put(&format!("/messages/{message}/reactions/👍")).await;
    let failed = reach(&story, &asked.body, "failed").await;
    assert_eq!(failed["failure"]["code"], "rejected", "{failed}");
    let shown = story.api().message(&message).await;
    assert_eq!((&shown["status"], &shown["failure"], &shown["reactions"]), (&json!("sent"), &Value::Null, &json!([])));
    assert_eq!(story.api().try_post(&format!("/messages/{message}/retry"), &Value::Null).await.status, 409);
    assert_eq!(story.accepted().get("We are open"), Some(&1));
}

async fn a_reaction_whose_answer_is_lost_is_asked_for_again_and_holds_back_nothing(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let message = first(&story, &conversation).await;
    // Until it is well again: an attempt that comes soon after the first must not take away what is looked for.
    story.provider.fail(Rule::always(Failure::Close { accepted: true }).on_action("react"));
    let asked = story.api().try_put(&format!("/messages/{message}/reactions/👍")).await;
    until("it was tried", async || {
        let shown = story.api().get(&format!("/actions/{}", asked.body["id"].as_str().unwrap())).await;
        (shown["status"] == "queued" && shown["failure"]["code"] == "passing").then_some(())
    })
    .await;
    // Asked for again meanwhile it is the same one.
    let again = story.api().try_put(&format!("/messages/{message}/reactions/👍")).await;
    assert_eq!((again.status, &again.body["id"]), (202, &asked.body["id"]));
    let answer = story.api().send(&conversation, "Meanwhile").await;
    story.api().reach(&answer, "sent").await;
    story.provider.clear_failures();
    story.advance(HOUR);
    reach(&story, &asked.body, "done").await;
    let told = story.provider.books().actions();
    assert!(told.len() > 1 && told.iter().all(|one| one.reaction.as_deref() == Some("👍")), "{told:?}");
}

async fn what_a_provider_answers_to_a_signal_moves_the_health(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    story.provider.revoke(PAGE);
    assert_eq!(
        story.api().try_post(&format!("/conversations/{conversation}/typing"), &json!({"on": true})).await.status,
        202
    );
    until("it must be connected again", async || {
        let channel = story.api().get(&format!("/channels/{}", story.channel(PAGE))).await;
        (channel["health"]["state"] == "reconnect").then_some(())
    })
    .await;
}

async fn a_provider_that_wants_to_be_left_alone_hears_of_nobody_who_writes(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let typing = format!("/conversations/{conversation}/typing");
    story.provider.fail(Rule::once(Failure::TooManyRequests { retry_after_s: 600 }).on_action("typing_on"));
    assert_eq!(story.api().try_post(&typing, &json!({"on": true})).await.status, 202);
    let refused = until("it rests", async || {
        let answer = story.api().try_post(&typing, &json!({"on": true})).await;
        (answer.status == 409).then_some(answer)
    })
    .await;
    assert!(refused.reason().contains("left alone"), "{}", refused.reason());
    story.advance(Duration::from_secs(660));
    assert_eq!(story.api().try_post(&typing, &json!({"on": true})).await.status, 202);
}

async fn so_many_signals_of_a_channel_are_under_way_and_no_more(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    story.provider.fail(Rule::always(Failure::Hold).on_action("typing_on"));
    let typing = format!("/conversations/{conversation}/typing");
    for number in 0..4 {
        assert_eq!(story.api().try_post(&typing, &json!({"on": true})).await.status, 202, "{number}");
    }
    let busy = story.api().try_post(&typing, &json!({"on": true})).await;
    assert_eq!(busy.status, 503, "{}", busy.body);
    // Answers have places of their own.
    let answer = story.api().send(&conversation, "Meanwhile").await;
    story.api().reach(&answer, "sent").await;
    told(&story, 4).await;
    story.provider.release();
    until("there is room again", async || {
        (story.api().try_post(&typing, &json!({"on": false})).await.status == 202).then_some(())
    })
    .await;
}

async fn what_is_not_declared_or_makes_no_sense_is_refused_in_words(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let message = first(&story, &conversation).await;
    let reaction = |symbol: &str| format!("/messages/{message}/reactions/{symbol}");
    for symbol in ["like", "1", "%20", "👍👍%0A"] {
        let answer = story.api().try_put(&reaction(symbol)).await;
        assert_eq!(answer.status, 422, "{symbol}: {}", answer.body);
        assert!(answer.reason().contains("an emoji"), "{}", answer.reason());
    }
    assert_eq!(story.api().try_delete(&reaction("👍")).await.status, 404);
    let nobody = "0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21";
    for path in [format!("/messages/{nobody}/reactions/👍"), "/messages/x/reactions/👍".to_owned()] {
        assert_eq!(story.api().try_put(&path).await.status, 404, "{path}");
    }
    assert_eq!(story.api().try_get(&format!("/actions/{nobody}")).await.status, 404);
    let typing = format!("/conversations/{conversation}/typing");
    assert_eq!(story.api().try_post(&typing, &json!({})).await.status, 422);
    // A channel whose provider knows neither threads of several apps nor ends.
    let over = story.api().try_post(&format!("/conversations/{conversation}/take-over"), &json!({"on": true})).await;
    assert_eq!((over.status, over.reason()), (422, "This channel takes no thread over.".into()));
    let closed = story.api().patch(&format!("/conversations/{conversation}"), &json!({"status": "closed"})).await;
    assert_eq!((&closed["status"], &closed["action"]), (&json!("closed"), &Value::Null));
    story.api().post(&format!("/channels/{}/disable", story.channel(PAGE)), &Value::Null).await;
    let off = story.api().try_post(&typing, &json!({"on": true})).await;
    assert!(off.status == 409 && off.reason().contains("switched off"), "{}", off.body);
    assert_eq!(story.provider.books().counts().requests, 0, "nothing of all this was told to the provider");
}

/// A channel of the plugin that can change and take back, with its provider and a conversation.
async fn changing(database: Database) -> (TestHost, EchoProvider, String) {
    let provider = EchoProvider::start().await;
    let host = HostPlan::on(database).with_map(HOST, provider.https.address, &provider.https.ca_file).start().await;
    let channel = Channel::connect(host.api()).await;
    let hello = json!({ "events": [{ "id": "hello-1", "text": "Hello", "from": "ann" }] });
    assert_eq!(channel.post(&hello).await, 200);
    let conversation = channel.conversation(host.api(), "ann").await;
    (host, provider, conversation)
}

async fn a_message_that_was_sent_is_changed_and_taken_back(database: Database) {
    let (host, provider, conversation) = changing(database).await;
    let api = host.api();
    let sent = api.send(&conversation, "We open at nine").await;
    let name = api.reach(&sent, "sent").await["external_id"].as_str().unwrap().to_owned();
    let path = format!("/messages/{sent}");
    let asked = api.patch(&path, &json!({ "text": "We open at ten" })).await;
    assert_eq!((&asked["action"], &asked["status"]), (&json!("edit"), &json!("queued")));
    let shown = until("it says something else", async || {
        let shown = api.message(&sent).await;
        (shown["text"] == "We open at ten").then_some(shown)
    })
    .await;
    assert_eq!(
        (&shown["edited"], &shown["status"], &shown["external_id"]),
        (&json!(true), &json!("sent"), &json!(name))
    );
    assert!(provider.seen().last().unwrap().contains(&format!("edit {name} to We open at ten")));

    // What may have been changed is not changed again by the host alone.
    let lost = api.patch(&path, &json!({ "text": "trap-after" })).await;
    let path_of = |action: &Value| format!("/actions/{}", action["id"].as_str().unwrap());
    until("nobody can know", async || (api.get(&path_of(&lost)).await["status"] == "unknown").then_some(())).await;
    assert_eq!(api.message(&sent).await["text"], "We open at ten");

    let seen = provider.seen().len();
    let back = api.try_delete(&path).await;
    assert_eq!(back.status, 202, "{}", back.body);
    until("it is gone", async || (api.message(&sent).await["deleted"] == json!(true)).then_some(())).await;
    assert_eq!(provider.seen().len(), seen + 1);
    assert!(provider.seen().last().unwrap().contains(&format!("delete {name}")));
    assert_eq!(api.try_delete(&path).await.status, 204);
    assert_eq!(api.messages(&conversation).await.len(), 2, "no message came of it");
}

async fn a_thread_is_taken_over_and_given_back(database: Database) {
    let (host, provider, conversation) = changing(database).await;
    let api = host.api();
    let path = format!("/conversations/{conversation}/take-over");
    let shown = async || api.get(&format!("/conversations/{conversation}")).await;
    for (on, words) in [(false, "give back ann at hello-1"), (true, "take ann at hello-1")] {
        let asked = api.try_post(&path, &json!({ "on": on })).await;
        assert_eq!((asked.status, &asked.body["action"], &asked.body["on"]), (202, &json!("take_over"), &json!(on)));
        let at = format!("/actions/{}", asked.body["id"].as_str().unwrap());
        until("it is done", async || (api.get(&at).await["status"] == "done").then_some(())).await;
        assert!(provider.seen().last().unwrap().contains(words), "{:?}", provider.seen());
        assert_eq!(shown().await["writable"], json!(on), "who holds the thread may write");
    }
    let (seen, nobody) = (provider.seen().len(), "0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21");
    assert_eq!(api.try_post(&path, &json!({})).await.status, 422);
    let unknown = format!("/conversations/{nobody}/take-over");
    assert_eq!(api.try_post(&unknown, &json!({ "on": true })).await.status, 404);
    assert_eq!(provider.seen().len(), seen);
}

async fn an_end_is_told_after_the_last_answer(database: Database) {
    let (host, provider, conversation) = changing(database).await;
    let api = host.api();
    let path = format!("/conversations/{conversation}");
    let channel = format!("/channels/{}", api.get(&path).await["channel_id"].as_str().unwrap());
    api.post(&format!("{channel}/disable"), &Value::Null).await;
    api.send(&conversation, "Good bye").await;
    let closed = api.patch(&path, &json!({ "status": "closed" })).await;
    let end = &closed["action"];
    assert_eq!(
        (&closed["status"], &end["action"], &end["on"], &end["status"]),
        (&json!("closed"), &json!("ended"), &json!(true), &json!("queued"))
    );
    assert_eq!(api.patch(&path, &json!({ "status": "closed" })).await["action"], Value::Null, "nothing changed");
    api.post(&format!("{channel}/enable"), &Value::Null).await;
    until("the end is told", async || {
        let at = format!("/actions/{}", end["id"].as_str().unwrap());
        (api.get(&at).await["status"] == "done").then_some(())
    })
    .await;
    let opened = api.patch(&path, &json!({ "status": "open" })).await;
    assert_eq!((&opened["status"], &opened["action"]["on"]), (&json!("open"), &json!(false)));
    until("three are told", async || (provider.seen().len() == 3).then_some(())).await;
    let seen = provider.seen();
    for (told, words) in seen.iter().zip(["Good bye", "close ann at hello-1", "open ann at hello-1"]) {
        assert!(told.contains(words), "{seen:?}");
    }
}

async fn what_cannot_be_changed_is_refused_in_words(database: Database) {
    let (host, provider, conversation) = changing(database).await;
    let api = host.api();
    let theirs = api.messages(&conversation).await[0]["id"].as_str().unwrap().to_owned();
    let ours = api.send(&conversation, "We open at nine").await;
    api.reach(&ours, "sent").await;
    let seen = provider.seen().len();
    for (message, body, status, words) in [
        (&theirs, json!({ "text": "x" }), 409, "The contact wrote"),
        (&ours, json!({}), 422, "`text` or `parts`"),
        (&ours, json!({ "text": " " }), 422, "empty"),
        (&ours, json!({ "text": "x".repeat(2001) }), 422, "stays one"),
        (&ours, json!({ "colour": "blue" }), 422, "unknown field"),
    ] {
        let answer = api.try_patch(&format!("/messages/{message}"), &body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert!(answer.reason().contains(words), "{body}: {}", answer.reason());
    }
    assert_eq!(api.try_delete(&format!("/messages/{theirs}")).await.status, 409);
    assert_eq!(provider.seen().len(), seen, "nothing of all this was told to the provider");
}

async fn what_the_next_version_does_not_declare_is_not_done(database: Database) {
    let (host, provider, conversation) = changing(database).await;
    let api = host.api();
    let ours = api.send(&conversation, "We open at nine").await;
    api.reach(&ours, "sent").await;
    let conversation = api.get(&format!("/conversations/{conversation}")).await;
    let channel = format!("/channels/{}", conversation["channel_id"].as_str().unwrap());
    api.post(&format!("{channel}/disable"), &Value::Null).await;
    let asked = api.patch(&format!("/messages/{ours}"), &json!({ "text": "We open at ten" })).await;
    let (seen, manifest) = (provider.seen().len(), include_str!("../../hostile/channel.toml"));
    assert!(manifest.contains("edit = true\n"));
    api.install(&with_manifest(lockgate_guests::HOSTILE, &manifest.replacen("edit = true\n", "", 1))).await;
    api.post(&format!("{channel}/enable"), &Value::Null).await;
    let path = format!("/actions/{}", asked["id"].as_str().unwrap());
    let failed = until("it failed", async || {
        let shown = api.get(&path).await;
        (shown["status"] == "failed").then_some(shown)
    })
    .await;
    assert_eq!(failed["failure"]["code"], "unsupported", "{failed}");
    assert_eq!(provider.seen().len(), seen);
}

async fn a_plugin_is_asked_for_nothing_that_it_does_not_declare(database: Database) {
    let (host, provider, conversation) = changing(database).await;
    let api = host.api();
    let message = api.messages(&conversation).await[0]["id"].as_str().unwrap().to_owned();
    for (answer, words) in [
        (api.try_put(&format!("/messages/{message}/reactions/👍")).await, "This channel takes no reactions."),
        (
            api.try_post(&format!("/conversations/{conversation}/typing"), &json!({"on": true})).await,
            "This channel shows nobody who writes.",
        ),
    ] {
        assert_eq!((answer.status, answer.body["type"].as_str()), (422, Some("urn:lockgate:problem:not-sendable")));
        assert_eq!(answer.reason(), words);
    }
    assert!(provider.seen().is_empty());
}

on_both![
    somebody_writes_and_has_read,
    a_reaction_goes_out_is_shown_and_is_taken_back,
    a_reaction_of_ours_changes_nothing_of_its_message,
    a_reaction_whose_answer_is_lost_is_asked_for_again_and_holds_back_nothing,
    what_a_provider_answers_to_a_signal_moves_the_health,
    a_provider_that_wants_to_be_left_alone_hears_of_nobody_who_writes,
    so_many_signals_of_a_channel_are_under_way_and_no_more,
    what_is_not_declared_or_makes_no_sense_is_refused_in_words,
    a_message_that_was_sent_is_changed_and_taken_back,
    a_thread_is_taken_over_and_given_back,
    an_end_is_told_after_the_last_answer,
    what_cannot_be_changed_is_refused_in_words,
    what_the_next_version_does_not_declare_is_not_done,
    a_plugin_is_asked_for_nothing_that_it_does_not_declare,
];
