//! Credentials at rest.

use lockgate_model::id::Owner;
use lockgate_store::{ChannelChange, StoreError};

use crate::common::{TestStore, both};
use crate::fixtures::{channel, new_channel, secrets};

/// What is refused when a ciphertext is not where it was put.
fn does_not_open(result: Result<Option<lockgate_store::Secret>, StoreError>) {
    assert!(matches!(result, Err(StoreError::Corrupt { what: "credentials.sealed", .. })), "{result:?}");
}

both! {
    async fn a_ciphertext_of_another_owner_does_not_open(store: TestStore) {
        let one = channel(&store).await.unwrap();
        let other = store.create_channel(new_channel(one.app.unwrap(), one.inbox, "loft-2")).await.unwrap();
        store.sql("CREATE TABLE copies AS SELECT owner, name, sealed FROM credentials").await;
        let swapped = store
            .sql("UPDATE credentials SET sealed = (SELECT c.sealed FROM copies c
                WHERE c.name = credentials.name AND c.owner <> credentials.owner) WHERE name = 'feed'")
            .await;
        assert_eq!(swapped, 2);
        does_not_open(store.secret(Owner::Channel(one.id), "feed").await);
        does_not_open(store.secret(Owner::Channel(other.id), "feed").await);
    }

    async fn a_ciphertext_under_another_name_does_not_open(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        store.sql("UPDATE credentials SET name = 'seal' WHERE name = 'feed'").await;
        does_not_open(store.secret(Owner::Channel(channel.id), "seal").await);
    }

    async fn an_old_ciphertext_that_is_put_back_does_not_open(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        store.sql("CREATE TABLE copies AS SELECT sealed FROM credentials WHERE name = 'feed'").await;
        let change = ChannelChange { secrets: secrets(&[("feed", "peas")]), ..ChannelChange::default() };
        store.change_channel(channel.id, change).await.unwrap();
        store.sql("UPDATE credentials SET sealed = (SELECT sealed FROM copies) WHERE name = 'feed'").await;
        does_not_open(store.secret(Owner::Channel(channel.id), "feed").await);
    }

    async fn a_hook_key_of_another_owner_does_not_open(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        store.sql("CREATE TABLE copies AS SELECT owner, sealed FROM hooks").await;
        store.sql("UPDATE hooks SET sealed = (SELECT c.sealed FROM copies c WHERE c.owner <> hooks.owner)").await;
        assert!(store.hook_key(Owner::Channel(channel.id)).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_any_file_of_the_folder() {
    let mut store = TestStore::sqlite().await;
    let channel = channel(&store).await.unwrap();
    let (_, token) = store.create_token("laptop", [lockgate_model::config::Scope::Admin].into()).await.unwrap();
    let hook = store.hook_key(Owner::Channel(channel.id)).await.unwrap().unwrap();
    let secrets = [b"corn-0815".as_slice(), b"wax-4711", token.expose(), hook.expose()];
    let folder = store.file().unwrap().parent().unwrap().to_owned();
    for moment in ["while it is open", "after a restart"] {
        let mut found_name = false;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
            found_name |= holds(b"Loft loft-1");
            for secret in secrets {
                assert!(!holds(secret), "{moment}: {}", path.display());
            }
        }
        assert!(found_name, "{moment}: this test would not find anything");
        store.restart().await;
    }
}
