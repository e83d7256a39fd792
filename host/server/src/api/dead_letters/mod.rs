//! Dead letters: what arrived and could not become messages, kept with its raw bytes.

mod list;
mod show;
mod words;

use lockgate_model::id::{AppId, ChannelId, DeadLetterId, EnvelopeId, Owner, PluginName};
use lockgate_store::DeadLetterRecord;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::time::Moment;
use crate::host::Host;

pub(super) fn router() -> OpenApiRouter<Host> {
    OpenApiRouter::new().routes(routes!(list::list_dead_letters)).routes(routes!(show::show_dead_letter))
}

/// An envelope, or one event of it, that could not become messages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct DeadLetterView {
    /// Its id.
    id: DeadLetterId,
    /// The envelope that it came in; null of an answer to something sent.
    envelope_id: Option<EnvelopeId>,
    /// Whose plugin could not take it.
    plugin: PluginName,
    /// The app whose address it came to.
    app_id: Option<AppId>,
    /// The channel whose address it came to.
    channel_id: Option<ChannelId>,
    /// A stable word for why: `malformed`, `unknown-account`, `trap` …
    code: String,
    /// Details of the code.
    #[schema(value_type = Object)]
    params: serde_json::Value,
    /// The reason in words.
    reason: String,
    /// Whether it is one event of the envelope, and the rest of it became messages.
    event_only: bool,
    /// When it arrived.
    received_at: Moment,
}

impl From<DeadLetterRecord> for DeadLetterView {
    fn from(record: DeadLetterRecord) -> Self {
        let (app_id, channel_id) = match record.owner {
            Owner::App(app) => (Some(app), None),
            Owner::Channel(channel) => (None, Some(channel)),
        };
        Self {
            id: record.id,
            envelope_id: record.envelope,
            plugin: record.plugin,
            app_id,
            channel_id,
            reason: words::reason(&record.code, &record.params),
            code: record.code,
            params: record.params,
            event_only: record.event_only,
            received_at: Moment::from_ms(record.received_at),
        }
    }
}
