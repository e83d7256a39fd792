//! Two that turn out to be one: identities, their direct threads, and their contacts. The older one stays.

use lockgate_model::id::{ContactId, ConversationId};
use lockgate_model::message::Reach;

use super::Batch;
use super::people::{self, Person};
use super::threads::{self, ThreadRow};
use crate::db::{Tx, args};
use crate::error::StoreError;
use crate::event_log::{Entry, Kind};

/// Makes one identity of two, and of what hangs on them.
pub(super) async fn identities(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    one: &Person,
    other: &Person,
) -> Result<Person, StoreError> {
    let (kept, gone) = if one.identity <= other.identity { (one, other) } else { (other, one) };
    let kept_thread = threads::of_person(tx, kept.identity).await?;
    let gone_thread = threads::of_person(tx, gone.identity).await?;
    for sql in [
        "UPDATE identity_keys SET identity = $1 WHERE identity = $2",
        "UPDATE threads SET identity = $1 WHERE identity = $2",
        "UPDATE conversations SET identity = $1 WHERE identity = $2",
        "UPDATE messages SET identity = $1 WHERE identity = $2",
        "UPDATE deliveries SET identity = $1 WHERE identity = $2",
        // Of two consents about one topic the newer one counts.
        "DELETE FROM consents WHERE identity = $1 AND EXISTS (SELECT 1 FROM consents AS other WHERE other.identity = $2
         AND other.topic = consents.topic AND other.at > consents.at)",
        "UPDATE consents SET identity = $1 WHERE identity = $2 AND topic NOT IN
         (SELECT topic FROM consents WHERE identity = $1)",
    ] {
        tx.execute(sql, args![kept.identity, gone.identity]).await?;
    }
    tx.execute("DELETE FROM consents WHERE identity = $1", args![gone.identity]).await?;
    let mut person = people::merged_profile(tx, kept, gone).await?;
    match (kept.contact, gone.contact) {
        (Some(stays), Some(goes)) if stays != goes => contacts(tx, batch, stays, goes).await?,
        (None, Some(contact)) => {
            tx.execute("UPDATE identities SET contact = $2 WHERE id = $1", args![kept.identity, contact]).await?;
            person.contact = Some(contact);
        }
        _ => {}
    }
    tx.execute("DELETE FROM identities WHERE id = $1", args![gone.identity]).await?;
    if let (Some(kept), Some(gone)) = (kept_thread, gone_thread)
        && kept.id != gone.id
    {
        self::threads(tx, batch, &kept, &gone).await?;
    }
    batch.forget();
    Ok(person)
}

async fn contacts(tx: &mut Tx, batch: &mut Batch<'_>, stays: ContactId, goes: ContactId) -> Result<(), StoreError> {
    let named = tx.row("SELECT name, named_at FROM contacts WHERE id = $1", args![goes]).await?;
    if let Some(row) = named
        && let (Some(name), Some(at)) = (row.get::<Option<String>>("name")?, row.get::<Option<u64>>("named_at")?)
    {
        people::name_contact(tx, stays, &name, at).await?;
    }
    for sql in [
        "UPDATE identities SET contact = $1 WHERE contact = $2",
        "UPDATE conversations SET contact = $1 WHERE contact = $2",
        "UPDATE channel_events SET contact = $1 WHERE contact = $2",
        "UPDATE envelope_contacts SET contact = $1 WHERE contact = $2 AND envelope NOT IN
         (SELECT envelope FROM envelope_contacts WHERE contact = $1)",
    ] {
        tx.execute(sql, args![stays, goes]).await?;
    }
    tx.execute("DELETE FROM envelope_contacts WHERE contact = $1", args![goes]).await?;
    tx.execute("DELETE FROM contacts WHERE id = $1", args![goes]).await?;
    if batch.contacts.remove(&goes) {
        batch.contacts.insert(stays);
    }
    for entry in &mut batch.log {
        if entry.contact == Some(goes) {
            entry.contact = Some(stays);
        }
    }
    batch.note(Entry::of(Kind::ContactMerged).contact(goes));
    batch.note(Entry::of(Kind::ContactChanged).contact(stays));
    Ok(())
}

