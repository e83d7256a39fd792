//! What runs by itself: claimed by one at a time, committed with its end or not at all.

use std::collections::BTreeMap;

use lockgate_model::contract::common::{Fault, Passing};
use lockgate_model::contract::inbound::{Event, EventBody};
use lockgate_model::id::{EnvelopeId, Owner};
use lockgate_model::manifest::Level;
use lockgate_model::state::StateRead;
use lockgate_store::{
    Broke, ChannelChange, ClaimedFollowUp, ClaimedPoll, Claimer, Conflict, IngestError, Secret, StoreError, Turned,
    Worked,
};

use crate::common::{TestEntropy, both};
use crate::fixtures::{LEASE, World, event, pigeon, says};

fn worked(world: &World, events: Vec<Event>) -> Worked {
    Worked {
        envelope: EnvelopeId::new(world.now(), &TestEntropy),
        at: world.now(),
        events,
        state_reads: Vec::new(),
        state_writes: vec![("seen".into(), Some(b"1".to_vec()))],
        captured: Vec::new(),
    }
}

fn page(world: &World, cursor: &str, events: Vec<Event>) -> Turned {
    let (due_at, not_before) = (world.now() + 60_000, world.now() + 1_000);
    Turned { worked: worked(world, events), cursor: Some(cursor.into()), due_at, not_before }
}

fn claimer(world: &World, node: &str, share: u32) -> Claimer {
    Claimer { node: node.into(), now: world.now(), lease_ms: LEASE, limit: 10, share, busy: BTreeMap::new() }
}

fn passing() -> Broke {
    Broke::Fault(Fault::Passing(Passing { why: "busy".into(), retry_after: Some(5_000) }), Vec::new())
}

fn asks(what: &str, dedup: &str) -> Event {
    let mut asked = event("ann", dedup, 1, EventBody::FollowUp(what.into()));
    (asked.actor, asked.thread) = (None, None);
    asked
}

fn wish() -> Event {
    let mut wish = event("ann", "", 1, EventBody::PollNow);
    (wish.actor, wish.thread) = (None, None);
    wish
}

async fn polls(world: &World, node: &str) -> Vec<ClaimedPoll> {
    world.claim_polls(node, world.now(), LEASE, 10).await.unwrap()
}

/// Claims the one channel that is due.
async fn poll(world: &World) -> ClaimedPoll {
    let mut claimed = polls(world, "node-1").await;
    assert_eq!(claimed.len(), 1, "channels that are due");
    claimed.remove(0)
}

async fn follow_ups(world: &World, node: &str) -> Vec<ClaimedFollowUp> {
    world.claim_follow_ups(claimer(world, node, 10)).await.unwrap()
}

async fn follow_up(world: &World) -> ClaimedFollowUp {
    let mut claimed = follow_ups(world, "node-1").await;
    assert_eq!(claimed.len(), 1, "follow-ups that are due");
    claimed.remove(0)
}

/// A channel that is due now.
async fn begun(world: &World) {
    assert_eq!(world.begin_polling(&pigeon(), Level::Channel, 1).await.unwrap(), 1);
}

fn is_lost<T>(result: Result<T, IngestError>) -> bool {
    matches!(result, Err(IngestError::Store(StoreError::Conflict(Conflict::Changed))))
}

