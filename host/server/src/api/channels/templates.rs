//! `GET /api/v1/channels/{id}/templates`

use axum::Json;
use axum::extract::State;
use lockgate_model::contract::directory::TemplateDefinition;
use lockgate_model::id::ChannelId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::extract::PathId;
use crate::api::looking_up::look_up;
use crate::api::problem::Problem;
use crate::host::Host;
use crate::lookup::{Answer, Question};

/// All templates of an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TemplateList {
    /// In the provider's order, those that may not be sent now too.
    items: Vec<TemplateDefinition>,
}

/// A channel's templates
///
/// Asked of the provider each time: nothing of the answer is kept, so ask once for a list that is shown, not for each message. One is
/// sent as a part `template` of a message, with its name and language and with a parameter for each of its values.
#[utoipa::path(
    get,
    path = "/api/v1/channels/{id}/templates",
    tag = "channels",
    params(("id" = ChannelId, Path, description = "The channel")),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = TemplateList))
)]
pub(crate) async fn list_templates(
    State(host): State<Host>,
    PathId(id): PathId<ChannelId>,
) -> Result<Json<TemplateList>, Problem> {
    let items = match look_up(&host, id, Question::Templates).await? {
        Answer::Templates(items) => items,
        _ => Vec::new(),
    };
    Ok(Json(TemplateList { items }))
}
