//! `POST /api/v1/conversations/{id}/take-over`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use lockgate_model::contract::actions::Action;
use lockgate_model::id::ConversationId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::acting;
use crate::api::extract::{JsonBody, PathId};
use crate::api::messages::ActionView;
use crate::api::problem::{Kind, Problem};
use crate::host::Host;

/// Whose the thread shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"on": true}))]
pub(crate) struct TakeOverBody {
    /// True: ours. False: it is given back to the app that had it.
    on: bool,
}

/// Take the thread from another app, or give it back
///
/// Where several apps serve one account, its provider lets one of them write at a time. Kept and queued, then told to the provider
/// after all that was written before; once it did so, the conversation's `writable` says it, unless the contact ended the
/// conversation. Answer then: what is sent before the action is `done` may be refused as somebody else's to write. Refused where the
/// conversation's `capabilities` have no `take_over`. Asking twice does no harm.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/take-over",
    tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation")),
    request_body = TakeOverBody,
    security(("token" = ["inbox:write"])),
    responses((status = 202, description = "It is on its way", body = ActionView))
)]
pub(crate) async fn take_conversation_over(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
    JsonBody(body): JsonBody<TakeOverBody>,
) -> Result<(StatusCode, Json<ActionView>), Problem> {
    let action = Action::TakeOver { on: body.on };
    let known = host.store.conversation(id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    acting::permitted(&host, known.channel, &action).await?;
    let asked = host.store.act_on_conversation(&known, action).await?;
    let asked = asked.ok_or_else(|| Problem::new(Kind::Conflict, "Nothing was said in this conversation yet."))?;
    Ok((StatusCode::ACCEPTED, Json(asked.into())))
}
