//! `GET /api/v1/apps/{id}`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::AppId;

use super::{AppView, view};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// An app
#[utoipa::path(
    get,
    path = "/api/v1/apps/{id}",
    tag = "apps",
    params(("id" = AppId, Path, description = "The app")),
    security(("token" = ["config:read"])),
    responses((status = 200, body = AppView))
)]
pub(crate) async fn show_app(State(host): State<Host>, PathId(id): PathId<AppId>) -> Result<Json<AppView>, Problem> {
    let app = host.store.app(id).await?.ok_or_else(|| Problem::not_found("app"))?;
    view(&host, app).await.map(Json)
}
