//! Claims, leases, fences and order.

use std::collections::{BTreeMap, BTreeSet};

use lockgate_model::contract::common::{Fault, Passing};
use lockgate_model::contract::inbound::EventBody;
use lockgate_model::contract::outbound::{Outcome, PartOutcome};
use lockgate_model::message::{MessageStatus, PartState};
use lockgate_store::{ChannelChange, Conflict, IntakeOutcome, Settled, StoreError};

use crate::common::{START, both};
use crate::fixtures::{LEASE, World, again, echo, message, says, sent};

fn busy() -> Outcome {
    Outcome::Failed(Fault::Passing(Passing { why: "busy".into(), retry_after: None }))
}

fn is_changed<T: std::fmt::Debug>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict(Conflict::Changed)))
}

both! {
    async fn a_message_and_its_way_out_are_there_together(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five", "or six"]).await;
        assert_eq!((message.status, message.text.as_str()), (MessageStatus::Queued, "five\nor six"));
        assert_eq!(message.part_states.len(), 2);
        assert!(world.next_due(world.now()).await.unwrap().is_some());

        let claimed = world.claim_one().await;
        assert_eq!((claimed.attempt, claimed.account.as_str(), claimed.recipients[0].key.as_str()), (1, "loft-1", "ann"));
        assert_eq!(claimed.thread.as_ref().map(|thread| thread.key.as_str()), Some("ann"));
        assert_eq!(claimed.open_parts().collect::<Vec<_>>(), [0, 1]);
        assert!(world.claim().await.is_empty(), "it is claimed");
        world.depart(&claimed).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sending);
        let said = vec![
            PartOutcome { parts: vec![0], outcome: sent("o1") },
            PartOutcome { parts: vec![1], outcome: sent("o2") },
        ];
        assert_eq!(world.finish_delivery(claimed.delivery, claimed.fence, said).await.unwrap(), Settled::Sent);
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sent);
        let counts = world.outbound_counts().await.unwrap();
        assert_eq!((counts.sent, counts.queued, counts.failed), (1, 0, 0));
        assert_eq!(world.next_due(world.now()).await.unwrap(), None);
    }

    async fn a_worker_that_dies_before_departure_leaves_it_to_be_tried_again(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let lost = world.claim_one().await;
        world.clock.advance(LEASE);
        let again = world.claim_one().await;
        assert_eq!((again.delivery, again.attempt), (lost.delivery, 2));
        assert!(again.fence > lost.fence);
        // Who was presumed dead comes back, and changes nothing any more.
        assert!(is_changed(world.mark_departing(lost.delivery, lost.fence, vec![0]).await));
        assert!(is_changed(world.settle_part(lost.delivery, lost.fence, vec![0], None).await));
        assert!(is_changed(world.finish_delivery(lost.delivery, lost.fence, Vec::<PartOutcome>::new()).await));
        world.finish(&again, sent("o1")).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sent);
    }

    async fn a_worker_that_dies_after_departure_leaves_it_unknown_and_it_is_never_sent_again(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five", "six"]).await;
        let lost = world.claim_one().await;
        world.mark_departing(lost.delivery, lost.fence, vec![0]).await.unwrap();
        world.clock.advance(LEASE);
        assert!(world.claim().await.is_empty());
        let now = world.look(message.id).await;
        assert_eq!(now.status, MessageStatus::Unknown);
        let states: Vec<_> = now.part_states.iter().map(|part| part.state).collect();
        assert_eq!(states, [PartState::Unknown, PartState::NotTried]);
        assert!(is_changed(world.finish_delivery(lost.delivery, lost.fence, Vec::<PartOutcome>::new()).await));
        // A person decides.
        world.retry_message(&message, again()).await.unwrap().unwrap();
        let again = world.claim_one().await;
        assert_eq!(again.open_parts().collect::<Vec<_>>(), [0, 1]);
    }

    async fn a_host_that_is_started_again_goes_on_where_it_died(store: TestStore) {
        let mut world = World::new(store).await;
        let (ann, bob) = (world.conversation_with("ann").await, world.conversation_with("bob").await);
        let (left, stayed) = (world.answer(ann, &["left"]).await, world.answer(bob, &["stayed"]).await);
        let pending = world.intake_of(IntakeOutcome::Pending { reason: "slow".into() });
        world.ingest(pending).await.unwrap();
        let claimed = world.claim().await;
        world.depart(&claimed[0]).await;
        world.restart().await;
        if world.kind() == "postgres" {
            // Another node could be at work on it: only the lease tells.
            assert!(world.claim().await.is_empty());
            world.clock.advance(LEASE);
        }
        assert_eq!(world.claim_one().await.message, stayed.id);
        assert_eq!(world.look(left.id).await.status, MessageStatus::Unknown);
        assert_eq!(world.pending_envelopes(world.now(), 10, 10, BTreeSet::new()).await.unwrap().len(), 1);
    }

    async fn what_was_settled_on_the_way_is_not_sent_again(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        world.answer(conversation, &["five", "six"]).await;
        let lost = world.claim_one().await;
        world.mark_departing(lost.delivery, lost.fence, vec![0]).await.unwrap();
        world.settle_part(lost.delivery, lost.fence, vec![0], Some("o1".into())).await.unwrap();
        world.clock.advance(LEASE);
        let again = world.claim_one().await;
        assert_eq!(again.open_parts().collect::<Vec<_>>(), [1]);
        assert!(is_changed(world.mark_departing(again.delivery, again.fence, vec![0]).await));
    }

    async fn an_echo_of_what_waits_to_be_tried_again_settles_it(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        world.depart(&claimed).await;
        assert_eq!(world.finish(&claimed, busy()).await, Settled::Retry);
        world.take_in(vec![echo("ann", "o1", START + 1, "five", Some(&claimed.parts[0].client_ref))]).await;
        world.clock.advance(60_000);
        assert!(world.claim().await.is_empty());
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sent);
    }

    async fn within_a_conversation_the_later_waits_and_beside_it_others_go(store: TestStore) {
        let world = World::new(store).await;
        let (ann, bob) = (world.conversation_with("ann").await, world.conversation_with("bob").await);
        let first = world.answer(ann, &["one"]).await;
        let second = world.answer(ann, &["two"]).await;
        let other = world.answer(bob, &["hello bob"]).await;
        let claimed = world.claim().await;
        let names: Vec<_> = claimed.iter().map(|claimed| claimed.message).collect();
        assert_eq!(names, [first.id, other.id]);
        world.depart(&claimed[0]).await;
        assert_eq!(world.finish(&claimed[0], busy()).await, Settled::Retry);
        assert!(world.claim().await.is_empty(), "what is tried again holds back what is behind it");
        world.clock.advance(2_000);
        let again = world.claim_one().await;
        assert_eq!(again.message, first.id);
        world.depart(&again).await;
        world.finish(&again, Outcome::Unknown("timed out".into())).await;
        assert_eq!(world.claim_one().await.message, second.id, "what is unknown holds back nothing");
    }

    async fn two_nodes_never_claim_the_same(store: TestStore) {
        let world = World::new(store).await;
        for who in 0..12 {
            let conversation = world.conversation_with(&format!("p{who}")).await;
            world.answer(conversation, &["hi"]).await;
        }
        let (one, two) = (world.share(), world.share());
        let now = world.now();
        let (one, two) = tokio::join!(
            tokio::spawn(async move { one.claim_deliveries("node-1", now, LEASE, 8, 8, BTreeMap::new()).await.unwrap() }),
            tokio::spawn(async move { two.claim_deliveries("node-2", now, LEASE, 8, 8, BTreeMap::new()).await.unwrap() }),
        );
        let mut names: Vec<_> = one.unwrap().iter().chain(&two.unwrap()).map(|claimed| claimed.delivery).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), count), (12, 12));
    }

    async fn a_node_that_stops_gives_back_what_it_has_not_begun(store: TestStore) {
        let world = World::new(store).await;
        let (ann, bob) = (world.conversation_with("ann").await, world.conversation_with("bob").await);
        world.answer(ann, &["one"]).await;
        world.answer(bob, &["two"]).await;
        let claimed = world.claim().await;
        world.depart(&claimed[0]).await;
        assert_eq!(world.release_claims("node-1").await.unwrap(), 1);
        let again = world.claim_one().await;
        assert_eq!((again.delivery, again.attempt), (claimed[1].delivery, 1));
        // What had begun can still be settled.
        assert_eq!(world.finish(&claimed[0], sent("o1")).await, Settled::Sent);
    }

    async fn a_channel_that_is_switched_off_sends_nothing(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        world.answer(conversation, &["five"]).await;
        let enabled = |on| ChannelChange { enabled: Some(on), ..ChannelChange::default() };
        world.change_channel(world.channel, enabled(false)).await.unwrap();
        assert!(world.claim().await.is_empty());
        world.take_in(vec![says("ann", "m2", START, "are you there?")]).await;
        assert_eq!(world.named("m2").await.text, "are you there?", "what comes in is still kept");
        world.change_channel(world.channel, enabled(true)).await.unwrap();
        world.claim_one().await;
    }

    async fn contexts_come_back_as_long_as_they_hold_and_once_where_they_say_so(store: TestStore) {
        use lockgate_model::contract::common::Context;
        use lockgate_model::contract::inbound::Direction;
        let world = World::new(store).await;
        let mut said = message("m1", Direction::Incoming, "hi");
        said.context = Some(Context { value: "reply-token".into(), expires: None, once: true });
        let mut event = says("ann", "m1", START, "hi");
        event.thread.as_mut().unwrap().context =
            Some(Context { value: "thread".into(), expires: Some(START + 500), once: false });
        event.actor.as_mut().unwrap().context = Some(Context { value: "person".into(), expires: None, once: false });
        event.body = EventBody::Message(said);
        world.take_in(vec![event]).await;
        let conversation = world.named("m1").await.conversation;
        world.answer(conversation, &["one"]).await;
        let first = world.claim_one().await;
        let value = |context: &Option<Context>| context.as_ref().map(|context| context.value.clone());
        assert_eq!(value(&first.contexts.message).as_deref(), Some("reply-token"));
        assert_eq!(value(&first.contexts.thread).as_deref(), Some("thread"));
        world.finish(&first, sent("o1")).await;
        world.clock.advance(500);
        world.answer(conversation, &["two"]).await;
        let second = world.claim_one().await;
        assert_eq!(second.contexts.message, None);
        assert_eq!(second.contexts.thread, None);
        assert_eq!(value(&second.contexts.recipient).as_deref(), Some("person"));
    }
}
