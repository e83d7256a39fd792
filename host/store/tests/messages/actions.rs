//! What is done to a message that is there: its way out, what the message shows of it, and what it leaves alone.

use lockgate_model::contract::actions::Action;
use lockgate_model::contract::common::{Context, Fault, Passing, RateLimited};
use lockgate_model::contract::inbound::{Direction, Event, EventBody};
use lockgate_model::contract::outbound::{Outcome, PartOutcome, Sent};
use lockgate_model::conversation::ConversationStatus;
use lockgate_model::id::MessageId;
use lockgate_model::message::{MessageStatus, PartState};
use lockgate_store::{ActionRecord, Asked, ChannelChange, ConversationChange, NewAction, Settled};

use crate::common::both;
use crate::fixtures::{LEASE, World, again, echo, event, message, part, says, sent};

fn react(symbol: &str, added: bool) -> Action {
    Action::React { symbol: symbol.into(), added, reaction: None }
}

/// The provider did it, and called it so.
fn done(name: &str) -> Outcome {
    sent(name)
}

fn busy() -> Outcome {
    Outcome::Failed(Fault::Passing(Passing { why: "busy".into(), retry_after: None }))
}

async fn ask(world: &World, message: MessageId, action: Action) -> Asked {
    world.act_on_message(NewAction { message, action }).await.unwrap().unwrap()
}

/// Asks for what is then on its way.
async fn queued(world: &World, message: MessageId, action: Action) -> ActionRecord {
    match ask(world, message, action).await {
        Asked::OnItsWay(record) => *record,
        other => panic!("not on its way: {other:?}"),
    }
}

async fn state(world: &World, action: &ActionRecord) -> PartState {
    world.action(action.id).await.unwrap().unwrap().state
}

/// Symbols of the message's reactions, ours and theirs.
async fn symbols(world: &World, message: MessageId) -> Vec<String> {
    world.look(message).await.reactions.into_iter().map(|reaction| reaction.symbol).collect()
}

