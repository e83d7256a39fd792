//! When a provider's keys are read, and for how long they are believed.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::sync::oneshot;

use super::*;

const NOW: u64 = 1_767_323_045_000;
const MINUTE: u64 = 60 * 1000;
const HOUR: u64 = 60 * MINUTE;

fn address(path: &str) -> KeySetAddress {
    KeySetAddress { host: "keys.example.com".into(), path: path.into() }
}

/// What a provider publishes, and how often it was asked.
#[derive(Default)]
struct Provider {
    sets: KeySets,
    kids: Mutex<Option<Vec<&'static str>>>,
    read: AtomicUsize,
}

impl Provider {
    fn with(kids: &[&'static str]) -> Self {
        let provider = Self::default();
        provider.publish(kids);
        provider
    }

    fn publish(&self, kids: &[&'static str]) {
        *self.kids.lock().unwrap() = Some(kids.to_vec());
    }

    fn goes_away(&self) {
        *self.kids.lock().unwrap() = None;
    }

    async fn at(&self, now_ms: u64, kid: &str) -> Result<usize, NoKey> {
        let answer = match &*self.kids.lock().unwrap() {
            Some(kids) => Ok(set(kids)),
            None => Err(NotRead::Unreachable),
        };
        let read = || {
            self.read.fetch_add(1, Ordering::SeqCst);
            async move { answer }
        };
        let found = self.sets.find_by(&address("/keys"), kid, now_ms, read).await;
        found.map(|keys| keys.len())
    }

    fn read(&self) -> usize {
        self.read.load(Ordering::SeqCst)
    }
}

fn set(kids: &[&str]) -> Vec<u8> {
    let key =
        |kid| json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    json!({ "keys": kids.iter().map(key).collect::<Vec<_>>() }).to_string().into_bytes()
}

#[tokio::test]
async fn forged_names_read_the_set_once_in_a_minute() {
    let provider = Provider::with(&["a", "b", "b"]);
    assert_eq!(provider.at(NOW, "a").await, Ok(1));
    assert_eq!(provider.at(NOW, "b").await, Ok(2), "two keys of one name");
    for number in 0..100 {
        assert_eq!(provider.at(NOW + number, &format!("forged-{number}")).await, Err(NoKey::Unknown));
    }
    assert_eq!(provider.at(NOW + MINUTE - 1, "forged").await, Err(NoKey::Unknown));
    assert_eq!(provider.read(), 1);
    assert_eq!(provider.at(NOW + MINUTE, "forged").await, Err(NoKey::Unknown));
    assert_eq!(provider.at(NOW + MINUTE, "forged").await, Err(NoKey::Unknown));
    assert_eq!(provider.read(), 2);
}

#[tokio::test]
async fn a_new_key_is_found_and_an_old_one_goes() {
    let provider = Provider::with(&["old"]);
    assert_eq!(provider.at(NOW, "old").await, Ok(1));
    provider.publish(&["new"]);
    assert_eq!(provider.at(NOW + MINUTE - 1, "new").await, Err(NoKey::Unknown));
    assert_eq!(provider.at(NOW + MINUTE, "new").await, Ok(1));
    assert_eq!(provider.at(NOW + MINUTE, "old").await, Err(NoKey::Unknown), "withdrawn");
    // Without a new name the set is read again after an hour.
    provider.publish(&["newer"]);
    assert_eq!(provider.at(NOW + HOUR, "new").await, Ok(1));
    assert_eq!(provider.at(NOW + MINUTE + HOUR, "new").await, Err(NoKey::Unknown));
    assert_eq!(provider.read(), 3);
}

#[tokio::test]
async fn who_cannot_be_reached_is_tried_again_soon_and_believed_for_a_day() {
    let provider = Provider::default();
    assert_eq!(provider.at(NOW, "a").await, Err(NoKey::Unreachable));
    assert_eq!(provider.at(NOW + AGAIN_MS - 1, "a").await, Err(NoKey::Unreachable));
    assert_eq!(provider.read(), 1);
    provider.publish(&["a"]);
    let since = NOW + AGAIN_MS;
    assert_eq!(provider.at(since, "a").await, Ok(1));

    provider.goes_away();
    assert_eq!(provider.at(since + HOUR, "a").await, Ok(1));
    assert_eq!(provider.at(since + HOUR + 1, "a").await, Ok(1));
    assert_eq!(provider.read(), 3, "tried once, and not for each request");
    assert_eq!(provider.at(since + HOUR + 1, "b").await, Err(NoKey::Unreachable), "it may be new");
    assert_eq!(provider.at(since + 24 * HOUR - 1, "a").await, Ok(1));
    assert_eq!(provider.at(since + 24 * HOUR, "a").await, Err(NoKey::Unreachable));
    // An answer that is no key set is none.
    provider.publish(&[]);
    assert_eq!(provider.at(since + 25 * HOUR, "a").await, Err(NoKey::Unreachable));
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_nothing_younger() {
    let provider = Provider::with(&["a"]);
    assert_eq!(provider.at(NOW, "a").await, Ok(1));
    assert_eq!(provider.at(NOW - 24 * HOUR, "a").await, Ok(1));
    assert_eq!(provider.read(), 2);
}

#[tokio::test]
async fn all_who_wait_wait_for_one_reading_and_who_hangs_up_ends_none() {
    let sets = KeySets::default();
    let (publish, published) = oneshot::channel::<()>();
    let first_address = address("/keys");
    let mut first = Box::pin(sets.find_by(&first_address, "a", NOW, || async {
        let _ = published.await;
        Ok(set(&["a"]))
    }));
    // It begins to read, and its sender hangs up.
    assert!(futures_util::poll!(&mut first).is_pending());
    drop(first);
    let others = futures_util::future::join_all((0..10).map(|_| {
        let sets = &sets;
        async move { sets.find_by(&address("/keys"), "a", NOW, unwanted).await.map(|keys| keys.len()) }
    }));
    let (found, ()) = tokio::join!(others, async {
        tokio::task::yield_now().await;
        publish.send(()).unwrap();
    });
    assert_eq!(found, [Ok(1); 10]);
    // Another address is another set.
    let elsewhere = sets.find_by(&address("/other"), "a", NOW, || async { Ok(set(&["b"])) }).await;
    assert_eq!(elsewhere.map(|keys| keys.len()), Err(NoKey::Unknown));
}

async fn unwanted() -> Result<Vec<u8>, NotRead> {
    panic!("it is being read already")
}
