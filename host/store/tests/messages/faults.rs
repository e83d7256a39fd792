//! What outcomes and faults do to a delivery and beside it.

use lockgate_model::config::HealthState;
use lockgate_model::contract::common::{Alias, Assurance, Fault, IdentityKind, Passing, RateLimited, WindowClosed};
use lockgate_model::contract::outbound::{Ground, Outcome};
use lockgate_model::message::MessageStatus;
use lockgate_store::{Conflict, NewOutgoing, Settled, StoreError};

use crate::common::both;
use crate::fixtures::{World, again, part, sent, whole};

fn failed(fault: Fault) -> Outcome {
    Outcome::Failed(fault)
}

fn passing(why: &str, retry_after: Option<u64>) -> Passing {
    Passing { why: why.into(), retry_after }
}

both! {
    async fn what_passes_is_tried_again_after_the_time_that_was_asked_for(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        for attempt in 1..=3 {
            let claimed = world.claim_one().await;
            assert_eq!(claimed.attempt, attempt);
            world.depart(&claimed).await;
            assert_eq!(world.finish(&claimed, failed(Fault::Passing(passing("busy", Some(30_000))))).await, Settled::Retry);
            let now = world.look(message.id).await;
            assert_eq!(now.status, MessageStatus::Queued);
            assert_eq!(now.failure.unwrap().code, "passing");
            world.clock.advance(29_999);
            assert!(world.claim().await.is_empty());
            assert!(world.next_due(world.now()).await.unwrap().is_some_and(|due| due <= world.now() + 1_001));
            world.clock.advance(1_001);
        }
        let claimed = world.claim_one().await;
        world.finish(&claimed, sent("o1")).await;
        let now = world.look(message.id).await;
        assert_eq!((now.status, now.failure), (MessageStatus::Sent, None));
    }

    async fn an_empty_bucket_pauses_what_it_names_and_nothing_else(store: TestStore) {
        let world = World::new(store).await;
        let (ann, bob) = (world.conversation_with("ann").await, world.conversation_with("bob").await);
        world.answer(ann, &["one"]).await;
        let claimed = world.claim_one().await;
        let limited = RateLimited { retry_after: Some(10_000), bucket: "notes".into() };
        world.finish(&claimed, failed(Fault::RateLimited(limited))).await;
        world.answer(bob, &["two"]).await;
        let bobs = world.claim_one().await;
        assert_eq!(bobs.conversation, bob, "the bucket is the recipient's");
        // A bucket that the manifest does not name pauses the account.
        let limited = RateLimited { retry_after: Some(20_000), bucket: "unheard-of".into() };
        world.finish(&bobs, failed(Fault::RateLimited(limited))).await;
        let cid = world.conversation_with("cid").await;
        world.answer(cid, &["three"]).await;
        assert!(world.claim().await.is_empty());
        world.clock.advance(21_001);
        assert_eq!(world.claim().await.len(), 3);
    }

    async fn a_blocked_channel_rests_and_is_well_again_once_something_goes_out(store: TestStore) {
        let world = World::new(store).await;
        let (ann, bob) = (world.conversation_with("ann").await, world.conversation_with("bob").await);
        world.answer(ann, &["one"]).await;
        let claimed = world.claim_one().await;
        world.finish(&claimed, failed(Fault::ChannelBlocked(passing("policy", Some(60_000))))).await;
        world.answer(bob, &["two"]).await;
        assert!(world.claim().await.is_empty());
        let health = world.channel(world.channel).await.unwrap().unwrap().health;
        assert_eq!((health.state, health.why.as_deref()), (HealthState::Paused, Some("policy")));
        world.clock.advance(61_001);
        let claimed = world.claim().await;
        assert_eq!(claimed.len(), 2);
        world.finish(&claimed[0], sent("o1")).await;
        let health = world.channel(world.channel).await.unwrap().unwrap().health;
        assert_eq!(health.state, HealthState::Connected);
    }

    async fn a_refused_credential_asks_for_a_new_connection(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        assert_eq!(world.finish(&claimed, failed(Fault::SignInExpired)).await, Settled::Failed);
        assert_eq!(world.look(message.id).await.failure.unwrap().code, "sign-in-expired");
        let health = world.channel(world.channel).await.unwrap().unwrap().health;
        assert_eq!(health.state, HealthState::Reconnect);
        world.retry_message(&message, again()).await.unwrap().unwrap();
        let claimed = world.claim_one().await;
        world.finish(&claimed, sent("o1")).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sent);
    }

    async fn who_cannot_be_reached_is_marked_and_the_agent_is_told(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        world.finish(&claimed, failed(Fault::RecipientUnreachable("blocked us".into()))).await;
        let now = world.look(message.id).await;
        assert_eq!((now.status, now.failure.unwrap().code.as_str()), (MessageStatus::Failed, "recipient-unreachable"));
        let contacts = world.contacts(whole()).await.unwrap().items;
        assert_eq!(contacts[0].identities[0].unreachable.as_deref(), Some("blocked us"));
    }

    async fn who_moved_is_written_to_under_the_new_key_once(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let moved = |key: &str| {
            failed(Fault::RecipientMoved(Alias {
                key: key.into(),
                kind: IdentityKind::Opaque,
                assurance: Assurance::Provider,
            }))
        };
        let claimed = world.claim_one().await;
        assert_eq!(world.finish(&claimed, moved("ann-2")).await, Settled::Retry);
        let claimed = world.claim_one().await;
        assert_eq!(claimed.recipients[0].key, "ann-2");
        assert_eq!(world.finish(&claimed, moved("ann-3")).await, Settled::Failed);
        assert_eq!(world.look(message.id).await.failure.unwrap().code, "recipient-moved");
    }

    async fn a_closed_window_says_what_may_be_sent_instead(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        let closed = WindowClosed { since: None, allowed: vec!["HUMAN_AGENT".into()] };
        world.finish(&claimed, failed(Fault::WindowClosed(closed))).await;
        assert_eq!(world.look(message.id).await.failure.unwrap().allowed, ["HUMAN_AGENT"]);
    }

    async fn an_answer_that_cannot_be_read_is_kept_for_the_admin(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        world.finish(&claimed, failed(Fault::Malformed("<html>".into()))).await;
        let letters = world.dead_letters(whole()).await.unwrap().items;
        assert_eq!((letters[0].code.as_str(), letters[0].envelope), ("unreadable-answer", None));
        assert_eq!(world.dead_letter(letters[0].id).await.unwrap().unwrap().1, None);
    }

    async fn what_waits_too_long_is_given_up(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let until = world.now() + 5_000;
        let outgoing = NewOutgoing {
            conversation,
            parts: vec![part("soon")],
            ground: Ground::Open,
            until: Some(until),
            author: None,
            quote: None,
            automatic: false,
        };
        let message = world.send_message(outgoing).await.unwrap();
        let claimed = world.claim_one().await;
        world.finish(&claimed, failed(Fault::Passing(passing("busy", Some(4_000))))).await;
        let state = world.look(message.id).await.status;
        assert!(matches!(state, MessageStatus::Queued | MessageStatus::Failed), "{state:?}");
        world.clock.advance(5_000);
        assert!(world.claim().await.is_empty());
        let now = world.look(message.id).await;
        assert_eq!((now.status, now.failure.unwrap().code.as_str()), (MessageStatus::Failed, "gave-up"));
    }

    async fn only_what_failed_can_be_tried_again(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let refused = world.retry_message(&message, again()).await;
        assert!(matches!(refused, Err(StoreError::Conflict(Conflict::Changed))));
        let incoming = world.named("hello-ann").await;
        let refused = world.retry_message(&incoming, again()).await;
        assert!(matches!(refused, Err(StoreError::Conflict(Conflict::Changed))));
    }
}
