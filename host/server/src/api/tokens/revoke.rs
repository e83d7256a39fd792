//! `DELETE /api/v1/tokens/{id}`

use axum::Extension;
use axum::extract::State;
use http::StatusCode;
use lockgate_model::id::TokenId;

use crate::api::events::Revocations;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// Revoke a token
///
/// From the next request on it is worth nothing, and streams that it opened end. The only token with the scope admin is refused
/// with 409: without one nobody could make another.
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{id}",
    tag = "tokens",
    params(("id" = TokenId, Path, description = "The token")),
    security(("token" = ["admin"])),
    responses((status = 204, description = "It is worth nothing any more"))
)]
pub(crate) async fn revoke_token(
    State(host): State<Host>,
    Extension(Revocations(bell)): Extension<Revocations>,
    PathId(id): PathId<TokenId>,
) -> Result<StatusCode, Problem> {
    if !host.store.revoke_token(id).await? {
        return Err(Problem::not_found("token"));
    }
    bell.notify_waiters();
    Ok(StatusCode::NO_CONTENT)
}
