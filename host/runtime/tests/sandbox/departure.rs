//! A send is marked before its first byte leaves, and what is said about it afterwards is true.

use std::sync::atomic::Ordering;
use std::time::Duration;

use lockgate_runtime::CallFailure;

use crate::harness::{Sandbox, draft};
use crate::provider::{Manner, Provider};

#[tokio::test]
async fn the_mark_comes_before_the_first_byte() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    provider.notes_in(&sandbox.books);
    let called = sandbox.send("hello").await;
    assert!(called.effects.departed);
    assert_eq!(sandbox.books.marks(), ["depart None", "arrived /messages"]);
}

#[tokio::test]
async fn the_mark_carries_the_parts_that_were_begun_and_settling_is_passed_on() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    sandbox.send("begin").await.result.unwrap();
    sandbox.send("settle").await.result.unwrap();
    assert_eq!(sandbox.books.marks(), ["depart Some([3])", "depart None", "settle [3] Some(\"settled-id\")"]);
}

#[tokio::test]
async fn parts_without_end_are_nobodys() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    sandbox.send("begin-many").await.result.unwrap();
    sandbox.send("settle-many").await.result.unwrap();
    assert_eq!(sandbox.books.marks(), ["depart None", "depart None"]);
}

#[tokio::test]
async fn nothing_leaves_without_a_mark() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    sandbox.books.refuses.store(true, Ordering::SeqCst);
    let called = sandbox.send("hello").await;
    assert!(format!("{:?}", called.result).contains("Passing"), "nothing left, so it can be tried again");
    assert!(!called.effects.departed);

    let mut call = sandbox.call();
    call.departure = None;
    let called = sandbox.plugin.send(call, draft("hello")).await;
    assert!(called.effects.denials[0].what.contains("no delivery in hand"));
    assert!(provider.seen().is_empty());
}

#[tokio::test]
async fn reading_needs_no_mark() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    assert!(!sandbox.send("post /look/1").await.effects.departed);
    assert!(sandbox.books.marks().is_empty());
}

#[tokio::test]
async fn a_trap_is_told_apart_by_whether_something_left() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    for (case, departed) in [("trap-before", false), ("trap-after", true)] {
        let called = sandbox.send(case).await;
        assert!(matches!(called.result, Err(CallFailure::Trap(_))), "{case}");
        assert_eq!(called.effects.departed, departed, "{case}");
    }
    let called = sandbox.send("spin-after").await;
    assert_eq!((called.result.unwrap_err(), called.effects.departed), (CallFailure::Cpu, true));
    assert!(sandbox.send("lie").await.effects.departed, "what the plugin says of it does not matter");
}

#[tokio::test]
async fn every_send_of_a_call_is_marked() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    sandbox.send("twice").await.result.unwrap();
    assert_eq!(sandbox.books.marks(), ["depart None", "depart None"]);
}

#[tokio::test]
async fn a_request_that_was_abandoned_is_called_back_or_counted_as_departed() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let mut departed = 0;
    for _ in 0..50 {
        let called = sandbox.send("abandon").await;
        departed += usize::from(called.effects.departed);
        // What departed in one call may arrive during the next, but never is there more than was told.
        assert!(sandbox.books.marks().len() <= departed, "a mark that nobody told of");
        assert!(provider.seen().len() <= departed, "an arrival that nobody told of");
    }
}

/// Long before its own time is over.
#[tokio::test]
async fn a_request_ends_with_its_call() {
    let provider = Provider::start(Manner::Hangs).await;
    let map = provider.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.defaults.wall = Duration::from_secs(120);
    })
    .await;
    assert!(sandbox.send("abandon-late").await.effects.departed);
    let left = tokio::time::timeout(Duration::from_secs(30), provider.left(1)).await;
    assert!(left.is_ok(), "it went on after its call");
}

#[tokio::test]
async fn a_provider_that_hangs_or_breaks_leaves_an_unknown() {
    let breaking = Provider::start(Manner::Breaks).await;
    let sandbox = Sandbox::calling(&breaking).await;
    let called = sandbox.send("hello").await;
    assert!(format!("{:?}", called.result).contains("Unknown"));
    assert!(called.effects.departed);
    assert_eq!(breaking.seen().len(), 1, "it is not sent again by itself");

    let hanging = Provider::start(Manner::Hangs).await;
    let map = hanging.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.defaults.wall = Duration::from_millis(500);
    })
    .await;
    let called = sandbox.send("hello").await;
    assert!(called.effects.departed);
    assert!(matches!(&called.result, Err(CallFailure::Wall)) || format!("{:?}", called.result).contains("Unknown"));
}

#[tokio::test]
async fn a_provider_that_is_not_there_leaves_nothing_unknown() {
    let provider = Provider::start(Manner::Answers).await;
    let mut map = provider.map();
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    map.address = free.local_addr().unwrap();
    drop(free);
    let sandbox = Sandbox::with(|config| config.egress.maps.push(map)).await;
    assert!(sandbox.outcome("hello").await.contains("Passing"));
}