both! {
    async fn who_is_polled_for_the_first_time_begins_at_a_moment_of_its_own(store: TestStore) {
        let world = World::new(store).await;
        for number in 2..=9 {
            world.connect(&format!("loft-{number}")).await;
        }
        assert_eq!(world.begin_polling(&pigeon(), Level::Channel, 5_000).await.unwrap(), 9);
        assert_eq!(world.begin_polling(&pigeon(), Level::Channel, 5_000).await.unwrap(), 0, "each once");
        let at_once = polls(&world, "node-1").await.len();
        assert!(at_once < 9, "{at_once} at once");
        world.clock.advance(5_000);
        assert_eq!(at_once + polls(&world, "node-1").await.len(), 9);
        assert_eq!(world.begin_polling(&pigeon(), Level::App, 1).await.unwrap(), 1);
        assert_eq!(poll(&world).await.owner, Owner::App(world.app));
    }

    async fn cursor_events_and_state_are_there_together(store: TestStore) {
        let mut world = World::new(store).await;
        begun(&world).await;
        let claimed = poll(&world).await;
        assert_eq!((claimed.owner, &claimed.cursor), (Owner::Channel(world.channel), &None));
        let done = world.turn_page(&claimed, page(&world, "7\0", vec![says("ann", "m1", world.now(), "hello")])).await;
        assert_eq!(done.unwrap().messages, 1);
        world.restart().await;
        assert!(polls(&world, "node-1").await.is_empty(), "not before its interval");
        world.clock.advance(60_000);
        let claimed = poll(&world).await;
        assert_eq!(claimed.cursor.as_deref(), Some("7\0"), "as it was handed over");

        // What it read has changed: neither cursor nor event is there.
        let mut turned = page(&world, "8", vec![says("ann", "m2", world.now(), "again")]);
        turned.worked.state_reads = vec![StateRead::Key { key: "seen".into(), version: None }];
        assert!(matches!(world.turn_page(&claimed, turned).await, Err(IngestError::StateConflict)));
        assert_eq!(world.messages_of(world.channel).await.len(), 1);
        world.turn_page(&claimed, page(&world, "8", vec![says("ann", "m1", world.now(), "hello")])).await.unwrap();
        assert_eq!(world.messages_of(world.channel).await.len(), 1, "what was there is there once");
        world.clock.advance(60_000);
        assert_eq!(poll(&world).await.cursor.as_deref(), Some("8"));
    }

    async fn one_at_a_time_and_who_lost_the_lease_commits_nothing(store: TestStore) {
        let world = World::new(store).await;
        begun(&world).await;
        let lost = poll(&world).await;
        assert!(polls(&world, "node-2").await.is_empty());
        world.clock.advance(LEASE);
        let [taken] = polls(&world, "node-2").await.try_into().unwrap();
        assert!(is_lost(world.turn_page(&lost, page(&world, "9", vec![says("ann", "m1", world.now(), "lost")])).await));
        assert!(world.fail_poll(&lost, passing()).await.is_err() && world.put_off_poll(&lost, 0).await.is_err());
        assert!(world.messages_of(world.channel).await.is_empty(), "nothing of it");
        world.turn_page(&taken, page(&world, "1", vec![says("ann", "m1", world.now(), "taken")])).await.unwrap();
        assert!(is_lost(world.turn_page(&taken, page(&world, "2", Vec::new())).await), "it is over");
        world.clock.advance(60_000);
        assert_eq!(poll(&world).await.cursor.as_deref(), Some("1"));
    }

    async fn wishes_are_one_and_none_is_lost(store: TestStore) {
        let world = World::new(store).await;
        begun(&world).await;
        let claimed = poll(&world).await;
        world.turn_page(&claimed, page(&world, "1", Vec::new())).await.unwrap();
        world.clock.advance(1_000);
        world.take_in(vec![wish(), wish()]).await;
        world.take_in(vec![wish()]).await;
        let claimed = poll(&world).await;
        // One that comes while it is polled may have come too late for that call.
        world.take_in(vec![wish()]).await;
        world.turn_page(&claimed, page(&world, "2", Vec::new())).await.unwrap();
        assert!(polls(&world, "node-1").await.is_empty(), "not at once");
        world.clock.advance(1_000);
        let claimed = poll(&world).await;
        world.turn_page(&claimed, page(&world, "3", vec![wish()])).await.unwrap();
        world.clock.advance(1_000);
        let claimed = poll(&world).await;
        world.turn_page(&claimed, page(&world, "4", Vec::new())).await.unwrap();
        world.clock.advance(1_000);
        assert!(polls(&world, "node-1").await.is_empty(), "all are granted");
    }

    async fn faults_put_it_off_and_stop_it(store: TestStore) {
        let world = World::new(store).await;
        begun(&world).await;
        let claimed = poll(&world).await;
        world.fail_poll(&claimed, passing()).await.unwrap();
        world.take_in(vec![wish()]).await;
        assert!(polls(&world, "node-1").await.is_empty(), "no wish moves what the provider asked for");
        world.clock.advance(6_001);
        let claimed = poll(&world).await;
        assert_eq!(claimed.failures, 1);
        world.fail_poll(&claimed, Broke::Fault(Fault::SignInExpired, Vec::new())).await.unwrap();
        let shown = world.channel(world.channel).await.unwrap().unwrap();
        assert_eq!(shown.health.state.as_str(), "reconnect");
        world.clock.advance(86_400_000);
        world.take_in(vec![wish()]).await;
        assert!(polls(&world, "node-1").await.is_empty());
        let secrets = [("seal".to_owned(), Secret::new(b"new".to_vec()))].into();
        world.change_channel(world.channel, ChannelChange { secrets, ..ChannelChange::default() }).await.unwrap();
        let claimed = poll(&world).await;
        world.turn_page(&claimed, page(&world, "1", Vec::new())).await.unwrap();
        assert_eq!(world.channel(world.channel).await.unwrap().unwrap().health.state.as_str(), "connected");
    }

    async fn who_is_paused_or_gone_is_not_polled(store: TestStore) {
        let world = World::new(store).await;
        begun(&world).await;
        let claimed = poll(&world).await;
        let blocked = Fault::ChannelBlocked(Passing { why: "spam".into(), retry_after: Some(600_000) });
        world.fail_poll(&claimed, Broke::Fault(blocked, Vec::new())).await.unwrap();
        world.take_in(vec![asks("later", "f1")]).await;
        assert!(follow_ups(&world, "node-1").await.is_empty(), "the whole channel pauses");
        world.clock.advance(700_000);
        assert_eq!((polls(&world, "node-1").await.len(), follow_ups(&world, "node-1").await.len()), (1, 1));
        world.clock.advance(LEASE);
        assert!(world.delete_channel(world.channel).await.unwrap());
        assert!(polls(&world, "node-1").await.is_empty() && follow_ups(&world, "node-1").await.is_empty());
    }

    async fn a_follow_up_is_there_with_its_event_and_gone_with_what_it_found(store: TestStore) {
        let mut world = World::new(store).await;
        world.take_in(vec![asks("fetch m1", "f1"), asks("fetch m1", "f1")]).await;
        world.restart().await;
        let claimed = follow_up(&world).await;
        assert_eq!((claimed.what.as_str(), claimed.owner, claimed.attempt), ("fetch m1", Owner::Channel(world.channel), 1));
        assert!(follow_ups(&world, "node-2").await.is_empty());
        world.clock.advance(LEASE);
        let [taken] = follow_ups(&world, "node-2").await.try_into().unwrap();
        assert_eq!(taken.attempt, 2);
        let found = || vec![says("ann", "m1", world.now(), "hello")];
        assert!(is_lost(world.finish_follow_up(&claimed, worked(&world, found())).await));
        assert!(world.messages_of(world.channel).await.is_empty());
        assert!(!world.fail_follow_up(&taken, passing()).await.unwrap(), "tried again");
        assert!(follow_ups(&world, "node-1").await.is_empty());
        world.clock.advance(6_001);
        let claimed = follow_up(&world).await;
        assert_eq!(claimed.attempt, 3);
        assert_eq!(world.finish_follow_up(&claimed, worked(&world, found())).await.unwrap().messages, 1);
        world.clock.advance(86_400_000);
        assert!(follow_ups(&world, "node-1").await.is_empty());
        assert_eq!(world.inbound_counts().await.unwrap().pending, 0);
    }

    async fn what_asks_for_the_next_does_so_a_few_times(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(vec![asks("1", "")]).await;
        for number in 1..=8 {
            let claimed = follow_up(&world).await;
            assert_eq!(claimed.what, number.to_string());
            let next = vec![asks(&(number + 1).to_string(), "")];
            let done = world.finish_follow_up(&claimed, worked(&world, next)).await.unwrap();
            assert_eq!(done.dead_letters, u32::from(number == 8), "{number}");
        }
        assert!(follow_ups(&world, "node-1").await.is_empty());
    }

    async fn so_many_wait_and_no_more(store: TestStore) {
        let world = World::new(store).await;
        let many = (0..1_001).map(|number| asks("x", &number.to_string())).collect();
        let done = world.take_in(many).await;
        assert_eq!((done.dead_letters, done.requests.len()), (1, 1_000));
        let other = world.connect("loft-2").await;
        let too_long = Event { account: Some("loft-2".into()), ..asks(&"x".repeat(64 * 1024 + 1), "") };
        assert_eq!(world.take_in(vec![too_long]).await.dead_letters, 1);
        let fits = Event { account: Some("loft-2".into()), ..asks("y", "") };
        assert_eq!(world.take_in(vec![fits]).await.dead_letters, 0, "another channel's");
        // A channel with a thousand leaves room for the other.
        let claimed = world.claim_follow_ups(claimer(&world, "node-1", 2)).await.unwrap();
        assert_eq!(claimed.iter().filter(|one| one.owner == Owner::Channel(other)).count(), 1);
        assert_eq!(claimed.len(), 3);
    }
}
