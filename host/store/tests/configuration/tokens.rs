//! API tokens and their scopes.

use lockgate_model::config::Scope;
use lockgate_model::id::TokenId;

use crate::common::{START, TestEntropy, both};

both! {
    async fn a_token_is_known_by_its_secret_until_it_is_revoked(store: TestStore) {
        let (token, secret) = store.create_token("laptop", [Scope::ConfigRead, Scope::InboxWrite].into()).await.unwrap();
        let secret = secret.expose_str().unwrap();
        assert!(secret.starts_with("lg_") && secret.len() >= 3 + 43, "256 bits");
        assert_eq!(store.token_by_secret(secret).await.unwrap(), Some(token.clone()));
        for other in ["", "lg_", &secret[..secret.len() - 1], &secret.to_uppercase()] {
            assert_eq!(store.token_by_secret(other).await.unwrap(), None, "{other}");
        }
        store.clock.advance(1000);
        assert!(store.revoke_token(token.id).await.unwrap());
        assert_eq!(store.token_by_secret(secret).await.unwrap(), None);
        let listed = store.tokens().await.unwrap();
        assert_eq!((listed.len(), listed[0].revoked_at), (1, Some(store.now())));
        store.clock.advance(1000);
        assert!(store.revoke_token(token.id).await.unwrap());
        assert_eq!(store.tokens().await.unwrap()[0].revoked_at, Some(store.now() - 1000));
        assert!(!store.revoke_token(TokenId::new(START, &TestEntropy)).await.unwrap());
    }

    async fn the_last_use_is_noted_and_not_on_every_request(store: TestStore) {
        let (_, secret) = store.create_token("laptop", [Scope::Admin].into()).await.unwrap();
        let secret = secret.expose_str().unwrap();
        let used = async |at| {
            while store.tokens().await.unwrap()[0].last_used_at != Some(at) {
                tokio::task::yield_now().await;
            }
        };
        store.token_by_secret(secret).await.unwrap();
        used(START).await;
        store.clock.advance(59_999);
        assert_eq!(store.token_by_secret(secret).await.unwrap().unwrap().last_used_at, Some(START));
        store.clock.advance(1);
        store.token_by_secret(secret).await.unwrap();
        used(START + 60_000).await;
    }
}
