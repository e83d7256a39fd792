//! What a call is given: its clock, its randomness, and the host's answers to what a plugin may ask.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use lockgate_model::contract::settings::{Credential, Setting};
use lockgate_model::state::StateSize;
use zeroize::Zeroizing;

use crate::media::MediaStore;
use crate::threads::Line;

/// Everything that one call depends on. The same call on the same state gives the same result.
#[derive(Clone)]
pub struct Call {
    /// Where the guest's wall clock stands during the whole call: milliseconds since 1970-01-01T00:00:00Z.
    pub now_ms: u64,
    /// From which all randomness of the guest is derived. Secret; a replay of the same envelope takes the same one.
    pub seed: [u8; 32],
    /// The channel's settings and its app's; at app level the app's alone. Never a secret.
    pub settings: Arc<[Setting]>,
    /// Which credentials are there; never their values.
    pub credentials: Arc<[Credential]>,
    /// Public addresses of the plugin's routes, by the route's name.
    pub hooks: Arc<BTreeMap<String, String>>,
    /// The plugin's state for this channel or app.
    pub state: Arc<dyn StateReader>,
    /// Names of the manifest's egress rules that an admin granted. What is not in it is denied.
    pub grants: Arc<BTreeSet<String>>,
    /// The hosts that an admin confirmed, by the setting that held them then, as an
    /// [`Endpoint`](lockgate_model::host_name::Endpoint) is written. A rule whose host is a setting's holds for these alone.
    pub confirmed_hosts: Arc<BTreeMap<String, String>>,
    /// Where the egress gate finds what it writes into requests. The guest never reaches it.
    pub secrets: Arc<dyn SecretSource>,
    /// The delivery in hand. Without one, no request whose effect is *send* leaves.
    pub departure: Option<Arc<dyn Departure>>,
    /// The files of this channel or app.
    pub media: Arc<dyn MediaStore>,
    /// Whether it runs while no other call of its owner and kind does: for an owner whose calls keep failing.
    pub alone: bool,
    /// What logs call it.
    pub label: CallLabel,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("label", &self.label).field("now_ms", &self.now_ms).finish_non_exhaustive()
    }
}

/// Ids that name a call in logs; no content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallLabel {
    /// The plugin's id.
    pub plugin: String,
    /// The app's id.
    pub app: Option<String>,
    /// The channel's id; none at app level.
    pub channel: Option<String>,
    /// This call's own id.
    pub call: String,
}

impl CallLabel {
    /// With whom it shares threads and places: its channel, else its app, else its plugin.
    pub(crate) fn line(&self) -> Line {
        Arc::from(self.channel.as_deref().or(self.app.as_deref()).unwrap_or(&self.plugin))
    }
}

/// Reads the plugin's state as it was committed. Writes of the call are laid over it by the runtime.
#[async_trait]
pub trait StateReader: Send + Sync {
    /// The value of a key and the version it was read at.
    ///
    /// # Errors
    ///
    /// Where the state cannot be read now. The call ends with [`crate::CallFailure::StateUnavailable`].
    async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, StateUnavailable>;

    /// How much is kept altogether.
    ///
    /// # Errors
    ///
    /// As for [`StateReader::get`].
    async fn size(&self) -> Result<StateSize, StateUnavailable>;

    /// At most `count` keys that begin with `prefix` and come after `after`, in the order of their bytes.
    ///
    /// # Errors
    ///
    /// As for [`StateReader::get`].
    async fn keys(&self, prefix: &str, after: Option<&str>, count: u32) -> Result<Vec<String>, StateUnavailable>;
}

/// The plugin's state cannot be read now; the reason is logged by whoever made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plugin's state cannot be read now")]
pub struct StateUnavailable;

/// Gives the egress gate the secrets of this channel and its app.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// The credential of this name, as the manifest names it; none where it is not set or cannot be read.
    async fn secret(&self, name: &str) -> Option<Zeroizing<Vec<u8>>>;
}

/// The durable marks of the delivery in hand.
#[async_trait]
pub trait Departure: Send + Sync {
    /// Called before the first byte of a *send* request leaves; the request leaves only after it returned `Ok`. `parts` are
    /// those that `delivery.begin` named, none for all.
    ///
    /// # Errors
    ///
    /// Where the mark is not durable, or the delivery is no longer ours. Nothing leaves then.
    async fn depart(&self, parts: Option<Vec<u32>>) -> Result<(), DepartureRefused>;

    /// The provider has these parts, as this message.
    ///
    /// # Errors
    ///
    /// Where it could not be made durable. The call ends.
    async fn settle(&self, parts: Vec<u32>, message: Option<String>) -> Result<(), DepartureRefused>;
}

/// A mark could not be made: the delivery was taken over or settled, or the store is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the delivery could not be marked")]
pub struct DepartureRefused;

/// No state: every key is absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoState;

#[async_trait]
impl StateReader for NoState {
    async fn get(&self, _key: &str) -> Result<Option<(Vec<u8>, u64)>, StateUnavailable> {
        Ok(None)
    }

    async fn size(&self) -> Result<StateSize, StateUnavailable> {
        Ok(StateSize::default())
    }

    async fn keys(&self, _prefix: &str, _after: Option<&str>, _count: u32) -> Result<Vec<String>, StateUnavailable> {
        Ok(Vec::new())
    }
}

/// No secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSecrets;

#[async_trait]
impl SecretSource for NoSecrets {
    async fn secret(&self, _name: &str) -> Option<Zeroizing<Vec<u8>>> {
        None
    }
}

/// A delivery that marks nothing, for calls outside of the host's books (tests, benchmarks).
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDeparture;

#[async_trait]
impl Departure for NoDeparture {
    async fn depart(&self, _parts: Option<Vec<u32>>) -> Result<(), DepartureRefused> {
        Ok(())
    }

    async fn settle(&self, _parts: Vec<u32>, _message: Option<String>) -> Result<(), DepartureRefused> {
        Ok(())
    }
}
