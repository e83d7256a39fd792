//! Stopping and starting again: nothing is lost, nothing is shown twice, what waited goes on.

use lockgate_simulators::graph::{Failure, Rule};
use lockgate_tests::{Database, Story, on_both, until};

use crate::{PAGE, ada};

async fn a_restart_keeps_everything(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    let sent = story.api().send(&conversation, "Before").await;
    story.api().reach(&sent, "sent").await;
    let outside = story.host.outside().await;
    until("its delivery is done", async || {
        (outside.number("SELECT count(*) FROM deliveries WHERE state <> 'done'").await == 0).then_some(())
    })
    .await;
    drop(outside);
    let before = story.api().messages(&conversation).await;

    let story = story.restart().await;
    assert_eq!(story.api().messages(&conversation).await, before);
    let ready = story.api().bare(reqwest::Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(ready.status(), 200);
    // The plugin is loaded, the hook and the token still hold, and a repeated webhook is still a repeated one.
    let person = ada();
    story.begun(&person).await;
    story.tell([person.text("m_after", story.now(), "After")]).await;
    let sent = story.api().send(&conversation, "And out again").await;
    story.api().reach(&sent, "sent").await;
    assert_eq!(story.texts(&conversation).await, ["Hello", "Before", "After", "And out again"]);
    assert_eq!(story.provider.books().counts().accepted, 2);
}

async fn what_waits_for_its_turn_is_sent_after_a_restart(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let conversation = story.begun(&ada()).await;
    story.provider.fail(Rule::always(Failure::Bare { status: 429, accepted: false }));
    let first = story.api().send(&conversation, "first").await;
    let second = story.api().send(&conversation, "second").await;
    story.provider.books().wait_until(|counts| counts.requests > 0).await;

    let story = story.restart().await;
    // Its own back-off brings it out: a clock that jumped now could end the lease of an attempt that is under way.
    story.provider.clear_failures();
    story.api().reach(&first, "sent").await;
    story.api().reach(&second, "sent").await;
    let texts: Vec<_> = story.provider.books().accepted().into_iter().filter_map(|message| message.text).collect();
    assert_eq!(texts, ["first", "second"], "in order, each once");
}

on_both![a_restart_keeps_everything, what_waits_for_its_turn_is_sent_after_a_restart];
