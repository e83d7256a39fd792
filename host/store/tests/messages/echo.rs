//! Echoes of what this host sent, before and after the answer to the sending.

use lockgate_model::contract::inbound::{ReceiptStatus, ReceiptTarget};
use lockgate_model::contract::outbound::Outcome;
use lockgate_model::message::MessageStatus;
use lockgate_store::Settled;

use crate::common::{START, both};
use crate::fixtures::{World, accepted, echo, edits, receipt, sent};

both! {
    async fn an_echo_after_the_outcome_makes_no_second_message(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        world.depart(&claimed).await;
        assert_eq!(world.finish(&claimed, sent("out-1")).await, Settled::Sent);
        world.take_in(vec![echo("ann", "out-1", START + 3, "five", Some(&claimed.parts[0].client_ref))]).await;
        world.take_in(vec![echo("ann", "out-1b", START + 3, "five", Some(&claimed.delivery.to_string()))]).await;
        assert_eq!(world.messages_of(world.channel).await.len(), 2);
        let now = world.look(message.id).await;
        assert_eq!((now.status, now.external_id.as_deref(), now.sent_at), (MessageStatus::Sent, Some("out-1"), Some(START + 3)));
    }

    async fn an_echo_before_the_outcome_makes_no_second_message(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        world.depart(&claimed).await;
        world.take_in(vec![echo("ann", "out-1", START + 3, "five", Some(&claimed.parts[0].client_ref))]).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sent);
        assert_eq!(world.finish(&claimed, sent("out-1")).await, Settled::Sent);
        let now = world.look(message.id).await;
        assert_eq!((now.status, now.sent_at), (MessageStatus::Sent, Some(START + 3)), "the echo's moment stands");
        assert_eq!(world.messages_of(world.channel).await.len(), 2);
    }

    async fn an_echo_without_our_name_that_came_first_becomes_our_message(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        world.depart(&claimed).await;
        world.take_in(vec![echo("ann", "out-1", START + 3, "five", None), edits("ann", "out-1", 1, START + 4, "six")]).await;
        assert_eq!(world.messages_of(world.channel).await.len(), 3, "whose it is cannot be known yet");
        world.finish(&claimed, sent("out-1")).await;
        assert_eq!(world.messages_of(world.channel).await.len(), 2);
        let now = world.look(message.id).await;
        assert_eq!((now.text.as_str(), now.sent_at), ("six", Some(START + 3)), "what was told of it is told of ours");
    }

    async fn a_client_ref_that_is_not_ours_is_ignored(store: TestStore) {
        let world = World::new(store).await;
        let stranger = "018f3a5e-0000-7000-8000-000000000000";
        world.take_in(vec![echo("ann", "e1", START, "from another tool", Some(stranger))]).await;
        assert_eq!(world.named("e1").await.text, "from another tool");
    }

    async fn a_late_echo_or_receipt_settles_what_is_accepted_or_unknown(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        for (outcome, status) in [
            (accepted("out-1"), MessageStatus::Accepted),
            (Outcome::Unknown("timed out".into()), MessageStatus::Unknown),
        ] {
            let message = world.answer(conversation, &["hello?"]).await;
            let claimed = world.claim_one().await;
            world.depart(&claimed).await;
            world.finish(&claimed, outcome).await;
            assert_eq!(world.look(message.id).await.status, status);
            let target = ReceiptTarget::ClientRef(claimed.parts[0].client_ref.clone());
            world.take_in(vec![receipt("ann", START + 5, ReceiptStatus::Delivered, target)]).await;
            let now = world.look(message.id).await;
            assert_eq!((now.status, now.failure), (MessageStatus::Delivered, None));
        }
        let message = world.answer(conversation, &["anybody?"]).await;
        let claimed = world.claim_one().await;
        world.depart(&claimed).await;
        assert_eq!(world.finish(&claimed, Outcome::Unknown("timed out".into())).await, Settled::Unknown);
        world.take_in(vec![echo("ann", "out-9", START + 9, "anybody?", Some(&claimed.parts[0].client_ref))]).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sent);
    }

    async fn a_watermark_reaches_what_was_sent_by_then_and_what_is_settled_later(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["one"]).await;
        let claimed = world.claim_one().await;
        world.depart(&claimed).await;
        world.take_in(vec![receipt("ann", START + 50, ReceiptStatus::Read, ReceiptTarget::UpTo(START + 50))]).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sending);
        world.finish(&claimed, sent("out-1")).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Read, "it was out by then");
        world.clock.advance(1_000);
        let later = world.answer(conversation, &["two"]).await;
        let claimed = world.claim_one().await;
        world.finish(&claimed, sent("out-2")).await;
        assert_eq!(world.look(later.id).await.status, MessageStatus::Sent);
    }

    async fn each_part_has_its_receipts_and_the_message_is_as_far_as_the_last(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let message = world.answer(conversation, &["one", "two"]).await;
        let claimed = world.claim_one().await;
        world.mark_departing(claimed.delivery, claimed.fence, vec![0]).await.unwrap();
        world.settle_part(claimed.delivery, claimed.fence, vec![0], Some("p0".into())).await.unwrap();
        let delivered = |id: &str| receipt("ann", START + 9, ReceiptStatus::Delivered, ReceiptTarget::Message(id.into()));
        world.take_in(vec![delivered("p0")]).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sending);
        world.mark_departing(claimed.delivery, claimed.fence, vec![1]).await.unwrap();
        let said = lockgate_model::contract::outbound::PartOutcome { parts: vec![1], outcome: sent("p1") };
        world.finish_delivery(claimed.delivery, claimed.fence, vec![said]).await.unwrap();
        assert_eq!(world.look(message.id).await.status, MessageStatus::Sent);
        world.take_in(vec![delivered("p1")]).await;
        assert_eq!(world.look(message.id).await.status, MessageStatus::Delivered);
    }
}
