//! The event log: a reader that resumes skips nothing.

use std::collections::BTreeSet;

use lockgate_model::id::Owner;
use lockgate_store::{Intake, LoggedEvent};

use crate::common::{START, both};
use crate::fixtures::{World, edits, says};

impl World {
    /// All that was announced, once everything that was committed has its position.
    async fn announced(&self, messages: usize) -> Vec<LoggedEvent> {
        let mut committed = self.committed();
        loop {
            committed.mark_unchanged();
            let log = self.events_after(0, 10_000).await.unwrap();
            if log.iter().filter(|event| event.kind == "message.created").count() >= messages {
                return log;
            }
            committed.changed().await.unwrap();
        }
    }
}

both! {
    async fn what_happens_is_announced_by_ids_in_order(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(vec![says("ann", "m1", START, "hi")]).await;
        world.take_in(vec![edits("ann", "m1", 1, START + 1, "hello")]).await;
        let message = world.named("m1").await;
        world.answer(message.conversation, &["yes?"]).await;
        let log = world.announced(2).await;
        let kinds: Vec<_> = log.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(
            kinds,
            ["contact.created", "conversation.created", "message.created", "message.changed", "message.created"]
        );
        assert_eq!(log[3].message, Some(message.id));
        assert!(log.windows(2).all(|pair| pair[0].position < pair[1].position));
        let bounds = world.event_bounds().await.unwrap();
        assert_eq!((bounds.oldest, bounds.newest), (Some(log[0].position), Some(log[4].position)));
        assert_eq!(world.events_after(log[2].position, 1).await.unwrap(), log[3..4]);
    }

    async fn a_reader_that_resumes_while_many_write_skips_nothing(store: TestStore) {
        const WRITERS: usize = 8;
        const EACH: usize = 20;
        let world = World::new(store).await;
        let mut channels = Vec::new();
        for writer in 0..WRITERS {
            channels.push(world.connect(&format!("loft-w{writer}")).await);
        }
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let store = world.share();
                let intakes: Vec<_> = (0..EACH)
                    .map(|n| {
                        let mut said = says(&format!("w{writer}"), &format!("m{writer}-{n}"), START, "hi");
                        said.account = Some(format!("loft-w{writer}"));
                        // Each channel's own hook, so that several writers commit beside each other.
                        Intake { owner: Owner::Channel(channels[writer]), ..world.intake(vec![said]) }
                    })
                    .collect();
                tokio::spawn(async move {
                    for intake in intakes {
                        store.ingest(intake).await.unwrap();
                    }
                })
            })
            .collect();

        let store = world.share();
        let reader = tokio::spawn(async move {
            let mut committed = store.committed();
            let (mut position, mut seen, mut positions) = (0, BTreeSet::new(), Vec::new());
            while seen.len() < WRITERS * EACH {
                committed.mark_unchanged();
                let events = store.events_after(position, 7).await.unwrap();
                if events.is_empty() {
                    committed.changed().await.unwrap();
                }
                for event in events {
                    position = event.position;
                    positions.push(position);
                    seen.extend(event.message);
                }
            }
            positions
        });
        for writer in writers {
            writer.await.unwrap();
        }
        let positions = reader.await.unwrap();
        let all: Vec<_> = world.announced(WRITERS * EACH).await.iter().map(|event| event.position).collect();
        assert_eq!(positions[..], all[..positions.len()], "read once each, in order");
        assert!(positions.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