both! {
    async fn a_reaction_is_shown_once_the_provider_has_it(store: TestStore) {
        let world = World::new(store).await;
        world.conversation_with("ann").await;
        let hello = world.named("hello-ann").await.id;
        let asked = queued(&world, hello, react("👍", true)).await;
        assert!(symbols(&world, hello).await.is_empty());
        let claimed = world.claim_one().await;
        let action = claimed.action.clone().unwrap();
        assert_eq!((action.action, action.target.as_deref()), (react("👍", true), Some("hello-ann")));
        assert_eq!((claimed.message, claimed.open_parts().collect::<Vec<_>>()), (hello, vec![0]));
        assert_eq!(claimed.thread.as_ref().map(|thread| thread.key.as_str()), Some("ann"));
        world.depart(&claimed).await;
        assert_eq!(state(&world, &asked).await, PartState::Departing);
        assert_eq!(world.finish(&claimed, done("r-1")).await, Settled::Sent);
        assert_eq!(state(&world, &asked).await, PartState::Sent);
        let shown = world.look(hello).await;
        assert_eq!((shown.reactions[0].actor.as_deref(), shown.reactions[0].symbol.as_str()), (Some("loft-1"), "👍"));
        assert_eq!((shown.status, shown.external_id.as_deref()), (MessageStatus::Received, Some("hello-ann")));

        // Taking it back names what adding it returned; one that took its place takes it away.
        queued(&world, hello, react("❤", true)).await;
        world.finish(&world.claim_one().await, done("r-2")).await;
        assert_eq!(symbols(&world, hello).await, ["❤"]);
        queued(&world, hello, react("❤\u{fe0f}", false)).await;
        let claimed = world.claim_one().await;
        let back = Action::React { symbol: "❤\u{fe0f}".into(), added: false, reaction: Some("r-2".into()) };
        assert_eq!(claimed.action.as_ref().map(|action| &action.action), Some(&back));
        world.finish(&claimed, Outcome::Sent(Sent { message: None, ..nothing() })).await;
        assert!(symbols(&world, hello).await.is_empty());
    }

    async fn what_stands_or_is_on_its_way_is_not_asked_for_twice(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let hello = world.named("hello-ann").await.id;
        assert_eq!(ask(&world, hello, react("👍", false)).await, Asked::Nothing);
        let asked = queued(&world, hello, react("👍", true)).await;
        assert_eq!(queued(&world, hello, react("👍", true)).await.id, asked.id);
        world.finish(&world.claim_one().await, done("r-1")).await;
        assert_eq!(ask(&world, hello, react("👍", true)).await, Asked::Already);
        // Taken back and given again before either left: both go, in this order.
        let back = queued(&world, hello, react("👍", false)).await;
        let again = queued(&world, hello, react("👍", true)).await;
        assert_eq!(queued(&world, hello, react("👍", true)).await.id, again.id);
        for expected in [back.id, again.id] {
            let claimed = world.claim_one().await;
            assert_eq!(claimed.delivery, expected);
            world.finish(&claimed, done("r-2")).await;
        }
        assert_eq!(symbols(&world, hello).await, ["👍"]);

        let ours = world.answer(conversation, &["five"]).await.id;
        assert_eq!(ask(&world, ours, react("👍", true)).await, Asked::Unnamed);
        let nobody = NewAction { message: "0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21".parse().unwrap(), action: Action::Delete };
        assert_eq!(world.act_on_message(nobody).await.unwrap(), None);
    }

    async fn what_is_done_to_a_conversation_waits_for_all_before_it(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let hello = world.named("hello-ann").await.id;
        world.answer(conversation, &["good bye"]).await;
        let reaction = queued(&world, hello, react("👍", true)).await;
        let take = async |on| world.act_on(conversation, Action::TakeOver { on }).await;
        let close = |status| ConversationChange { status: Some(status), tells_of_an_end: true };
        let given = take(false).await;
        assert_eq!(take(false).await.id, given.id, "it is on its way");
        let ended = world.change(conversation, close(ConversationStatus::Closed)).await.unwrap();
        let taken = take(true).await;
        assert_ne!(taken.id, given.id);
        world.answer(conversation, &["once more"]).await;

        // Neither the answer nor the reaction went, so nothing of what came after did; the two go side by side.
        let first = world.claim().await;
        assert!(first.len() == 2 && first[0].action.is_none() && first[1].delivery == reaction.id, "{first:?}");
        world.finish(&first[1], done("r-1")).await;
        assert!(world.claim().await.is_empty());
        world.finish(&first[0], sent("o1")).await;
        // An answer waits for answers alone.
        let mut second = world.claim().await;
        assert!(second.len() == 2 && second[1].action.is_none(), "{second:?}");
        world.finish(&second.remove(1), sent("o2")).await;
        let mut claimed = second.remove(0);
        for (record, writable) in [(&given, false), (&ended, false), (&taken, true)] {
            let asked = claimed.action.clone().unwrap();
            assert_eq!((claimed.delivery, &asked.action), (record.id, &record.action));
            assert_eq!(asked.target.as_deref(), Some("hello-ann"), "the contact's newest message");
            world.finish(&claimed, Outcome::Sent(nothing())).await;
            assert_eq!(world.conversation(conversation).await.unwrap().unwrap().writable, writable);
            if let Some(next) = world.claim().await.pop() {
                claimed = next;
            }
        }
        let all = [&given, &ended, &taken].map(|record| record.message);
        assert_eq!(all, [hello; 3]);
    }

    async fn an_end_that_waits_is_told_after_what_was_written_since(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let close = async || {
            let change = ConversationChange { status: Some(ConversationStatus::Closed), tells_of_an_end: true };
            world.change(conversation, change).await.unwrap()
        };
        world.answer(conversation, &["good bye"]).await;
        let first = close().await;
        world.take_in(vec![says("ann", "again", world.now() + 1, "one more thing")]).await;
        world.answer(conversation, &["gladly"]).await;
        let second = close().await;
        assert_ne!(second.id, first.id, "an answer was written since");
        world.finish(&world.claim_one().await, sent("o1")).await;
        let claimed = world.claim().await;
        let said: Vec<_> = claimed.iter().map(|one| one.action.as_ref().map(|asked| asked.target.as_deref())).collect();
        assert_eq!(said, [Some(Some("again")), None], "the first end names what the contact wrote last by now");
        assert_eq!(claimed[0].delivery, first.id);
        world.finish(&claimed[0], Outcome::Sent(nothing())).await;
        assert!(world.claim().await.is_empty(), "the second waits for the answer before it");
        world.finish(&claimed[1], sent("o2")).await;
        assert_eq!(world.claim_one().await.delivery, second.id);
    }

    async fn of_a_conversation_that_only_we_wrote_in_no_message_is_named(store: TestStore) {
        let world = World::new(store).await;
        let ended = |status| ConversationChange { status: Some(status), tells_of_an_end: true };
        world.take_in(vec![echo("bob", "o0", world.now(), "from our own app", None)]).await;
        let conversation = world.named("o0").await.conversation;
        let closed = world.change(conversation, ended(ConversationStatus::Closed)).await;
        assert_eq!(closed.unwrap().action, Action::Ended { ended: true });
        assert_eq!(world.claim_one().await.action.unwrap().target, None);
        let silent = ConversationChange { status: Some(ConversationStatus::Open), ..ConversationChange::default() };
        assert_eq!(world.change(conversation, silent).await, None);
    }

    async fn an_action_leaves_its_messages_own_way_out_alone(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let ours = world.answer(conversation, &["five", "six"]).await.id;
        world.finish(&world.claim_one().await, sent("o1")).await;
        let before = world.look(ours).await;
        let asked = queued(&world, ours, react("👍", true)).await;
        let claimed = world.claim_one().await;
        world.depart(&claimed).await;
        world.settle_part(claimed.delivery, claimed.fence, vec![0], Some("not-its-name".into())).await.unwrap();
        let refused = Outcome::Failed(Fault::Gone("no such message".into()));
        assert_eq!(world.finish(&claimed, refused).await, Settled::Failed);
        let record = world.action(asked.id).await.unwrap().unwrap();
        assert_eq!((record.state, record.failure.unwrap().code.as_str()), (PartState::Failed, "gone"));
        assert_eq!(world.look(ours).await, before);
        assert!(world.retry_message(&world.look(ours).await, again()).await.is_err(), "nothing of the message failed");
        // What names the message names its own way out, and never the action.
        world.take_in(vec![echo("ann", "o1", world.now(), "five", None)]).await;
        assert_eq!(world.look(ours).await.status, MessageStatus::Sent);
        assert_eq!(world.messages_of(world.channel).await.len(), 2);
        assert_eq!(state(&world, &asked).await, PartState::Failed);
    }

    async fn an_echo_that_is_told_again_settles_no_action(store: TestStore) {
        let world = World::new(store).await;
        world.conversation_with("ann").await;
        world.take_in(vec![echo("ann", "e-1", world.now(), "from elsewhere", None)]).await;
        let elsewhere = world.named("e-1").await.id;
        let asked = queued(&world, elsewhere, react("👍", true)).await;
        let again = Event { dedup: "e-1 again".into(), ..echo("ann", "e-1", world.now(), "from elsewhere", None) };
        world.take_in(vec![again]).await;
        assert_eq!(state(&world, &asked).await, PartState::Queued);
        world.finish(&world.claim_one().await, done("r-1")).await;
        assert_eq!(symbols(&world, elsewhere).await, ["👍"]);
    }

    async fn no_answer_waits_for_an_action_and_actions_keep_their_order(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let hello = world.named("hello-ann").await.id;
        let (first, second) = (queued(&world, hello, react("👍", true)).await, queued(&world, hello, react("❤", true)).await);
        let claimed = world.claim_one().await;
        assert_eq!(claimed.delivery, first.id);
        assert_eq!(world.finish(&claimed, busy()).await, Settled::Retry);
        assert_eq!(world.action(first.id).await.unwrap().unwrap().failure.unwrap().code, "passing");
        let answer = world.answer(conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        assert_eq!(claimed.message, answer.id, "the second reaction waits for the first, the answer does not");
        world.finish(&claimed, sent("o1")).await;
        world.clock.advance(LEASE);
        let claimed = world.claim_one().await;
        assert_eq!((claimed.delivery, claimed.attempt), (first.id, 2));
        world.finish(&claimed, done("r-1")).await;
        assert_eq!(world.action(first.id).await.unwrap().unwrap().failure, None);
        assert_eq!(world.claim_one().await.delivery, second.id);
    }

    async fn an_action_that_departed_and_was_lost_is_unknown_and_not_tried_again(store: TestStore) {
        let world = World::new(store).await;
        world.conversation_with("ann").await;
        let hello = world.named("hello-ann").await.id;
        let asked = queued(&world, hello, react("👍", true)).await;
        let lost = world.claim_one().await;
        world.depart(&lost).await;
        world.clock.advance(LEASE);
        assert!(world.claim().await.is_empty());
        let record = world.action(asked.id).await.unwrap().unwrap();
        assert_eq!((record.state, record.failure.unwrap().code.as_str()), (PartState::Unknown, "unknown"));
        let shown = world.look(hello).await;
        assert_eq!((shown.status, shown.failure), (MessageStatus::Received, None));
        // A person may ask for it again, and one whose day is over is given up.
        let again = queued(&world, hello, react("👍", true)).await;
        assert_ne!(again.id, asked.id);
        world.clock.advance(25 * 60 * 60 * 1000);
        assert!(world.claim().await.is_empty());
        let record = world.action(again.id).await.unwrap().unwrap();
        assert_eq!((record.state, record.failure.unwrap().code.as_str()), (PartState::Failed, "gave-up"));
    }

    async fn an_edit_and_a_deletion_are_shown_when_they_are_done(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let ours = world.answer(conversation, &["five"]).await.id;
        world.finish(&world.claim_one().await, sent("o1")).await;
        queued(&world, ours, Action::Edit { parts: vec![part("six")] }).await;
        world.finish(&world.claim_one().await, Outcome::Sent(nothing())).await;
        let shown = world.look(ours).await;
        assert_eq!((shown.text.as_str(), shown.edited_at.is_some(), shown.status), ("six", true, MessageStatus::Sent));
        let asked = queued(&world, ours, Action::Delete).await;
        assert_eq!(queued(&world, ours, Action::Delete).await.id, asked.id);
        world.finish(&world.claim_one().await, Outcome::Sent(nothing())).await;
        assert!(world.look(ours).await.deleted_at.is_some());
        assert_eq!(ask(&world, ours, Action::Delete).await, Asked::Already);

        let several = world.answer(conversation, &["five", "six"]).await.id;
        let claimed = world.claim_one().await;
        let said = (0..2).map(|number| PartOutcome { parts: vec![number], outcome: sent(&format!("p{number}")) });
        world.finish_delivery(claimed.delivery, claimed.fence, said.collect::<Vec<_>>()).await.unwrap();
        for action in [Action::Delete, Action::Edit { parts: vec![part("seven")] }] {
            assert_eq!(ask(&world, several, action).await, Asked::Several);
        }
        assert!(matches!(ask(&world, several, react("👍", true)).await, Asked::OnItsWay(_)));
    }

    async fn what_is_handed_back_once_is_kept_for_the_answer(store: TestStore) {
        let world = World::new(store).await;
        let token = |value: &str, once| Context { value: value.into(), expires: None, once };
        let mut said = message("m-1", Direction::Incoming, "Hello");
        said.context = Some(token("reply-token", true));
        let mut event = event("ann", "m-1", world.now(), EventBody::Message(said));
        event.thread.as_mut().unwrap().context = Some(token("connection", false));
        world.take_in(vec![event]).await;
        let hello = world.named("m-1").await;
        queued(&world, hello.id, react("👍", true)).await;
        let claimed = world.claim_one().await;
        assert_eq!(claimed.contexts.message, None);
        assert_eq!(claimed.contexts.thread.as_ref().map(|context| context.value.as_str()), Some("connection"));
        world.finish(&claimed, done("r-1")).await;
        let place = world.signal_place(hello.conversation).await.unwrap().unwrap();
        assert_eq!((place.contexts.message, place.newest.as_deref()), (None, Some("m-1")));
        world.answer(hello.conversation, &["five"]).await;
        let claimed = world.claim_one().await;
        assert_eq!(claimed.contexts.message.unwrap().value, "reply-token");
    }

    async fn a_refused_signal_does_what_a_refused_answer_does(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let place = world.signal_place(conversation).await.unwrap().unwrap();
        assert!(place.is_on && !place.rests && place.channel == world.channel);
        assert_eq!(place.thread.as_ref().map(|thread| thread.key.as_str()), Some("ann"));

        let limited = Fault::RateLimited(RateLimited { retry_after: Some(60_000), bucket: "notes".into() });
        world.settle_signal(&place, Outcome::Failed(limited), Vec::new()).await.unwrap();
        assert!(world.signal_place(conversation).await.unwrap().unwrap().rests);
        world.answer(conversation, &["five"]).await;
        assert!(world.claim().await.is_empty(), "the recipient's bucket rests for answers too");
        world.clock.advance(2 * 60_000);
        assert!(!world.signal_place(conversation).await.unwrap().unwrap().rests);

        world.settle_signal(&place, Outcome::Failed(Fault::SignInExpired), Vec::new()).await.unwrap();
        let health = world.channel(world.channel).await.unwrap().unwrap().health;
        assert_eq!(health.state.as_str(), "reconnect");

        let off = ChannelChange { enabled: Some(false), ..ChannelChange::default() };
        world.change_channel(world.channel, off).await.unwrap();
        assert!(!world.signal_place(conversation).await.unwrap().unwrap().is_on);
        world.delete_channel(world.channel).await.unwrap();
        assert!(world.signal_place(conversation).await.unwrap().is_none());
    }
}

/// The provider did it and told nothing.
fn nothing() -> Sent {
    Sent { message: None, universal: None, thread: None, recipient: Vec::new(), refused: Vec::new(), context: None }
}
