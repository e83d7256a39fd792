//! What comes in, and what is kept of it.

use std::collections::BTreeSet;

use lockgate_model::contract::inbound::{AccountState, EventBody};
use lockgate_model::conversation::ConversationStatus;
use lockgate_model::id::Owner;
use lockgate_model::message::{Direction, MessageStatus};
use lockgate_model::state::StateRead;
use lockgate_store::{Conflict, ConversationChange, IngestError, Intake, IntakeOutcome, Refused, StoreError};
use serde_json::json;

use crate::common::{START, both};
use crate::fixtures::{World, event, says, whole};

fn events_with_state(reads: &[(&str, Option<u64>)], writes: &[(&str, Option<&[u8]>)]) -> IntakeOutcome {
    IntakeOutcome::Events {
        events: Vec::new(),
        state_reads: reads
            .iter()
            .map(|(key, version)| StateRead::Key { key: (*key).to_owned(), version: *version })
            .collect(),
        state_writes: writes.iter().map(|(key, value)| ((*key).to_owned(), value.map(<[u8]>::to_vec))).collect(),
    }
}

both! {
    async fn a_name_that_no_index_holds_leaves_a_dead_letter_and_the_rest_commits(store: TestStore) {
        let world = World::new(store).await;
        // Letters that no database packs together.
        let mut long = String::new();
        for number in 0..600_u64 {
            long.push_str(&format!("{:x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 44));
        }
        assert!(long.len() > 2_704);
        let fits = &long[..2_048];
        let named = |person: &str, dedup: &str, name: &str, text: &str| {
            let mut said = says(person, dedup, START, text);
            let EventBody::Message(message) = &mut said.body else { panic!("{said:?}") };
            message.id = Some(name.to_owned());
            said
        };
        let typing = event(&long, "", START, EventBody::Typing(true));
        let last = named(fits, "d3", fits, "as long as may be");
        let done =
            world.take_in(vec![named("ann", "d1", &long, "lost"), typing, named("ann", "d2", "m1", "good"), last]).await;
        assert_eq!((done.dead_letters, done.messages), (2, 2));
        assert_eq!(world.named("m1").await.text, "good");
        assert_eq!(world.named(fits).await.text, "as long as may be");
    }

    async fn a_batch_with_a_repetition_in_it_makes_each_message_once(store: TestStore) {
        let world = World::new(store).await;
        let batch = vec![
            says("ann", "m1", START, "one"),
            says("bob", "m2", START + 1, "two"),
            says("ann", "m1", START, "one"),
            says("ann", "m3", START + 2, "three"),
        ];
        let done = world.take_in(batch.clone()).await;
        assert_eq!((done.events, done.messages, done.duplicates, done.dead_letters), (4, 3, 1, 0));
        let again = world.take_in(batch).await;
        assert_eq!((again.messages, again.duplicates), (0, 4));

        let conversations = world.conversations_of(world.channel).await;
        assert_eq!(conversations.len(), 2);
        let ann = &conversations[0];
        assert_eq!((ann.last_message_at, ann.window_opened_at), (Some(START + 2), Some(START + 2)));
        let said = world.messages(ann.id, whole()).await.unwrap().items;
        assert_eq!(said.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), ["one", "three"]);
        assert!(said.iter().all(|message| message.direction == Direction::In && message.status == MessageStatus::Received));
        let counts = world.inbound_counts().await.unwrap();
        assert_eq!((counts.envelopes, counts.messages, counts.duplicates), (2, 3, 5));
    }

    async fn an_unknown_account_leaves_a_dead_letter_and_the_rest_commits(store: TestStore) {
        let world = World::new(store).await;
        let mut stray = says("ann", "m1", START, "lost");
        stray.account = Some("loft-9".to_owned());
        let done = world.take_in(vec![stray, says("ann", "m2", START, "found")]).await;
        assert_eq!((done.messages, done.dead_letters), (1, 1));

        let letters = world.dead_letters(whole()).await.unwrap().items;
        assert_eq!((letters[0].code.as_str(), &letters[0].params), ("unknown-account", &json!({"account": "loft-9"})));
        assert!(letters[0].event_only);
        let (_, envelope) = world.dead_letter(letters[0].id).await.unwrap().unwrap();
        assert_eq!(envelope.unwrap().body.as_ref(), b"{\"raw\":true}");
        assert_eq!(world.named("m2").await.text, "found");
    }

    async fn at_a_channels_own_hook_another_account_is_not_served(store: TestStore) {
        let world = World::new(store).await;
        world.connect("loft-2").await;
        let mut other = says("ann", "m1", START, "not mine");
        other.account = Some("loft-2".to_owned());
        let mut mine = says("ann", "m2", START, "mine");
        mine.account = None;
        let intake = Intake { owner: Owner::Channel(world.channel), ..world.intake(vec![other, mine]) };
        let done = world.ingest(intake).await.unwrap();
        assert_eq!((done.messages, done.dead_letters), (1, 1));
        assert_eq!(world.dead_letters(whole()).await.unwrap().items[0].code, "other-account");
    }

    async fn what_cannot_be_read_is_kept_whole_with_its_reason(store: TestStore) {
        let world = World::new(store).await;
        let dead = IntakeOutcome::Dead { code: "malformed".into(), params: json!({"why": "no JSON"}) };
        let done = world.ingest(world.intake_of(dead)).await.unwrap();
        assert_eq!(done.dead_letters, 1);
        let letters = world.dead_letters(whole()).await.unwrap().items;
        assert_eq!((letters[0].code.as_str(), letters[0].event_only), ("malformed", false));
    }

    async fn of_two_calls_that_read_the_same_state_one_is_run_again(store: TestStore) {
        let world = World::new(store).await;
        let owner = Owner::App(world.app);
        let write = |reads: &[(&str, Option<u64>)], value: &'static [u8]| {
            world.ingest(world.intake_of(events_with_state(reads, &[("cursor", Some(value))])))
        };
        write(&[("cursor", None)], b"1").await.unwrap();
        assert!(matches!(write(&[("cursor", None)], b"2").await, Err(IngestError::StateConflict)));
        let (value, version) = world.state_get(owner, "cursor").await.unwrap().unwrap();
        assert_eq!(value, b"1");
        write(&[("cursor", Some(version))], b"2").await.unwrap();
        assert!(matches!(write(&[("cursor", Some(version))], b"3").await, Err(IngestError::StateConflict)));
        assert_eq!(world.inbound_counts().await.unwrap().envelopes, 2, "what conflicted left nothing behind");

        // A version never comes back, also not after the key was away.
        let (_, version) = world.state_get(owner, "cursor").await.unwrap().unwrap();
        world.ingest(world.intake_of(events_with_state(&[], &[("cursor", None)]))).await.unwrap();
        assert_eq!(world.state_get(owner, "cursor").await.unwrap(), None);
        write(&[("cursor", None)], b"4").await.unwrap();
        assert_ne!(world.state_get(owner, "cursor").await.unwrap().unwrap().1, version);
    }

    async fn keys_of_an_owner_are_bounded_in_number(store: TestStore) {
        let world = World::new(store).await;
        let keys: Vec<String> = (0..16 * 1024).map(|n| format!("{n}")).collect();
        let writes: Vec<(&str, Option<&[u8]>)> = keys.iter().map(|key| (key.as_str(), Some(b"".as_slice()))).collect();
        world.ingest(world.intake_of(events_with_state(&[], &writes))).await.unwrap();
        let one_more = world.ingest(world.intake_of(events_with_state(&[], &[("one-more", Some(b""))]))).await;
        assert!(matches!(one_more, Err(IngestError::Store(StoreError::Refused(Refused::TooMany { .. })))), "{one_more:?}");
        world.ingest(world.intake_of(events_with_state(&[], &[("0", None), ("one-more", Some(b""))]))).await.unwrap();
    }

    async fn a_listing_that_is_no_longer_so_is_a_conflict_too(store: TestStore) {
        let world = World::new(store).await;
        let listing = |found: &[&str]| StateRead::Keys {
            prefix: "seen/".into(),
            after: None,
            count: 10,
            found: found.iter().map(|key| (*key).to_owned()).collect(),
        };
        let write = |read: StateRead, key: &str| {
            let outcome = IntakeOutcome::Events {
                events: Vec::new(),
                state_reads: vec![read],
                state_writes: vec![(key.to_owned(), Some(b"1".to_vec()))],
            };
            world.ingest(world.intake_of(outcome))
        };
        write(listing(&[]), "seen/a").await.unwrap();
        assert!(matches!(write(listing(&[]), "seen/b").await, Err(IngestError::StateConflict)));
        write(listing(&["seen/a"]), "elsewhere").await.unwrap();
        write(listing(&["seen/a"]), "seen/b").await.unwrap();
    }

    async fn a_pending_envelope_is_completed_once(store: TestStore) {
        let world = World::new(store).await;
        let intake = world.intake_of(IntakeOutcome::Pending { reason: "slow".into() });
        let id = intake.envelope.id;
        world.ingest(intake).await.unwrap();
        assert_eq!(world.pending_envelopes(world.now(), 10, 10, BTreeSet::new()).await.unwrap().len(), 0, "it is left to who committed it");

        world.clock.advance(61_000);
        let due = world.pending_envelopes(world.now(), 10, 10, BTreeSet::new()).await.unwrap();
        assert_eq!(due.iter().map(|envelope| envelope.id).collect::<Vec<_>>(), [id]);
        assert_eq!(due[0].request("https://here".into()).body, b"{\"raw\":true}");
        assert_eq!(world.pending_envelopes(world.now(), 10, 10, BTreeSet::new()).await.unwrap().len(), 0, "it is claimed");
        world.postpone(id, 1, world.now() + 5_000, "passing").await.unwrap();
        world.clock.advance(5_000);
        assert_eq!(world.pending_envelopes(world.now(), 10, 10, BTreeSet::new()).await.unwrap()[0].runs, 1);

        let outcome = || IntakeOutcome::Events {
            events: vec![says("ann", "m1", START, "late")],
            state_reads: Vec::new(),
            state_writes: Vec::new(),
        };
        let (one, two) = tokio::join!(world.complete(id, outcome()), world.complete(id, outcome()));
        let changed = |done: &Result<_, IngestError>| {
            matches!(done, Err(IngestError::Store(StoreError::Conflict(Conflict::Changed))))
        };
        assert!(one.is_ok() != two.is_ok() && (changed(&one) || changed(&two)), "{one:?} {two:?}");
        assert_eq!(world.named("m1").await.text, "late");
        assert_eq!(world.inbound_counts().await.unwrap().pending, 0);
    }

    async fn a_new_message_opens_a_closed_conversation_and_history_does_not(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let close = || ConversationChange { status: Some(ConversationStatus::Closed), ..ConversationChange::default() };
        world.change(conversation, close()).await;
        world.take_in(vec![says("ann", "old", START - 1_000, "before we were connected")]).await;
        let now = world.conversation(conversation).await.unwrap().unwrap();
        assert_eq!(now.status, ConversationStatus::Closed);
        assert!(world.named("old").await.history);
        world.take_in(vec![says("ann", "new", START + 1_000, "one more thing")]).await;
        let now = world.conversation(conversation).await.unwrap().unwrap();
        assert_eq!(now.status, ConversationStatus::Open);
    }

    async fn what_is_no_message_is_kept_and_shown(store: TestStore) {
        let world = World::new(store).await;
        let events = vec![
            event("ann", "n1", START, EventBody::Ignored("a sticker pack was bought".into())),
            event("ann", "", START, EventBody::FollowUp("fetch it".into())),
            event("ann", "", START, EventBody::Account(AccountState::Reconnect("revoked".into()))),
            event("ann", "", START, EventBody::Typing(true)),
        ];
        let done = world.take_in(events).await;
        assert_eq!((done.dead_letters, done.requests.len(), done.requests[0].kind), (0, 1, "follow_up"));
        let kept = world.channel_events(world.channel, whole()).await.unwrap().items;
        let mut kinds: Vec<_> = kept.iter().map(|kept| kept.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["account", "follow_up", "ignored"]);
        let channel = world.store_channel().await;
        assert_eq!(channel.health.state.as_str(), "reconnect");
    }
}

impl World {
    async fn store_channel(&self) -> lockgate_store::ChannelRecord {
        self.channel(self.channel).await.unwrap().unwrap()
    }
}
