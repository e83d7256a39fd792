//! The durable marks of an attempt: what is about to leave, and what the provider is known to have.

use std::collections::BTreeSet;

use lockgate_model::id::DeliveryId;

use super::DeliveryRow;
use crate::Store;
use crate::db::args;
use crate::error::{Conflict, StoreError};
use crate::event_log;
use crate::ingest::{ChannelHead, Settlement, refresh_all, settle_parts};

impl Store {
    /// Marks parts as departing, before the first byte of a request that carries them leaves. Once this is committed they are
    /// sent again by nobody without a committed outcome.
    ///
    /// # Errors
    ///
    /// [`Conflict::Changed`] where the claim is lost, or a part is settled or not there: then nothing may leave. Where the
    /// database is not available nothing may leave either.
    pub async fn mark_departing(&self, delivery: DeliveryId, fence: u64, parts: Vec<u32>) -> Result<(), StoreError> {
        let (channel, lane) = self.lane_of_delivery(delivery).await?;
        let input = (channel, delivery, fence, parts, self.seams().clone(), self.now_ms());
        self.db()
            .write(lane, input, |tx, (channel, delivery, fence, parts, seams, now)| {
                Box::pin(async move {
                    ChannelHead::lock(tx, *channel).await?;
                    let row = DeliveryRow::held(tx, *delivery, *fence).await?;
                    for part in parts {
                        let sql = "UPDATE delivery_parts SET state = 'departing'
                                   WHERE delivery = $1 AND part = $2 AND state IN ('queued', 'departing')";
                        if tx.execute(sql, args![delivery, part]).await? == 0 {
                            return Err(Conflict::Changed.into());
                        }
                    }
                    let mut log = Vec::new();
                    refresh_all(tx, seams, *now, &BTreeSet::from([row.message]), &mut log).await?;
                    event_log::append(tx, *now, &log).await
                })
            })
            .await
    }

    /// Writes down that the provider has these parts, before the attempt is over.
    ///
    /// # Errors
    ///
    /// [`Conflict::Changed`] where the claim is lost; where the database is not available.
    pub async fn settle_part(
        &self,
        delivery: DeliveryId,
        fence: u64,
        parts: Vec<u32>,
        message: Option<String>,
    ) -> Result<(), StoreError> {
        let (channel, lane) = self.lane_of_delivery(delivery).await?;
        let input = (channel, delivery, fence, parts, message, self.seams().clone(), self.now_ms());
        self.db()
            .write(lane, input, |tx, (channel, delivery, fence, parts, external, seams, now)| {
                Box::pin(async move {
                    ChannelHead::lock(tx, *channel).await?;
                    let row = DeliveryRow::held(tx, *delivery, *fence).await?;
                    // What came of an action is its outcome alone: it makes no message that the provider could have named.
                    if row.action.is_some() {
                        return Ok(());
                    }
                    let settlement = Settlement {
                        channel: row.channel,
                        delivery: row.id,
                        message: row.message,
                        parts: Some(parts.clone()),
                        external: external.as_deref(),
                        universal: None,
                        at: *now,
                        echo: false,
                        sent: true,
                    };
                    let mut log = Vec::new();
                    settle_parts(tx, &settlement, &mut log).await?;
                    refresh_all(tx, seams, *now, &BTreeSet::from([row.message]), &mut log).await?;
                    event_log::append(tx, *now, &log).await
                })
            })
            .await
    }
}
