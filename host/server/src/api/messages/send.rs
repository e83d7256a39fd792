//! `POST /api/v1/conversations/{id}/messages`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use lockgate_model::contract::common::{Content, MediaSource, Part, RichText, TemplateValue};
use lockgate_model::id::{ChannelId, ConversationId, MessageId, Owner};
use lockgate_store::NewOutgoing;
use serde::Deserialize;
use utoipa::ToSchema;

use super::MessageView;
use crate::api::conversations::window_opened_at;
use crate::api::extract::{JsonBody, PathId};
use crate::api::problem::{FieldError, Kind, Problem};
use crate::delivery::admit::{SendProblem, Sending, admit};
use crate::host::Host;

/// A message to send: a text, or parts.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Yes, we are open until six."}))]
pub(crate) struct SendBody {
    /// A plain text; short for one part that is a text.
    text: Option<String>,
    /// The contents of the message's parts, as the contract names them. The conversation's `capabilities` say what is taken.
    #[schema(example = json!([{"type": "text", "value": {"plain": "Yes"}}]))]
    parts: Option<Vec<Content>>,
    /// The message that is answered, where the channel takes quotes.
    quote: Option<MessageId>,
    /// A tag under which it may be sent after the window; the conversation's `window.tags` names those that can be used.
    tag: Option<String>,
    /// Whether no person wrote it: a greeting, a bot. Such a message may use no tag that is for people.
    #[serde(default)]
    automatic: bool,
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("Give a `text` or `parts`, and not both.")]
    TextOrParts,
    #[error("The channel of this conversation was deleted; nothing can be sent through it.")]
    NoChannel,
    #[error(
        "The plugin of this conversation's channel is switched off or cannot be loaded; nothing can be sent through it now."
    )]
    NoPlugin,
    #[error("A part names a file that this channel does not have: upload it to this conversation first.")]
    NoSuchFile,
    #[error("This channel takes no quotes.")]
    NoQuotes,
    #[error("There is no such message in this conversation, or the provider never named it.")]
    NoSuchQuote,
    #[error("{}", .0.iter().map(|problem| problem.words.as_str()).collect::<Vec<_>>().join("; "))]
    NotSendable(Vec<SendProblem>),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match &error {
            Error::NoSuchFile => Self::field("/parts", error.to_string()),
            Error::TextOrParts => Self::field("/text", error.to_string()),
            Error::NoQuotes | Error::NoSuchQuote => Self::field("/quote", error.to_string()),
            Error::NoChannel | Error::NoPlugin => Self::new(Kind::Conflict, error.to_string()),
            Error::NotSendable(problems) => {
                let errors = problems
                    .iter()
                    .map(|problem| FieldError {
                        pointer: problem.pointer.clone(),
                        detail: format!("{}: {}", problem.code, problem.words),
                    })
                    .collect();
                Self::new(Kind::NotSendable, error.to_string()).with_errors(errors)
            }
        }
    }
}

