//! What the host reads for itself: by the same gate, without a credential.

use std::time::Duration;

use lockgate_runtime::{EgressConfig, NotRead, Runtime};

use crate::harness::config;
use crate::provider::{HOST, Manner, Provider};

const SOON: Duration = Duration::from_secs(20);

fn runtime(provider: &Provider, folder: &tempfile::TempDir) -> Runtime {
    let egress = EgressConfig { maps: vec![provider.map()], ..EgressConfig::default() };
    Runtime::start(lockgate_runtime::RuntimeConfig { egress, ..config(folder) }).unwrap()
}

#[tokio::test]
async fn what_the_host_reads_itself_is_bounded_and_follows_no_redirect() {
    let provider = Provider::start(Manner::Hangs).await;
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(&provider, &folder);
    let read = |path: &'static str, most: u64, within: Duration| {
        let runtime = runtime.clone();
        async move { runtime.read_public(HOST, path, most, within).await }
    };
    assert_eq!(read("/look/1", 6, SOON).await, Ok(b"looked".to_vec()));
    let seen = provider.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].uri.as_str(), &seen[0].authorization), ("GET", "/look/1", &None));
    for (path, most, within, expected) in [
        ("/look/1", 5, SOON, NotRead::Answer),
        ("/look/huge", 1 << 20, SOON, NotRead::Answer),
        ("/look/packed", 1 << 20, SOON, NotRead::Answer),
        ("/look/many-headers", 1 << 20, SOON, NotRead::Answer),
        ("/look/redirect-302-other", 1 << 20, SOON, NotRead::Status(302)),
        ("/messages", 1 << 20, Duration::from_millis(100), NotRead::Answer),
    ] {
        let given = read(path, most, within).await;
        assert!(
            given == Err(expected.clone()) || (path == "/messages" && given == Err(NotRead::Unreachable)),
            "{path}: {given:?}"
        );
    }
    let before = provider.seen().len();
    for path in ["", "look", "/look/../messages", "/look/1?x=1", "/look/1#x", "@evil.example.org/"] {
        assert_eq!(read(path, 1 << 20, SOON).await, Err(NotRead::Address), "{path}");
    }
    assert_eq!(provider.seen().len(), before);
}

#[tokio::test]
async fn the_host_itself_reaches_no_private_address_either() {
    let provider = Provider::start(Manner::Answers).await;
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime(&provider, &folder);
    for host in ["localhost", "127.0.0.1", "[::1]", "169.254.169.254"] {
        let given = runtime.read_public(host, "/look/1", 1 << 20, SOON).await;
        assert_eq!(given, Err(NotRead::Unreachable), "{host}");
    }
    for host in
        ["127.1", "2130706433", "user@provider.example.com", "provider.example.com:8443", "PROVIDER.example.com"]
    {
        assert_eq!(runtime.read_public(host, "/look/1", 1 << 20, SOON).await, Err(NotRead::Address), "{host}");
    }
    // A certificate of another name, where the operator leads it here.
    let other = Provider::named("other.example.com", Manner::Answers).await;
    let folder = tempfile::tempdir().unwrap();
    let runtime = self::runtime(&other, &folder);
    assert_eq!(runtime.read_public(HOST, "/look/1", 1 << 20, SOON).await, Err(NotRead::Unreachable));
    assert!(provider.seen().is_empty() && other.seen().is_empty());
}
