//! `GET /media/{token}`: where a provider fetches a file that a plugin shared with it.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use lockgate_runtime::MediaError;

use super::answer::Refused;
use crate::host::Host;
use crate::media::serve;

/// The file, as the API gives it to a team. What does not open is not told from what is gone.
pub(super) async fn show(State(host): State<Host>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    let refused = |refused: Refused| {
        host.refusals.count(None, "", refused.reason());
        refused.respond()
    };
    let Some(handle) = host.shares.opens(&token, host.seams.clock.now_ms()) else {
        return refused(Refused::UnknownKey);
    };
    match host.media.shared(handle).await {
        Ok(medium) => serve::respond(&host.media, &medium, &headers),
        Err(MediaError::NotFound) => refused(Refused::UnknownKey),
        Err(_) => refused(Refused::Unavailable(Duration::from_secs(5))),
    }
}
