//! What one webhook costs in CPU time: the Messenger plugin in a fresh instance with all limits on, beside the same parser
//! compiled for this machine.
//!
//! `cargo bench -p lockgate-runtime --bench receive`. What is measured is the CPU time of the whole process, so that handing a
//! call to a guest's thread and back is in it; eight calls are under way at a time, as in a host that is busy. On a virtual
//! machine waking a thread on another processor is a good part of that; `taskset -c 0` in front shows the call without it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on ends here"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lockgate_model::contract::inbound::Request;
use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_runtime::{Call, CallLabel, NoMedia, NoSecrets, NoState, Plugin, Runtime, RuntimeConfig};
use lockgate_sdk::Ingress as _;

/// Calls under way at a time.
const AT_ONCE: u64 = 8;

fn body(events: usize) -> Vec<u8> {
    let messaging: Vec<String> = (0..events)
        .map(|n| {
            format!(
                r#"{{"sender":{{"id":"24{n:014}"}},"recipient":{{"id":"106540352242922"}},"timestamp":17673230{n:05},"message":{{"mid":"m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqxqMvK8ma6AC8fplwlqLP_5cgXIbu7I3rBN0P{n}","text":"Hello, is the blue one still there? I would come by on Saturday.","reply_to":{{"mid":"m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdCK48PnKAjSdjfipqxqMvK8ma6AC8fplwlqLP_5cgXIbu7I3rBN0P"}}}}}}"#
            )
        })
        .collect();
    format!(
        r#"{{"object":"page","entry":[{{"id":"106540352242922","time":1767323045000,"messaging":[{}]}}]}}"#,
        messaging.join(",")
    )
    .into_bytes()
}

fn headers() -> Vec<(String, String)> {
    [
        ("content-type", "application/json"),
        ("user-agent", "facebookexternalua"),
        ("x-hub-signature-256", "sha256=b63b6f4e1f6cf1f7c4e7b4e8f6f7f2a0d6a5b8a8d4e4f1b1c0d9e8f7a6b5c4d3"),
        ("accept", "*/*"),
        ("host", "inbox.example.org"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn request(body: &[u8]) -> Request {
    Request {
        account: None,
        route: "events".into(),
        method: "POST".into(),
        path: String::new(),
        query: Vec::new(),
        headers: headers()
            .into_iter()
            .map(|(name, value)| lockgate_model::contract::common::Pair { name, value })
            .collect(),
        body: body.to_vec(),
        files: Vec::new(),
        verification: None,
        remote_address: None,
        received_at: 1_767_323_045_000,
        url: "https://inbox.example.org/hooks/0123456789abcdef/events".into(),
    }
}

fn native(body: &[u8]) -> lockgate_sdk::Request {
    lockgate_sdk::Request {
        route: "events".into(),
        method: "POST".into(),
        headers: headers().into_iter().map(|(name, value)| lockgate_sdk::Pair { name, value }).collect(),
        body: body.to_vec(),
        received_at: 1_767_323_045_000,
        url: "https://inbox.example.org/hooks/0123456789abcdef/events".into(),
        ..lockgate_sdk::Request::default()
    }
}

fn call() -> Call {
    Call {
        now_ms: 1_767_323_045_000,
        seed: [7; 32],
        settings: Arc::new([Setting { key: "graph_version".into(), value: SettingValue::Text("v25.0".into()) }]),
        credentials: Arc::new([]),
        hooks: Arc::new(BTreeMap::new()),
        state: Arc::new(NoState),
        grants: Arc::new(BTreeSet::new()),
        confirmed_hosts: Arc::default(),
        secrets: Arc::new(NoSecrets),
        departure: None,
        media: Arc::new(NoMedia),
        alone: false,
        label: CallLabel { plugin: "messenger".into(), ..CallLabel::default() },
    }
}

/// CPU time of all threads of this process.
fn process_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

async fn many(plugin: &Arc<Plugin>, call: &Call, body: &[u8], count: u64) {
    let lanes = (0..AT_ONCE).map(|lane| async move {
        for _ in 0..count / AT_ONCE + u64::from(lane < count % AT_ONCE) {
            let called = plugin.receive(call.clone(), request(body)).await;
            assert!(matches!(black_box(&called.result), Ok(Ok(_))), "{called:?}");
        }
    });
    futures_util::future::join_all(lanes).await;
}

fn receive(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config =
        RuntimeConfig { cache_dir: folder.path().join("images"), guest_threads: 1, ..RuntimeConfig::default() };
    let runtime = Runtime::start(config).unwrap();
    let plugin = tokio.block_on(runtime.install(Arc::from(lockgate_bundle::MESSENGER))).unwrap();
    let call = call();

    // An instance that does next to nothing: what is left of a call beside reading the request.
    criterion.bench_function("instance", |bencher| {
        bencher.iter_custom(|iterations| {
            let start = process_cpu();
            tokio.block_on(async {
                for _ in 0..iterations {
                    let called = plugin.check(call.clone(), Vec::new()).await;
                    assert!(black_box(&called.result).is_ok(), "{called:?}");
                }
            });
            process_cpu() - start
        });
    });

    let mut group = criterion.benchmark_group("receive");
    for events in [1, 50] {
        let body = body(events);
        let found = tokio.block_on(plugin.receive(call.clone(), request(&body))).result.unwrap().unwrap();
        assert_eq!(found.events.len(), events);
        group.bench_function(BenchmarkId::new("sandboxed", events), |bencher| {
            bencher.iter_custom(|iterations| {
                let start = process_cpu();
                tokio.block_on(many(&plugin, &call, &body, iterations));
                process_cpu() - start
            });
        });
        group.bench_function(BenchmarkId::new("native", events), |bencher| {
            bencher.iter_custom(|iterations| {
                let start = process_cpu();
                for _ in 0..iterations {
                    black_box(lockgate_messenger::Messenger::receive(native(&body)).unwrap());
                }
                process_cpu() - start
            });
        });
    }
    group.finish();
}

criterion_group! { name = benches; config = Criterion::default().sample_size(30); targets = receive }
criterion_main!(benches);
