//! A guest finds nothing of the system it runs on, and the same call gives the same result.

use std::sync::Arc;

use lockgate_model::state::StateSize;
use lockgate_runtime::{CallFailure, StateRead};

use crate::harness::{Map, NOW, Sandbox, draft, request, text_of};
use crate::provider::{Manner, Provider};

#[tokio::test]
async fn there_is_no_environment_no_file_and_no_socket() {
    let sandbox = Sandbox::hostile().await;
    for case in ["environment", "files", "sockets"] {
        assert_eq!(sandbox.told(case).await, "nothing", "{case}");
    }
}

#[tokio::test]
async fn clocks_stand_still_and_randomness_comes_from_the_call() {
    let sandbox = Sandbox::hostile().await;
    assert_eq!(sandbox.told("clocks").await, format!("{NOW} 0"));
    let first = sandbox.told("random").await;
    assert_eq!(sandbox.told("random").await, first);
    let mut call = sandbox.call();
    call.seed = [8; 32];
    let other = sandbox.plugin.receive(call, request("random", b"")).await.result.unwrap().unwrap();
    assert_ne!(text_of(&other), first);
}

#[tokio::test]
async fn a_timer_is_no_clock_beside_the_clock() {
    let sandbox = Sandbox::hostile().await;
    // A pure call learns nothing from looking; waiting for it ends.
    assert_eq!(sandbox.told("timers").await, "false 0");
    // Where the clock runs a timer shows on its ticks and not before.
    let outcome = sandbox.outcome("timers").await;
    let shown: Vec<&str> = outcome.split('"').filter(|words| words.starts_with("true ")).collect();
    let [shown] = shown[..] else { panic!("{outcome}") };
    let shown: u64 = shown.trim_start_matches("true ").parse().unwrap();
    assert!(shown >= 10_000_000 && shown.is_multiple_of(10_000_000), "{shown}");
}

#[tokio::test]
async fn what_a_guest_is_told_of_a_failure_names_nothing_of_the_host() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let provider = Provider::start(Manner::Breaks).await;
    let stranger = Provider::start(Manner::Answers).await;
    let nobody = |map: Map| Map { address: closed, ..map };
    // A port where nobody listens, a certificate that is another's, a connection that breaks off.
    let certificate = Map { ca_pem: stranger.ca_pem.clone().into_bytes(), ..provider.map() };
    let mut told = Vec::new();
    for map in [nobody(provider.map()), certificate, provider.map()] {
        let sandbox = Sandbox::with(|config| config.egress.maps.push(map)).await;
        for text in ["hello", "post /nowhere", "address https://other.example.com/x", "large 1", "write-state"] {
            told.push(sandbox.outcome(text).await);
        }
        for case in ["request", "environment", "files", "sockets"] {
            told.push(sandbox.told(case).await);
        }
    }
    let told = told.join("\n").to_lowercase();
    let port = closed.port().to_string();
    for word in [
        "127.0.0.1",
        "::1",
        &port,
        "os error",
        "/home",
        "/root",
        "/tmp",
        ".rs",
        "rustls",
        "hyper",
        "reqwest",
        "wasmtime",
        "tokio",
        "webpki",
        "unknownissuer",
        "dns error",
    ] {
        assert!(!told.contains(word), "{word} in {told}");
    }
    assert!(told.contains("refused the request"), "the guest learnt that it was denied: {told}");
}

#[tokio::test]
async fn no_request_leaves_a_pure_call() {
    let sandbox = Sandbox::hostile().await;
    let called = sandbox.receive("request").await;
    assert!(text_of(&called.result.unwrap().unwrap()).starts_with("the host refused the request"));
    assert_eq!(called.effects.denials.len(), 1);
    let previewed = sandbox.plugin.preview(sandbox.call(), draft("preview request")).await;
    assert!(previewed.result.unwrap()[0].words.contains("Denied"));
    assert!(!previewed.effects.departed);
}

#[tokio::test]
async fn state_is_written_by_receive_alone_and_handed_back() {
    let sandbox = Sandbox::hostile().await;
    let called = sandbox.receive("count").await;
    assert_eq!(text_of(&called.result.unwrap().unwrap()), "0 Ok(()) [\"count\"]");
    assert_eq!(called.effects.state_writes, [("count".to_owned(), Some(vec![1]))]);
    assert_eq!(called.effects.state_reads[0], StateRead::Key { key: "count".into(), version: None });
    let previewed = sandbox.plugin.preview(sandbox.call(), draft("preview state")).await.result.unwrap();
    assert!(previewed[0].words.contains("ReadOnly"));
    assert!(sandbox.outcome("write-state").await.contains("ReadOnly"));
}

#[tokio::test]
async fn state_that_cannot_be_read_ends_the_call() {
    struct Gone;
    #[async_trait::async_trait]
    impl lockgate_runtime::StateReader for Gone {
        async fn get(&self, _: &str) -> Result<Option<(Vec<u8>, u64)>, lockgate_runtime::StateUnavailable> {
            Err(lockgate_runtime::StateUnavailable)
        }
        async fn size(&self) -> Result<StateSize, lockgate_runtime::StateUnavailable> {
            Err(lockgate_runtime::StateUnavailable)
        }
        async fn keys(
            &self,
            _: &str,
            _: Option<&str>,
            _: u32,
        ) -> Result<Vec<String>, lockgate_runtime::StateUnavailable> {
            Err(lockgate_runtime::StateUnavailable)
        }
    }
    let sandbox = Sandbox::hostile().await;
    let mut call = sandbox.call();
    call.state = Arc::new(Gone);
    let called = sandbox.plugin.receive(call, request("count", b"")).await;
    assert_eq!(called.result, Err(CallFailure::StateUnavailable));
}
