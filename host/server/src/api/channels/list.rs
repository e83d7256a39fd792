//! `GET /api/v1/channels`

use axum::Json;
use axum::extract::State;

use super::{ChannelView, view};
use crate::api::extract::Query;
use crate::api::page::{Listed, PageQuery};
use crate::api::problem::Problem;
use crate::host::Host;

/// All channels
#[utoipa::path(
    get,
    path = "/api/v1/channels",
    tag = "channels",
    params(PageQuery),
    security(("token" = ["config:read"])),
    responses((status = 200, body = Listed<ChannelView>))
)]
pub(crate) async fn list_channels(
    State(host): State<Host>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Listed<ChannelView>>, Problem> {
    let page = host.store.channels(query.page()?).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for channel in page.items {
        items.push(view(&host, channel).await?);
    }
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}
