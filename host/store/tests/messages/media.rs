//! Files by their rows: who may use which name, what is named and what goes.

use lockgate_model::contract::actions::Action;
use lockgate_model::contract::common::{Content, Media, MediaKind, MediaSource, Part};
use lockgate_model::contract::inbound::{Event, EventBody, FormFile};
use lockgate_model::contract::outbound::Ground;
use lockgate_model::id::Owner;
use lockgate_store::{Conflict, IntakeOutcome, NewAction, NewMedium, NewOutgoing, StoreError, UNKEPT_MS, UNNAMED_MS};

use crate::common::{START, both};
use crate::fixtures::{World, deletes, edits, says, sent};

const MUCH: u64 = 1 << 40;

fn medium(handle: &str, owner: Owner, digest: &str, place: &str) -> NewMedium {
    NewMedium {
        handle: handle.into(),
        owner,
        sha256: digest.repeat(8),
        place: place.into(),
        size: 100,
        content_type: "image/png".into(),
        file_name: Some("a.png".into()),
        most: MUCH,
    }
}

fn stored(handle: &str) -> Part {
    let content = Content::Media(Media {
        kind: MediaKind::Image,
        source: MediaSource::Stored(handle.into()),
        file_name: None,
        content_type: None,
        size: None,
        duration: None,
        width: None,
        height: None,
        caption: None,
        view_once: false,
        content_id: None,
        sha256: None,
        preview: None,
    });
    Part { content, extras: Vec::new() }
}

/// The same event, with these files in place of its text.
fn with(mut event: Event, handles: &[&str]) -> Event {
    let parts = handles.iter().map(|handle| stored(handle)).collect();
    match &mut event.body {
        EventBody::Message(message) => message.parts = parts,
        EventBody::Edited(edit) => edit.parts = parts,
        other => panic!("{other:?}"),
    }
    event
}

async fn kept(world: &World, handle: &str, owner: Owner) -> bool {
    world.medium(handle, [owner, owner]).await.unwrap().is_some()
}

/// What is swept now, and an hour after that.
async fn swept(world: &World) -> Vec<String> {
    let mut places = world.sweep_media().await.unwrap();
    world.clock.advance(UNKEPT_MS);
    places.extend(world.sweep_media().await.unwrap());
    places
}

