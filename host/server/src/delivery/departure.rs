//! The durable marks of one delivery: what is about to leave, and what the provider is known to have.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use lockgate_model::id::DeliveryId;
use lockgate_runtime::{Departure, DepartureRefused};
use lockgate_store::ClaimedDelivery;

use crate::host::Host;
use crate::seams::FailPoint;

/// Marks of one claimed delivery. A mark is made only while the claim's fence holds.
pub(super) struct Marks {
    host: Host,
    delivery: DeliveryId,
    fence: u64,
    open: Vec<u32>,
    /// Parts that may have left and of which nothing is known.
    departed: Mutex<BTreeSet<u32>>,
}

impl Marks {
    pub(super) fn new(host: &Host, claimed: &ClaimedDelivery) -> Self {
        Self {
            host: host.clone(),
            delivery: claimed.delivery,
            fence: claimed.fence,
            open: claimed.open_parts().collect(),
            departed: Mutex::default(),
        }
    }

    /// Parts that may have left and of which the provider's answer is not known.
    pub(super) fn departed(&self) -> Vec<u32> {
        self.departed.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}

#[async_trait]
impl Departure for Marks {
    async fn depart(&self, parts: Option<Vec<u32>>) -> Result<(), DepartureRefused> {
        let parts = parts.unwrap_or_else(|| self.open.clone());
        // A plugin may name only parts that this attempt was handed, so that it cannot send again what is settled.
        if parts.is_empty() || parts.iter().any(|part| !self.open.contains(part)) {
            tracing::warn!(delivery = %self.delivery, "a plugin wanted to send parts that it was not handed");
            return Err(DepartureRefused);
        }
        let marked = self.host.store.mark_departing(self.delivery, self.fence, parts.clone()).await;
        if let Err(error) = marked {
            tracing::warn!(delivery = %self.delivery, %error, "a departure could not be marked; nothing leaves");
            return Err(DepartureRefused);
        }
        self.departed.lock().unwrap_or_else(PoisonError::into_inner).extend(parts);
        self.host.seams.reached(FailPoint::AfterDeparture);
        Ok(())
    }

    async fn settle(&self, parts: Vec<u32>, message: Option<String>) -> Result<(), DepartureRefused> {
        let settled = self.host.store.settle_part(self.delivery, self.fence, parts.clone(), message).await;
        if let Err(error) = settled {
            tracing::warn!(delivery = %self.delivery, %error, "what the provider has could not be written down");
            return Err(DepartureRefused);
        }
        let mut departed = self.departed.lock().unwrap_or_else(PoisonError::into_inner);
        for part in parts {
            departed.remove(&part);
        }
        Ok(())
    }
}