/// Send a message
///
/// It is kept and queued together, then sent in its turn; `status` says how far it has come. What the channel cannot take, or
/// not now, is refused here. Send an `Idempotency-Key`, so that a request which is repeated sends nothing twice.
#[utoipa::path(
    post,
    path = "/api/v1/conversations/{id}/messages",
    tag = "messages",
    params(
        ("id" = ConversationId, Path, description = "The conversation"),
        ("Idempotency-Key" = Option<String>, Header, description = "Any text of your own; the same one again answers the same and sends nothing"),
    ),
    request_body = SendBody,
    security(("token" = ["inbox:write"])),
    responses((status = 201, body = MessageView))
)]
pub(crate) async fn send_message(
    State(host): State<Host>,
    PathId(id): PathId<ConversationId>,
    JsonBody(body): JsonBody<SendBody>,
) -> Result<(StatusCode, Json<MessageView>), Problem> {
    let conversation = host.store.conversation(id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    let (parts, short) = parts(body.text, body.parts)?;
    let mounted = host.directory.channel(conversation.channel).await?.ok_or(Error::NoChannel)?;
    let plugin = mounted.plugin.as_ref().ok_or(Error::NoPlugin)?;
    let manifest = &plugin.record.manifest;
    if let Some(quote) = body.quote {
        if !manifest.capabilities.quote {
            return Err(Error::NoQuotes.into());
        }
        let quoted = host.store.message(quote).await?;
        if !quoted.is_some_and(|quoted| quoted.conversation == id && quoted.external_id.is_some()) {
            return Err(Error::NoSuchQuote.into());
        }
    }
    let opened_at = window_opened_at(&conversation, manifest.window.as_ref());
    let sending = Sending { opened_at, tag: body.tag.as_deref(), automatic: body.automatic };
    let admitted = admit(manifest, parts, &sending, host.seams.clock.now_ms())
        .map_err(|problems| Error::NotSendable(pointed(problems, short)))?;
    files_are_there(&host, conversation.channel, &admitted.parts).await?;
    let message = host
        .store
        .send_message(NewOutgoing {
            conversation: id,
            parts: admitted.parts,
            ground: admitted.ground,
            until: admitted.until,
            author: None,
            quote: body.quote,
            automatic: body.automatic,
        })
        .await?;
    Ok((StatusCode::CREATED, Json(message.into())))
}

/// Whether the files of the host that parts name are this channel's.
pub(super) async fn files_are_there(host: &Host, channel: ChannelId, parts: &[Part]) -> Result<(), Problem> {
    for handle in parts.iter().flat_map(|part| files(&part.content)) {
        let owner = Owner::Channel(channel);
        if host.store.medium(handle, [owner, owner]).await?.is_none() {
            return Err(Error::NoSuchFile.into());
        }
    }
    Ok(())
}

/// The files of the host that a part names.
fn files(content: &Content) -> Vec<&str> {
    let sources: Vec<&MediaSource> = match content {
        Content::Media(media) => vec![&media.source],
        Content::Template(template) => {
            let values = template.parameters.iter().map(|parameter| &parameter.value);
            values
                .filter_map(|value| if let TemplateValue::Media(source) = value { Some(source) } else { None })
                .collect()
        }
        _ => Vec::new(),
    };
    let stored = sources.into_iter().filter_map(|source| match source {
        MediaSource::Stored(handle) => Some(handle.as_str()),
        _ => None,
    });
    stored.collect()
}

/// The parts, and whether they were written as a text.
pub(super) fn parts(text: Option<String>, parts: Option<Vec<Content>>) -> Result<(Vec<Part>, bool), Error> {
    let part = |content| Part { content, extras: Vec::new() };
    match (text, parts) {
        (Some(plain), None) => Ok((vec![part(Content::Text(RichText { plain, html: None }))], true)),
        (None, Some(contents)) => Ok((contents.into_iter().map(part).collect(), false)),
        _ => Err(Error::TextOrParts),
    }
}

/// Points to `text` where that is what was written.
pub(super) fn pointed(mut problems: Vec<SendProblem>, short: bool) -> Vec<SendProblem> {
    if short {
        for problem in problems.iter_mut().filter(|problem| problem.pointer.starts_with("/parts")) {
            problem.pointer = "/text".into();
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_a_text_or_parts() {
        assert!(matches!(parts(None, None), Err(Error::TextOrParts)));
        assert!(matches!(parts(Some("a".into()), Some(Vec::new())), Err(Error::TextOrParts)));
        assert!(parts(Some("a".into()), None).is_ok_and(|(parts, short)| parts.len() == 1 && short));
    }

    #[test]
    fn parts_are_the_contracts_contents() {
        let body: SendBody = serde_json::from_str(
            r#"{"parts": [{"type": "choices", "value": {"style": "quick_replies", "body": {"plain": "Size?"},
                "options": [{"payload": "S", "title": "Small", "action": {"type": "reply"}}]}}], "tag": "HUMAN_AGENT"}"#,
        )
        .unwrap();
        assert!(matches!(body.parts.as_deref(), Some([Content::Choices(_)])));
        assert!(serde_json::from_str::<SendBody>(r#"{"txt": "a"}"#).is_err());
    }
}