both! {
    async fn a_file_that_an_answer_is_changed_to_stays_with_it(store: TestStore) {
        let world = World::new(store).await;
        let owner = Owner::Channel(world.channel);
        let conversation = world.conversation_with("ann").await;
        let ours = world.answer(conversation, &["one"]).await.id;
        world.finish(&world.claim_one().await, sent("o1")).await;
        assert!(world.keep_medium(medium("h1", owner, "aa", "p1")).await.is_ok());
        let edit = NewAction { message: ours, action: Action::Edit { parts: vec![stored("h1")] } };
        world.act_on_message(edit).await.unwrap().unwrap();
        world.clock.advance(UNNAMED_MS / 2);
        world.finish(&world.claim_one().await, sent("o1")).await;
        world.clock.advance(UNNAMED_MS);
        assert!(swept(&world).await.is_empty() && kept(&world, "h1", owner).await);
        assert_eq!(world.look(ours).await.parts, [stored("h1")]);
    }

    async fn a_name_is_of_use_to_its_owner_alone(store: TestStore) {
        let world = World::new(store).await;
        let (ours, theirs) = (Owner::Channel(world.channel), Owner::Channel(world.connect("loft-2").await));
        assert_eq!(world.keep_medium(medium("h1", ours, "aa", "p1")).await.unwrap().as_deref(), Some("p1"));
        // The same bytes of another lie once, and neither learns of the other.
        assert_eq!(world.keep_medium(medium("h2", theirs, "aa", "p2")).await.unwrap().as_deref(), Some("p1"));
        for (handle, owner, is) in [("h1", ours, true), ("h1", theirs, false), ("h2", theirs, true), ("h2", ours, false)] {
            assert_eq!(kept(&world, handle, owner).await, is, "{handle} of {owner}");
        }
        assert!(!kept(&world, &"aa".repeat(8), ours).await, "a digest is no name");
        let taken = world.keep_medium(medium("h1", theirs, "bb", "p3")).await;
        assert!(matches!(taken, Err(StoreError::Conflict(Conflict::Changed))), "{taken:?}");
        // A message that names what its plugin may not use names nothing.
        world.take_in(vec![with(says("ann", "m1", START, ""), &["h1", "h2"])]).await;
        let message = world.named("m1").await.id;
        assert!(world.medium_of_message(message, "h1").await.unwrap().is_some());
        assert!(world.medium_of_message(message, "h2").await.unwrap().is_none());
    }

    async fn what_a_channel_keeps_is_bounded(store: TestStore) {
        let world = World::new(store).await;
        let (one, other) = (Owner::Channel(world.channel), Owner::App(world.app));
        let limited = |handle: &str, owner| NewMedium { most: 250, ..medium(handle, owner, handle, handle) };
        assert!(world.keep_medium(limited("a1", one)).await.unwrap().is_some());
        assert!(world.keep_medium(limited("a2", one)).await.unwrap().is_some());
        assert!(world.keep_medium(limited("a3", one)).await.unwrap().is_none());
        assert!(world.keep_medium(limited("a4", other)).await.unwrap().is_some(), "each has its own room");
        // Run again, the same call takes no more.
        assert!(world.keep_medium(limited("a2", one)).await.unwrap().is_some());
    }

    async fn what_nothing_names_goes_in_time_and_what_is_named_stays(store: TestStore) {
        let world = World::new(store).await;
        let owner = Owner::Channel(world.channel);
        for (handle, digest) in [("named", "aa"), ("lost", "bb"), ("same", "aa"), ("sent", "cc"), ("picture", "dd")] {
            world.keep_medium(medium(handle, owner, digest, digest)).await.unwrap();
        }
        let mut said = with(says("ann", "m1", START, ""), &["named"]);
        if let Some(actor) = &mut said.actor {
            actor.picture = Some(MediaSource::Stored("picture".into()));
        }
        world.take_in(vec![said]).await;
        let conversation = world.named("m1").await.conversation;
        let outgoing = NewOutgoing {
            conversation,
            parts: vec![stored("sent")],
            ground: Ground::Open,
            until: None,
            author: None,
            quote: None,
            automatic: false,
        };
        let answer = world.send_message(outgoing).await.unwrap().id;
        world.clock.advance(UNNAMED_MS - 1);
        assert_eq!(world.sweep_media().await.unwrap(), [""; 0] as [&str; 0]);
        assert!(kept(&world, "lost", owner).await, "not yet");
        world.clock.advance(1);
        assert_eq!(swept(&world).await, ["bb"], "the file goes with its last name");
        for handle in ["named", "sent", "picture"] {
            assert!(kept(&world, handle, owner).await, "{handle}");
        }
        assert!(!kept(&world, "same", owner).await);
        assert!(world.medium_of_message(answer, "sent").await.unwrap().is_some());
        assert!(!world.is_medium_at(&"bb".repeat(8), "bb").await.unwrap());
        assert!(world.is_medium_at(&"aa".repeat(8), "aa").await.unwrap());
        assert!(!world.is_medium_at(&"aa".repeat(8), "elsewhere").await.unwrap());
    }

    async fn a_file_that_comes_again_while_it_goes_is_kept(store: TestStore) {
        let world = World::new(store).await;
        let owner = Owner::Channel(world.channel);
        world.keep_medium(medium("h1", owner, "aa", "p1")).await.unwrap();
        world.clock.advance(UNNAMED_MS);
        assert_eq!(world.sweep_media().await.unwrap(), ["p1"]);
        // Its file is being removed; the new one lies elsewhere.
        assert_eq!(world.keep_medium(medium("h2", owner, "aa", "p2")).await.unwrap().as_deref(), Some("p2"));
        world.clock.advance(UNKEPT_MS + 1);
        assert_eq!(world.sweep_media().await.unwrap(), [""; 0] as [&str; 0]);
    }

    async fn what_is_erased_takes_its_files_along(store: TestStore) {
        let world = World::new(store).await;
        let owner = Owner::Channel(world.channel);
        for (handle, digest) in [("first", "aa"), ("edited", "bb"), ("other", "cc"), ("both", "dd")] {
            world.keep_medium(medium(handle, owner, digest, digest)).await.unwrap();
        }
        world.take_in(vec![with(says("ann", "m1", START, ""), &["first", "both"])]).await;
        world.take_in(vec![with(edits("ann", "m1", 1, START + 1, ""), &["edited"])]).await;
        world.take_in(vec![with(says("ann", "m2", START + 2, ""), &["other", "both"])]).await;
        let message = world.named("m1").await.id;
        assert!(world.medium_of_message(message, "edited").await.unwrap().is_some(), "as it is shown now");
        world.take_in(vec![deletes("ann", "m1", START + 3, true)]).await;
        for (handle, is) in [("first", false), ("edited", false), ("other", true), ("both", true)] {
            assert_eq!(kept(&world, handle, owner).await, is, "{handle}");
        }
        assert!(world.medium_of_message(message, "both").await.unwrap().is_none());
        world.clock.advance(UNKEPT_MS);
        let mut gone = world.sweep_media().await.unwrap();
        gone.sort();
        assert_eq!(gone, ["aa", "bb"]);
    }

    async fn a_forms_files_wait_with_it(store: TestStore) {
        let world = World::new(store).await;
        let owner = Owner::App(world.app);
        world.keep_medium(medium("file", owner, "aa", "aa")).await.unwrap();
        let mut intake = world.intake_of(IntakeOutcome::Pending { reason: "slow".into() });
        intake.envelope.files.push(FormFile {
            field: "photo".into(),
            file_name: Some("a.png".into()),
            content_type: None,
            size: 100,
            stored: "file".into(),
        });
        let id = intake.envelope.id;
        world.ingest(intake).await.unwrap();
        world.clock.advance(2 * UNNAMED_MS);
        assert_eq!(swept(&world).await, [""; 0] as [&str; 0]);
        let again = world.pending_envelopes(u64::MAX / 4, 10, 10, Default::default()).await.unwrap().remove(0);
        assert_eq!(again.request(String::new()).files[0].stored, "file", "it is run again with its files");
        let outcome = IntakeOutcome::Events {
            events: vec![with(says("ann", "m1", START, ""), &["file"])],
            state_reads: Vec::new(),
            state_writes: Vec::new(),
        };
        world.complete(id, outcome).await.unwrap();
        assert_eq!(swept(&world).await, [""; 0] as [&str; 0]);
        assert!(kept(&world, "file", owner).await);
    }
}
