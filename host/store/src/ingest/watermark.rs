//! Receipts: about one message by any of its names, or about all messages of a thread up to a moment.

use lockgate_model::contract::common::IdentityRole;
use lockgate_model::contract::inbound::{Event, Receipt, ReceiptTarget};
use lockgate_model::id::{ChannelId, ConversationId, MessageId};
use lockgate_model::message::{Fact, Reach};

use super::Batch;
use super::channel::ChannelHead;
use super::facts::{self, About};
use super::{other, people, threads};
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{Entry, Kind};

/// Takes in a receipt.
pub(super) async fn receipt(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    receipt: &Receipt,
) -> Result<(), StoreError> {
    // That one of ours read what the contact wrote says nothing about what we wrote.
    if event.actor.as_ref().is_some_and(|actor| actor.role != IdentityRole::Contact) {
        return other::keep(tx, batch, Some(channel), event, None, None).await;
    }
    let fact = |up_to| Fact::Receipt {
        status: receipt.status,
        fault: receipt.fault.clone(),
        learnt: receipt.learnt.clone(),
        up_to,
    };
    let (about, fact) = match &receipt.target {
        ReceiptTarget::Message(id) => (About::Id(id), fact(false)),
        ReceiptTarget::Universal(id) => (About::Universal(id), fact(false)),
        ReceiptTarget::ClientRef(name) => (About::Ref(name), fact(false)),
        ReceiptTarget::UpToMessage(id) => (About::Id(id), fact(true)),
        ReceiptTarget::UpTo(moment) => return up_to(tx, batch, channel, event, receipt, *moment).await,
    };
    facts::file(tx, batch, channel, event, about, None, &fact).await
}

/// Raises the watermark of the thread; messages that come later find it there.
async fn up_to(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    channel: &ChannelHead,
    event: &Event,
    receipt: &Receipt,
    moment: u64,
) -> Result<(), StoreError> {
    let thread = match (&event.thread, &event.actor) {
        (Some(told), _) => Some(threads::thread(tx, batch, channel, told, None, event.at).await?),
        (None, Some(actor)) => match people::known(tx, batch, channel.id, &actor.key).await? {
            Some(person) => threads::of_person(tx, person.identity).await?,
            None => None,
        },
        (None, None) => None,
    };
    let (Some(thread), Some(reach)) = (thread, Reach::of(receipt.status)) else {
        return other::keep(tx, batch, Some(channel), event, None, None).await;
    };
    if threads::raise(tx, &thread.id, reach, moment).await? {
        for cached in batch.threads.values_mut().filter(|cached| cached.id == thread.id) {
            cached.marks.raise(reach, moment);
        }
        apply(tx, channel.id, &thread.id, reach, moment, &mut batch.log).await?;
    }
    Ok(())
}

/// Moves on what was out by that moment. Says the same as `lockgate_model::message::status` for each of them: `sent_at` is
/// there only where every part is out, and what failed or is unknown stays so.
pub(super) async fn apply(
    tx: &mut Tx,
    channel: ChannelId,
    thread: &str,
    reach: Reach,
    moment: u64,
    log: &mut Vec<Entry>,
) -> Result<(), StoreError> {
    let sql = match reach {
        Reach::Sent => {
            "UPDATE messages SET status = 'sent' WHERE thread = $1 AND direction <> 'in' AND sent_at <= $2
             AND status = 'accepted' RETURNING id, conversation"
        }
        Reach::Delivered => {
            "UPDATE messages SET status = 'delivered' WHERE thread = $1 AND direction <> 'in' AND sent_at <= $2
             AND status IN ('accepted', 'sent') RETURNING id, conversation"
        }
        Reach::Read => {
            "UPDATE messages SET status = 'read' WHERE thread = $1 AND direction <> 'in' AND sent_at <= $2
             AND status IN ('accepted', 'sent', 'delivered') RETURNING id, conversation"
        }
    };
    for row in tx.rows(sql, args![thread, moment]).await? {
        let (message, conversation): (MessageId, ConversationId) = (row.get("id")?, row.get("conversation")?);
        let changed = Entry::of(Kind::MessageChanged).channel(channel).conversation(conversation).message(message);
        if !log.contains(&changed) {
            log.push(changed);
        }
    }
    Ok(())
}
