//! What a call of the kit is given in the place of a host: settings, credentials that are recognised wherever they turn up, a state,
//! a clock and a seed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use lockgate_model::contract::settings::{Credential, Setting};
use lockgate_model::manifest::{Level, Manifest, MediaRule};
use lockgate_model::state::StateSize;
use lockgate_runtime::{Call, CallLabel, NoDeparture, SecretSource, StateReader, StateUnavailable};
use zeroize::Zeroizing;

use crate::case::{ACCOUNT, Case, CaseCall, CaseFile};
use crate::media::Kept;

/// The seed of every call that does not ask for another.
pub(crate) const SEED: [u8; 32] = [42; 32];

/// The public address below which the kit's hooks would lie.
pub(crate) const HOOKS: &str = "https://lockgate.example/hooks/kit/";

/// Everything beside its arguments that a call depends on.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) now_ms: u64,
    pub(crate) seed: [u8; 32],
    pub(crate) settings: Vec<Setting>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) state: BTreeMap<String, Vec<u8>>,
    /// What came with a form.
    pub(crate) files: Vec<CaseFile>,
    /// Bytes of the largest file that is kept, where that is less than the manifest says.
    pub(crate) media_max: Option<u64>,
}

impl World {
    /// The world of a case, as a call at this level sees it.
    pub(crate) fn of(case: &Case, manifest: &Manifest, level: Level) -> Self {
        let seen = |of: Level| level == Level::Channel || of == Level::App;
        let settings = manifest.settings.iter().filter(|field| seen(field.level)).filter_map(|field| {
            let value = case.settings.get(&field.key).cloned().or_else(|| field.default_value().ok().flatten())?;
            Some(Setting { key: field.key.clone(), value })
        });
        let credentials = manifest
            .credentials
            .iter()
            .filter(|field| seen(field.level) && case.bound.as_ref().is_none_or(|bound| bound.contains(&field.name)))
            .map(|field| Credential { name: field.name.clone(), since: 1, expires: None, generation: 1 });
        Self {
            now_ms: case.now_ms,
            seed: SEED,
            settings: settings.collect(),
            credentials: credentials.collect(),
            state: case.state.clone(),
            files: match &case.call {
                CaseCall::Receive(webhook) => webhook.files.clone(),
                _ => Vec::new(),
            },
            media_max: None,
        }
    }

    /// What is kept of files.
    fn media(&self, manifest: &Manifest) -> Option<MediaRule> {
        let most = |rule: &MediaRule| self.media_max.map_or(rule.max_bytes, |most| most.min(rule.max_bytes));
        manifest.media.as_ref().map(|rule| MediaRule { max_bytes: most(rule), ..rule.clone() })
    }

    /// The same as a runtime's call. `number` tells it from all others: the kit's calls do not use up each other's share.
    pub(crate) fn call(&self, manifest: &Manifest, number: u64) -> Call {
        let hosts = manifest.setting_hosts(&self.settings);
        let bound = self.credentials.iter().map(|credential| credential.name.clone());
        Call {
            now_ms: self.now_ms,
            seed: self.seed,
            settings: self.settings.clone().into(),
            credentials: self.credentials.clone().into(),
            hooks: Arc::new(
                manifest.routes.iter().map(|route| (route.name.clone(), format!("{HOOKS}{}", route.name))).collect(),
            ),
            state: Arc::new(State(self.state.clone())),
            grants: Arc::new(manifest.egress.iter().map(|rule| rule.name.clone()).collect()),
            confirmed_hosts: Arc::new(hosts.into_iter().map(|(key, host)| (key, host.to_string())).collect()),
            secrets: Arc::new(Secrets(bound.collect())),
            departure: Some(Arc::new(NoDeparture)),
            media: Arc::new(Kept::new(self.media(manifest), &self.files)),
            alone: false,
            label: CallLabel {
                plugin: manifest.plugin.id.clone(),
                app: None,
                channel: Some(format!("kit-{number}")),
                call: format!("kit-{number}"),
            },
        }
    }
}

/// The account of a case's channel: the setting that holds it, or the kit's own.
pub(crate) fn account(case: &Case, manifest: &Manifest) -> String {
    use lockgate_model::contract::settings::SettingValue;
    let setting = manifest.account.as_ref().and_then(|rule| case.settings.get(&rule.setting));
    match setting {
        Some(SettingValue::Text(text)) => text.clone(),
        _ => ACCOUNT.to_owned(),
    }
}

/// What the kit binds as this credential. Made of letters that no encoding changes.
pub(crate) fn secret(name: &str) -> String {
    format!("Kit5ecret_{name}_Z")
}

/// The text with every secret of the kit as `{name}`.
pub(crate) fn without_secrets(text: &str, manifest: &Manifest) -> String {
    let names = manifest.credentials.iter().map(|field| &field.name);
    names.fold(text.to_owned(), |text, name| text.replace(&secret(name), &format!("{{{name}}}")))
}

struct Secrets(BTreeSet<String>);

#[async_trait]
impl SecretSource for Secrets {
    async fn secret(&self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.0.contains(name).then(|| Zeroizing::new(secret(name).into_bytes()))
    }
}

struct State(BTreeMap<String, Vec<u8>>);

#[async_trait]
impl StateReader for State {
    async fn get(&self, key: &str) -> Result<Option<(Vec<u8>, u64)>, StateUnavailable> {
        Ok(self.0.get(key).map(|value| (value.clone(), 1)))
    }

    async fn size(&self) -> Result<StateSize, StateUnavailable> {
        let bytes = self.0.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum();
        Ok(StateSize { bytes, keys: self.0.len() as u64 })
    }

    async fn keys(&self, prefix: &str, after: Option<&str>, count: u32) -> Result<Vec<String>, StateUnavailable> {
        let keys =
            self.0.keys().filter(|key| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after));
        Ok(keys.take(usize::try_from(count).unwrap_or(usize::MAX)).cloned().collect())
    }
}
