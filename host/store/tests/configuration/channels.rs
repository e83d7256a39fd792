//! Channels: one an account, changed, deleted.

use lockgate_model::config::{Health, HealthState};
use lockgate_model::id::{AppId, ChannelId, InboxId, Owner};
use lockgate_store::{ChannelChange, Conflict, NewChannel, StoreError};

use crate::common::{START, TestEntropy, both};
use crate::fixtures::{channel, first_page, new_channel, secrets, settings};

both! {
    async fn a_channel_shows_what_it_was_made_of_and_never_a_secret(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        assert_eq!((channel.account.as_str(), channel.enabled, channel.connected_at), ("loft-1", true, store.now()));
        assert_eq!(channel.health, Health { state: HealthState::Connected, why: None, since: store.now() });
        assert_eq!(channel.credentials[0].name, "feed");
        assert!(!format!("{channel:?}").contains("corn-0815"));
        assert_eq!(store.channel(channel.id).await.unwrap(), Some(channel.clone()));
        assert_eq!(store.channels(first_page()).await.unwrap().items.as_slice(), std::slice::from_ref(&channel));
        assert_eq!(store.secret(Owner::Channel(channel.id), "feed").await.unwrap().unwrap().expose(), b"corn-0815");
    }

    async fn of_two_that_connect_an_account_at_once_one_wins(store: TestStore) {
        let first = channel(&store).await.unwrap();
        let attempts: Vec<_> = (0..8)
            .map(|_| {
                let (store, new) = (store.share(), new_channel(first.app.unwrap(), first.inbox, "loft-2"));
                tokio::spawn(async move { store.create_channel(new).await })
            })
            .collect();
        let (mut winners, mut holders) = (Vec::new(), Vec::new());
        for attempt in attempts {
            match attempt.await.unwrap() {
                Ok(channel) => winners.push(channel.id),
                Err(StoreError::Conflict(Conflict::AccountConnected { channel })) => holders.push(channel),
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(holders, vec![winners[0]; 7]);
        // The constraint itself, past the code that respects it.
        assert!(store.sql_fails("UPDATE channels SET account = 'loft-1'").await);
    }

    async fn a_deleted_channel_frees_its_account_and_loses_its_secrets(store: TestStore) {
        let first = channel(&store).await.unwrap();
        let owner = Owner::Channel(first.id);
        let key = store.hook_key(owner).await.unwrap().unwrap();
        assert!(store.delete_channel(first.id).await.unwrap());
        assert!(!store.delete_channel(first.id).await.unwrap());
        assert_eq!(store.channel(first.id).await.unwrap(), None);
        assert_eq!(store.channels(first_page()).await.unwrap().items, []);
        assert!(store.secret(owner, "feed").await.unwrap().is_none());
        assert_eq!(store.hook_owner(key.expose_str().unwrap()).await.unwrap(), None);
        assert_eq!(store.owner_context(owner).await.unwrap(), None);
        let again = store.create_channel(new_channel(first.app.unwrap(), first.inbox, "loft-1")).await.unwrap();
        assert_ne!(again.id, first.id);
    }

    async fn a_channel_is_renamed_moved_and_given_new_settings(store: TestStore) {
        let before = channel(&store).await.unwrap();
        let sales = store.create_inbox("Sales").await.unwrap();
        let change = ChannelChange {
            name: Some("Roof".into()),
            inbox: Some(sales.id),
            settings: Some(settings(&[("loft", "loft-1"), ("door", "left")])),
            ..ChannelChange::default()
        };
        let after = store.change_channel(before.id, change).await.unwrap().unwrap();
        assert_eq!((after.name.as_str(), after.inbox), ("Roof", sales.id));
        assert_eq!(after.settings, settings(&[("loft", "loft-1"), ("door", "left")]));
        assert_eq!(after.credentials, before.credentials);
        assert_eq!(store.secret(Owner::Channel(before.id), "feed").await.unwrap().unwrap().expose(), b"corn-0815");
        let change = ChannelChange { secrets: secrets(&[("feed", "peas")]), ..ChannelChange::default() };
        let after = store.change_channel(before.id, change).await.unwrap().unwrap();
        assert_eq!(after.credentials[0].generation, 2);
        assert_eq!(store.secret(Owner::Channel(before.id), "feed").await.unwrap().unwrap().expose(), b"peas");
    }

    async fn what_a_channel_is_hung_on_must_be_there(store: TestStore) {
        let first = channel(&store).await.unwrap();
        let good = new_channel(first.app.unwrap(), first.inbox, "loft-2");
        let cases = [
            ("plugin", NewChannel { plugin: "raven".parse().unwrap(), ..good.clone() }),
            ("app", NewChannel { app: Some(AppId::new(START, &TestEntropy)), ..good.clone() }),
            ("inbox", NewChannel { inbox: InboxId::new(START, &TestEntropy), ..good.clone() }),
        ];
        for (missing, new) in cases {
            match store.create_channel(new).await {
                Err(StoreError::Conflict(Conflict::Missing { what })) => assert_eq!(what, missing),
                other => panic!("{missing}: {other:?}"),
            }
        }
        let change = ChannelChange { inbox: Some(InboxId::new(START, &TestEntropy)), ..ChannelChange::default() };
        let refused = store.change_channel(first.id, change).await.unwrap_err();
        assert!(matches!(refused, StoreError::Conflict(Conflict::Missing { what: "inbox" })), "{refused:?}");
        // Nothing of what was refused is there.
        assert_eq!(store.channels(first_page()).await.unwrap().items.len(), 1);
    }

    async fn channels_without_an_account_of_their_own_do_not_meet(store: TestStore) {
        let first = channel(&store).await.unwrap();
        for _ in 0..2 {
            let new = NewChannel { account: None, ..new_channel(first.app.unwrap(), first.inbox, "x") };
            let made = store.create_channel(new).await.unwrap();
            assert_eq!(made.account, made.id.to_string());
        }
    }

    async fn health_is_what_was_measured_last_and_keeps_its_beginning(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        let measure = async |state, why: &str, since| {
            let health = Health { state, why: Some(why.into()), since };
            store.set_health(channel.id, health).await.unwrap();
            store.channel(channel.id).await.unwrap().unwrap().health
        };
        let first = measure(HealthState::Reconnect, "the token was revoked", START + 5).await;
        assert_eq!(first, Health { state: HealthState::Reconnect, why: Some("the token was revoked".into()), since: START + 5 });
        let later = measure(HealthState::Reconnect, "the token has expired", START + 9).await;
        assert_eq!((later.since, later.why.as_deref()), (START + 5, Some("the token has expired")));
        let better = measure(HealthState::Degraded, "slow", START + 12).await;
        assert_eq!((better.state, better.since), (HealthState::Degraded, START + 12));
    }

    async fn a_channel_that_is_switched_off_says_so_until_it_is_switched_on(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        let switch = async |enabled| {
            store.clock.advance(1000);
            let change = ChannelChange { enabled: Some(enabled), ..ChannelChange::default() };
            store.change_channel(channel.id, change).await.unwrap().unwrap()
        };
        let off = switch(false).await;
        assert_eq!((off.enabled, off.health.state, off.health.since), (false, HealthState::Disabled, store.now()));
        let health = Health { state: HealthState::Connected, why: None, since: store.now() };
        store.set_health(channel.id, health).await.unwrap();
        assert_eq!(store.channel(channel.id).await.unwrap().unwrap().health.state, HealthState::Disabled);
        assert_eq!(switch(true).await.health.state, HealthState::Connected);
    }

    async fn a_channel_that_is_not_there_is_none(store: TestStore) {
        let id = ChannelId::new(START, &TestEntropy);
        assert_eq!(store.channel(id).await.unwrap(), None);
        assert_eq!(store.change_channel(id, ChannelChange::default()).await.unwrap(), None);
    }
}
