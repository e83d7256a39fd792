//! A plugin's manifest, `channel.toml`: what it is, what it asks for, and the data that lets the host do its work for it.
//!
//! Parsed once, where a plugin is installed; a [`Manifest`] that exists has been checked. What an admin granted of it is kept
//! apart (`Grant` in `crate::grant`): permission is the meeting of the two.

mod acts;
pub mod answer;
mod capture;
mod check;
mod cors;
mod derived;
mod egress;
#[cfg(test)]
mod fuzz;
mod jwt;
mod media;
mod parse;
mod pattern;
mod polling;
mod review;
mod route;
mod size;
mod verify;

pub use acts::{NotDeclared, ReactCapability, is_symbol, same_symbol};
pub use answer::{DefaultAnswer, OwnAnswer};
pub use capture::{CapturePointer, CaptureStep};
pub use cors::Cors;
pub use derived::{Derived, DerivedValue, JoinPart, KeyedHash};
pub use egress::{Effect, EgressRule, Place, PlaceKind, SettingHosts, pointer_keys};
pub use jwt::{Audience, JwtRecipe, KeySetAddress, Required, SigningAlgorithm};
pub use media::{MAX_FILE, MediaAddresses, MediaRule, is_kind};
pub use parse::ManifestProblem;
pub use pattern::{HostPattern, PathPattern};
pub use polling::Polling;
pub use review::{Finding, Weight};
pub use route::{Answered, AnsweredHash, Challenge, ChallengeSource, Reply, Route, RouteFiles};
pub use verify::{
    Digest, Ed25519Recipe, Encoding, HmacRecipe, PublicKey, SecretPlace, SharedSecretRecipe, SignedRequestRecipe,
    StandardWebhooksRecipe, TemplatePart, TimestampHeader, Verify,
};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::contract::settings::{Setting, SettingValue};
use crate::host_name::Endpoint;

/// The name of the component's custom section that holds the manifest's text.
pub const SECTION: &str = "lockgate:channel.toml";

/// The contract that this host speaks.
pub const CONTRACT: &str = "lockgate:channel@0.1.0-dev.1";

/// A manifest that was read and checked. See [`Manifest::parse`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What the plugin is.
    pub plugin: Identity,
    /// The fields that an admin fills, of app and channel.
    #[serde(default, rename = "setting")]
    pub settings: Vec<SettingField>,
    /// The secrets that the vault keeps for it.
    #[serde(default, rename = "credential")]
    pub credentials: Vec<CredentialField>,
    /// Values that the host makes of credentials.
    #[serde(default)]
    pub derived: Vec<Derived>,
    /// What names the account of a channel.
    #[serde(default)]
    pub account: Option<AccountRule>,
    /// Where providers call.
    #[serde(default, rename = "route")]
    pub routes: Vec<Route>,
    /// What it may call.
    #[serde(default, rename = "egress")]
    pub egress: Vec<EgressRule>,
    /// How often it is asked what happened. None: never.
    #[serde(default)]
    pub polling: Option<Polling>,
    /// What it can send.
    #[serde(default)]
    pub capabilities: Capabilities,
    /// Until when free text may be sent. None: always.
    #[serde(default)]
    pub window: Option<Window>,
    /// Buckets that `rate-limited` names, and what pauses with each.
    #[serde(default, rename = "rate")]
    pub rates: Vec<Rate>,
    /// Which files it keeps. None: it keeps none.
    #[serde(default)]
    pub media: Option<MediaRule>,
    /// Limits of a call, where the defaults do not do.
    #[serde(default)]
    pub limits: LimitRequest,
}

/// `[plugin]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Lower-case letters, digits and hyphens; names the plugin over all its versions.
    pub id: String,
    /// As people are shown it.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// The contract it was built for, [`CONTRACT`].
    pub contract: String,
    /// One sentence.
    pub description: String,
    /// Who made it.
    #[serde(default)]
    pub author: Option<String>,
    /// SPDX expression.
    #[serde(default)]
    pub licence: Option<String>,
    /// Where to read more.
    #[serde(default)]
    pub homepage: Option<String>,
    /// A small SVG or a `data:` address.
    #[serde(default)]
    pub icon: Option<String>,
}

/// Whether something belongs to what is registered once at the provider, or to each account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// What an admin registers once at the provider.
    App,
    /// One connected account.
    Channel,
}

impl Level {
    /// As the manifest spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Channel => "channel",
        }
    }
}

