//! `POST /api/v1/apps/{id}/resume`

use axum::Json;
use axum::extract::State;
use lockgate_model::id::{AppId, Owner};

use super::{AppView, view};
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Try a paused app at once
///
/// Ends the slowing and the pause that followed from calls of its plugin that kept failing. What waited goes on; should it keep
/// failing, it is paused again.
#[utoipa::path(
    post,
    path = "/api/v1/apps/{id}/resume",
    tag = "apps",
    params(("id" = AppId, Path, description = "The app")),
    security(("token" = ["config:write"])),
    responses((status = 200, body = AppView))
)]
pub(crate) async fn resume_app(State(host): State<Host>, PathId(id): PathId<AppId>) -> Result<Json<AppView>, Problem> {
    let app = host.store.app(id).await?.ok_or_else(|| Problem::not_found("app"))?;
    host.conducts.resume(&host.store, Owner::App(id)).await?;
    view(&host, app).await.map(Json)
}
