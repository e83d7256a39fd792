//! The files of one call's channel or app, as the sandbox is handed them.

use async_trait::async_trait;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use lockgate_model::id::Owner;
use lockgate_model::manifest::MediaRule;
use lockgate_runtime::{MediaDescription, MediaError, MediaStore, MediaWriter};
use lockgate_store::MediumRecord;
use sha2::Sha256;

use super::share::LONGEST_SHARE_MS;
use super::{Incoming, Named, Rule};
use crate::directory::Mounted;
use crate::host::Host;

/// See the module.
pub struct OwnMedia {
    host: Host,
    owners: [Owner; 2],
    seed: [u8; 32],
    rule: Option<MediaRule>,
}

struct Writer {
    host: Host,
    incoming: Incoming,
    named: Named,
}

impl OwnMedia {
    /// For a call of this name.
    pub fn new(host: &Host, mounted: &Mounted, call: &str) -> Self {
        let app = mounted.context.app.map_or(mounted.owner, Owner::App);
        Self {
            host: host.clone(),
            owners: [mounted.owner, app],
            seed: host.seeds.seed(call),
            rule: mounted.plugin.as_ref().and_then(|loaded| loaded.record.manifest.media.clone()),
        }
    }
}

impl OwnMedia {
    /// Begins the file that the host itself fetches in this call.
    pub(crate) async fn fetched(&self, file_name: Option<String>) -> Result<Box<dyn MediaWriter>, MediaError> {
        self.begin(of_call(&self.seed, b"fetched", 0), file_name).await
    }

    async fn begin(&self, handle: String, file_name: Option<String>) -> Result<Box<dyn MediaWriter>, MediaError> {
        let rule = self.rule.as_ref().ok_or(MediaError::NotPermitted)?;
        let rule = Rule { max_bytes: rule.max_bytes, kinds: rule.content_types.clone() };
        let [owner, _] = self.owners;
        let incoming = self.host.media.begin(rule).await?;
        Ok(Box::new(Writer { host: self.host.clone(), incoming, named: Named { handle, owner, file_name } }))
    }
}

/// The name of a call's file of this number: 128 bits that follow from the call's seed, so that the same call names it the same.
pub(crate) fn of_call(seed: &[u8; 32], what: &[u8], number: u32) -> String {
    // HMAC takes keys of every length.
    let mac = Hmac::<Sha256>::new_from_slice(seed).map(|mut mac| {
        mac.update(b"lockgate medium ");
        mac.update(what);
        mac.update(&number.to_be_bytes());
        mac.finalize().into_bytes()
    });
    let random = mac.unwrap_or_default();
    hex::encode(random.get(..16).unwrap_or_default())
}

#[async_trait]
impl MediaStore for OwnMedia {
    async fn create(&self, number: u32, file_name: Option<String>) -> Result<Box<dyn MediaWriter>, MediaError> {
        self.begin(of_call(&self.seed, b"kept", number), file_name).await
    }

    async fn read(&self, handle: &str, offset: u64, count: u32) -> Result<Bytes, MediaError> {
        let medium = self.host.media.find(handle, self.owners).await?;
        self.host.media.read(&medium, offset, count.into()).await
    }

    async fn describe(&self, handle: &str) -> Result<MediaDescription, MediaError> {
        self.host.media.find(handle, self.owners).await.map(described)
    }

    async fn share(&self, handle: &str, lifetime_ms: u64) -> Result<String, MediaError> {
        let medium = self.host.media.find(handle, self.owners).await?;
        let until = self.host.seams.clock.now_ms().saturating_add(lifetime_ms.min(LONGEST_SHARE_MS));
        let token = self.host.shares.token(&medium.handle, until);
        Ok(format!("{}/media/{token}", self.host.directory.origin()))
    }
}

#[async_trait]
impl MediaWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), MediaError> {
        self.incoming.write(&bytes).await
    }

    async fn finish(self: Box<Self>) -> Result<String, MediaError> {
        let Self { host, incoming, named } = *self;
        host.media.keep(incoming, named).await.map(|medium| medium.handle)
    }
}

fn described(medium: MediumRecord) -> MediaDescription {
    MediaDescription {
        size: medium.size,
        content_type: medium.content_type,
        file_name: medium.file_name,
        sha256: hex::decode(&medium.sha256).unwrap_or_default(),
    }
}
