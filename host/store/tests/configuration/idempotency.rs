//! Idempotency keys: begun once, answered the same.

use lockgate_model::config::Scope;
use lockgate_model::id::TokenId;
use lockgate_store::{Begin, Store};

use crate::common::both;

const DAY: u64 = 24 * 60 * 60 * 1000;

async fn token(store: &Store) -> TokenId {
    store.create_token("laptop", [Scope::Admin].into()).await.unwrap().0.id
}

both! {
    async fn a_repeated_request_is_answered_the_same_and_another_is_not(store: TestStore) {
        let token = token(&store).await;
        let begin = async |hash: u8| store.idempotency_begin(token, "k", [hash; 32]).await.unwrap();
        assert_eq!(begin(1).await, Begin::New);
        assert_eq!(begin(1).await, Begin::InProgress);
        assert_eq!(begin(2).await, Begin::Mismatch);
        store.idempotency_finish(token, "k", 201, b"{}".to_vec()).await.unwrap();
        assert_eq!(begin(1).await, Begin::Replay { status: 201, body: b"{}".to_vec() });
        assert_eq!(begin(2).await, Begin::Mismatch);
        // What is finished cannot be freed.
        store.idempotency_abandon(token, "k").await.unwrap();
        assert_eq!(begin(1).await, Begin::Replay { status: 201, body: b"{}".to_vec() });
    }

    async fn of_the_same_request_many_times_at_once_one_is_carried_out(store: TestStore) {
        let token = token(&store).await;
        let second = if store.kind() == "postgres" { Some(store.second_node().await) } else { None };
        let begins: Vec<_> = (0..16)
            .map(|number| {
                let store = second.as_ref().filter(|_| number % 2 == 1).cloned().unwrap_or_else(|| store.share());
                tokio::spawn(async move { store.idempotency_begin(token, "k", [1; 32]).await.unwrap() })
            })
            .collect();
        let mut new = 0;
        for begin in begins {
            match begin.await.unwrap() {
                Begin::New => new += 1,
                Begin::InProgress => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(new, 1);
    }

    async fn keys_of_different_tokens_do_not_meet(store: TestStore) {
        let (one, other) = (token(&store).await, token(&store).await);
        assert_eq!(store.idempotency_begin(one, "k", [1; 32]).await.unwrap(), Begin::New);
        assert_eq!(store.idempotency_begin(other, "k", [2; 32]).await.unwrap(), Begin::New);
    }

    async fn an_abandoned_key_is_free(store: TestStore) {
        let token = token(&store).await;
        store.idempotency_begin(token, "k", [1; 32]).await.unwrap();
        store.idempotency_abandon(token, "k").await.unwrap();
        assert_eq!(store.idempotency_begin(token, "k", [2; 32]).await.unwrap(), Begin::New);
    }

    async fn a_key_is_forgotten_after_a_day(store: TestStore) {
        let token = token(&store).await;
        store.idempotency_begin(token, "k", [1; 32]).await.unwrap();
        store.clock.advance(DAY - 1);
        store.sweep(store.now()).await.unwrap();
        assert_eq!(store.idempotency_begin(token, "k", [2; 32]).await.unwrap(), Begin::Mismatch);
        store.clock.advance(1);
        assert_eq!(store.idempotency_begin(token, "k", [2; 32]).await.unwrap(), Begin::New);
        store.clock.advance(DAY);
        store.sweep(store.now()).await.unwrap();
        assert_eq!(store.sql("DELETE FROM idempotency_keys").await, 0);
    }
}
