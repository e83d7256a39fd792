//! What must not be kept any longer goes everywhere.

use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound::{EventBody, FormFile, Verification};
use lockgate_store::IntakeOutcome;

use crate::common::{START, both};
use crate::fixtures::{World, deletes, edits, says};

const BARE: &str = "UPDATE envelopes SET state = state WHERE LENGTH(body) = 0";

both! {
    async fn what_the_provider_wants_erased_leaves_no_word_of_it(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(vec![says("ann", "m1", START, "secret")]).await;
        world.take_in(vec![edits("ann", "m1", 1, START + 1, "still secret")]).await;
        world.take_in(vec![says("ann", "m1", START, "secret")]).await;
        world.take_in(vec![says("bob", "m2", START, "beside it")]).await;
        world.take_in(vec![deletes("ann", "m1", START + 2, true)]).await;
        let now = world.named("m1").await;
        assert_eq!((now.text.as_str(), now.parts.len(), now.erased, now.deleted_at), ("", 0, true, Some(START + 2)));
        assert_eq!(world.sql(BARE).await, 3, "the message, its edit, and what was sent again");
        assert_eq!(world.sql("UPDATE message_facts SET kind = kind WHERE fact LIKE '%secret%'").await, 0);
        assert_eq!(world.sql("UPDATE messages SET status = status WHERE original IS NOT NULL").await, 0);
        assert_eq!(world.named("m2").await.text, "beside it");
    }

    async fn of_an_envelope_that_is_erased_nothing_is_left_that_was_written(store: TestStore) {
        let world = World::new(store).await;
        let events = vec![says("ann", "m1", START, "secret")];
        let (state_reads, state_writes) = Default::default();
        let mut intake = world.intake_of(IntakeOutcome::Events { events, state_reads, state_writes });
        let pair = |name: &str| Pair { name: name.into(), value: "secret".into() };
        intake.envelope.path = "/secret".into();
        intake.envelope.query.push(pair("text"));
        intake.envelope.headers.push(pair("x-sender"));
        intake.envelope.remote_address = Some("secret".into());
        let claims = vec![pair("sub")];
        intake.envelope.verification = Some(Verification { recipe: "jwt".into(), key: None, claims });
        intake.envelope.files.push(FormFile {
            field: "plan".into(),
            file_name: Some("secret.pdf".into()),
            content_type: None,
            size: 1,
            stored: "none".into(),
        });
        let id = intake.envelope.id;
        world.ingest(intake).await.unwrap();
        assert_eq!(world.envelope(id).await.unwrap().unwrap().files[0].file_name.as_deref(), Some("secret.pdf"));
        world.take_in(vec![deletes("ann", "m1", START + 1, true)]).await;
        assert_eq!(world.sql("UPDATE envelopes SET state = state WHERE request LIKE '%secret%'").await, 0);
        let left = world.envelope(id).await.unwrap().unwrap();
        assert_eq!((left.body.len(), left.files.len(), left.method.as_str()), (0, 0, "POST"));
    }

    async fn what_is_erased_before_it_comes_is_not_kept(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(vec![deletes("ann", "m1", START + 2, true)]).await;
        world.take_in(vec![says("ann", "m1", START, "secret")]).await;
        assert_eq!(world.named("m1").await.text, "");
        assert_eq!(world.sql(BARE).await, 1);
    }

    async fn a_message_that_disappears_is_gone_in_time(store: TestStore) {
        let world = World::new(store).await;
        let mut said = says("ann", "m1", START, "soon gone");
        if let EventBody::Message(message) = &mut said.body {
            message.expires = Some(START + 10_000);
        }
        world.take_in(vec![said]).await;
        world.sweep(START + 9_999).await.unwrap();
        assert_eq!(world.named("m1").await.text, "soon gone");
        world.sweep(START + 10_000).await.unwrap();
        assert_eq!(world.named("m1").await.text, "");
        assert_eq!(world.sql(BARE).await, 1);
    }

    async fn the_log_forgets_what_is_old_and_keeps_its_place(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(vec![says("ann", "m1", START, "hi")]).await;
        let mut committed = world.committed();
        let newest = loop {
            committed.mark_unchanged();
            let newest = world.event_bounds().await.unwrap().newest.unwrap_or_default();
            if newest >= 3 {
                break newest;
            }
            committed.changed().await.unwrap();
        };
        world.sweep(START + 8 * 24 * 60 * 60 * 1000).await.unwrap();
        let bounds = world.event_bounds().await.unwrap();
        assert_eq!((bounds.oldest, bounds.newest), (Some(newest), Some(newest)));
    }
}
