//! `GET /api/v1/conversations`

use axum::Json;
use axum::extract::State;
use lockgate_model::conversation::ConversationStatus;
use lockgate_model::id::{ChannelId, ContactId, InboxId};
use lockgate_store::ConversationFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ConversationView;
use crate::api::extract::Query;
use crate::api::page::{Listed, page};
use crate::api::problem::Problem;
use crate::host::Host;

/// Which conversations.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConversationQuery {
    /// Those of this inbox.
    inbox: Option<InboxId>,
    /// Those of this status.
    status: Option<ConversationStatus>,
    /// Those of this channel.
    channel: Option<ChannelId>,
    /// Those with this contact.
    contact: Option<ContactId>,
    /// `next_cursor` of the page before; without it the first page.
    cursor: Option<String>,
    /// Items of a page, 1 to 200 [default: 50].
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Conversations, the one with the newest message first
#[utoipa::path(
    get,
    path = "/api/v1/conversations",
    tag = "conversations",
    params(ConversationQuery),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = Listed<ConversationView>))
)]
pub(crate) async fn list_conversations(
    State(host): State<Host>,
    Query(query): Query<ConversationQuery>,
) -> Result<Json<Listed<ConversationView>>, Problem> {
    let filter =
        ConversationFilter { inbox: query.inbox, status: query.status, channel: query.channel, contact: query.contact };
    let conversations = host.store.conversations(filter, page(query.cursor, query.limit)?).await?;
    Ok(Json(Listed::of(conversations, ConversationView::from)))
}
