//! What a part becomes in the Send API, or why it cannot be sent.

use lockgate_sdk::{ChoiceAction, Choices, ChoicesStyle, Content, Media, MediaKind, MediaSource};
use serde::Serialize;

use super::template::{self, Utility};

/// The longest text, in characters.
const TEXT_MAX: usize = 2000;
/// How many quick replies one message takes.
const QUICK_REPLIES_MAX: usize = 13;
/// The longest title of a quick reply, in characters.
const TITLE_MAX: usize = 20;
/// The longest payload of a quick reply, in characters.
const PAYLOAD_MAX: usize = 1000;

/// A message of the Send API.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    #[serde(flatten)]
    content: MessageContent<'a>,
    /// Comes back with the echo.
    metadata: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum MessageContent<'a> {
    Text { text: &'a str },
    Attachment { attachment: Attachment<'a> },
    QuickReplies { text: &'a str, quick_replies: Vec<QuickReply<'a>> },
    Template { template: Utility<'a> },
}

#[derive(Serialize)]
struct Attachment<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    payload: AttachmentPayload<'a>,
}

#[derive(Serialize)]
struct AttachmentPayload<'a> {
    url: &'a str,
    is_reusable: bool,
}

#[derive(Serialize)]
struct QuickReply<'a> {
    content_type: &'static str,
    title: &'a str,
    payload: &'a str,
}

/// Why a part cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unsendable {
    /// A stable word for it.
    pub(crate) code: &'static str,
    /// For the agent.
    pub(crate) words: String,
}

pub(super) fn unsendable<T>(code: &'static str, words: impl Into<String>) -> Result<T, Unsendable> {
    Err(Unsendable { code, words: words.into() })
}

/// The message that carries a part.
///
/// # Errors
///
/// Where Messenger has nothing like it, or not so long.
pub(super) fn message<'a>(content: &'a Content, client_ref: &'a str) -> Result<Message<'a>, Unsendable> {
    let content = match content {
        Content::Text(text) => MessageContent::Text { text: fitting("The text", &text.plain, TEXT_MAX)? },
        Content::Media(media) => MessageContent::Attachment { attachment: attachment(media)? },
        Content::Choices(choices) => quick_replies(choices)?,
        Content::Template(template) => MessageContent::Template { template: template::utility(template)? },
        other => return unsendable("unknown-type", format!("Messenger cannot be sent {}", kind_name(other))),
    };
    Ok(Message { content, metadata: client_ref })
}

fn attachment(media: &Media) -> Result<Attachment<'_>, Unsendable> {
    if media.caption.as_ref().is_some_and(|caption| !caption.plain.is_empty()) {
        return unsendable("caption", "Messenger takes no caption with a file; send the text by itself");
    }
    let kind = match media.kind {
        MediaKind::Image | MediaKind::Sticker | MediaKind::Animation => "image",
        MediaKind::Video | MediaKind::VideoNote => "video",
        MediaKind::Audio | MediaKind::Voice => "audio",
        MediaKind::File => "file",
    };
    match &media.source {
        MediaSource::Address(url) => Ok(Attachment { kind, payload: AttachmentPayload { url, is_reusable: false } }),
        // Looked at only: who sends puts an address in its place.
        MediaSource::Stored(_) => Ok(Attachment { kind, payload: AttachmentPayload { url: "", is_reusable: false } }),
        MediaSource::Deferred(_) => unsendable("no-address", "A file that is not there yet cannot be sent"),
        MediaSource::Missing(why) => unsendable("no-address", format!("The file is not there: {why}")),
    }
}

fn quick_replies(choices: &Choices) -> Result<MessageContent<'_>, Unsendable> {
    if choices.style != ChoicesStyle::QuickReplies {
        return unsendable("unknown-type", "Of choices, Messenger is sent quick replies only");
    }
    if choices.options.is_empty() || choices.options.len() > QUICK_REPLIES_MAX {
        return unsendable("too-many", format!("A message has one to {QUICK_REPLIES_MAX} quick replies"));
    }
    let body = choices.body.as_ref().map(|body| body.plain.as_str()).unwrap_or_default();
    let text = fitting("The text above quick replies", body, TEXT_MAX)?;
    let options = choices.options.iter().map(|option| {
        if option.action != ChoiceAction::Reply {
            return unsendable("unknown-type", "A quick reply can only be answered with");
        }
        let title = fitting("The title of a quick reply", &option.title, TITLE_MAX)?;
        let payload = fitting("The payload of a quick reply", &option.payload, PAYLOAD_MAX)?;
        Ok(QuickReply { content_type: "text", title, payload })
    });
    Ok(MessageContent::QuickReplies { text, quick_replies: options.collect::<Result<_, _>>()? })
}

/// A text that is neither empty nor too long.
fn fitting<'a>(what: &str, text: &'a str, max: usize) -> Result<&'a str, Unsendable> {
    if text.trim().is_empty() {
        return unsendable("empty", format!("{what} is empty"));
    }
    // Bytes are never fewer than characters, and faster to count.
    if text.len() > max && text.chars().count() > max {
        return unsendable("too-long", format!("{what} has more than {max} characters"));
    }
    Ok(text)
}

fn kind_name(content: &Content) -> &'static str {
    match content {
        Content::Text(_) => "a text",
        Content::Media(_) => "a file",
        Content::Location(_) => "a location",
        Content::ContactCard(_) => "a contact card",
        Content::Choices(_) => "choices",
        Content::Choice(_) => "a choice",
        Content::Template(_) => "a template",
        Content::Fields(_) => "a form",
        Content::LinkPreview(_) => "a link preview",
        Content::Order(_) => "an order",
        Content::Native(_) => "this kind of message",
    }
}
