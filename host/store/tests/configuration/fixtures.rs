//! A plugin, an app, an inbox and a channel, as most stories begin.

use std::collections::BTreeMap;

use lockgate_model::contract::settings::SettingValue;
use lockgate_model::id::{AppId, InboxId, PluginName};
use lockgate_store::{
    AppRecord, ChannelRecord, NewApp, NewChannel, NewPlugin, Page, PluginRecord, Secret, Store, StoreError,
};

/// `channel.toml` of a plugin with an app, two permissions and an account.
pub(crate) fn manifest(version: &str) -> String {
    format!(
        r#"
[plugin]
id = "pigeon"
name = "Pigeon"
version = "{version}"
contract = "lockgate:channel@0.1.0-dev.1"
description = "Carries notes."

[[setting]]
key = "loft"
level = "channel"
label = "Loft"
required = true

[[credential]]
name = "seal"
level = "app"
label = "Seal"
use = ["verify"]

[[credential]]
name = "feed"
level = "channel"
label = "Feed"
use = ["egress"]

[account]
setting = "loft"

[[egress]]
name = "send"
host = "api.pigeon.example"
methods = ["POST"]
paths = ["/notes"]
effect = "send"
place = [{{ credential = "feed", header = "authorization", prefix = "Bearer " }}]

[[egress]]
name = "look"
host = "api.pigeon.example"
methods = ["GET"]
paths = ["/lofts"]
effect = "read"
"#
    )
}

pub(crate) fn pigeon() -> PluginName {
    "pigeon".parse().unwrap()
}

pub(crate) fn new_plugin(version: &str, grants: &[&str]) -> NewPlugin {
    NewPlugin {
        manifest_text: manifest(version),
        digest: format!("sha256:{version}"),
        component: format!("component {version}").into_bytes(),
        grants: grants.iter().map(|&grant| grant.to_owned()).collect(),
    }
}

pub(crate) async fn install(store: &Store) -> PluginRecord {
    store.install_plugin(new_plugin("1.0.0", &["send"])).await.unwrap()
}

pub(crate) fn secrets(of: &[(&str, &str)]) -> BTreeMap<String, Secret> {
    of.iter().map(|&(name, value)| (name.to_owned(), Secret::new(value))).collect()
}

pub(crate) fn settings(of: &[(&str, &str)]) -> BTreeMap<String, SettingValue> {
    of.iter().map(|&(key, value)| (key.to_owned(), SettingValue::Text(value.to_owned()))).collect()
}

pub(crate) async fn app(store: &Store) -> AppRecord {
    let new = NewApp {
        plugin: pigeon(),
        name: "Our app".into(),
        settings: settings(&[("breed", "homer")]),
        confirmed_hosts: BTreeMap::new(),
        secrets: secrets(&[("seal", "wax-4711")]),
    };
    store.create_app(new).await.unwrap()
}

pub(crate) fn new_channel(app: AppId, inbox: InboxId, account: &str) -> NewChannel {
    NewChannel {
        plugin: pigeon(),
        app: Some(app),
        inbox,
        account: Some(account.into()),
        name: format!("Loft {account}"),
        settings: settings(&[("loft", account)]),
        confirmed_hosts: BTreeMap::new(),
        secrets: secrets(&[("feed", "corn-0815")]),
    }
}

/// Everything up to one connected channel, of the account `loft-1`.
pub(crate) async fn channel(store: &Store) -> Result<ChannelRecord, StoreError> {
    install(store).await;
    let app = app(store).await;
    let inbox = store.create_inbox("Support").await?;
    store.create_channel(new_channel(app.id, inbox.id, "loft-1")).await
}

pub(crate) fn first_page() -> Page {
    Page { cursor: None, limit: 50 }
}
