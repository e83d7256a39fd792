//! `GET /api/v1/envelopes`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::{AppId, ChannelId, EnvelopeId, Owner, PluginName};
use lockgate_store::EnvelopeHead;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::extract::Query;
use crate::api::page::{Listed, page};
use crate::api::problem::Problem;
use crate::api::time::Moment;
use crate::host::Host;

/// Which envelopes.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EnvelopeQuery {
    /// Those for this plugin.
    plugin: Option<PluginName>,
    /// `next_cursor` of the page before; without it the first page.
    cursor: Option<String>,
    /// Items of a page, 1 to 200 [default: 50].
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// An envelope without what is in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EnvelopeItem {
    /// Its id.
    id: EnvelopeId,
    /// Whose plugin was to read it.
    plugin: PluginName,
    /// The app whose address it came to.
    app_id: Option<AppId>,
    /// The channel whose address it came to.
    channel_id: Option<ChannelId>,
    /// The route that it came to.
    route: String,
    /// When it arrived.
    received_at: Moment,
}

impl From<EnvelopeHead> for EnvelopeItem {
    fn from(head: EnvelopeHead) -> Self {
        let (app_id, channel_id) = match head.owner {
            Owner::App(app) => (Some(app), None),
            Owner::Channel(channel) => (None, Some(channel)),
        };
        let received_at = Moment::from_ms(head.received_at);
        Self { id: head.id, plugin: head.plugin, app_id, channel_id, route: head.route, received_at }
    }
}

/// Envelopes, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/envelopes",
    tag = "envelopes",
    params(EnvelopeQuery),
    security(("token" = ["admin"])),
    responses((status = 200, body = Listed<EnvelopeItem>))
)]
pub(crate) async fn list_envelopes(
    State(host): State<Host>,
    Query(query): Query<EnvelopeQuery>,
) -> Result<Json<Listed<EnvelopeItem>>, Problem> {
    let envelopes = host.store.envelopes(query.plugin.as_ref(), page(query.cursor, query.limit)?).await?;
    Ok(Json(Listed::of(envelopes, EnvelopeItem::from)))
}
