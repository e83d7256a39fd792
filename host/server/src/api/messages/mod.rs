//! Messages: what was said, in, out, or from the provider's own app.

mod action;
mod delete;
mod edit;
mod list;
mod media;
mod react;
mod retry;
mod send;
mod show;

use lockgate_model::contract::common::Part;
use lockgate_model::contract::inbound::Trait;
use lockgate_model::id::{ChannelId, ConversationId, MessageId};
use lockgate_model::message::{Direction, Failure, MessageStatus};
use lockgate_store::{MessageRecord, QuoteRecord, ReactionRecord};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::action::ActionView;
use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new()
        .routes(routes!(list::list_messages, send::send_message))
        .routes(routes!(show::show_message, edit::edit_message, delete::delete_message))
        .routes(routes!(retry::retry_message))
        .routes(routes!(react::add_reaction, react::remove_reaction))
        .routes(routes!(action::show_action))
        .routes(routes!(media::show_medium))
}

/// One thing said.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct MessageView {
    /// Its id.
    id: MessageId,
    /// The conversation that it belongs to.
    conversation_id: ConversationId,
    /// The channel that it came or goes through.
    channel_id: ChannelId,
    /// `in`: from the contact. `out`: through this API. `echo`: from the provider's own app.
    direction: Direction,
    /// The provider's own id of it; null while the provider has not named it.
    external_id: Option<String>,
    /// What can be read of it as plain text, as it stands now.
    text: String,
    /// Its parts, as they stand now.
    parts: Vec<Part>,
    /// How far it has come. Only moves forward.
    status: MessageStatus,
    /// Why it failed or is not known.
    failure: Option<Failure>,
    /// Whether it was changed after it was sent.
    edited: bool,
    /// When it was last changed.
    edited_at: Option<Moment>,
    /// Whether it was deleted at the provider.
    deleted: bool,
    /// When it was deleted.
    deleted_at: Option<Moment>,
    /// The reactions that stand.
    reactions: Vec<ReactionView>,
    /// The message that it answers.
    quote: Option<QuoteView>,
    /// Of a mail.
    subject: Option<String>,
    /// What speaks against answering it, or for looking twice: an automatic answer, a list's mail, spam.
    traits: Vec<Trait>,
    /// Who said it.
    author: Option<AuthorView>,
    /// When it was said; of one from here, when the provider had all of it, null until then.
    sent_at: Option<Moment>,
    /// When it was kept here.
    created_at: Moment,
}

/// One reaction that stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ReactionView {
    /// Whose, as the provider names them.
    actor: Option<String>,
    /// Their name, where it is known.
    actor_name: Option<String>,
    /// An emoji, or the provider's name of one between colons.
    symbol: String,
    /// Since when.
    at: Moment,
}

/// The message that is answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct QuoteView {
    /// Its id, where it is kept here.
    message_id: Option<MessageId>,
    /// The provider's own id of it.
    external_id: Option<String>,
    /// What is quoted of it, where the provider says.
    excerpt: Option<String>,
}

/// Who said something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct AuthorView {
    /// As the provider names them.
    key: String,
    /// Their name, where it is known.
    name: Option<String>,
}

impl From<MessageRecord> for MessageView {
    fn from(record: MessageRecord) -> Self {
        let sent_at = match record.direction {
            Direction::Out => record.sent_at,
            Direction::In | Direction::Echo => Some(record.at),
        };
        Self {
            id: record.id,
            conversation_id: record.conversation,
            channel_id: record.channel,
            direction: record.direction,
            external_id: record.external_id,
            text: record.text,
            parts: record.parts,
            status: record.status,
            failure: record.failure,
            edited: record.edited_at.is_some(),
            edited_at: record.edited_at.map(Moment::from_ms),
            deleted: record.deleted_at.is_some(),
            deleted_at: record.deleted_at.map(Moment::from_ms),
            reactions: record.reactions.into_iter().map(ReactionView::from).collect(),
            quote: record.quote.map(QuoteView::from),
            subject: record.subject,
            traits: record.traits,
            author: record.author.map(|author| AuthorView { key: author.key, name: author.name }),
            sent_at: sent_at.map(Moment::from_ms),
            created_at: Moment::from_ms(record.created_at),
        }
    }
}

impl From<ReactionRecord> for ReactionView {
    fn from(record: ReactionRecord) -> Self {
        Self {
            actor: record.actor,
            actor_name: record.actor_name,
            symbol: record.symbol,
            at: Moment::from_ms(record.at),
        }
    }
}

impl From<QuoteRecord> for QuoteView {
    fn from(record: QuoteRecord) -> Self {
        Self { message_id: record.message, external_id: record.external_id, excerpt: record.excerpt }
    }
}
