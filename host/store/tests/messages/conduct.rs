//! Channels and apps that are slowed or paused, and how what waits is shared out among all.

use std::collections::{BTreeMap, BTreeSet};

use lockgate_model::config::{Health, HealthState};
use lockgate_model::id::Owner;
use lockgate_store::{ChannelChange, ConductRecord, IntakeOutcome};

use crate::common::both;
use crate::fixtures::{LEASE, World};

fn paused(world: &World, owner: Owner) -> ConductRecord {
    let now = world.now();
    ConductRecord { owner, code: "cpu".into(), pauses: 2, since: now, until: Some(now + 60_000) }
}

async fn wait(world: &World, owner: Owner) {
    let mut intake = world.intake_of(IntakeOutcome::Waiting { reason: "paused".into() });
    intake.owner = owner;
    world.ingest(intake).await.unwrap();
}

async fn due(world: &World, share: usize, busy: &[Owner]) -> Vec<Owner> {
    let busy: BTreeSet<Owner> = busy.iter().copied().collect();
    let found = world.pending_envelopes(world.now(), 10, share, busy).await.unwrap();
    found.into_iter().map(|envelope| envelope.owner).collect()
}

both! {
    async fn a_pause_is_shown_and_outlives_a_restart(store: TestStore) {
        let mut world = World::new(store).await;
        let (channel, app) = (Owner::Channel(world.channel), Owner::App(world.app));
        let record = paused(&world, channel);
        world.set_conduct(record.clone()).await.unwrap();
        world.set_conduct(ConductRecord { until: None, ..paused(&world, app) }).await.unwrap();
        world.restart().await;
        assert_eq!(world.conduct(channel).await.unwrap(), Some(record.clone()));
        assert_eq!(world.conducts().await.unwrap().len(), 2);
        let shown = world.channel(world.channel).await.unwrap().unwrap();
        assert_eq!((shown.health.state, shown.paused_until), (HealthState::Paused, record.until));
        assert!(shown.health.why.unwrap().contains("cpu"));
        // What a provider takes no more needs a person, paused or not.
        let since = world.now();
        let health = Health { state: HealthState::Reconnect, why: None, since };
        world.set_health(world.channel, health.clone()).await.unwrap();
        assert_eq!(world.channel(world.channel).await.unwrap().unwrap().health, health);
        world.set_health(world.channel, Health { state: HealthState::Connected, ..health }).await.unwrap();

        assert!(world.clear_conduct(channel).await.unwrap());
        assert!(!world.clear_conduct(channel).await.unwrap());
        let shown = world.channel(world.channel).await.unwrap().unwrap();
        assert_eq!((shown.health.state, shown.paused_until), (HealthState::Connected, None));
        assert_eq!(world.conduct(app).await.unwrap().unwrap().health().state, HealthState::Degraded);
    }

    async fn a_deleted_channel_leaves_no_pause(store: TestStore) {
        let world = World::new(store).await;
        world.set_conduct(paused(&world, Owner::Channel(world.channel))).await.unwrap();
        world.change_channel(world.channel, ChannelChange { enabled: Some(false), ..ChannelChange::default() }).await.unwrap();
        let shown = world.channel(world.channel).await.unwrap().unwrap();
        assert_eq!(shown.health.state, HealthState::Disabled);
        world.delete_channel(world.channel).await.unwrap();
        assert_eq!(world.conducts().await.unwrap(), []);
    }

    async fn what_waits_for_a_paused_channel_waits_until_its_end(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let owner = Owner::Channel(world.channel);
        world.set_conduct(paused(&world, owner)).await.unwrap();
        world.answer(conversation, &["an answer"]).await;
        wait(&world, owner).await;
        wait(&world, Owner::App(world.app)).await;
        assert!(world.claim().await.is_empty());
        assert_eq!(due(&world, 9, &[]).await, [Owner::App(world.app)]);
        world.clock.advance(60_000);
        assert!(due(&world, 9, &[]).await.contains(&owner), "also without anybody resuming it");
        assert_eq!(world.claim().await.len(), 1);
    }

    async fn of_one_owner_a_share_is_run_again_at_once(store: TestStore) {
        let world = World::new(store).await;
        let (noisy, quiet) = (Owner::Channel(world.channel), Owner::Channel(world.connect("loft-2").await));
        // More than one look at the table goes through.
        for _ in 0..140 {
            wait(&world, noisy).await;
        }
        wait(&world, quiet).await;
        let mut found = due(&world, 3, &[]).await;
        found.sort();
        let mut expected = vec![noisy, noisy, noisy, quiet];
        expected.sort();
        assert_eq!(found, expected);
        assert_eq!(due(&world, 3, &[noisy]).await, [], "who is busy gets none");
        assert_eq!(due(&world, 3, &[]).await, [noisy; 3], "what was claimed is left alone");
    }

    async fn of_one_channel_a_share_is_sent_at_once(store: TestStore) {
        let world = World::new(store).await;
        for who in 0..12 {
            let conversation = world.conversation_with(&format!("ann-{who}")).await;
            world.answer(conversation, &["hello"]).await;
        }
        let claim = async |share, busy: &[(_, u32)]| {
            let busy: BTreeMap<_, _> = busy.iter().copied().collect();
            world.claim_deliveries("node-1", world.now(), LEASE, 50, share, busy).await.unwrap().len()
        };
        assert_eq!(claim(5, &[(world.channel, 5)]).await, 0);
        assert_eq!(claim(5, &[(world.channel, 3)]).await, 2);
        assert_eq!(claim(5, &[]).await, 5);
        assert_eq!(claim(50, &[]).await, 5, "the rest");
    }
}
