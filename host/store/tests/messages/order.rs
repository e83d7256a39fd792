//! The order in which things arrive never matters.

use lockgate_model::contract::common::{Fault, IdentityRole, Passing, ThreadKind};
use lockgate_model::contract::inbound::{
    Event, EventBody, Reaction, ReactionChange, Receipt, ReceiptStatus, ReceiptTarget,
};
use lockgate_model::contract::outbound::PartOutcome;
use lockgate_model::id::ChannelId;
use lockgate_model::message::{MessageStatus, PartState};

use crate::common::{START, TestEntropy, both};
use crate::fixtures::{World, deletes, echo, edits, event, person, reacts, receipt, says, sent};
use lockgate_model::seam::Entropy;

/// Everything that happened in a small conversation and a group beside it.
fn happened() -> Vec<Event> {
    let at = |n: u64| START + n * 1_000;
    let added = |symbol: &str| ReactionChange::Added(symbol.to_owned());
    let mut events = vec![
        says("ann", "a1", at(1), "hello"),
        says("ann", "a2", at(2), "how much is it?"),
        says("ann", "a3", at(3), "never mind"),
        says("bob", "b1", at(4), "is anybody there?"),
        echo("ann", "e1", at(5), "five", None),
        echo("ann", "e2", at(6), "six", None),
        echo("ann", "e3", at(7), "seven", None),
        echo("bob", "e4", at(8), "yes", None),
        edits("ann", "a2", 1, at(9), "how much is the red one?"),
        edits("ann", "a2", 2, at(10), "how much is the blue one?"),
        edits("ann", "e1", 1, at(11), "fifty"),
        deletes("ann", "a3", at(12), false),
        deletes("bob", "b1", at(13), true),
        edits("bob", "b1", 1, at(14), "somebody?"),
        reacts("ann", "e1", at(15), added("👍")),
        reacts("ann", "e1", at(16), ReactionChange::Removed(Some("👍".into()))),
        reacts("ann", "e1", at(17), added("🎉")),
        reacts("ann", "e2", at(18), ReactionChange::Now(vec!["😮".into()])),
        reacts("loft-1", "a1", at(19), added("❤")),
        receipt("ann", at(20), ReceiptStatus::Delivered, ReceiptTarget::UpTo(at(6))),
        receipt("ann", at(21), ReceiptStatus::Read, ReceiptTarget::UpTo(at(5))),
        receipt("ann", at(22), ReceiptStatus::Read, ReceiptTarget::UpTo(at(2))),
        receipt("ann", at(23), ReceiptStatus::Delivered, ReceiptTarget::Message("e3".into())),
        receipt("bob", at(24), ReceiptStatus::Read, ReceiptTarget::UpToMessage("e4".into())),
    ];
    // A reaction with an id of its own, taken back by it.
    let reaction = Reaction { id: Some("r1".into()), message: "a1".into(), change: added("🚀") };
    events.push(event("ann", "r1", at(25), EventBody::Reaction(reaction)));
    events.push(deletes("ann", "r1", at(26), false));
    // A provisional id that a receipt renames, and what is told under the new one.
    events.push(echo("bob", "tmp", at(27), "wait", None));
    let learnt = Receipt {
        status: ReceiptStatus::Sent,
        target: ReceiptTarget::Message("tmp".into()),
        fault: None,
        learnt: Some("final".into()),
    };
    events.push(event("bob", "learnt", at(28), EventBody::Receipt(learnt)));
    events.push(edits("bob", "final", 1, at(29), "wait a moment"));
    let failed = Receipt {
        status: ReceiptStatus::Failed,
        target: ReceiptTarget::Message("e3".into()),
        fault: Some(Fault::Passing(Passing { why: "phone off".into(), retry_after: None })),
        learnt: None,
    };
    events.push(event("ann", "failed", at(30), EventBody::Receipt(failed)));
    // Names, told by several events.
    for (n, name) in [(31, "Ann"), (33, "Ann B."), (32, "Anna")] {
        let mut profile = event("ann", &format!("p{n}"), at(n), EventBody::Profile);
        profile.actor.as_mut().unwrap().name = Some(name.into());
        events.push(profile);
    }
    // A group has no contact; who writes there is one all the same.
    let mut group = says("cid", "g1", at(34), "all here?");
    group.thread.as_mut().unwrap().key = "group".into();
    group.thread.as_mut().unwrap().kind = ThreadKind::Group;
    group.thread.as_mut().unwrap().title = Some("Loft friends".into());
    events.push(group);
    events
}

