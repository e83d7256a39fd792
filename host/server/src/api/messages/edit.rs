//! `PATCH /api/v1/messages/{id}`

use axum::extract::State;
use axum::response::Response;
use lockgate_model::contract::actions::Action;
use lockgate_model::contract::common::Content;
use lockgate_model::id::MessageId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::action::{ActionView, asked, ours};
use super::send::{Error, files_are_there, parts, pointed};
use crate::api::acting::permitted;
use crate::api::extract::{JsonBody, PathId};
use crate::api::problem::Problem;
use crate::delivery::admit::admit_edit;
use crate::host::Host;

/// What the message is to say: a text, or parts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Yes, we are open until seven."}))]
pub(crate) struct EditBody {
    /// A plain text; short for one part that is a text.
    text: Option<String>,
    /// The contents of all of its parts, as the contract names them. Media stay unless media are listed.
    parts: Option<Vec<Content>>,
}

/// Change a message that was sent
///
/// Kept and queued, then told to the provider in its turn; the message says something else once the provider has it. Refused where
/// the conversation's `capabilities` have no `edit`, for a message that the contact wrote, and for one that went out as several of
/// the provider's.
#[utoipa::path(
    patch,
    path = "/api/v1/messages/{id}",
    tag = "messages",
    params(("id" = MessageId, Path, description = "The message")),
    request_body = EditBody,
    security(("token" = ["inbox:write"])),
    responses((status = 202, description = "It is on its way", body = ActionView))
)]
pub(crate) async fn edit_message(
    State(host): State<Host>,
    PathId(id): PathId<MessageId>,
    JsonBody(body): JsonBody<EditBody>,
) -> Result<Response, Problem> {
    let message = ours(&host, id).await?;
    let (parts, short) = parts(body.text, body.parts)?;
    let action = Action::Edit { parts: parts.clone() };
    let plugin = permitted(&host, message.channel, &action).await?.1;
    admit_edit(&plugin.record.manifest, &parts).map_err(|problems| Error::NotSendable(pointed(problems, short)))?;
    files_are_there(&host, message.channel, &parts).await?;
    asked(&host, id, action).await
}
