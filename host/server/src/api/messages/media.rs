//! `GET /api/v1/messages/{id}/media/{handle}`

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use lockgate_model::id::MessageId;

use crate::api::extract::PathIdAnd;
use crate::api::problem::Problem;
use crate::host::Host;
use crate::media::serve;

/// A file of a message
///
/// Of a part whose `source` is `stored`, by the `value` that stands there. Always as something to keep, never to show as a page:
/// it is a stranger's file. A `Range` of bytes is answered with those.
#[utoipa::path(
    get,
    path = "/api/v1/messages/{id}/media/{handle}",
    tag = "messages",
    params(
        ("id" = MessageId, Path, description = "The message"),
        ("handle" = String, Path, description = "The file, as the message names it"),
    ),
    security(("token" = ["inbox:read"])),
    responses(
        (status = 200, description = "All of it", content_type = "application/octet-stream"),
        (status = 206, description = "The bytes that were asked for", content_type = "application/octet-stream"),
        (status = 416, description = "It ends before them"),
    )
)]
pub(crate) async fn show_medium(
    State(host): State<Host>,
    PathIdAnd(id, handle): PathIdAnd<MessageId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let medium = host.store.medium_of_message(id, &handle).await?.ok_or_else(|| Problem::not_found("file"))?;
    Ok(serve::respond(&host.media, &medium, &headers))
}
