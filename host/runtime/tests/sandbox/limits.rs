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

/// Its own limit, which is below what any plugin may ask for.
#[tokio::test(flavor = "multi_thread")]
async fn so_much_memory_and_no_more() {
    let sandbox = Sandbox::hostile().await;
    let reserve = async |mib: &str| {
        let body = format!(r#"{{"amount":{mib}}}"#);
        sandbox.plugin.receive(sandbox.call(), request("reserve", body.as_bytes())).await.result
    };
    assert!(reserve("150").await.unwrap().is_ok());
    assert_eq!(reserve("210").await.unwrap_err(), CallFailure::Memory);
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
    assert!(words.ends_with("the hostile plugin panics on request"), "{words}");
    // What it wrote is not handed back.
    assert!(matches!(failure(&sandbox, "write-and-panic").await, CallFailure::Trap(_)));
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
async fn every_table_of_handles_is_bounded() {
    let sandbox = Sandbox::hostile().await;
    for case in ["hold-fields", "hold-requests", "hold-timers"] {
        let failure = failure(&sandbox, case).await;
        assert!(matches!(&failure, CallFailure::Trap(words) if words.contains("table")), "{case}: {failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_of_its_own_are_bounded() {
    let sandbox = Sandbox::hostile().await;
    assert_eq!(sandbox.told("fat-fields-20").await, "kept 20");
    let failure = sandbox.receive("fat-fields-40").await.result.unwrap_err();
    assert!(matches!(failure, CallFailure::Trap(_)), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_its_state_are_bounded_in_number() {
    let sandbox = Sandbox::hostile().await;
    assert_eq!(sandbox.told("state-keys").await, "kept 4096");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_calls_of_one_channel_run_at_once_and_no_more() {
    let sandbox = Sandbox::with(|config| {
        config.defaults.calls = 2;
        config.admission = Duration::from_millis(50);
    })
    .await;
    let sleeping: Vec<_> = (0..2)
        .map(|_| {
            let (plugin, call) = (std::sync::Arc::clone(&sandbox.plugin), sandbox.call());
            tokio::spawn(async move { plugin.receive(call, request("sleep", b"")).await })
        })
        .collect();
    tokio::task::yield_now().await;
    while sandbox.receive("").await.result.is_ok() {}
    assert_eq!(sandbox.receive("").await.result.unwrap_err(), CallFailure::Overloaded);
    // Another channel, and another kind of call of this one, are not held up.
    let mut other = sandbox.call();
    other.label.channel = Some("another".into());
    assert!(sandbox.plugin.receive(other, request("", b"")).await.result.is_ok());
    assert!(sandbox.plugin.preview(sandbox.call(), crate::harness::draft("hello")).await.result.is_ok());
    sleeping.iter().for_each(|call| call.abort());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_runs_alone_waits_for_the_others() {
    let sandbox = Sandbox::with(|config| config.admission = Duration::from_millis(50)).await;
    let alone = || {
        let mut call = sandbox.call();
        call.alone = true;
        call
    };
    assert!(sandbox.plugin.receive(alone(), request("", b"")).await.result.is_ok());
    let (plugin, call) = (std::sync::Arc::clone(&sandbox.plugin), alone());
    let sleeping = tokio::spawn(async move { plugin.receive(call, request("sleep", b"")).await });
    tokio::task::yield_now().await;
    while sandbox.plugin.receive(alone(), request("", b"")).await.result.is_ok() {}
    sleeping.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_says_what_it_took() {
    let sandbox = Sandbox::hostile().await;
    let spun = sandbox.receive("spin").await.effects;
    assert!(spun.cpu > Duration::from_millis(300) && spun.cpu < Duration::from_secs(1), "{:?}", spun.cpu);
    let honest = sandbox.receive("").await.effects;
    assert!(honest.cpu > Duration::ZERO && honest.cpu < Duration::from_millis(100), "{:?}", honest.cpu);
}
