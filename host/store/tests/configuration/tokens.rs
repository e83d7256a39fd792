//! API tokens and their scopes.

use lockgate_model::config::Scope;
use lockgate_model::id::TokenId;
use lockgate_store::{Conflict, StoreError};

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

    async fn the_only_admin_cannot_be_revoked(store: TestStore) {
        let (first, secret) = store.create_token("laptop", [Scope::Admin].into()).await.unwrap();
        store.create_token("report", [Scope::InboxRead, Scope::ConfigWrite].into()).await.unwrap();
        let refused = store.revoke_token(first.id).await;
        assert!(matches!(refused, Err(StoreError::Conflict(Conflict::LastAdmin))), "{refused:?}");
        assert!(store.token_by_secret(secret.expose_str().unwrap()).await.unwrap().is_some());
        let (second, _) = store.create_token("desk", [Scope::Admin].into()).await.unwrap();
        assert!(store.revoke_token(first.id).await.unwrap());
        assert!(store.revoke_token(first.id).await.unwrap(), "again, though one admin is left");
        let refused = store.revoke_token(second.id).await;
        assert!(matches!(refused, Err(StoreError::Conflict(Conflict::LastAdmin))), "{refused:?}");
    }

    async fn a_draft_opens_nothing_until_it_is_kept(store: TestStore) {
        let (token, secret) = store.draft_token("laptop", [Scope::Admin].into());
        let shown = secret.expose_str().unwrap();
        assert_eq!(store.token_by_secret(shown).await.unwrap(), None);
        assert!(store.tokens().await.unwrap().is_empty());
        store.keep_token(&token, &secret).await.unwrap();
        assert_eq!(store.token_by_secret(shown).await.unwrap(), Some(token));
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
