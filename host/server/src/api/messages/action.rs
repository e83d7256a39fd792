//! `GET /api/v1/actions/{id}`, how an action is shown, and how it is asked for.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use lockgate_model::contract::actions::Action;
use lockgate_model::id::{ConversationId, DeliveryId, MessageId};
use lockgate_model::message::{Direction, Failure, PartState};
use lockgate_store::{ActionRecord, Asked, MessageRecord, NewAction};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::extract::PathId;
use crate::api::problem::{Kind, Problem};
use crate::api::time::Moment;
use crate::host::Host;

/// Something that is, or was, done to a message or a conversation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ActionView {
    /// Its id.
    id: DeliveryId,
    /// The message that it is done to; of what is done to a conversation the contact's newest, else ours.
    message_id: MessageId,
    /// The conversation.
    conversation_id: ConversationId,
    /// What is done: `react`, `edit` or `delete`; to a conversation `take_over` or `ended`.
    action: &'static str,
    /// Of a reaction: its symbol.
    symbol: Option<String>,
    /// Of a reaction: whether it is added, or taken back.
    added: Option<bool>,
    /// Of `take_over`: whether the thread is taken, or given back. Of `ended`: whether the conversation was closed, or opened again.
    on: Option<bool>,
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
    /// The provider did it; the message or conversation shows it.
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
        let action = match &record.action {
            Action::TakeOver { .. } => "take_over",
            other => other.name(),
        };
        let on = match &record.action {
            Action::TakeOver { on } | Action::Ended { ended: on } => Some(*on),
            _ => None,
        };
        let (symbol, added) = match record.action {
            Action::React { symbol, added, .. } => (Some(symbol), Some(added)),
            _ => (None, None),
        };
        Self {
            id: record.id,
            message_id: record.message,
            conversation_id: record.conversation,
            action,
            symbol,
            added,
            on,
            status: record.state.into(),
            failure: record.failure,
            created_at: Moment::from_ms(record.created_at),
        }
    }
}

/// Why an action is not asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("A reaction is an emoji, or the provider's name of one between colons, such as 👍 or :shipit:.")]
    Symbol,
    #[error("The message was deleted at the provider.")]
    Deleted,
    #[error("The provider has not named this message, so it cannot be told which one is meant.")]
    Unnamed,
    #[error("The contact wrote this message; only messages of ours can be changed or taken back.")]
    Theirs,
    #[error("This message went out as several of the provider's; it cannot be changed or taken back as one.")]
    Several,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Symbol => Kind::Invalid,
            Error::Deleted | Error::Unnamed | Error::Theirs | Error::Several => Kind::Conflict,
        };
        Self::new(kind, error.to_string())
    }
}

/// A message that we wrote, here or in the provider's own app.
pub(super) async fn ours(host: &Host, id: MessageId) -> Result<MessageRecord, Problem> {
    let message = host.store.message(id).await?.ok_or_else(|| Problem::not_found("message"))?;
    if message.direction == Direction::In { Err(Error::Theirs.into()) } else { Ok(message) }
}

/// Asks for an action that may be asked for.
pub(super) async fn asked(host: &Host, message: MessageId, action: Action) -> Result<Response, Problem> {
    match host.store.act_on_message(NewAction { message, action }).await? {
        None => Err(Problem::not_found("message")),
        Some(Asked::OnItsWay(record)) => Ok((StatusCode::ACCEPTED, Json(ActionView::from(*record))).into_response()),
        Some(Asked::Already) => Ok(StatusCode::NO_CONTENT.into_response()),
        Some(Asked::Nothing) => Err(Problem::not_found("reaction of ours")),
        Some(Asked::Unnamed) => Err(Error::Unnamed.into()),
        Some(Asked::Several) => Err(Error::Several.into()),
    }
}

/// Something that is, or was, done to a message or a conversation
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
