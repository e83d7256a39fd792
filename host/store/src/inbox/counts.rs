//! How many there are of what, counted from what is kept.

use crate::Store;
use crate::db::args;
use crate::error::StoreError;

/// What came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InboundCounts {
    /// Deliveries of providers that were kept.
    pub envelopes: u64,
    /// Of these, those whose events are still to come.
    pub pending: u64,
    /// Messages from contacts, and echoes.
    pub messages: u64,
    /// Events that were there already.
    pub duplicates: u64,
    /// Envelopes and events that could not become messages.
    pub dead_letters: u64,
}

/// What went out: messages by their status now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboundCounts {
    /// Those that wait or are on their way.
    pub queued: u64,
    /// Those that the provider has, delivered and read ones too.
    pub sent: u64,
    /// Of these, those that reached the contact's device, read ones too.
    pub delivered: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those of which nobody can know.
    pub unknown: u64,
}

impl Store {
    /// What came in.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn inbound_counts(&self) -> Result<InboundCounts, StoreError> {
        let sql = "SELECT (SELECT COUNT(*) FROM envelopes) AS envelopes,
                   (SELECT COUNT(*) FROM envelopes WHERE state = 'pending') AS pending,
                   (SELECT COUNT(*) FROM messages WHERE direction <> 'out') AS messages,
                   (SELECT CAST(COALESCE(SUM(duplicates), 0) AS BIGINT) FROM envelopes) AS duplicates,
                   (SELECT COUNT(*) FROM dead_letters) AS dead_letters";
        let Some(row) = self.db().glance().await?.row(sql, args![]).await? else { return Ok(InboundCounts::default()) };
        Ok(InboundCounts {
            envelopes: row.get("envelopes")?,
            pending: row.get("pending")?,
            messages: row.get("messages")?,
            duplicates: row.get("duplicates")?,
            dead_letters: row.get("dead_letters")?,
        })
    }

    /// What went out.
    ///
    /// # Errors
    ///
    /// Where the database is not available.
    pub async fn outbound_counts(&self) -> Result<OutboundCounts, StoreError> {
        let sql = "SELECT status, COUNT(*) AS n FROM messages WHERE direction = 'out' GROUP BY status";
        let mut counts = OutboundCounts::default();
        for row in self.db().glance().await?.rows(sql, args![]).await? {
            let n: u64 = row.get("n")?;
            match row.get::<String>("status")?.as_str() {
                "queued" | "sending" => counts.queued += n,
                "accepted" | "sent" => counts.sent += n,
                "delivered" | "read" => {
                    counts.sent += n;
                    counts.delivered += n;
                }
                "failed" => counts.failed += n,
                "unknown" => counts.unknown += n,
                _ => {}
            }
        }
        Ok(counts)
    }
}