/// `[[setting]]`: one field that an admin fills.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingField {
    /// Lower-case letters, digits and underscores.
    pub key: String,
    /// Of the app or of each channel.
    pub level: Level,
    /// As people are shown it.
    pub label: String,
    /// What can be written there.
    #[serde(default)]
    pub kind: SettingKind,
    /// Whether it must be filled.
    #[serde(default)]
    pub required: bool,
    /// Taken where nothing is filled in.
    #[serde(default)]
    pub default: Option<String>,
    /// A regular expression that the whole of a text must match.
    #[serde(default)]
    pub pattern: Option<String>,
    /// One sentence beside the field.
    #[serde(default)]
    pub help: Option<String>,
}

impl SettingField {
    /// What holds where nothing is filled in. The error: the manifest's default is not of the field's kind.
    #[expect(clippy::result_unit_err, reason = "there is one way to be wrong")]
    pub fn default_value(&self) -> Result<Option<SettingValue>, ()> {
        let Some(default) = self.default.as_deref() else { return Ok(None) };
        Ok(Some(match self.kind {
            SettingKind::Text => SettingValue::Text(default.into()),
            SettingKind::Number => SettingValue::Number(default.parse().map_err(drop)?),
            SettingKind::Boolean => SettingValue::Boolean(default.parse().map_err(drop)?),
            SettingKind::Texts => SettingValue::Texts(default.lines().map(Into::into).collect()),
        }))
    }
}

/// What can be written into a setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingKind {
    /// One line.
    #[default]
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// Several lines, each a value.
    Texts,
}

/// `[[credential]]`: one secret that the vault keeps. A plugin learns only that it is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialField {
    /// Lower-case letters, digits and underscores; not the key of a setting.
    pub name: String,
    /// Of the app or of each channel.
    pub level: Level,
    /// As people are shown it.
    pub label: String,
    /// What the host may use it for.
    #[serde(rename = "use")]
    pub uses: Vec<CredentialUse>,
    /// Whether it must be filled.
    #[serde(default)]
    pub required: bool,
    /// One sentence beside the field.
    #[serde(default)]
    pub help: Option<String>,
}

/// What a credential is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialUse {
    /// Checks what comes in: signatures and challenges.
    Verify,
    /// Written into outgoing requests at the places that egress rules name.
    Egress,
    /// Goes into derived values; by itself it is written nowhere.
    Derive,
}

/// `[account]`: the setting that is a channel's account id. Without it the host makes one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountRule {
    /// Key of a required text setting at channel level.
    pub setting: String,
}

/// `[capabilities]`: what can be sent and done, so that it is known before Send is pressed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Capabilities {
    /// Free text.
    pub text: Option<TextCapability>,
    /// Media, by kind (`image`, `video`, `audio`, `voice`, `sticker`, `animation`, `video-note`, `file`).
    pub media: Vec<MediaCapability>,
    /// Choices, by style (`buttons`, `quick-replies`, `menu`, `poll`).
    pub choices: Vec<ChoicesCapability>,
    /// Kinds of `native` that may be passed on from the API.
    pub native: Vec<String>,
    /// Whether an incoming message can be answered as a quote.
    pub quote: bool,
    /// Whether templates can be sent that the provider approved. Lists of them come from the ability `directory`.
    pub templates: bool,
    /// Kinds of address with which a conversation can be begun (`email`, `phone`, `opaque`).
    pub begins: Vec<String>,
    /// Our reactions on messages.
    pub react: Option<ReactCapability>,
    /// Whether a message of ours can be changed.
    pub edit: bool,
    /// Whether a message of ours can be taken back.
    pub delete: bool,
    /// Whether the contact can be told that we read.
    pub mark_read: bool,
    /// Whether the contact can be told that somebody writes.
    pub typing: bool,
    /// Whether a thread can be taken from another app and given back.
    pub take_over: bool,
    /// Whether the provider wants to know that a conversation was closed.
    pub ended: bool,
}

/// How long a text may be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextCapability {
    /// In `unit`. The host splits what is longer.
    pub max: u32,
    /// How length is counted.
    #[serde(default)]
    pub unit: TextUnit,
}

/// How a provider counts the length of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextUnit {
    /// Unicode scalar values.
    #[default]
    Characters,
    /// Bytes of UTF-8.
    Bytes,
    /// Code units of UTF-16.
    Utf16,
}

/// One kind of media.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaCapability {
    /// `image`, `video` …
    pub kind: String,
    /// In bytes.
    #[serde(default)]
    pub max_bytes: Option<u64>,
    /// Media types; empty: any.
    #[serde(default)]
    pub types: Vec<String>,
    /// Whether a caption goes with it in one message.
    #[serde(default)]
    pub caption: bool,
}

