//! Secrets that providers minted: kept with what the call came to, named in time or gone, and nobody else's.

use lockgate_model::contract::outbound::PartOutcome;
use lockgate_model::id::Owner;
use lockgate_store::{Captured, ClaimedDelivery, Conflict, Finished, Secret, Settled, StoreError};

use crate::common::both;
use crate::fixtures::{World, sent};

const HOUR: u64 = 60 * 60 * 1000;

fn captured(handle: &str, secret: &str) -> Captured {
    Captured { handle: handle.into(), secret: Secret::new(secret) }
}

async fn finish(world: &World, claimed: &ClaimedDelivery, captured: &[Captured]) -> Result<Settled, StoreError> {
    let outcomes = vec![PartOutcome { parts: claimed.open_parts().collect(), outcome: sent("o1") }];
    let finished = Finished { outcomes, captured: captured.to_vec() };
    world.finish_delivery(claimed.delivery, claimed.fence, finished).await
}

/// A channel whose call captured these.
async fn having(world: &World, captured: &[Captured]) -> Owner {
    let conversation = world.conversation_with("ann").await;
    world.answer(conversation, &["five"]).await;
    let claimed = world.claim_one().await;
    world.depart(&claimed).await;
    finish(world, &claimed, captured).await.unwrap();
    Owner::Channel(world.channel)
}

async fn value(world: &World, owner: Owner, name: &str) -> Option<String> {
    let secret = world.secret(owner, name).await.unwrap()?;
    secret.expose_str().map(str::to_owned)
}

fn is_missing<T: std::fmt::Debug>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict(Conflict::Missing { what: "captured secret" })))
}

both! {
    async fn a_captured_secret_becomes_the_credential_that_its_owner_names(store: TestStore) {
        let world = World::new(store).await;
        let owner = having(&world, &[captured("captured:1", "EAAB-minted-1"), captured("captured:2", "EAAB-minted-2")]).await;
        let version = world.config_version().await.unwrap();
        world.bind_captured(owner, "captured:2", "feed").await.unwrap();
        assert_eq!(value(&world, owner, "feed").await.as_deref(), Some("EAAB-minted-2"));
        assert!(world.config_version().await.unwrap() > version, "who remembers credentials reads them anew");
        assert!(is_missing(world.bind_captured(owner, "captured:2", "feed").await), "a handle is used once");
        world.bind_captured(owner, "captured:1", "feed").await.unwrap();
        assert_eq!(value(&world, owner, "feed").await.as_deref(), Some("EAAB-minted-1"));
        // A handle is no name of a credential.
        assert_eq!(value(&world, owner, "captured:1").await, None);
    }

    async fn a_handle_is_of_no_use_to_another_owner(store: TestStore) {
        let world = World::new(store).await;
        let owner = having(&world, &[captured("captured:1", "EAAB-minted-1")]).await;
        let other = Owner::Channel(world.connect("loft-2").await);
        let before = value(&world, other, "feed").await;
        for thief in [other, Owner::App(world.app)] {
            assert!(is_missing(world.bind_captured(thief, "captured:1", "feed").await));
        }
        assert_eq!(value(&world, other, "feed").await, before);
        // Whoever writes to the database and moves the row gains nothing.
        world.sql(format!("UPDATE captured SET owner = '{other}'")).await;
        let moved = world.bind_captured(other, "captured:1", "feed").await;
        assert!(matches!(moved, Err(StoreError::Corrupt { what: "captured.sealed", .. })), "{moved:?}");
        world.sql(format!("UPDATE captured SET owner = '{owner}'")).await;
        world.bind_captured(owner, "captured:1", "feed").await.unwrap();
    }

    async fn what_nothing_names_in_time_is_gone(store: TestStore) {
        let world = World::new(store).await;
        let owner = having(&world, &[captured("captured:1", "EAAB-minted-1"), captured("captured:2", "EAAB-minted-2")]).await;
        world.clock.advance(HOUR - 1);
        world.sweep(world.now()).await.unwrap();
        world.bind_captured(owner, "captured:1", "feed").await.unwrap();
        world.clock.advance(1);
        assert!(is_missing(world.bind_captured(owner, "captured:2", "feed").await), "also before it was swept");
        world.sweep(world.now()).await.unwrap();
        assert_eq!(world.sql("DELETE FROM captured").await, 0);
        assert_eq!(value(&world, owner, "feed").await.as_deref(), Some("EAAB-minted-1"), "what was named stays");
    }

    async fn a_call_that_lost_its_claim_leaves_nothing(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        world.answer(conversation, &["five"]).await;
        let lost = world.claim_one().await;
        world.clock.advance(crate::fixtures::LEASE);
        world.claim_one().await;
        let late = finish(&world, &lost, &[captured("captured:1", "EAAB-minted-1")]).await;
        assert!(matches!(late, Err(StoreError::Conflict(Conflict::Changed))), "{late:?}");
        assert_eq!(world.sql("DELETE FROM captured").await, 0);
    }

    async fn one_owner_keeps_so_many_and_takes_them_with_it(store: TestStore) {
        let world = World::new(store).await;
        let many: Vec<Captured> = (0..1100).map(|n| captured(&format!("captured:{n:04}"), "EAAB-minted")).collect();
        let owner = having(&world, &many).await;
        assert_eq!(world.sql("UPDATE captured SET at = at").await, 1024);
        let Owner::Channel(channel) = owner else { panic!("a channel") };
        world.delete_channel(channel).await.unwrap();
        assert_eq!(world.sql("DELETE FROM captured").await, 0);
    }

    async fn no_captured_secret_stands_in_the_database(store: TestStore) {
        let world = World::new(store).await;
        having(&world, &[captured("captured:1", "EAAB-minted-1")]).await;
        let hex: String = "EAAB-minted-1".bytes().map(|byte| format!("{byte:02x}")).collect();
        let bytes = match world.database() {
            lockgate_store::Database::Sqlite(_) => "lower(hex(sealed))",
            lockgate_store::Database::Postgres(_) => "encode(sealed, 'hex')",
        };
        assert_eq!(world.sql(format!("DELETE FROM captured WHERE {bytes} LIKE '%{hex}%'")).await, 0);
        assert_eq!(world.sql("DELETE FROM captured").await, 1);
    }
}
