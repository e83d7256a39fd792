//! `PUT` and `DELETE /api/v1/messages/{id}/reactions/{symbol}`

use axum::extract::State;
use axum::response::Response;
use lockgate_model::contract::actions::Action;
use lockgate_model::id::MessageId;
use lockgate_model::manifest::is_symbol;

use super::action::{ActionView, Error, asked};
use crate::api::acting::permitted;
use crate::api::extract::PathIdAnd;
use crate::api::problem::Problem;
use crate::host::Host;

/// React to a message
///
/// Kept and queued, then told to the provider in its turn; the message shows the reaction once the provider has it. Where a message
/// carries one reaction of ours only, a new one takes the old one's place. Refused where the conversation's `capabilities` have no
/// `react`, or not this symbol. Asking twice does no harm.
#[utoipa::path(
    put,
    path = "/api/v1/messages/{id}/reactions/{symbol}",
    tag = "messages",
    params(
        ("id" = MessageId, Path, description = "The message"),
        ("symbol" = String, Path, description = "An emoji, or the provider's name of one between colons; percent-encoded"),
    ),
    security(("token" = ["inbox:write"])),
    responses(
        (status = 202, description = "It is on its way", body = ActionView),
        (status = 204, description = "The reaction stands already"),
    )
)]
pub(crate) async fn add_reaction(
    State(host): State<Host>,
    PathIdAnd(id, symbol): PathIdAnd<MessageId>,
) -> Result<Response, Problem> {
    react(&host, id, symbol, true).await
}

/// Take a reaction of ours back
///
/// Told to the provider as a reaction is.
#[utoipa::path(
    delete,
    path = "/api/v1/messages/{id}/reactions/{symbol}",
    tag = "messages",
    params(
        ("id" = MessageId, Path, description = "The message"),
        ("symbol" = String, Path, description = "The reaction's symbol; percent-encoded"),
    ),
    security(("token" = ["inbox:write"])),
    responses((status = 202, description = "It is on its way", body = ActionView))
)]
pub(crate) async fn remove_reaction(
    State(host): State<Host>,
    PathIdAnd(id, symbol): PathIdAnd<MessageId>,
) -> Result<Response, Problem> {
    react(&host, id, symbol, false).await
}

async fn react(host: &Host, id: MessageId, symbol: String, added: bool) -> Result<Response, Problem> {
    let message = host.store.message(id).await?.ok_or_else(|| Problem::not_found("message"))?;
    if !is_symbol(&symbol) {
        return Err(Error::Symbol.into());
    }
    let action = Action::React { symbol, added, reaction: None };
    permitted(host, message.channel, &action).await?;
    if message.deleted_at.is_some() {
        return Err(Error::Deleted.into());
    }
    asked(host, id, action).await
}
