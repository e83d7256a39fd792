//! The keys with which providers sign tokens, read where they publish them and remembered.
//!
//! Whoever knows a hook's address can name keys that do not exist. So a set is read again at most once in a while, whatever comes
//! in meanwhile, and once for all who wait for it. A key that the provider withdrew is believed until the set was read anew,
//! for a day at most where the provider cannot be reached.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lockgate_model::manifest::KeySetAddress;
use lockgate_runtime::{NotRead, Runtime};

use super::verify::PublishedKey;

/// Until when a set is used without a look whether it changed, in milliseconds: an hour.
const FRESH_MS: u64 = 60 * 60 * 1000;

/// Until when a set is used where it cannot be read anew, in milliseconds: a day.
const OLDEST_MS: u64 = 24 * 60 * 60 * 1000;

/// A set that was read is not read again within this time, whatever keys are asked for, in milliseconds.
const INTERVAL_MS: u64 = 60 * 1000;

/// A set that could not be read is tried again after this time, in milliseconds.
const AGAIN_MS: u64 = 10 * 1000;

/// The largest set, in bytes.
const MOST_BYTES: u64 = 256 << 10;

/// How long a provider may take to hand its keys out. Those who wait for the answer to their webhook wait so much longer.
const WITHIN: Duration = Duration::from_secs(3);

/// When a request whose key is not known may come again.
pub(super) const RETRY_AFTER: Duration = Duration::from_millis(AGAIN_MS);

/// Every set that was asked for. Manifests name them, so that nobody outside chooses how many there are.
#[derive(Default)]
pub struct KeySets(Mutex<HashMap<KeySetAddress, Arc<KeySet>>>);

#[derive(Default)]
struct KeySet {
    known: Mutex<Known>,
    /// Held while the set is read.
    reading: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Known {
    keys: Vec<PublishedKey>,
    /// When `keys` were read, in milliseconds since 1970.
    read_at: Option<u64>,
    /// When reading was last begun.
    tried_at: Option<u64>,
    /// Whether it is being read.
    reading: bool,
    /// Whether the last reading failed.
    failed: bool,
}

/// Why there is no key of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// The provider publishes none.
    Unknown,
    /// Nobody can say: the provider's keys could not be read.
    Unreachable,
}

/// What is known about a key.
enum Look {
    Found(Vec<PublishedKey>),
    /// It is there, and it is time to look whether it still is.
    Aged(Vec<PublishedKey>),
    /// It is not there, and it is time to look whether it is new, or somebody is looking.
    Missing,
    Never(NoKey),
}

impl KeySets {
    /// The keys of this name that the provider publishes; more than one where it gives two the same name.
    pub(super) async fn find(
        &self,
        runtime: &Runtime,
        address: &KeySetAddress,
        kid: &str,
        now_ms: u64,
    ) -> Result<Vec<PublishedKey>, NoKey> {
        let read = || {
            let (runtime, address) = (runtime.clone(), address.clone());
            async move { runtime.read_public(&address.host, &address.path, MOST_BYTES, WITHIN).await }
        };
        self.find_by(address, kid, now_ms, read).await
    }

    async fn find_by<F>(
        &self,
        address: &KeySetAddress,
        kid: &str,
        now_ms: u64,
        read: impl FnOnce() -> F,
    ) -> Result<Vec<PublishedKey>, NoKey>
    where
        F: Future<Output = Result<Vec<u8>, NotRead>> + Send + 'static,
    {
        let set = {
            let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(sets.entry(address.clone()).or_default())
        };
        let turn = match set.look(kid, now_ms) {
            Look::Found(keys) => return Ok(keys),
            Look::Never(why) => return Err(why),
            // Who has a key does not wait for somebody else's reading.
            Look::Aged(keys) => match Arc::clone(&set.reading).try_lock_owned() {
                Ok(turn) => turn,
                Err(_) => return Ok(keys),
            },
            Look::Missing => Arc::clone(&set.reading).lock_owned().await,
        };
        // Somebody else may have read it while this one waited.
        match set.look(kid, now_ms) {
            Look::Found(keys) => return Ok(keys),
            Look::Never(why) => return Err(why),
            Look::Aged(_) | Look::Missing => {}
        }
        set.known().begin(now_ms);
        // A sender that hangs up does not end the reading: others would wait for the next.
        let reading = {
            let (set, read, address) = (Arc::clone(&set), read(), address.clone());
            tokio::spawn(async move {
                let _turn = turn;
                let keys = match read.await {
                    Ok(json) => PublishedKey::read_set(&json).ok_or_else(|| "it holds no key set".to_owned()),
                    Err(error) => Err(error.to_string()),
                };
                let keys = keys.map_err(|error| tracing::warn!(%address, error, "a provider's keys cannot be read"));
                set.known().end(keys.ok(), now_ms);
            })
        };
        drop(reading.await);
        match set.look(kid, now_ms) {
            Look::Found(keys) | Look::Aged(keys) => Ok(keys),
            Look::Never(why) => Err(why),
            Look::Missing => Err(NoKey::Unreachable),
        }
    }
}

impl KeySet {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, kid: &str, now_ms: u64) -> Look {
        let known = self.known();
        // A clock that was set back makes nothing younger.
        let since = |then: Option<u64>| then.map(|then| now_ms.abs_diff(then));
        let may_read = since(known.tried_at).is_none_or(|age| age >= if known.failed { AGAIN_MS } else { INTERVAL_MS });
        let age = since(known.read_at).filter(|age| *age < OLDEST_MS);
        let keys: Vec<PublishedKey> = match age {
            Some(_) => known.keys.iter().filter(|key| key.kid() == kid).cloned().collect(),
            None => Vec::new(),
        };
        match (keys.is_empty(), may_read) {
            (false, true) if age.is_some_and(|age| age >= FRESH_MS) => Look::Aged(keys),
            (false, _) => Look::Found(keys),
            (true, may_read) if may_read || known.reading => Look::Missing,
            (true, _) if known.failed => Look::Never(NoKey::Unreachable),
            (true, _) => Look::Never(NoKey::Unknown),
        }
    }
}

impl Known {
    fn begin(&mut self, now_ms: u64) {
        self.tried_at = Some(now_ms);
        self.reading = true;
    }

    /// `keys`: none where they could not be read.
    fn end(&mut self, keys: Option<Vec<PublishedKey>>, now_ms: u64) {
        self.reading = false;
        self.failed = keys.is_none();
        if let Some(keys) = keys {
            self.keys = keys;
            self.read_at = Some(now_ms);
        }
    }
}

#[cfg(test)]
mod tests;
