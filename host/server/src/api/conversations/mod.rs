//! Conversations: threads with contacts.

mod change;
mod list;
mod read;
mod refresh;
mod show;
mod take_over;
mod typing;
mod upload;

use lockgate_model::conversation::ConversationStatus;
use lockgate_model::id::{ChannelId, ContactId, ConversationId, InboxId};
use lockgate_model::manifest::Window;
use lockgate_store::ConversationRecord;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new()
        .routes(routes!(list::list_conversations))
        .routes(routes!(show::show_conversation, change::change_conversation))
        .routes(routes!(typing::tell_typing))
        .routes(routes!(read::tell_read))
        .routes(routes!(take_over::take_conversation_over))
        .routes(routes!(upload::upload_medium))
        .routes(routes!(refresh::refresh_conversation))
}

/// One thread with a contact.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ConversationView {
    /// Its id.
    id: ConversationId,
    /// Where it appears.
    inbox_id: InboxId,
    /// The channel that it goes on in.
    channel_id: ChannelId,
    /// With whom; null in a group.
    contact_id: Option<ContactId>,
    /// Their name, where it is known.
    contact_name: Option<String>,
    /// What it is about, where the provider says so.
    title: Option<String>,
    /// Whether it waits for somebody.
    status: ConversationStatus,
    /// Whether we may write, as far as the provider told, by itself or when the thread was taken over.
    writable: bool,
    /// When it began.
    created_at: Moment,
    /// When the last message came or went.
    last_message_at: Option<Moment>,
}

/// When the messaging window was last opened, by the rules of the channel's manifest.
pub(super) fn window_opened_at(record: &ConversationRecord, window: Option<&Window>) -> Option<u64> {
    match window {
        Some(window) if window.referral_opens => record.window_opened_at.max(record.referred_at),
        _ => record.window_opened_at,
    }
}

impl From<ConversationRecord> for ConversationView {
    fn from(record: ConversationRecord) -> Self {
        Self {
            id: record.id,
            inbox_id: record.inbox,
            channel_id: record.channel,
            contact_id: record.contact,
            contact_name: record.contact_name,
            title: record.title,
            status: record.status,
            writable: record.writable && !record.ended,
            created_at: Moment::from_ms(record.created_at),
            last_message_at: record.last_message_at.map(Moment::from_ms),
        }
    }
}
