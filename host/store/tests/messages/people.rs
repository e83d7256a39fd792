//! Contacts and identities: who is whom.

use lockgate_model::contract::common::{Alias, Assurance, IdentityKind};
use lockgate_model::contract::inbound::{EventBody, IdentityChange};

use crate::common::{START, both};
use crate::fixtures::{World, echo, event, says, whole};

fn alias(key: &str, kind: IdentityKind, assurance: Assurance) -> Alias {
    Alias { key: key.to_owned(), kind, assurance }
}

fn with_alias(
    mut event: lockgate_model::contract::inbound::Event,
    alias: Alias,
) -> lockgate_model::contract::inbound::Event {
    event.actor.as_mut().unwrap().aliases.push(alias);
    event
}

both! {
    async fn a_contact_is_called_by_the_newest_name(store: TestStore) {
        let world = World::new(store).await;
        for (at, name) in [(START + 5, "Ann"), (START + 1, "A."), (START + 9, "Ann Berg")] {
            let mut said = says("ann", &format!("m{at}"), at, "hi");
            said.actor.as_mut().unwrap().name = Some(name.into());
            world.take_in(vec![said]).await;
        }
        let contacts = world.contacts(whole()).await.unwrap().items;
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0].name.as_deref(), Some("Ann Berg"));
        assert_eq!(contacts[0].identities[0].key, "ann");
        assert_eq!(world.contact(contacts[0].id).await.unwrap().unwrap(), contacts[0]);
    }

    async fn an_echo_begins_the_conversation_with_the_contact_and_not_with_us(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(vec![echo("ann", "e1", START, "good morning", None)]).await;
        let conversations = world.conversations_of(world.channel).await;
        let contacts = world.contacts(whole()).await.unwrap().items;
        assert_eq!((conversations.len(), contacts.len()), (1, 1));
        assert_eq!(conversations[0].contact, Some(contacts[0].id));
        assert_eq!(contacts[0].identities[0].key, "ann");
        assert_eq!(conversations[0].window_opened_at, None, "only the contact opens the window");
    }

    async fn an_alias_that_the_provider_vouches_for_joins_two_people_and_their_threads(store: TestStore) {
        let world = World::new(store).await;
        world.take_in(vec![says("old", "m1", START, "hi"), says("new", "m2", START + 1, "hi again")]).await;
        assert_eq!(world.contacts(whole()).await.unwrap().items.len(), 2);
        let vouched = alias("old", IdentityKind::Opaque, Assurance::Provider);
        world.take_in(vec![with_alias(says("new", "m3", START + 2, "it is me"), vouched)]).await;

        assert_eq!(world.contacts(whole()).await.unwrap().items.len(), 1);
        let conversations = world.conversations_of(world.channel).await;
        assert_eq!(conversations.len(), 1);
        world.take_in(vec![says("old", "m4", START + 3, "from my old phone")]).await;
        let said = world.messages(conversations[0].id, whole()).await.unwrap().items;
        assert_eq!(said.len(), 4, "the thread of either key is one");
    }

    async fn an_alias_that_nobody_vouches_for_joins_nobody(store: TestStore) {
        let world = World::new(store).await;
        let claimed = alias("victim", IdentityKind::Opaque, Assurance::Unverified);
        world
            .take_in(vec![says("victim", "m1", START, "hi"), with_alias(says("mallory", "m2", START + 1, "hi"), claimed)])
            .await;
        assert_eq!(world.contacts(whole()).await.unwrap().items.len(), 2);
    }

    async fn a_number_that_was_passed_on_joins_nobody_with_keys_of_their_own(store: TestStore) {
        let world = World::new(store).await;
        let number = || alias("+4930123", IdentityKind::Phone, Assurance::Provider);
        world.take_in(vec![with_alias(says("ann", "m1", START, "my number"), number())]).await;
        world.take_in(vec![with_alias(says("bob", "m2", START + 1, "mine now"), number())]).await;
        assert_eq!(world.contacts(whole()).await.unwrap().items.len(), 2);
    }

    async fn who_changes_their_key_stays_who_they_are(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let change = IdentityChange {
            old: "ann".into(),
            new: vec![alias("ann-2", IdentityKind::Opaque, Assurance::Provider)],
        };
        let mut event = event("ann", "change", START + 1, EventBody::IdentityChanged(change));
        event.actor = None;
        world.take_in(vec![event, says("ann-2", "m2", START + 2, "still me")]).await;
        assert_eq!(world.contacts(whole()).await.unwrap().items.len(), 1);
        assert_eq!(world.named("m2").await.conversation, conversation);
    }

    async fn a_thread_that_moved_goes_on_in_its_conversation(store: TestStore) {
        let world = World::new(store).await;
        let conversation = world.conversation_with("ann").await;
        let moved = event("ann", "move", START + 1, EventBody::ThreadMoved("elsewhere".into()));
        let mut said = says("ann", "m2", START + 2, "here now");
        said.thread.as_mut().unwrap().key = "elsewhere".into();
        world.take_in(vec![moved, said]).await;
        assert_eq!(world.named("m2").await.conversation, conversation);
    }
}
