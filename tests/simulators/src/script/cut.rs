//! Tells a script: in batches, over several connections, in order or in none.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::generate::Script;
use crate::webhook::Envelope;

/// In which order events are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they happened; over one connection they arrive so.
    AsHappened,
    /// In any order.
    Shuffled,
}

/// How a script is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The same seed cuts the same script the same way.
    pub seed: u64,
    /// Connections that tell it at the same time.
    pub connections: usize,
    /// Most events in one request; each request holds between one and this many.
    pub largest_batch: usize,
    /// The order before it is dealt out.
    pub order: Order,
}

impl Script {
    /// Every event once, as a plan for [`Webhooks::play`](crate::webhook::Webhooks::play): a list of requests for each
    /// connection.
    #[must_use]
    pub fn cut(&self, cut: &Cut) -> Vec<Vec<Envelope>> {
        let mut rng = ChaCha8Rng::seed_from_u64(cut.seed);
        let mut events = self.events.clone();
        if cut.order == Order::Shuffled {
            events.shuffle(&mut rng);
        }
        let mut plan = vec![Vec::new(); cut.connections.max(1)];
        let mut events = events.into_iter().peekable();
        while events.peek().is_some() {
            let size = rng.random_range(1..=cut.largest_batch.max(1));
            let connection = rng.random_range(0..plan.len());
            let envelope = Envelope::batch(events.by_ref().take(size));
            if let Some(requests) = plan.get_mut(connection) {
                requests.push(envelope);
            }
        }
        plan
    }
}
