//! `GET /api/v1/dead-letters`

use axum::Json;
use axum::extract::State;

use super::DeadLetterView;
use crate::api::extract::Query;
use crate::api::page::{Listed, PageQuery};
use crate::api::problem::Problem;
use crate::host::Host;

/// Dead letters, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/dead-letters",
    tag = "dead-letters",
    params(PageQuery),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = Listed<DeadLetterView>))
)]
pub(crate) async fn list_dead_letters(
    State(host): State<Host>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Listed<DeadLetterView>>, Problem> {
    let letters = host.store.dead_letters(query.page()?).await?;
    Ok(Json(Listed::of(letters, DeadLetterView::from)))
}
