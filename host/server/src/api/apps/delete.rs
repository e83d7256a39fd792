//! `DELETE /api/v1/apps/{id}`

use axum::extract::State;
use http::StatusCode;
use lockgate_model::id::AppId;

use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Delete an app
///
/// Its secrets are erased and its addresses answer 404 from then on. Refused while channels are connected through it.
#[utoipa::path(
    delete,
    path = "/api/v1/apps/{id}",
    tag = "apps",
    params(("id" = AppId, Path, description = "The app")),
    security(("token" = ["config:write"])),
    responses((status = 204, description = "It is gone"))
)]
pub(crate) async fn delete_app(State(host): State<Host>, PathId(id): PathId<AppId>) -> Result<StatusCode, Problem> {
    if !host.store.delete_app(id).await? {
        return Err(Problem::not_found("app"));
    }
    host.directory.refresh().await?;
    Ok(StatusCode::NO_CONTENT)
}
