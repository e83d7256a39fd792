//! `GET /api/v1/dead-letters/{id}`

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_model::contract::common::Pair;
use lockgate_model::id::DeadLetterId;
use lockgate_store::EnvelopeRecord;
use serde::Serialize;
use utoipa::ToSchema;

use super::DeadLetterView;
use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::api::time::Moment;
use crate::host::Host;

/// A dead letter with the envelope that it came in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DeadLetterDetail {
    #[serde(flatten)]
    letter: DeadLetterView,
    /// The one event that it is, as the plugin made it.
    #[schema(value_type = Option<Object>)]
    event: Option<serde_json::Value>,
    /// As it arrived; null where it was erased since.
    envelope: Option<EnvelopeView>,
}

/// One raw delivery, exactly as it arrived.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EnvelopeView {
    /// The route that it came to.
    route: String,
    /// HTTP method.
    method: String,
    /// What followed the route in the path.
    path: String,
    /// The query, decoded.
    query: Vec<Pair>,
    /// The headers, without those that hold secrets.
    headers: Vec<Pair>,
    /// The body's bytes, in Base64.
    body_base64: String,
    /// The body as text, where it is UTF-8.
    body_text: Option<String>,
    /// When it arrived.
    received_at: Moment,
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
    PathId(id): PathId<DeadLetterId>,
) -> Result<Json<DeadLetterDetail>, Problem> {
    let (record, envelope) = host.store.dead_letter(id).await?.ok_or_else(|| Problem::not_found("dead letter"))?;
    let detail = DeadLetterDetail {
        event: record.event.clone(),
        envelope: envelope.map(EnvelopeView::from),
        letter: record.into(),
    };
    Ok(Json(detail))
}

impl From<EnvelopeRecord> for EnvelopeView {
    fn from(record: EnvelopeRecord) -> Self {
        Self {
            body_base64: STANDARD.encode(&record.body),
            body_text: String::from_utf8(record.body.to_vec()).ok(),
            route: record.route,
            method: record.method,
            path: record.path,
            query: record.query,
            headers: record.headers,
            received_at: Moment::from_ms(record.received_at),
        }
    }
}
