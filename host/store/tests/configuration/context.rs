//! What a call needs to know, read at once.

use std::collections::BTreeMap;

use lockgate_model::config::{Health, HealthState};
use lockgate_model::id::{ChannelId, Owner};
use lockgate_store::{AppChange, ChannelChange, HookOwner};

use crate::common::{START, TestEntropy, both};
use crate::fixtures::{channel, new_plugin, pigeon, settings};

both! {
    async fn a_channels_context_holds_its_own_and_its_apps(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        let app = store.app(channel.app.unwrap()).await.unwrap().unwrap();
        let context = store.owner_context(Owner::Channel(channel.id)).await.unwrap().unwrap();
        assert_eq!((context.plugin, context.app, context.enabled), (pigeon(), channel.app, true));
        assert_eq!(context.account.as_deref(), Some("loft-1"));
        assert_eq!((context.app_settings, context.channel_settings), (app.settings.clone(), settings(&[("loft", "loft-1")])));
        assert_eq!((&context.app_credentials, &context.channel_credentials), (&app.credentials, &channel.credentials));
        assert_eq!(context.grants, ["send".to_owned()].into());

        let context = store.owner_context(Owner::App(app.id)).await.unwrap().unwrap();
        assert_eq!((context.account, context.app, context.app_settings), (None, Some(app.id), app.settings));
        assert!(context.channel_settings.is_empty() && context.channel_credentials.is_empty());
        assert_eq!(context.app_credentials, app.credentials);
    }

    async fn what_was_confirmed_is_kept_until_it_is_said_anew(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        let (id, app) = (channel.id, channel.app.unwrap());
        let hosts = |of: &[(&str, &str)]| of.iter().map(|(key, host)| (key.to_string(), host.to_string())).collect();
        let confirmed: BTreeMap<String, String> = hosts(&[("media", "media.example.org:8448")]);
        let change = AppChange { confirmed_hosts: Some(hosts(&[("server", "a.example.org")])), ..AppChange::default() };
        assert_eq!(store.change_app(app, change).await.unwrap().unwrap().confirmed_hosts.len(), 1);
        let change = ChannelChange { confirmed_hosts: Some(confirmed.clone()), ..ChannelChange::default() };
        store.change_channel(id, change).await.unwrap();
        let change = ChannelChange { settings: Some(settings(&[("loft", "loft-1")])), ..ChannelChange::default() };
        assert_eq!(store.change_channel(id, change).await.unwrap().unwrap().confirmed_hosts, confirmed);
        let context = store.owner_context(Owner::Channel(id)).await.unwrap().unwrap();
        assert_eq!(context.confirmed_hosts, hosts(&[("media", "media.example.org:8448"), ("server", "a.example.org")]));
        let context = store.owner_context(Owner::App(app)).await.unwrap().unwrap();
        assert_eq!(context.confirmed_hosts, hosts(&[("server", "a.example.org")]));
        let change = ChannelChange { confirmed_hosts: Some(BTreeMap::new()), ..ChannelChange::default() };
        assert!(store.change_channel(id, change).await.unwrap().unwrap().confirmed_hosts.is_empty());
    }

    async fn every_change_of_the_configuration_raises_its_version(store: TestStore) {
        let mut last = store.config_version().await.unwrap();
        let mut raised = async |what: &str| {
            let now = store.config_version().await.unwrap();
            assert!(now > last, "{what}");
            last = now;
        };
        let channel = channel(&store).await.unwrap();
        raised("create").await;
        store.install_plugin(new_plugin("1.0.0", &["look"])).await.unwrap();
        raised("grant").await;
        store.set_plugin_enabled(&pigeon(), false).await.unwrap();
        raised("disable a plugin").await;
        store.change_app(channel.app.unwrap(), AppChange::default()).await.unwrap();
        raised("change an app").await;
        store.change_channel(channel.id, ChannelChange::default()).await.unwrap();
        raised("change a channel").await;
        store.delete_channel(channel.id).await.unwrap();
        raised("delete a channel").await;
        // Measuring is no change.
        let before = store.config_version().await.unwrap();
        store.set_health(channel.id, Health { state: HealthState::Degraded, why: None, since: 1 }).await.unwrap();
        assert_eq!(store.config_version().await.unwrap(), before);
    }

    async fn a_hook_key_leads_to_its_owner_alone(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        let owners = [Owner::Channel(channel.id), Owner::App(channel.app.unwrap())];
        let mut keys = Vec::new();
        for owner in owners {
            let key = store.hook_key(owner).await.unwrap().unwrap();
            let key = key.expose_str().unwrap().to_owned();
            assert!(key.len() >= 22, "128 bits at least");
            assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{key}");
            assert_eq!(store.hook_owner(&key).await.unwrap(), Some(HookOwner { owner, plugin: pigeon() }));
            keys.push(key);
        }
        assert_ne!(keys[0], keys[1]);
        for other in ["", "x", "%"] {
            assert_eq!(store.hook_owner(other).await.unwrap(), None);
        }
        assert!(store.hook_key(Owner::Channel(ChannelId::new(START, &TestEntropy))).await.unwrap().is_none());
    }

    async fn state_is_read_by_key_and_listed_by_prefix(store: TestStore) {
        let owner = Owner::Channel("0198c0de-0000-7000-8000-000000000001".parse().unwrap());
        let bytes = if store.kind() == "sqlite" { "CAST('x' AS BLOB)" } else { "'x'" };
        store.sql(
            "INSERT INTO plugin_state (owner, key, value, version) VALUES
            ('channel:0198c0de-0000-7000-8000-000000000001', 'a', 'x', 3),
            ('channel:0198c0de-0000-7000-8000-000000000001', 'page/1', 'x', 4),
            ('channel:0198c0de-0000-7000-8000-000000000001', 'page/2', 'x', 5),
            ('channel:0198c0de-0000-7000-8000-000000000001', 'page/ä', 'x', 6),
            ('channel:0198c0de-0000-7000-8000-000000000001', 'page_', 'x', 7),
            ('channel:0198c0de-0000-7000-8000-000000000002', 'page/3', 'x', 8)"
                .replace("'x'", bytes),
        )
        .await;
        assert_eq!(store.state_get(owner, "page/1").await.unwrap(), Some((b"x".to_vec(), 4)));
        assert_eq!(store.state_get(owner, "page/3").await.unwrap(), None);
        let keys = async |prefix, after, count| store.state_keys(owner, prefix, after, count).await.unwrap();
        assert_eq!(keys("page/", None, 10).await, ["page/1", "page/2", "page/ä"]);
        assert_eq!(keys("page/", Some("page/1"), 1).await, ["page/2"]);
        assert_eq!(keys("", None, 10).await.len(), 5);
        assert!(keys("%", None, 10).await.is_empty());
    }
}
