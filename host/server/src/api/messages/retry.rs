//! `POST /api/v1/messages/{id}/retry`

use axum::Json;
use axum::extract::State;
use lockgate_model::contract::outbound::Ground;
use lockgate_model::id::MessageId;
use lockgate_store::{Again, Conflict, MessageRecord, StoreError};

use super::MessageView;
use super::send::Error;
use crate::api::conversations::window_opened_at;
use crate::api::extract::PathId;
use crate::api::problem::{Kind, Problem};
use crate::delivery::admit::{Sending, admit_again};
use crate::host::Host;

/// Try a failed message again
///
/// Only what failed is sent, if it may be sent now: after the messaging window it may not, as a new message may not.
/// Of one whose fate is `unknown` this sends again what may have arrived: look at the provider first.
#[utoipa::path(
    post,
    path = "/api/v1/messages/{id}/retry",
    tag = "messages",
    params(
        ("id" = MessageId, Path, description = "The message"),
        ("Idempotency-Key" = Option<String>, Header, description = "Any text of your own; the same one again answers the same and sends nothing"),
    ),
    security(("token" = ["inbox:write"])),
    responses((status = 200, body = MessageView))
)]
pub(crate) async fn retry_message(
    State(host): State<Host>,
    PathId(id): PathId<MessageId>,
) -> Result<Json<MessageView>, Problem> {
    let message = host.store.message(id).await?.ok_or_else(|| Problem::not_found("message"))?;
    // What was never to be sent from here is refused below, by what it is.
    let terms = match host.store.sent_as(id).await? {
        Some((ground, automatic)) => terms(&host, &message, &ground, automatic).await?,
        None => Again { ground: Ground::Open, until: None },
    };
    match host.store.retry_message(&message, terms).await {
        Ok(Some(message)) => Ok(Json(message.into())),
        Ok(None) => Err(Problem::not_found("message")),
        Err(StoreError::Conflict(Conflict::Changed)) => {
            let detail =
                "Only a message from here that failed or was cancelled, or whose fate is unknown, can be tried again.";
            Err(Problem::new(Kind::Conflict, detail))
        }
        Err(error) => Err(error.into()),
    }
}

/// Why it may be sent now, with the tag that it had.
async fn terms(host: &Host, message: &MessageRecord, ground: &Ground, automatic: bool) -> Result<Again, Problem> {
    let conversation = host.store.conversation(message.conversation).await?;
    let conversation = conversation.ok_or_else(|| Problem::not_found("conversation"))?;
    let mounted = host.directory.channel(message.channel).await?.ok_or(Error::NoChannel)?;
    let manifest = &mounted.plugin.as_ref().ok_or(Error::NoPlugin)?.record.manifest;
    let tag = if let Ground::Tag(tag) = ground { Some(tag.as_str()) } else { None };
    let opened_at = window_opened_at(&conversation, manifest.window.as_ref());
    let sending = Sending { opened_at, tag, automatic };
    let (ground, until) = admit_again(manifest, &message.parts, &sending, host.seams.clock.now_ms())
        .map_err(|problem| Error::NotSendable(vec![problem]))?;
    Ok(Again { ground, until })
}
