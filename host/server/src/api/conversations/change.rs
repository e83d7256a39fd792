//! `PATCH /api/v1/conversations/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::contract::actions::Action;
use lockgate_model::conversation::ConversationStatus;
use lockgate_model::id::ConversationId;
use lockgate_store::ConversationChange;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ConversationView;
use crate::api::acting;
use crate::api::extract::{JsonBody, PathId};
use crate::api::messages::ActionView;
use crate::api::problem::Problem;
use crate::host::Host;

/// What is to be changed; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationChangeBody {
    /// `open` or `closed`. A new message from the contact opens it again.
    status: Option<ConversationStatus>,
}

/// The conversation as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConversationChangedView {
    #[serde(flatten)]
    conversation: ConversationView,
    /// What tells the provider that it was closed or opened again; null where nothing changed, or the channel wants to know nothing
    /// of it.
    action: Option<ActionView>,
}

/// Open or close a conversation
///
/// Where the conversation's `capabilities` have `ended`, the provider is told after all that was written before; nobody needs to
/// wait for that. That the contact opened it again by writing is not told: the provider knows.
#[utoipa::path(
    patch,
    path = "/api/v1/conversations/{id}",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    request_body = ConversationChangeBody,
    security(("token" = ["inbox:write"])),
    responses((status = 200, body = ConversationChangedView))
)]
pub(crate) async fn change_conversation(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
    JsonBody(body): JsonBody<ConversationChangeBody>,
) -> Result<Json<ConversationChangedView>, Problem> {
    let known = host.store.conversation(id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    // Whose channel or plugin is gone is closed all the same.
    let tells_of_an_end =
        body.status.is_some() && acting::is_permitted(&host, known.channel, &Action::Ended { ended: true }).await?;
    let change = ConversationChange { status: body.status, tells_of_an_end };
    let (conversation, action) =
        host.store.change_conversation(&known, change).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    Ok(Json(ConversationChangedView { conversation: conversation.into(), action: action.map(Into::into) }))
}
