//! `GET /api/v1/inboxes`

use axum::Json;
use axum::extract::State;

use super::InboxView;
use crate::api::extract::Query;
use crate::api::page::{Listed, PageQuery};
use crate::api::problem::Problem;
use crate::host::Host;

/// All inboxes
#[utoipa::path(
    get,
    path = "/api/v1/inboxes",
    tag = "inboxes",
    params(PageQuery),
    security(("token" = ["config:read"])),
    responses((status = 200, body = Listed<InboxView>))
)]
pub(crate) async fn list_inboxes(
    State(host): State<Host>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Listed<InboxView>>, Problem> {
    let inboxes = host.store.inboxes(query.page()?).await?;
    Ok(Json(Listed::of(inboxes, InboxView::from)))
}
