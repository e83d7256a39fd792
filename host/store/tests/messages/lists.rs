//! Lists, page by page.

use lockgate_model::conversation::ConversationStatus;
use lockgate_store::{ConversationFilter, Page, Refused, StoreError};

use crate::common::{START, both};
use crate::fixtures::{World, says, whole};

both! {
    async fn lists_come_in_pages_that_join_without_gap_or_repetition(store: TestStore) {
        let world = World::new(store).await;
        let mut events = Vec::new();
        for n in 0..7 {
            events.push(says(&format!("p{n}"), &format!("m{n}"), START + n / 2, "hi"));
            events.push(says("p0", &format!("x{n}"), START + n / 3, "more"));
        }
        world.take_in(events).await;

        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = world.conversations(ConversationFilter::default(), Page { cursor, limit: 2 }).await.unwrap();
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        let whole_list = world.conversations(ConversationFilter::default(), whole()).await.unwrap().items;
        assert_eq!(seen, whole_list);
        assert!(seen.windows(2).all(|pair| pair[0].last_message_at >= pair[1].last_message_at));

        let busiest = world.named("x0").await.conversation;
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = world.messages(busiest, Page { cursor, limit: 3 }).await.unwrap();
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, world.messages(busiest, whole()).await.unwrap().items);
        assert_eq!(seen.len(), 8);

        let mut names = 0;
        let mut cursor = None;
        loop {
            let page = world.contacts(Page { cursor, limit: 3 }).await.unwrap();
            names += page.items.len();
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(names, 7);
    }

    async fn a_cursor_of_another_list_is_refused(store: TestStore) {
        let world = World::new(store).await;
        let page = || Page { cursor: Some("nonsense".into()), limit: 2 };
        let conversations = world.conversations(ConversationFilter::default(), page()).await;
        assert!(matches!(conversations, Err(StoreError::Refused(Refused::Cursor))));
        assert!(matches!(world.contacts(page()).await, Err(StoreError::Refused(Refused::Cursor))));
    }

    async fn conversations_are_found_by_what_they_are(store: TestStore) {
        let world = World::new(store).await;
        let ann = world.conversation_with("ann").await;
        world.conversation_with("bob").await;
        let contact = world.conversation(ann).await.unwrap().unwrap().contact;
        let by = |filter| world.conversations(filter, whole());
        let of = ConversationFilter { contact, ..ConversationFilter::default() };
        assert_eq!(by(of).await.unwrap().items.len(), 1);
        let open = ConversationFilter { status: Some(ConversationStatus::Open), ..ConversationFilter::default() };
        assert_eq!(by(open).await.unwrap().items.len(), 2);
        let closed = ConversationFilter { status: Some(ConversationStatus::Closed), ..ConversationFilter::default() };
        assert_eq!(by(closed).await.unwrap().items.len(), 0);
        let inbox = ConversationFilter { inbox: Some(world.inbox), ..ConversationFilter::default() };
        assert_eq!(by(inbox).await.unwrap().items.len(), 2);
    }
}
