//! What a provider answers instead of sending: each error of its table leads where the catalogue says, order is kept, and what
//! may have been sent is never sent again.

use std::time::Duration;

use lockgate_simulators::graph::{Class, Failure, Row, Rule, catalogue, named};
use lockgate_simulators::webhook::{Aftermath, Thread};
use lockgate_tests::{Database, Story, on_both, until};
use serde_json::{Value, json};

use crate::{PAGE, ada};

const HOUR: Duration = Duration::from_secs(3600);

async fn each_error_leads_where_the_catalogue_says(database: Database) {
    let rows = catalogue();
    let pages: Vec<String> = (0..rows.len()).map(|number| (200_000 + number).to_string()).collect();
    let story = pages.iter().fold(Story::on(database), |plan, page| plan.with_page(page)).start().await;
    for (row, page) in rows.iter().zip(&pages) {
        let person = Thread::new(page, "7001");
        let conversation = story.begun(&person).await;
        story.provider.fail(Rule::once(Failure::Error(row.error.clone())).on_page(page));
        let text = format!("to be refused with {}", row.name);
        let message = story.api().send(&conversation, &text).await;
        let refused = until(&format!("{} was answered", row.name), async || {
            let shown = story.api().message(&message).await;
            (shown["failure"].is_object() && shown["status"] != "sending").then_some(shown)
        })
        .await;
        let health = story.api().get(&format!("/channels/{}", story.channel(page))).await["health"].clone();
        expect(row, &refused, &health);
        if tried_again(row.class) {
            // Never before its time, and then once. Off while the clock leaps: an attempt under way would lose its lease.
            let channel = format!("/channels/{}", story.channel(page));
            story.api().post(&format!("{channel}/disable"), &Value::Null).await;
            until("nothing is under way", async || {
                (story.api().message(&message).await["status"] != "sending").then_some(())
            })
            .await;
            story.advance(2 * HOUR);
            story.api().post(&format!("{channel}/enable"), &Value::Null).await;
            story.api().reach(&message, "sent").await;
            assert_eq!(story.accepted().get(&text), Some(&1), "{}", row.name);
        } else {
            story.advance(2 * HOUR);
            if row.class == Class::Gone {
                let contacts = story.api().all("/contacts").await;
                let identity = contacts.iter().flat_map(|contact| contact["identities"].as_array().unwrap());
                let identity =
                    identity.clone().find(|identity| identity["channel_id"] == *story.channel(page)).unwrap();
                assert!(identity["unreachable"].is_string(), "{}: {identity}", row.name);
            }
        }
    }
    // Long after, nothing that was final or unknown was sent.
    story.advance(12 * HOUR);
    for (row, page) in rows.iter().zip(&pages) {
        let sends =
            story.provider.books().requests().iter().filter(|request| request.page_id.as_ref() == Some(page)).count();
        assert_eq!(sends, if tried_again(row.class) { 2 } else { 1 }, "{}", row.name);
    }
}

async fn what_a_provider_takes_again_makes_a_channel_well(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let state =
        async || story.api().get(&format!("/channels/{}", story.channel(PAGE))).await["health"]["state"].clone();
    for (expired, ails) in [(true, "reconnect"), (false, "permission_missing")] {
        let mut rows = catalogue().into_iter();
        let row = rows.find(|row| row.class == Class::Auth && (row.error.code == 190) == expired).unwrap();
        story.provider.fail(Rule::once(Failure::Error(row.error)).on_page(PAGE));
        let message = story.api().send(&conversation, &row.name).await;
        story.api().reach(&message, "failed").await;
        assert_eq!(state().await, ails, "{}", row.name);
        let message = story.api().send(&conversation, "once more").await;
        story.api().reach(&message, "sent").await;
        until("it is well again", async || (state().await == "connected").then_some(())).await;
    }
}

fn tried_again(class: Class) -> bool {
    use Class::{PausePage, PermanentForPage, Rate, RateAndAlert, Retry, RetryOnce};
    matches!(class, Retry | RetryOnce | Rate | RateAndAlert | PausePage | PermanentForPage)
}

/// State of the message and health of the channel right after the error.
fn expect(row: &Row, message: &Value, health: &Value) {
    let (status, state) = match row.class {
        Class::Retry | Class::RetryOnce | Class::Rate | Class::RateAndAlert => ("queued", "connected"),
        Class::PausePage | Class::PermanentForPage => ("queued", "paused"),
        Class::Window | Class::Gone | Class::Permanent => ("failed", "connected"),
        Class::Auth if row.error.code == 190 => ("failed", "reconnect"),
        Class::Auth => ("failed", "permission_missing"),
        Class::Unknown => ("unknown", "connected"),
    };
    assert_eq!(
        (&message["status"], &health["state"]),
        (&json!(status), &json!(state)),
        "{}: {message} {health}",
        row.name
    );
    let code = message["failure"]["code"].as_str().unwrap();
    match row.class {
        Class::Window => {
            assert_eq!(code, "window-closed", "{}", row.name);
            assert_eq!(message["failure"]["allowed"], json!(["HUMAN_AGENT"]), "{}", row.name);
        }
        Class::Gone => assert_eq!(code, "recipient-unreachable", "{}", row.name),
        _ => assert!(!code.is_empty(), "{}", row.name),
    }
}

