//! Envelopes: every webhook as it arrived. For admins alone: nobody has looked through what is in them.

mod list;
mod show;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound::FormFile;
use lockgate_store::EnvelopeRecord;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new().routes(routes!(list::list_envelopes)).routes(routes!(show::show_envelope))
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
    /// The body's bytes, in Base64; of a form with files its fields, `application/x-www-form-urlencoded`.
    body_base64: String,
    /// The body as text, where it is UTF-8.
    body_text: Option<String>,
    /// The files of a form, in order. What is in them is kept elsewhere.
    files: Vec<EnvelopeFile>,
    /// When it arrived.
    received_at: Moment,
}

/// A file that came with a form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EnvelopeFile {
    /// The form's field.
    field: String,
    /// As the sender named it, without folders.
    file_name: Option<String>,
    /// As the sender said.
    content_type: Option<String>,
    /// In bytes.
    size: u64,
}

impl From<FormFile> for EnvelopeFile {
    fn from(file: FormFile) -> Self {
        let FormFile { field, file_name, content_type, size, stored: _ } = file;
        Self { field, file_name, content_type, size }
    }
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
            files: record.files.into_iter().map(EnvelopeFile::from).collect(),
            received_at: Moment::from_ms(record.received_at),
        }
    }
}
