//! Plugins, their versions and grants.

use lockgate_store::{Conflict, NewPlugin, Refused, StoreError};

use crate::common::both;
use crate::fixtures::{app, channel, install, new_plugin, pigeon};

both! {
    async fn an_installed_plugin_shows_what_it_was_installed_with(store: TestStore) {
        let record = install(&store).await;
        assert_eq!((record.name.as_str(), record.version.as_str(), record.enabled), ("pigeon", "1.0.0", true));
        assert_eq!(record.grants, ["send".to_owned()].into());
        assert_eq!(record.size, b"component 1.0.0".len() as u64);
        assert_eq!(record.installed_at, store.now());
        assert_eq!(store.plugins().await.unwrap().as_slice(), std::slice::from_ref(&record));
        assert_eq!(store.plugin(&pigeon()).await.unwrap(), Some(record.clone()));
        assert_eq!(store.plugin_component(&record.digest).await.unwrap().as_deref(), Some(&b"component 1.0.0"[..]));
        assert_eq!(store.plugin_component("sha256:other").await.unwrap(), None);
    }

    async fn the_newest_version_is_current_and_an_older_one_can_come_back(store: TestStore) {
        install(&store).await;
        store.clock.advance(1000);
        let newer = store.install_plugin(new_plugin("2.0.0", &["send", "look"])).await.unwrap();
        assert_eq!((newer.version.as_str(), newer.grants.len(), newer.installed_at), ("2.0.0", 2, store.now()));
        assert_eq!(store.plugins().await.unwrap().len(), 1);
        store.clock.advance(1000);
        let back = store.install_plugin(new_plugin("1.0.0", &[])).await.unwrap();
        assert_eq!((back.version.as_str(), back.grants.len(), back.installed_at), ("1.0.0", 0, store.now()));
    }

    async fn the_same_file_again_changes_its_grants_alone(store: TestStore) {
        let before = install(&store).await;
        store.set_plugin_enabled(&pigeon(), false).await.unwrap();
        store.clock.advance(1000);
        let after = store.install_plugin(new_plugin("1.0.0", &["look"])).await.unwrap();
        assert_eq!(after.grants, ["look".to_owned()].into());
        assert_eq!((after.installed_at, after.enabled), (before.installed_at, false));
    }

    async fn only_rules_of_the_manifest_can_be_granted(store: TestStore) {
        let record = store.install_plugin(new_plugin("1.0.0", &["send", "everything"])).await.unwrap();
        assert_eq!(record.grants, ["send".to_owned()].into());
    }

    async fn a_manifest_that_does_not_hold_is_refused(store: TestStore) {
        let new = NewPlugin { manifest_text: "[plugin]\nid = 1".into(), ..new_plugin("1.0.0", &[]) };
        let refused = store.install_plugin(new).await.unwrap_err();
        assert!(matches!(refused, StoreError::Refused(Refused::Manifest(_))), "{refused:?}");
        assert_eq!(store.plugins().await.unwrap(), []);
    }

    async fn versions_installed_at_the_same_time_leave_one_current(store: TestStore) {
        let installs = ["1.0.0", "2.0.0", "3.0.0", "4.0.0"].map(|version| {
            let store = store.share();
            tokio::spawn(async move { store.install_plugin(new_plugin(version, &["send"])).await.unwrap() })
        });
        for install in installs {
            install.await.unwrap();
        }
        assert_eq!(store.plugins().await.unwrap().len(), 1);
        // The constraint itself, past the code that respects it.
        assert!(store.sql_fails("UPDATE plugin_versions SET is_current = 1").await);
    }

    async fn a_plugin_in_use_stays(store: TestStore) {
        install(&store).await;
        let in_use = |error: StoreError| match error {
            StoreError::Conflict(Conflict::InUse { by }) => by,
            other => panic!("{other:?}"),
        };
        let app = app(&store).await;
        assert_eq!(in_use(store.remove_plugin(&pigeon()).await.unwrap_err()), "apps");
        assert!(store.delete_app(app.id).await.unwrap());
        assert!(store.remove_plugin(&pigeon()).await.unwrap());
        assert!(!store.remove_plugin(&pigeon()).await.unwrap());
        assert_eq!(store.plugin_component("sha256:1.0.0").await.unwrap(), None);

        let channel = channel(&store).await.unwrap();
        assert_eq!(in_use(store.remove_plugin(&pigeon()).await.unwrap_err()), "channels");
        store.delete_channel(channel.id).await.unwrap();
        store.delete_app(channel.app.unwrap()).await.unwrap();
        assert!(store.remove_plugin(&pigeon()).await.unwrap());
    }

    async fn a_plugin_that_is_not_there_is_none(store: TestStore) {
        assert_eq!(store.plugin(&pigeon()).await.unwrap(), None);
        assert_eq!(store.set_plugin_enabled(&pigeon(), true).await.unwrap(), None);
    }
}
