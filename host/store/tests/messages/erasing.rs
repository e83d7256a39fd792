//! What must not be kept any longer goes everywhere.

use lockgate_model::contract::inbound::EventBody;

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
