//! `GET /api/v1/tokens`

use axum::Json;
use axum::extract::State;

use super::TokenView;
use crate::api::page::Listed;
use crate::api::problem::Problem;
use crate::host::Host;

/// All tokens, without their secrets
///
/// One page holds them all.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    tag = "tokens",
    security(("token" = ["admin"])),
    responses((status = 200, body = Listed<TokenView>))
)]
pub(crate) async fn list_tokens(State(host): State<Host>) -> Result<Json<Listed<TokenView>>, Problem> {
    let items = host.store.tokens().await?.into_iter().map(TokenView::from).collect();
    Ok(Json(Listed { items, next_cursor: None }))
}
