//! `POST /api/v1/identities/{id}/refresh`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::IdentityId;

use super::ContactView;
use crate::api::extract::PathId;
use crate::api::looking_up::look_up;
use crate::api::problem::Problem;
use crate::host::Host;
use crate::lookup::Question;

/// Ask the provider who somebody is
///
/// Name, user name, picture, language and time zone, as far as the provider tells them, become those of this address, as if it had told
/// them by itself; what it does not tell stays. An identity's id is that of an address of a contact.
#[utoipa::path(
    post,
    path = "/api/v1/identities/{id}/refresh",
    tag = "contacts",
    params(("id" = IdentityId, Path, description = "The address of a contact")),
    security(("token" = ["inbox:write"])),
    responses((status = 200, body = ContactView))
)]
pub(crate) async fn refresh_identity(
    State(host): State<Host>,
    PathId(id): PathId<IdentityId>,
) -> Result<Json<ContactView>, Problem> {
    let gone = || Problem::not_found("identity");
    let known = host.store.known_person(id).await?.ok_or_else(gone)?;
    known.contact.ok_or_else(gone)?;
    look_up(&host, known.channel, Question::Profile(known)).await?;
    // What was told may have joined two contacts.
    let contact = host.store.known_person(id).await?.and_then(|known| known.contact).ok_or_else(gone)?;
    Ok(Json(host.store.contact(contact).await?.ok_or_else(gone)?.into()))
}
