//! `GET /api/v1/apps`

use axum::Json;
use axum::extract::State;

use super::{AppView, view};
use crate::api::extract::Query;
use crate::api::page::{Listed, PageQuery};
use crate::api::problem::Problem;
use crate::host::Host;

/// All apps
#[utoipa::path(
    get,
    path = "/api/v1/apps",
    tag = "apps",
    params(PageQuery),
    security(("token" = ["config:read"])),
    responses((status = 200, body = Listed<AppView>))
)]
pub(crate) async fn list_apps(
    State(host): State<Host>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Listed<AppView>>, Problem> {
    let page = host.store.apps(query.page()?).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for app in page.items {
        items.push(view(&host, app).await?);
    }
    Ok(Json(Listed { items, next_cursor: page.next_cursor }))
}
