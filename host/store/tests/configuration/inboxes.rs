//! Inboxes.

use lockgate_model::id::InboxId;
use lockgate_store::{Conflict, StoreError};

use crate::common::{START, TestEntropy, both};
use crate::fixtures::{channel, first_page};

both! {
    async fn inboxes_are_made_renamed_and_deleted(store: TestStore) {
        let support = store.create_inbox("Support").await.unwrap();
        store.clock.advance(1);
        let sales = store.create_inbox("Sales").await.unwrap();
        assert_eq!(store.inboxes(first_page()).await.unwrap().items, [support.clone(), sales.clone()]);
        let renamed = store.rename_inbox(sales.id, "Shop").await.unwrap().unwrap();
        assert_eq!((renamed.id, renamed.name.as_str()), (sales.id, "Shop"));
        assert_eq!(store.inbox(sales.id).await.unwrap(), Some(renamed));
        assert!(store.delete_inbox(sales.id).await.unwrap());
        assert!(!store.delete_inbox(sales.id).await.unwrap());
        assert_eq!(store.inboxes(first_page()).await.unwrap().items, [support]);
    }

    async fn no_two_inboxes_have_the_same_name(store: TestStore) {
        store.create_inbox("Support").await.unwrap();
        let sales = store.create_inbox("Sales").await.unwrap();
        for taken in [store.create_inbox("Support").await.map(drop), store.rename_inbox(sales.id, "Support").await.map(drop)] {
            assert!(matches!(taken, Err(StoreError::Conflict(Conflict::NameTaken))), "{taken:?}");
        }
        // Its own name is no other's.
        store.rename_inbox(sales.id, "Sales").await.unwrap();
    }

    async fn an_inbox_with_channels_stays(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        let refused = store.delete_inbox(channel.inbox).await.unwrap_err();
        assert!(matches!(refused, StoreError::Conflict(Conflict::InUse { by: "channels" })), "{refused:?}");
        store.delete_channel(channel.id).await.unwrap();
        assert!(store.delete_inbox(channel.inbox).await.unwrap());
    }

    async fn an_inbox_that_is_not_there_is_none(store: TestStore) {
        let id = InboxId::new(START, &TestEntropy);
        assert_eq!(store.inbox(id).await.unwrap(), None);
        assert_eq!(store.rename_inbox(id, "X").await.unwrap(), None);
    }
}
