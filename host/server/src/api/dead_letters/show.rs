//! `GET /api/v1/dead-letters/{id}`

use axum::extract::State;
use axum::{Extension, Json};
use lockgate_model::config::Scope;
use lockgate_model::id::DeadLetterId;
use lockgate_store::ApiToken;
use serde::Serialize;
use utoipa::ToSchema;

use super::DeadLetterView;
use crate::api::envelopes::EnvelopeView;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::host::Host;

/// A dead letter with the envelope that it came in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterDetail {
    #[serde(flatten)]
    letter: DeadLetterView,
    /// The one event that it is, as the plugin made it.
    #[schema(value_type = Option<Object>)]
    event: Option<serde_json::Value>,
    /// As it arrived; null where it was erased since, and for a token without the scope `admin`: nobody has looked through what is
    /// in it.
    envelope: Option<EnvelopeView>,
}

/// A dead letter with its raw bytes
#[utoipa::path(
    get,
    path = "/api/v1/dead-letters/{id}",
    tag = "dead-letters",
    params(("id" = DeadLetterId, Path, description = "The dead letter")),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = DeadLetterDetail))
)]
pub(crate) async fn show_dead_letter(
    State(host): State<Host>,
    Extension(asking): Extension<ApiToken>,
    PathId(id): PathId<DeadLetterId>,
) -> Result<Json<DeadLetterDetail>, Problem> {
    let (record, envelope) = host.store.dead_letter(id).await?.ok_or_else(|| Problem::not_found("dead letter"))?;
    let detail = DeadLetterDetail {
        event: record.event.clone(),
        envelope: envelope.filter(|_| Scope::Admin.is_given_by(&asking.scopes)).map(EnvelopeView::from),
        letter: record.into(),
    };
    Ok(Json(detail))
}