/// Makes one thread, and one conversation, of two.
pub(super) async fn threads(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    kept: &ThreadRow,
    gone: &ThreadRow,
) -> Result<(), StoreError> {
    for (reach, mark) in
        [(Reach::Sent, gone.marks.sent), (Reach::Delivered, gone.marks.delivered), (Reach::Read, gone.marks.read)]
    {
        if let Some(mark) = mark {
            threads::raise(tx, &kept.id, reach, mark).await?;
        }
    }
    for sql in [
        "UPDATE thread_keys SET thread = $1 WHERE thread = $2",
        "UPDATE messages SET thread = $1 WHERE thread = $2",
        "UPDATE deliveries SET thread = $1 WHERE thread = $2",
    ] {
        tx.execute(sql, args![kept.id, gone.id]).await?;
    }
    match (kept.conversation, gone.conversation) {
        (Some(stays), Some(goes)) if stays != goes => conversations(tx, batch, stays, goes).await?,
        (None, Some(conversation)) => {
            tx.execute("UPDATE threads SET conversation = $2 WHERE id = $1", args![kept.id, conversation]).await?;
            tx.execute("UPDATE conversations SET thread = $2 WHERE id = $1", args![conversation, kept.id]).await?;
        }
        _ => {}
    }
    tx.execute("DELETE FROM threads WHERE id = $1", args![gone.id]).await?;
    // The watermarks of both hold for the messages of both.
    for row in tx.rows("SELECT id FROM messages WHERE thread = $1 AND direction <> 'in'", args![kept.id]).await? {
        batch.stale.insert(row.get("id")?);
    }
    batch.forget();
    Ok(())
}

async fn conversations(
    tx: &mut Tx,
    batch: &mut Batch<'_>,
    stays: ConversationId,
    goes: ConversationId,
) -> Result<(), StoreError> {
    let sql = "SELECT last_at, opened_at, referred_at, status FROM conversations WHERE id = $1";
    if let Some(row) = tx.row(sql, args![goes]).await? {
        let (last_at, opened_at): (u64, Option<u64>) = (row.get("last_at")?, row.get("opened_at")?);
        let referred_at: Option<u64> = row.get("referred_at")?;
        let sql = "UPDATE conversations SET
                   last_at = CASE WHEN last_at < $2 THEN $2 ELSE last_at END,
                   opened_at = CASE WHEN opened_at IS NULL OR opened_at < $3 THEN $3 ELSE opened_at END,
                   referred_at = CASE WHEN referred_at IS NULL OR referred_at < $4 THEN $4 ELSE referred_at END,
                   status = CASE WHEN $5 = 'open' THEN 'open' ELSE status END WHERE id = $1";
        tx.execute(sql, args![stays, last_at, opened_at, referred_at, row.get::<String>("status")?]).await?;
    }
    for sql in [
        "UPDATE messages SET conversation = $1 WHERE conversation = $2",
        "UPDATE deliveries SET conversation = $1 WHERE conversation = $2",
        "UPDATE channel_events SET conversation = $1 WHERE conversation = $2",
        "UPDATE threads SET conversation = $1 WHERE conversation = $2",
    ] {
        tx.execute(sql, args![stays, goes]).await?;
    }
    tx.execute("DELETE FROM conversations WHERE id = $1", args![goes]).await?;
    for entry in &mut batch.log {
        if entry.conversation == Some(goes) {
            entry.conversation = Some(stays);
        }
    }
    batch.note(Entry::of(Kind::ConversationMerged).conversation(goes));
    batch.note(Entry::of(Kind::ConversationChanged).conversation(stays));
    Ok(())
}
