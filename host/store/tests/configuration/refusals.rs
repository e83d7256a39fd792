//! Counts of what was refused.

use lockgate_model::id::Owner;
use lockgate_store::RefusalCount;

use crate::common::both;
use crate::fixtures::channel;

both! {
    async fn refusals_add_up_by_owner_route_and_reason(store: TestStore) {
        let channel = channel(&store).await.unwrap();
        let refusal = |owner, route: &str, reason: &str, count| RefusalCount {
            owner,
            route: route.into(),
            reason: reason.into(),
            count,
        };
        let owner = Some(Owner::Channel(channel.id));
        store.count_refusals(vec![]).await.unwrap();
        store.count_refusals(vec![refusal(None, "", "unknown_key", 3), refusal(owner, "events", "forged", 1)]).await.unwrap();
        store.count_refusals(vec![refusal(owner, "events", "forged", 2), refusal(owner, "events", "too_large", 1)]).await.unwrap();
        assert_eq!(
            store.refusals().await.unwrap(),
            [refusal(None, "", "unknown_key", 3), refusal(owner, "events", "forged", 3), refusal(owner, "events", "too_large", 1)]
        );
    }
}
