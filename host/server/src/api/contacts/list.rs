//! `GET /api/v1/contacts`

use axum::Json;
use axum::extract::State;

use super::ContactView;
use crate::api::extract::Query;
use crate::api::page::{Listed, PageQuery};
use crate::api::problem::Problem;
use crate::host::Host;

/// All contacts, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/contacts",
    tag = "contacts",
    params(PageQuery),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = Listed<ContactView>))
)]
pub(crate) async fn list_contacts(
    State(host): State<Host>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Listed<ContactView>>, Problem> {
    let contacts = host.store.contacts(query.page()?).await?;
    Ok(Json(Listed::of(contacts, ContactView::from)))
}
