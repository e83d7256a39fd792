//! `GET /api/v1/actions/{id}`, and how an action is shown.

use axum::Json;
use axum::extract::State;
use lockgate_model::contract::actions::Action;
use lockgate_model::id::{ConversationId, DeliveryId, MessageId};
use lockgate_model::message::{Failure, PartState};
use lockgate_store::ActionRecord;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::extract::PathId;
use crate::api::problem::Problem;
use crate::api::time::Moment;
use crate::host::Host;

/// Something that is, or was, done to a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ActionView {
    /// Its id.
    id: DeliveryId,
    /// The message that it is done to.
    message_id: MessageId,
    /// The conversation of the message.
    conversation_id: ConversationId,
    /// What is done: `react`.
    action: &'static str,
    /// Of a reaction: its symbol.
    symbol: Option<String>,
    /// Of a reaction: whether it is added, or taken back.
    added: Option<bool>,
    /// How far it has come.
    status: ActionStatus,
    /// Why it failed, is not known, or is being tried again.
    failure: Option<Failure>,
    /// When it was asked for.
    created_at: Moment,
}

/// How far an action has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ActionStatus {
    /// It waits, or is tried again.
    Queued,
    /// It is being told to the provider.
    Sending,
    /// The provider did it; the message shows it.
    Done,
    /// It was refused, or given up.
    Failed,
    /// It may have been done. Not tried again unless it is asked for again.
    Unknown,
}

impl From<PartState> for ActionStatus {
    fn from(state: PartState) -> Self {
        match state {
            PartState::Queued => Self::Queued,
            PartState::Departing => Self::Sending,
            PartState::Accepted | PartState::Sent => Self::Done,
            PartState::Failed | PartState::NotTried | PartState::Cancelled => Self::Failed,
            PartState::Unknown => Self::Unknown,
        }
    }
}

impl From<ActionRecord> for ActionView {
    fn from(record: ActionRecord) -> Self {
        let name = record.action.name();
        let (symbol, added) = match record.action {
            Action::React { symbol, added, .. } => (Some(symbol), Some(added)),
            _ => (None, None),
        };
        Self {
            id: record.id,
            message_id: record.message,
            conversation_id: record.conversation,
            action: name,
            symbol,
            added,
            status: record.state.into(),
            failure: record.failure,
            created_at: Moment::from_ms(record.created_at),
        }
    }
}

/// Something that is, or was, done to a message
#[utoipa::path(
    get,
    path = "/api/v1/actions/{id}",
    tag = "messages",
    params(("id" = DeliveryId, Path, description = "The action")),
    security(("token" = ["inbox:read"])),
    responses((status = 200, body = ActionView))
)]
pub(crate) async fn show_action(
    State(host): State<Host>,
    PathId(id): PathId<DeliveryId>,
) -> Result<Json<ActionView>, Problem> {
    let record = host.store.action(id).await?.ok_or_else(|| Problem::not_found("action"))?;
    Ok(Json(record.into()))
}