/// One style of choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoicesCapability {
    /// `buttons`, `quick-replies`, `menu` or `poll`.
    pub style: String,
    /// How many options.
    pub max: u32,
    /// Longest title, in characters.
    pub title_max: u32,
    /// Longest payload, in characters.
    pub payload_max: u32,
    /// Longest body, in characters.
    #[serde(default)]
    pub body_max: Option<u32>,
}

/// `[window]`: how long after the contact's last message free text may be sent, and what may be sent afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Hours after the contact's last message (or press, or returning by a referral).
    pub hours: u32,
    /// Whether a `referral` event opens the window too.
    #[serde(default)]
    pub referral_opens: bool,
    /// Whether a template may be sent whenever the contact wrote last. Needs `templates` in the capabilities.
    #[serde(default)]
    pub templates: bool,
    /// What a person may still send under a tag.
    #[serde(default, rename = "tag")]
    pub tags: Vec<WindowTag>,
}

/// What may be sent after the window, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowTag {
    /// The provider's word for it; handed to the plugin as `ground`.
    pub name: String,
    /// Hours after the contact's last message.
    pub hours: u32,
    /// Whether only a person's own answer may use it.
    #[serde(default)]
    pub human_only: bool,
}

/// `[[rate]]`: a bucket, and what pauses when the provider says that it is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// As `rate-limited` names it.
    pub bucket: String,
    /// What pauses.
    pub per: RateScope,
}

/// What pauses when a bucket is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RateScope {
    /// All channels of the app.
    App,
    /// The channel.
    Account,
    /// The conversation's thread.
    Thread,
    /// One recipient.
    Recipient,
}

/// `[limits]`: what one call may take, where the host's defaults do not do. Bounded by the operator's maximum.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitRequest {
    /// Linear memory, in MiB.
    pub memory_mib: Option<u32>,
    /// Time that WebAssembly executes, in milliseconds.
    pub cpu_ms: Option<u32>,
    /// Time from start to end, waits included, in milliseconds.
    pub wall_ms: Option<u32>,
    /// Outgoing requests of one call.
    pub requests: Option<u32>,
    /// Outgoing requests of one channel in a minute.
    pub requests_per_minute: Option<u32>,
    /// Calls of one channel, or of one app, at once.
    pub calls: Option<u32>,
    /// What a call returns, and what it hands to any one host call, in KiB.
    pub output_kib: Option<u32>,
    /// What a call logs, in KiB.
    pub log_kib: Option<u32>,
    /// State that a call writes, in KiB.
    pub state_kib: Option<u32>,
}

impl Manifest {
    /// The route of this name.
    pub fn route(&self, name: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.name == name)
    }

    /// The settings of one level.
    pub fn settings_of(&self, level: Level) -> impl Iterator<Item = &SettingField> {
        self.settings.iter().filter(move |field| field.level == level)
    }

    /// The credentials of one level.
    pub fn credentials_of(&self, level: Level) -> impl Iterator<Item = &CredentialField> {
        self.credentials.iter().filter(move |field| field.level == level)
    }

    /// The credential of this name.
    pub fn credential(&self, name: &str) -> Option<&CredentialField> {
        self.credentials.iter().find(|field| field.name == name)
    }

    /// The derived value of this name.
    pub fn derived(&self, name: &str) -> Option<&Derived> {
        self.derived.iter().find(|derived| derived.name == name)
    }

    /// The keys of settings of one level that hold the host of an egress rule, each once, in order.
    pub fn host_settings(&self, level: Level) -> BTreeSet<&str> {
        let of_level = |key: &&str| self.settings_of(level).any(|field| field.key == *key);
        self.egress.iter().filter_map(|rule| rule.host.setting()).filter(of_level).collect()
    }

    /// The hosts that the settings of a call hold.
    pub fn setting_hosts(&self, settings: &[Setting]) -> SettingHosts {
        let keys = self.egress.iter().filter_map(|rule| rule.host.setting());
        let host = |key: &str| match &settings.iter().find(|setting| setting.key == key)?.value {
            SettingValue::Text(text) => Endpoint::of_setting(text).ok(),
            _ => None,
        };
        keys.filter_map(|key| Some((key.to_owned(), host(key)?))).collect()
    }

    /// Whether anything of it hangs on an app: then a channel is connected through one.
    pub fn has_app(&self) -> bool {
        self.settings.iter().any(|field| field.level == Level::App)
            || self.credentials.iter().any(|field| field.level == Level::App)
            || self.routes.iter().any(|route| route.level == Level::App)
            || self.polling.as_ref().is_some_and(|polling| polling.level == Level::App)
    }
}