/// What people see, without our own ids.
async fn seen(world: &World, channel: ChannelId) -> Vec<String> {
    let mut lines = Vec::new();
    for conversation in world.conversations_of(channel).await {
        lines.push(format!(
            "conversation with {:?} {:?} {:?} last {:?} opened {:?}",
            conversation.contact_name,
            conversation.title,
            conversation.status,
            conversation.last_message_at,
            conversation.window_opened_at
        ));
    }
    for said in world.messages_of(channel).await {
        let reactions: Vec<_> = said.reactions.iter().map(|r| (&r.actor, &r.symbol, r.at)).collect();
        lines.push(format!(
            "{:?} {:?} {:?} {:?} edited {:?} deleted {:?} erased {} {reactions:?} {:?} by {:?}",
            said.external_id,
            said.direction,
            said.text,
            said.status,
            said.edited_at,
            said.deleted_at,
            said.erased,
            said.failure,
            said.author.map(|author| author.key)
        ));
    }
    lines.sort();
    lines
}

fn random(below: usize) -> usize {
    let mut bytes = [0; 8];
    TestEntropy.fill(&mut bytes);
    usize::try_from(u64::from_le_bytes(bytes) % u64::try_from(below).unwrap()).unwrap()
}

/// The same events for another account, shuffled, some of them twice, in batches.
fn shuffled(account: &str) -> Vec<Vec<Event>> {
    let mut events = happened();
    for _ in 0..6 {
        events.push(events[random(events.len())].clone());
    }
    for last in (1..events.len()).rev() {
        events.swap(last, random(last + 1));
    }
    let mut batches = Vec::new();
    while !events.is_empty() {
        let mut batch: Vec<_> = events.drain(..(1 + random(5)).min(events.len())).collect();
        batch.iter_mut().for_each(|event| event.account = Some(account.to_owned()));
        batches.push(batch);
    }
    batches
}

