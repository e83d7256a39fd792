//! What comes in: an envelope and everything that a plugin made of it, in one transaction.
//!
//! Correct in whatever order things arrive. What is told about a message is kept as facts by the message's name, also before the
//! message is there, and what the message shows is worked out from all of them ([`refresh`]). What happens on one channel is
//! applied by one transaction at a time, so that two that speak of the same thing see each other.

mod apply;
mod channel;
mod facts;
mod glimpse;
mod merge;
mod message;
mod names;
mod other;
mod own;
mod pending;
mod people;
mod refresh;
mod state;
mod threads;
mod watermark;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound::{Event, FormFile, Verification};
use lockgate_model::id::{ChannelId, ContactId, DeadLetterId, EnvelopeId, MessageId, Owner, PluginName};
use lockgate_model::seam::Seams;
use lockgate_model::state::StateRead;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{self, Entry, Kind};
use crate::media;

pub(crate) use channel::ChannelHead;
pub(crate) use message::Details;
pub(crate) use other::set_writable;
pub(crate) use own::{Settlement, name, settle_parts, uuid};
pub use pending::PendingEnvelope;
pub(crate) use people::{rekey, word};
pub(crate) use refresh::{direction, expire, message_status, refresh_all};
pub(crate) use threads::ThreadId;
pub(crate) use work::{Origin, work};

/// A request on its way in, with what became of it.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Whose hook was called.
    pub owner: Owner,
    /// The plugin that serves it.
    pub plugin: PluginName,
    /// The request as it arrived.
    pub envelope: NewEnvelope,
    /// What became of it.
    pub outcome: IntakeOutcome,
}

/// A raw inbound delivery, exactly as it arrived, save for headers that hold secrets.
#[derive(Clone, Debug)]
pub struct NewEnvelope {
    /// Its name.
    pub id: EnvelopeId,
    /// The route, as the manifest names it.
    pub route: String,
    /// The method.
    pub method: String,
    /// What follows the route in the path.
    pub path: String,
    /// Decoded.
    pub query: Vec<Pair>,
    /// Without any that hold secrets of whoever stands between.
    pub headers: Vec<Pair>,
    /// The bytes; of a form with files the fields.
    pub body: Bytes,
    /// The files, which are kept already.
    pub files: Vec<FormFile>,
    /// As far as the operator's proxies can be trusted.
    pub remote_address: Option<String>,
    /// How it was verified.
    pub verification: Option<Verification>,
    /// Milliseconds since 1970.
    pub received_at: u64,
}

/// What of a request is kept beside its body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<Pair>,
    pub(crate) headers: Vec<Pair>,
    pub(crate) remote_address: Option<String>,
    pub(crate) verification: Option<Verification>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<FormFile>,
}

impl Head {
    /// Without what its sender wrote or can be known by.
    pub(crate) fn emptied(self) -> Self {
        let (path, query, headers, files) = Default::default();
        Self { method: self.method, path, query, headers, remote_address: None, verification: None, files }
    }
}

/// What became of an envelope.
#[derive(Clone, Debug)]
pub enum IntakeOutcome {
    /// The plugin read it.
    Events {
        /// What it made of it, in its order.
        events: Vec<Event>,
        /// The plugin's state as the call saw it.
        state_reads: Vec<StateRead>,
        /// What is written to it: key and value, none to remove.
        state_writes: Vec<(String, Option<Vec<u8>>)>,
    },
    /// It is run later; the provider is answered now.
    Pending {
        /// A stable word for why.
        reason: String,
    },
    /// As pending, and nobody runs it now: whoever looks next may.
    Waiting {
        /// A stable word for why.
        reason: String,
    },
    /// It will fail again the same way.
    Dead {
        /// A stable word for why.
        code: String,
        /// What the words for people are made of.
        params: serde_json::Value,
    },
}

/// What one envelope came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Events that were in it.
    pub events: u32,
    /// Messages that are new.
    pub messages: u32,
    /// Events that were seen before.
    pub duplicates: u32,
    /// Dead letters it left.
    pub dead_letters: u32,
    /// Work that it asks for (follow-ups, polls, renewals, mails): kept as channel events, and named here.
    pub requests: Vec<Requested>,
}

