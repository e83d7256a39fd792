//! Who waits holds nothing that others need to run.

use std::sync::Arc;
use std::time::Duration;

use lockgate_runtime::CallFailure;

use crate::harness::{Sandbox, draft, request};
use crate::provider::{Manner, Provider};

#[tokio::test]
async fn sends_that_hang_leave_the_only_thread_to_what_comes_in() {
    let provider = Provider::start(Manner::Hangs).await;
    let map = provider.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.guest_threads = 1;
    })
    .await;
    let sends: Vec<_> = (0..3)
        .map(|_| {
            let (plugin, call) = (Arc::clone(&sandbox.plugin), sandbox.call());
            tokio::spawn(async move { plugin.send(call, draft("hello")).await })
        })
        .collect();
    provider.arrived(3).await;
    assert!(sandbox.receive("").await.result.unwrap().is_ok());
    for send in sends {
        assert!(!send.is_finished());
        send.abort();
    }
}

#[tokio::test]
async fn sends_fill_their_share_of_instances_and_no_more() {
    let provider = Provider::start(Manner::Hangs).await;
    let map = provider.map();
    let sandbox = Sandbox::with(|config| {
        config.egress.maps.push(map);
        config.max_instances = 3;
        config.reserved_for_receive = 1;
        config.admission = Duration::from_millis(50);
    })
    .await;
    for _ in 0..2 {
        let (plugin, call) = (Arc::clone(&sandbox.plugin), sandbox.call());
        tokio::spawn(async move { plugin.send(call, draft("hello")).await });
    }
    provider.arrived(2).await;
    assert_eq!(sandbox.send("hello").await.result, Err(CallFailure::Overloaded));
    assert!(sandbox.plugin.receive(sandbox.call(), request("", b"")).await.result.is_ok());
}

#[tokio::test]
async fn a_guest_that_spins_shares_its_thread() {
    let sandbox = Sandbox::with(|config| config.guest_threads = 1).await;
    let (plugin, call) = (Arc::clone(&sandbox.plugin), sandbox.call());
    let spinning = tokio::spawn(async move { plugin.receive(call, request("spin", b"")).await });
    for _ in 0..20 {
        assert!(sandbox.receive("").await.result.unwrap().is_ok());
    }
    assert!(!spinning.is_finished(), "it has 300 ms of CPU time, and twenty honest calls need far less");
    assert_eq!(spinning.await.unwrap().result, Err(CallFailure::Cpu));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_of_one_channel_get_the_share_of_one() {
    let sandbox = Sandbox::with(|config| {
        config.guest_threads = 1;
        config.admission = Duration::from_secs(60);
    })
    .await;
    let spin = |channel: &str| {
        let (plugin, mut call) = (Arc::clone(&sandbox.plugin), sandbox.call());
        call.label.channel = Some(channel.to_owned());
        tokio::spawn(async move { plugin.receive(call, request("spin", b"")).await.result.unwrap_err() })
    };
    let noisy: Vec<_> = (0..8).map(|_| spin("noisy")).collect();
    let quiet = spin("quiet");
    assert_eq!(quiet.await.unwrap(), CallFailure::Cpu);
    // It has used up its time. The eight had as much together, and each its eighth of that.
    assert_eq!(noisy.iter().filter(|call| call.is_finished()).count(), 0);
    for call in noisy {
        assert_eq!(call.await.unwrap(), CallFailure::Cpu);
    }
}

#[tokio::test]
async fn a_call_goes_on_when_nobody_waits_for_it() {
    let provider = Provider::start(Manner::Answers).await;
    let sandbox = Sandbox::calling(&provider).await;
    let (plugin, call) = (Arc::clone(&sandbox.plugin), sandbox.call());
    let send = tokio::spawn(async move { plugin.send(call, draft("twice")).await });
    provider.arrived(1).await;
    send.abort();
    provider.arrived(2).await;
}