both! {
    async fn any_order_and_batching_and_repetition_shows_the_same(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(happened()).await;
        let expected = seen(&world, world.channel).await;
        let line = |name: &str| expected.iter().find(|line| line.contains(name)).unwrap().clone();
        assert!(line("\"a2\"").contains("how much is the blue one?"), "{expected:#?}");
        assert!(line("\"a3\"").contains(&format!("deleted Some({})", START + 12_000)));
        assert!(line("\"b1\"").contains("In \"\" Received") && line("\"b1\"").contains("erased true"));
        assert!(line("\"e1\"").contains("\"fifty\" Read") && line("\"e1\"").contains("🎉"), "{}", line("\"e1\""));
        assert!(line("\"e2\"").contains("Delivered"));
        assert!(line("\"e3\"").contains("Delivered"));
        assert!(line("\"e4\"").contains("Read"));
        assert!(line("\"tmp\"").contains("wait a moment"));
        assert!(!line("\"a1\"").contains("🚀"));
        assert!(expected.iter().any(|line| line.contains("Some(\"Ann B.\")")));

        for round in 0..10 {
            let account = format!("loft-x{round}");
            let channel = world.connect(&account).await;
            let batches = shuffled(&account);
            for batch in &batches {
                world.take_in(batch.clone()).await;
            }
            let found = seen(&world, channel).await;
            let told: Vec<Vec<_>> =
                batches.iter().map(|batch| batch.iter().map(|event| event.dedup.as_str()).collect()).collect();
            assert_eq!(found, expected, "in this order: {told:?}");
        }
    }

    async fn what_arrives_at_once_by_several_ways_shows_the_same(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(happened()).await;
        let expected = seen(&world, world.channel).await;
        for round in 0..4 {
            let account = format!("loft-y{round}");
            let channel = world.connect(&account).await;
            let mut ways: [Vec<Vec<Event>>; 4] = Default::default();
            for batch in shuffled(&account) {
                ways[random(4)].push(batch);
            }
            let tasks: Vec<_> = ways
                .into_iter()
                .map(|way| {
                    let store = world.share();
                    let intakes: Vec<_> = way.into_iter().map(|batch| world.intake(batch)).collect();
                    tokio::spawn(async move {
                        for intake in intakes {
                            store.ingest(intake).await.unwrap();
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(seen(&world, channel).await, expected);
        }
    }

    async fn an_answer_shows_the_same_whenever_its_outcome_and_its_echoes_come(store: TestStore) {
        let world = World::new(store).await;
        for round in 0..24 {
            let who = format!("p{round}");
            let conversation = world.conversation_with(&who).await;
            let message = world.answer(conversation, &["one", "two"]).await;
            let claimed = world.claim_one().await;
            world.depart(&claimed).await;
            let names = [format!("{who}-0"), format!("{who}-1")];
            let reference = |part: usize| Some(claimed.parts[part].client_ref.as_str());
            let delivered = |part: usize| {
                receipt(&who, START + 6, ReceiptStatus::Delivered, ReceiptTarget::Message(names[part].clone()))
            };
            let mut steps = vec![
                Some(echo(&who, &names[0], START + 3, "one", reference(0))),
                // One that does not carry our name is known by the provider's, before the outcome or after it.
                Some(echo(&who, &names[1], START + 4, "two", reference(1).filter(|_| round % 2 == 0))),
                Some(delivered(0)),
                Some(delivered(1)),
                Some(receipt(&who, START + 7, ReceiptStatus::Read, ReceiptTarget::UpTo(START + 3))),
                Some(edits(&who, &names[1], 1, START + 8, "deux")),
                None,
            ];
            for last in (1..steps.len()).rev() {
                steps.swap(last, random(last + 1));
            }
            for step in &steps {
                match step {
                    Some(event) => drop(world.take_in(vec![event.clone()]).await),
                    None => {
                        let said = (0..).zip(&names).map(|(part, name)| PartOutcome { parts: vec![part], outcome: sent(name) });
                        world.finish_delivery(claimed.delivery, claimed.fence, said.collect::<Vec<_>>()).await.unwrap();
                    }
                }
            }
            let now = world.look(message.id).await;
            let told: Vec<_> = steps.iter().map(|step| step.as_ref().map(|event| event.dedup.as_str())).collect();
            assert_eq!((now.text.as_str(), now.status, now.sent_at), ("one\ndeux", MessageStatus::Delivered, Some(START + 4)), "{told:?}");
            let states: Vec<_> = now.part_states.iter().map(|part| (part.state, part.sent_at)).collect();
            assert_eq!(states, [(PartState::Sent, Some(START + 3)), (PartState::Sent, Some(START + 4))], "{told:?}");
            let all = world.messages(conversation, crate::fixtures::whole()).await.unwrap().items;
            assert_eq!(all.len(), 2, "the contact's and ours, {told:?}");
        }
    }

    async fn two_that_read_our_own_words_say_nothing_of_the_contact(store: TestStore) {
        let world = World::new(store).await;
        let mut read = receipt("ann", START + 9, ReceiptStatus::Read, ReceiptTarget::UpTo(START + 9));
        read.actor = Some(person("loft-1", IdentityRole::Agent));
        world.take_in(vec![echo("ann", "e1", START + 1, "hi", None), read]).await;
        assert_eq!(world.named("e1").await.status, MessageStatus::Sent);
    }
}
