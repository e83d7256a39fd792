//! Apps.

use std::collections::BTreeMap;

use lockgate_model::id::{AppId, Owner};
use lockgate_store::{AppChange, Conflict, NewApp, Page, Refused, StoreError};

use crate::common::{START, TestEntropy, both};
use crate::fixtures::{app, channel, first_page, install, pigeon, secrets, settings};

both! {
    async fn an_app_shows_what_it_was_made_of_and_never_a_secret(store: TestStore) {
        install(&store).await;
        let app = app(&store).await;
        assert_eq!(app.settings, settings(&[("breed", "homer")]));
        let [seal] = app.credentials.as_slice() else { panic!("{app:?}") };
        assert_eq!((seal.name.as_str(), seal.generation, seal.set_at, seal.expires), ("seal", 1, store.now(), None));
        assert!(!format!("{app:?}").contains("wax-4711"));
        assert_eq!(store.app(app.id).await.unwrap(), Some(app.clone()));
        let secret = store.secret(Owner::App(app.id), "seal").await.unwrap().unwrap();
        assert_eq!(secret.expose(), b"wax-4711");
    }

    async fn a_change_that_names_no_secret_leaves_it(store: TestStore) {
        install(&store).await;
        let before = app(&store).await;
        let change = AppChange {
            name: Some("Other".into()),
            settings: Some(settings(&[("breed", "roller")])),
            ..AppChange::default()
        };
        let after = store.change_app(before.id, change).await.unwrap().unwrap();
        assert_eq!((after.name.as_str(), &after.settings), ("Other", &settings(&[("breed", "roller")])));
        assert_eq!(after.credentials, before.credentials);
        assert_eq!(store.secret(Owner::App(before.id), "seal").await.unwrap().unwrap().expose(), b"wax-4711");
    }

    async fn a_new_secret_is_a_new_generation(store: TestStore) {
        install(&store).await;
        let app = app(&store).await;
        store.clock.advance(1000);
        let change = AppChange { secrets: secrets(&[("seal", "wax-4712")]), ..AppChange::default() };
        let after = store.change_app(app.id, change).await.unwrap().unwrap();
        assert_eq!((after.credentials[0].generation, after.credentials[0].set_at), (2, store.now()));
        assert_eq!(store.secret(Owner::App(app.id), "seal").await.unwrap().unwrap().expose(), b"wax-4712");
    }

    async fn an_app_needs_its_plugin_and_a_name_of_its_own(store: TestStore) {
        let new = NewApp { plugin: pigeon(), name: "Our app".into(), settings: settings(&[]), confirmed_hosts: BTreeMap::new(), secrets: secrets(&[]) };
        let missing = store.create_app(new.clone()).await.unwrap_err();
        assert!(matches!(missing, StoreError::Conflict(Conflict::Missing { what: "plugin" })), "{missing:?}");
        install(&store).await;
        app(&store).await;
        let taken = store.create_app(new.clone()).await.unwrap_err();
        assert!(matches!(taken, StoreError::Conflict(Conflict::NameTaken)), "{taken:?}");
        let other = store.create_app(NewApp { name: "Another".into(), ..new }).await.unwrap();
        let change = AppChange { name: Some("Our app".into()), ..AppChange::default() };
        let taken = store.change_app(other.id, change).await.unwrap_err();
        assert!(matches!(taken, StoreError::Conflict(Conflict::NameTaken)), "{taken:?}");
    }

    async fn apps_are_listed_page_by_page(store: TestStore) {
        install(&store).await;
        let mut made = Vec::new();
        for number in 0..5 {
            store.clock.advance(1);
            let new = NewApp { plugin: pigeon(), name: format!("App {number}"), settings: settings(&[]), confirmed_hosts: BTreeMap::new(), secrets: secrets(&[]) };
            made.push(store.create_app(new).await.unwrap().id);
        }
        let mut seen = Vec::new();
        let mut page = Page { cursor: None, limit: 2 };
        loop {
            let apps = store.apps(page.clone()).await.unwrap();
            assert!(apps.items.len() <= 2);
            seen.extend(apps.items.into_iter().map(|app| app.id));
            page.cursor = apps.next_cursor;
            if page.cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, made);
        let other = store.apps(Page { cursor: Some("x' OR 1=1".into()), limit: 2 }).await.unwrap_err();
        assert!(matches!(other, StoreError::Refused(Refused::Cursor)), "{other:?}");
    }

    async fn an_app_with_channels_stays_and_one_without_goes_with_all_it_had(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        let app = channel.app.unwrap();
        let key = store.hook_key(Owner::App(app)).await.unwrap().unwrap();
        let refused = store.delete_app(app).await.unwrap_err();
        assert!(matches!(refused, StoreError::Conflict(Conflict::InUse { by: "channels" })), "{refused:?}");
        store.delete_channel(channel.id).await.unwrap();
        assert!(store.delete_app(app).await.unwrap());
        assert!(!store.delete_app(app).await.unwrap());
        assert_eq!(store.apps(first_page()).await.unwrap().items, []);
        assert!(store.secret(Owner::App(app), "seal").await.unwrap().is_none());
        assert_eq!(store.hook_owner(key.expose_str().unwrap()).await.unwrap(), None);
    }

    async fn an_app_that_is_not_there_is_none(store: TestStore) {
        let id = AppId::new(START, &TestEntropy);
        assert_eq!(store.app(id).await.unwrap(), None);
        assert_eq!(store.change_app(id, AppChange::default()).await.unwrap(), None);
    }
}
