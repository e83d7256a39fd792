//! A call that takes too much ends within its limits, says why, and costs nobody else anything.

use std::time::Duration;

use lockgate_runtime::{CallFailure, Reaction};

use crate::harness::{Sandbox, request};

/// Runs the case beside honest calls, and gives its failure.
async fn failure(sandbox: &Sandbox, case: &str) -> CallFailure {
    let honest = async {
        for n in 0..5 {
            let body = format!(r#"{{"events":[{{"id":"{n}","text":"hello","from":"anna"}}]}}"#);
            let received = sandbox.plugin.receive(sandbox.call(), request("", body.as_bytes())).await;
            assert_eq!(received.result.unwrap().unwrap().events.len(), 1);
        }
    };
    let (called, ()) = tokio::join!(sandbox.receive(case), honest);
    assert!(called.effects.wall < Duration::from_secs(20), "{case}: {:?}", called.effects.wall);
    assert!(called.effects.state_writes.is_empty());
    called.result.unwrap_err()
}

#[tokio::test(flavor = "multi_thread")]
async fn spinning_ends_with_its_cpu_time() {
    let sandbox = Sandbox::hostile().await;
    assert_eq!(failure(&sandbox, "spin").await, CallFailure::Cpu);
    assert_eq!(failure(&sandbox, "spin-in-host").await, CallFailure::Cpu);
    assert_eq!(CallFailure::Cpu.reaction(), Reaction::DeadLetter);
}

#[tokio::test(flavor = "multi_thread")]
async fn allocating_without_end_ends_with_its_memory() {
    let sandbox = Sandbox::with(|config| config.maximum.memory_bytes = 32 << 20).await;
    assert_eq!(failure(&sandbox, "allocate").await, CallFailure::Memory);
}

#[tokio::test(flavor = "multi_thread")]
async fn recursion_ends_with_its_stack() {
    let sandbox = Sandbox::hostile().await;
    assert_eq!(failure(&sandbox, "recurse").await, CallFailure::Stack);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_costs_one_call_and_its_words_are_kept() {
    let sandbox = Sandbox::hostile().await;
    let CallFailure::Trap(words) = failure(&sandbox, "panic").await else { panic!("no trap") };
    assert!(words.contains("the hostile plugin panics on request"), "{words}");
    let CallFailure::Trap(words) = failure(&sandbox, "exit").await else { panic!("no trap") };
    assert_eq!(words, "it called exit");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_output_is_refused_before_it_is_lifted() {
    let sandbox = Sandbox::hostile().await;
    assert_eq!(failure(&sandbox, "output").await, CallFailure::Output);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_events_end_within_the_limits() {
    let sandbox = Sandbox::hostile().await;
    let failure = failure(&sandbox, "events").await;
    assert!(matches!(failure, CallFailure::Output | CallFailure::Memory | CallFailure::Cpu), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sleeping_ends_with_the_wall_clock_and_may_be_tried_again() {
    let sandbox = Sandbox::with(|config| config.defaults.wall = Duration::from_millis(200)).await;
    assert_eq!(failure(&sandbox, "sleep").await, CallFailure::Wall);
    assert_eq!(CallFailure::Wall.reaction(), Reaction::Passing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_log_is_cut_and_counted() {
    let sandbox = Sandbox::with(|config| config.defaults.log_bytes = 4096).await;
    for (case, least) in [("flood-log", 200_000), ("print", 900_000), ("one-long-line", 4 << 20)] {
        let called = sandbox.receive(case).await;
        assert!(called.result.unwrap().is_ok(), "{case}");
        let kept: usize = called.effects.log.iter().map(|line| line.message.len()).sum();
        assert!(kept <= 4096, "{case}: {kept}");
        assert!(called.effects.log_dropped > least, "{case}: {}", called.effects.log_dropped);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_says_what_it_took() {
    let sandbox = Sandbox::hostile().await;
    let spun = sandbox.receive("spin").await.effects;
    assert!(spun.cpu > Duration::from_millis(300) && spun.cpu < Duration::from_secs(1), "{:?}", spun.cpu);
    let honest = sandbox.receive("").await.effects;
    assert!(honest.cpu > Duration::ZERO && honest.cpu < Duration::from_millis(100), "{:?}", honest.cpu);
}
