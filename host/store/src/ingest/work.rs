//! What a follow-up or a poll found, taken in as what `receive` makes of an envelope. Its envelope is what the plugin was handed: the
//! follow-up's words, or the cursor.

use lockgate_model::id::{EnvelopeId, Owner, PluginName};
use lockgate_model::seam::Seams;

use super::{Head, Ingested, IntakeOutcome, apply, state};
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::json;

/// Where events come from that no request brought.
#[derive(Clone, Debug)]
pub(crate) struct Origin<'a> {
    pub(crate) owner: Owner,
    pub(crate) plugin: &'a PluginName,
    pub(crate) envelope: EnvelopeId,
    /// `poll` or `follow-up`; stands where a request has its method.
    pub(crate) ability: &'static str,
    /// What the plugin was handed.
    pub(crate) handed: &'a str,
    /// How many follow-ups led to it.
    pub(crate) depth: u32,
    /// When the call began.
    pub(crate) at: u64,
}

/// Takes in what it found. None: the state that the plugin read has changed, and nothing was written.
pub(crate) async fn work(
    tx: &mut Tx,
    origin: &Origin<'_>,
    outcome: &IntakeOutcome,
    seams: &Seams,
    now: u64,
) -> Result<Option<Ingested>, StoreError> {
    if !state::holds(tx, origin.owner, outcome).await? {
        return Ok(None);
    }
    let word = match outcome {
        IntakeOutcome::Events { events, .. } if events.is_empty() => None,
        IntakeOutcome::Dead { .. } => Some("dead"),
        _ => Some("done"),
    };
    if let Some(word) = word {
        let head = Head {
            method: origin.ability.to_owned(),
            path: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            remote_address: None,
            verification: None,
            files: Vec::new(),
        };
        let sql = "INSERT INTO envelopes (id, owner, plugin, route, request, body, received_at, state)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let values = args![
            origin.envelope,
            origin.owner,
            origin.plugin,
            "",
            json::text(&head)?,
            origin.handed.as_bytes(),
            origin.at,
            word
        ];
        tx.put(sql, values);
    }
    let from = (origin.owner, origin.plugin, origin.envelope, origin.depth);
    apply::apply(tx, seams, now, from, outcome).await.map(Some)
}
