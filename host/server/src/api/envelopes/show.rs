//! `GET /api/v1/envelopes/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::{AppId, ChannelId, EnvelopeId, Owner, PluginName};
use serde::Serialize;
use utoipa::ToSchema;

use super::EnvelopeView;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// An envelope with everything that is in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EnvelopeDetail {
    /// Its id.
    id: EnvelopeId,
    /// Whose plugin was to read it.
    plugin: PluginName,
    /// The app whose address it came to.
    app_id: Option<AppId>,
    /// The channel whose address it came to.
    channel_id: Option<ChannelId>,
    #[serde(flatten)]
    raw: EnvelopeView,
}

/// An envelope with its raw bytes
#[utoipa::path(
    get,
    path = "/api/v1/envelopes/{id}",
    tag = "envelopes",
    params(("id" = EnvelopeId, Path, description = "The envelope")),
    security(("token" = ["admin"])),
    responses((status = 200, body = EnvelopeDetail))
)]
pub(crate) async fn show_envelope(
    State(host): State<Host>,
    PathId(id): PathId<EnvelopeId>,
) -> Result<Json<EnvelopeDetail>, Problem> {
    let record = host.store.envelope(id).await?.ok_or_else(|| Problem::not_found("envelope"))?;
    let (app_id, channel_id) = match record.owner {
        Owner::App(app) => (Some(app), None),
        Owner::Channel(channel) => (None, Some(channel)),
    };
    Ok(Json(EnvelopeDetail { id, plugin: record.plugin.clone(), app_id, channel_id, raw: record.into() }))
}
