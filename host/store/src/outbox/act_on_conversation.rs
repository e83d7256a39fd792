//! Something is done to a conversation: a delivery as an action on a message is, which goes out after all that was written before.
//!
//! It hangs on the newest message, the contact's where there is one: that is the message that the contract names to the plugin.

use lockgate_model::contract::actions::Action;
use lockgate_model::id::{ChannelId, ConversationId, MessageId};
use lockgate_model::seam::Seams;

use super::act::{self, ActionRecord, Place};
use crate::ConversationRecord;
use crate::Store;
use crate::db::{Tx, args};
use crate::error::{Conflict, StoreError};
use crate::ingest::ChannelHead;

impl Store {
    /// Queues an action on a conversation; one that is on its way already, with no message written since, is not asked for twice.
    /// None: nothing was said in it yet. What the manifest declares was looked at before.
    ///
    /// # Errors
    ///
    /// [`Conflict::Missing`] where its channel is not there any more; where the database is not available.
    pub async fn act_on_conversation(
        &self,
        known: &ConversationRecord,
        action: Action,
    ) -> Result<Option<ActionRecord>, StoreError> {
        let lane = self.lane_of(known.channel).await?;
        let input = (action, known.id, known.channel, self.seams().clone(), self.now_ms());
        self.db()
            .write(lane, input, |tx, (action, conversation, channel, seams, now)| {
                Box::pin(async move {
                    // The lock makes numbers of deliveries follow the order of their commits.
                    let head = ChannelHead::lock(tx, *channel).await?.filter(|channel| channel.inbox.is_some());
                    head.ok_or(Conflict::Missing { what: "channel" })?;
                    ask(tx, *conversation, *channel, action, seams, *now).await
                })
            })
            .await
    }
}

/// The same as a step of a larger change that holds the channel.
pub(crate) async fn ask(
    tx: &mut Tx,
    conversation: ConversationId,
    channel: ChannelId,
    action: &Action,
    seams: &Seams,
    now: u64,
) -> Result<Option<ActionRecord>, StoreError> {
    if let Some(last) = act::last_pending(tx, conversation).await?.filter(|last| last.action == *action) {
        return Ok(Some(last));
    }
    let Some(message) = anchor(tx, conversation).await? else { return Ok(None) };
    let place = Place { message, conversation, channel };
    let id = act::queue(tx, &place, action, seams, now).await?;
    act::one(tx, id).await
}

/// The newest message, the contact's before ours.
async fn anchor(tx: &mut Tx, conversation: ConversationId) -> Result<Option<MessageId>, StoreError> {
    if let Some(newest) = super::signal::newest(tx, conversation).await? {
        return Ok(Some(newest.id));
    }
    let sql =
        "SELECT id FROM messages WHERE conversation = $1 ORDER BY at DESC, COALESCE(ord, -1) DESC, id DESC LIMIT 1";
    tx.row(sql, args![conversation]).await?.map(|row| row.get("id")).transpose()
}
