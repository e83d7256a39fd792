//! From what is known of an app or channel to what the sandbox is handed: the one place where a [`Call`] is put together.

use std::sync::Arc;

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use lockgate_model::id::Owner;
use lockgate_model::state::StateSize;
use lockgate_runtime::{Call, CallLabel, Departure, SealKey, SecretSource, StateReader, StateUnavailable};
use lockgate_store::Store;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::directory::Mounted;
use crate::host::Host;
use crate::media::OwnMedia;

/// From which the randomness of calls is derived: the same envelope gets the same seed again, and nobody outside can know it.
#[derive(Clone)]
pub struct SeedKey(Zeroizing<[u8; 32]>);

impl SeedKey {
    /// Derived from the vault's key, so that every node of an installation derives the same seeds.
    pub fn derive(key: &[u8; 32]) -> Self {
        Self(Zeroizing::new(keyed(key, b"lockgate guest seed")))
    }

    /// The seed of what this name stands for: an envelope, an attempt of a delivery.
    pub fn seed(&self, name: &str) -> [u8; 32] {
        keyed(&self.0, name.as_bytes())
    }
}

/// What compiled images of this installation are sealed with, derived from the vault's key.
pub fn image_seal(key: &[u8; 32]) -> SealKey {
    SealKey::new(keyed(key, b"lockgate image seal"))
}

pub(crate) fn keyed(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    // HMAC takes keys of every length; `Key<Hmac<Sha256>>` is a block, so the slice form is the one that fits.
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(text);
            mac.finalize().into_bytes().into()
        }
        Err(_) => *key,
    }
}

/// What the sandbox is handed for one call.
pub fn call(host: &Host, mounted: &Mounted, now_ms: u64, name: &str, departure: Option<Arc<dyn Departure>>) -> Call {
    let (app, channel) = match mounted.owner {
        Owner::App(app) => (Some(app.to_string()), None),
        Owner::Channel(channel) => (mounted.context.app.map(|app| app.to_string()), Some(channel.to_string())),
    };
    Call {
        now_ms,
        seed: host.seeds.seed(name),
        settings: mounted.settings.clone(),
        credentials: mounted.credentials.clone(),
        hooks: mounted.hooks.clone(),
        state: Arc::new(State { store: host.store.clone(), owner: mounted.owner }),
        grants: mounted.grants.clone(),
        confirmed_hosts: mounted.confirmed_hosts.clone(),
        secrets: Arc::new(Secrets {
            store: host.store.clone(),
            owner: mounted.owner,
            app: mounted.context.app.map(Owner::App),
        }),
        departure,
        media: Arc::new(OwnMedia::new(host, mounted, name)),
        alone: false,
        label: CallLabel { plugin: mounted.plugin_name.to_string(), app, channel, call: name.to_owned() },
    }
}

struct State {
    store: Store,
    owner: Owner,
}

#[async_trait]
impl StateReader for State {
    async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, StateUnavailable> {
        self.store.state_get(self.owner, key).await.map_err(|error| unavailable(&error))
    }

    async fn size(&self) -> Result<StateSize, StateUnavailable> {
        self.store.state_size(self.owner).await.map_err(|error| unavailable(&error))
    }

    async fn keys(&self, prefix: &str, after: Option<&str>, count: u32) -> Result<Vec<String>, StateUnavailable> {
        self.store.state_keys(self.owner, prefix, after, count).await.map_err(|error| unavailable(&error))
    }
}

fn unavailable(error: &lockgate_store::StoreError) -> StateUnavailable {
    tracing::warn!(%error, "a plugin's state cannot be read");
    StateUnavailable
}

struct Secrets {
    store: Store,
    owner: Owner,
    app: Option<Owner>,
}

#[async_trait]
impl SecretSource for Secrets {
    async fn secret(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        for owner in [Some(self.owner), self.app].into_iter().flatten() {
            match self.store.secret(owner, name).await {
                Ok(Some(secret)) => return Some(Zeroizing::new(secret.expose().to_vec())),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, %owner, credential = name, "a credential cannot be read");
                    return None;
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::SeedKey;

    #[test]
    fn the_same_envelope_has_the_same_seed_on_every_node_of_an_installation_and_nowhere_else() {
        let (here, there) = (SeedKey::derive(&[1; 32]), SeedKey::derive(&[1; 32]));
        assert_eq!(here.seed("envelope"), there.seed("envelope"));
        assert_ne!(here.seed("envelope"), here.seed("another"));
        assert_ne!(here.seed("envelope"), SeedKey::derive(&[2; 32]).seed("envelope"));
        assert_ne!(here.seed("envelope"), [1; 32]);
    }
}