/// Work that an event asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// For whom; none: for the app.
    pub channel: Option<ChannelId>,
    /// `follow_up`, `poll_now`, `renew_now` or `mail`.
    pub kind: &'static str,
}

/// Why an envelope was not taken in. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Another call changed the state that this one read: run the plugin again.
    #[error("the plugin's state has changed since it was read")]
    StateConflict,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One intake while it is being applied.
struct Batch<'a> {
    seams: &'a Seams,
    now: u64,
    owner: Owner,
    plugin: &'a PluginName,
    envelope: EnvelopeId,
    /// How many follow-ups led to it, one asking for the next.
    depth: u32,
    done: Ingested,
    /// Whom the envelope speaks of.
    contacts: BTreeSet<ContactId>,
    /// Messages that facts were added to, or that need a second look.
    stale: BTreeSet<MessageId>,
    log: Vec<Entry>,
    people: BTreeMap<(ChannelId, String), people::Person>,
    threads: BTreeMap<(ChannelId, String), threads::ThreadRow>,
}

impl Batch<'_> {
    fn note(&mut self, entry: Entry) {
        if !self.log.contains(&entry) {
            self.log.push(entry);
        }
    }

    /// Forgets what was read of people and threads: two of them became one.
    fn forget(&mut self) {
        self.people.clear();
        self.threads.clear();
    }

    async fn dead_letter(
        &mut self,
        tx: &mut Tx,
        code: &str,
        params: &serde_json::Value,
        event: Option<&Event>,
    ) -> Result<(), StoreError> {
        let id = DeadLetterId::new(self.now, self.seams.entropy.as_ref());
        let event = event.map(crate::json::text).transpose()?;
        let sql = "INSERT INTO dead_letters (id, envelope, owner, plugin, code, params, event, at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = args![id, self.envelope, self.owner, self.plugin, code, params.to_string(), event, self.now];
        tx.execute(sql, values).await?;
        if let Some(event) = &event {
            media::named(tx, &format!("dead-letter:{id}"), event, self.owner, None).await?;
        }
        self.done.dead_letters += 1;
        self.note(Entry::of(Kind::DeadLetter));
        Ok(())
    }

    /// Writes down what the whole batch left to be written.
    async fn conclude(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let stale = std::mem::take(&mut self.stale);
        refresh_all(tx, self.seams, self.now, &stale, &mut self.log).await?;
        if self.done.duplicates > 0 {
            let sql = "UPDATE envelopes SET duplicates = duplicates + $2 WHERE id = $1";
            tx.put(sql, args![self.envelope, self.done.duplicates]);
        }
        for contact in &self.contacts {
            let sql = "INSERT INTO envelope_contacts (contact, envelope) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            tx.put(sql, args![contact, self.envelope]);
        }
        event_log::append(tx, self.now, &self.log).await
    }
}

impl Store {
    /// Takes in an envelope with what became of it. What it returns is committed.
    ///
    /// # Errors
    ///
    /// [`IngestError`]; nothing was taken in.
    pub async fn ingest(&self, intake: Intake) -> Result<Ingested, IngestError> {
        let lane = intake.owner;
        let input = (intake, self.seams().clone(), self.now_ms());
        let done = self
            .db()
            .write(lane, input, |tx, (intake, seams, now)| Box::pin(apply::take_in(tx, intake, seams, *now)))
            .await?;
        done.ok_or(IngestError::StateConflict)
    }

    /// Commits what a pending envelope came to. Only the first who completes it does.
    ///
    /// # Errors
    ///
    /// [`IngestError`]; [`crate::Conflict::Changed`] where it is pending no more.
    pub async fn complete(&self, id: EnvelopeId, outcome: IntakeOutcome) -> Result<Ingested, IngestError> {
        let row = self.db().glance().await?.row("SELECT owner FROM envelopes WHERE id = $1", args![id]).await?;
        let lane: Owner =
            row.ok_or(crate::Conflict::Missing { what: "envelope" }).map_err(StoreError::from)?.get("owner")?;
        let input = (id, outcome, self.seams().clone(), self.now_ms());
        let done = self
            .db()
            .write(lane, input, |tx, (id, outcome, seams, now)| {
                Box::pin(apply::complete(tx, *id, outcome, seams, *now))
            })
            .await?;
        done.ok_or(IngestError::StateConflict)
    }
}
