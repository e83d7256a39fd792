//! The live stream: in the order of the commits, and resumed without a gap or a repetition.

use std::collections::BTreeSet;

use lockgate_simulators::webhook::Thread;
use lockgate_tests::{Database, Story, on_both};

use crate::PAGE;

/// Messages that four connections post at the same time.
const MESSAGES: u64 = 60;

async fn a_stream_that_breaks_off_resumes_without_a_gap(database: Database) {
    let story = Story::on(database).with_page(PAGE).start().await;
    let mut stream = story.api().events(Some("0")).await;
    let writing = async {
        let tellers = (0..4_u64).map(|teller| {
            let story = &story;
            async move {
                let person = Thread::new(PAGE, (9_000 + teller).to_string());
                for number in 0..MESSAGES / 4 {
                    story.tell([person.text(&format!("m_{teller}_{number}"), story.now(), "Hello")]).await;
                }
            }
        });
        futures_util::future::join_all(tellers).await;
    };
    let reading = async {
        let (mut ids, mut messages, mut last) = (Vec::new(), BTreeSet::new(), String::from("0"));
        while messages.len() < usize::try_from(MESSAGES).unwrap() {
            let event = stream.next().await.expect("the stream goes on");
            last.clone_from(&event.id);
            ids.push(event.id.parse::<u64>().unwrap());
            assert!(!event.data.to_string().contains("Hello"), "ids, never content");
            if let Some(message) = event.data["message_id"].as_str() {
                messages.insert(message.to_owned());
            }
            // The connection breaks off every few events.
            if ids.len() % 7 == 0 {
                stream = story.api().events(Some(&last)).await;
            }
        }
        (ids, last)
    };
    let ((), (ids, last)) = tokio::join!(writing, reading);
    assert!(ids.is_sorted_by(|a, b| a < b), "in order, none twice: {ids:?}");

    // Read again from the beginning it is the same.
    let mut again = story.api().events(Some("0")).await;
    let mut seen = Vec::new();
    while seen.last() != last.parse::<u64>().ok().as_ref() {
        seen.push(again.next().await.unwrap().id.parse::<u64>().unwrap());
    }
    assert_eq!(seen, ids);
}

on_both![a_stream_that_breaks_off_resumes_without_a_gap];