async fn what_may_have_been_sent_is_never_sent_again(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let ways = [
        Failure::Close { accepted: true },
        Failure::Close { accepted: false },
        Failure::Bare { status: 502, accepted: true },
        Failure::Bare { status: 500, accepted: false },
        Failure::Garbled { accepted: true },
    ];
    let mut messages = Vec::new();
    for (number, failure) in ways.iter().enumerate() {
        story.provider.fail_next(failure.clone());
        let message = story.api().send(&conversation, &format!("attempt {number}")).await;
        let shown = story.api().reach(&message, "unknown").await;
        assert!(shown["failure"]["code"].is_string(), "{failure:?}: it says why: {shown}");
        messages.push(message);
    }
    // What is unknown holds back nothing behind it, and nothing tries it again.
    let next = story.api().send(&conversation, "the next").await;
    story.api().reach(&next, "sent").await;
    story.advance(20 * HOUR);
    let last = story.api().send(&conversation, "the last").await;
    story.api().reach(&last, "sent").await;
    assert_eq!(story.provider.books().counts().requests, ways.len() as u64 + 2);

    // A late echo settles what had arrived; of the others nobody can know.
    for accepted in story.provider.books().accepted().iter().take(3) {
        for event in story.webhooks().follow(accepted, Aftermath { echo: true, delivery: false, read: false }) {
            story.tell([event]).await;
        }
    }
    for (number, failure) in ways.iter().enumerate() {
        let arrived = matches!(
            failure,
            Failure::Close { accepted: true } | Failure::Bare { accepted: true, .. } | Failure::Garbled { .. }
        );
        let status = story.api().message(&messages[number]).await["status"].clone();
        assert_eq!(status, if arrived { "sent" } else { "unknown" }, "{failure:?}");
    }
    assert_eq!(story.texts(&conversation).await.len(), 1 + ways.len() + 2, "no echo became a message of its own");
}

async fn order_is_kept_while_the_first_is_tried_again(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let (first, second) = (ada(), Thread::new(PAGE, "7002"));
    let (one, other) = (story.begun(&first).await, story.begun(&second).await);
    let busy = Failure::Error(named("2").unwrap().error);
    story.provider.fail(Rule { times: Some(2), ..Rule::once(busy).to(&first.person_id) });
    let sent =
        [story.api().send(&one, "1").await, story.api().send(&one, "2").await, story.api().send(&one, "3").await];
    // Nobody else waits for it.
    let meanwhile = story.api().send(&other, "meanwhile").await;
    story.api().reach(&meanwhile, "sent").await;
    for message in &sent {
        until("it is sent", async || {
            story.advance(Duration::from_secs(5));
            (story.api().message(message).await["status"] == "sent").then_some(())
        })
        .await;
    }
    let texts: Vec<_> = story.provider.books().accepted().into_iter().filter_map(|message| message.text).collect();
    assert_eq!(texts.iter().filter(|text| *text != "meanwhile").collect::<Vec<_>>(), ["1", "2", "3"]);
}

async fn a_provider_that_names_a_time_is_not_asked_before(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    story.provider.fail_next(Failure::TooManyRequests { retry_after_s: 600 });
    let message = story.api().send(&conversation, "Slowly").await;
    story.provider.books().wait_until(|counts| counts.requests == 1).await;
    let waiting = until("it waits", async || {
        let shown = story.api().message(&message).await;
        (shown["status"] == "queued" && shown["failure"].is_object()).then_some(shown)
    })
    .await;
    assert_eq!(waiting["failure"]["code"], "rate-limited", "{waiting}");
    story.advance(Duration::from_secs(590));
    // Something else that the host does meanwhile shows that it looked.
    story.tell([ada().text("m_2", story.now(), "Hello?")]).await;
    assert_eq!(story.provider.books().counts().requests, 1);
    story.advance(Duration::from_secs(15));
    story.api().reach(&message, "sent").await;
}

async fn a_person_may_try_a_failed_message_again(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    story.provider.fail_next(Failure::Error(named("100").unwrap().error));
    let message = story.api().send(&conversation, "Once more").await;
    let failed = story.api().reach(&message, "failed").await;
    assert_eq!(failed["failure"]["code"], "rejected", "{failed}");
    story.api().post(&format!("/messages/{message}/retry"), &Value::Null).await;
    let sent = story.api().reach(&message, "sent").await;
    assert!(sent["failure"].is_null(), "{sent}");
    assert_eq!(story.accepted().get("Once more"), Some(&1));

    // What held then may be over: after the window it is refused as a new message is.
    story.provider.fail_next(Failure::Error(named("100").unwrap().error));
    let late = story.api().send(&conversation, "Too late").await;
    story.api().reach(&late, "failed").await;
    story.advance(25 * HOUR);
    let refused = story.api().try_post(&format!("/messages/{late}/retry"), &Value::Null).await;
    assert_eq!(refused.status, 422);
    assert!(refused.reason().contains("the messaging window is closed"), "{}", refused.reason());
    assert_eq!(story.api().get(&format!("/messages/{late}")).await["status"], "failed");
    assert_eq!(story.accepted().get("Too late"), None);
}

on_both![
    each_error_leads_where_the_catalogue_says,
    what_a_provider_takes_again_makes_a_channel_well,
    what_may_have_been_sent_is_never_sent_again,
    order_is_kept_while_the_first_is_tried_again,
    a_provider_that_names_a_time_is_not_asked_before,
    a_person_may_try_a_failed_message_again,
];
