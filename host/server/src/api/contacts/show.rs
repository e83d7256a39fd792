//! `GET /api/v1/contacts/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::ContactId;

use super::ContactView;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// A contact
#[utoipa::path(
    get,
    path = "/api/v1/contacts/{id}",
    tag = "contacts",
    params(("id" = ContactId, Path, description = "The contact")),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = ContactView))
)]
pub(crate) async fn show_contact(
    State(host): State<Host>,
    PathId(id): PathId<ContactId>,
) -> Result<Json<ContactView>, Problem> {
    let contact = host.store.contact(id).await?.ok_or_else(|| Problem::not_found("contact"))?;
    Ok(Json(contact.into()))
}
