//! The Send API's own check of a request body: what it does not know it refuses, as Meta does.

use serde_json::{Map, Value};

use super::error::GraphError;

/// Longest text of a message, in characters.
pub const MAX_TEXT: usize = 2000;
/// Longest `message.metadata` and quick-reply payload, in characters.
pub const MAX_METADATA: usize = 1000;
/// Most quick replies under one message.
pub const MAX_QUICK_REPLIES: usize = 13;
/// Longest title of a quick reply, in characters.
pub const MAX_TITLE: usize = 20;

const RECIPIENTS: &[&str] = &["id", "user_ref", "comment_id", "post_id", "notification_messages_token"];
const MEDIA: &[&str] = &["image", "audio", "video", "file"];

/// A body that passed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Send {
    /// Which of the recipient's keys was used, and its value.
    pub(crate) recipient: (String, String),
    pub(crate) body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// `message`, as it came.
    Message(Map<String, Value>),
    /// `sender_action` with its `payload`.
    Action(Action),
}

/// A sender action.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Action {
    pub(crate) name: String,
    pub(crate) message_id: Option<String>,
    pub(crate) reaction: Option<String>,
}

/// Checks a request body.
pub(crate) fn check(raw: &[u8]) -> Result<Send, GraphError> {
    let body: Value = serde_json::from_slice(raw).map_err(|_| refuse("The request body is not valid JSON"))?;
    let body = object(&body, "body")?;
    let recipient = recipient(object(required(body, "recipient")?, "recipient")?)?;
    if body.contains_key("sender_action") {
        only(body, "body", &["recipient", "sender_action", "payload"])?;
        let action = action(body)?;
        return Ok(Send { recipient, body: Body::Action(action) });
    }
    only(body, "body", &["recipient", "messaging_type", "tag", "message", "notification_type"])?;
    messaging_type(body)?;
    let message = object(required(body, "message")?, "message")?;
    // Each goes with the other and with nothing else.
    if (body.get("messaging_type").and_then(Value::as_str) == Some("UTILITY")) != message.contains_key("template") {
        return Err(refuse("Param messaging_type UTILITY goes with a template, and a template with it"));
    }
    check_message(message)?;
    Ok(Send { recipient, body: Body::Message(message.clone()) })
}

fn recipient(recipient: &Map<String, Value>) -> Result<(String, String), GraphError> {
    only(recipient, "recipient", RECIPIENTS)?;
    let mut keys = recipient.iter();
    match (keys.next(), keys.next()) {
        (Some((key, Value::String(value))), None) if !value.is_empty() => Ok((key.clone(), value.clone())),
        _ => Err(refuse("Param recipient must hold exactly one non-empty identifier")),
    }
}

fn action(body: &Map<String, Value>) -> Result<Action, GraphError> {
    let action = text(required(body, "sender_action")?, "sender_action")?;
    let name = action.to_owned();
    match action {
        "typing_on" | "typing_off" | "mark_seen" if !body.contains_key("payload") => {
            Ok(Action { name, message_id: None, reaction: None })
        }
        "react" | "unreact" => {
            let payload = object(required(body, "payload")?, "payload")?;
            only(payload, "payload", &["message_id", "reaction"])?;
            let message_id = text(required(payload, "message_id")?, "payload[message_id]")?.to_owned();
            let reaction = payload.get("reaction").map(|value| text(value, "payload[reaction]")).transpose()?;
            // Any emoji to react, none to take it back.
            if reaction.is_some_and(|emoji| !emoji.is_ascii()) != (action == "react") {
                return Err(refuse("Param payload[reaction] must be an emoji, and stand with react alone"));
            }
            Ok(Action { name, message_id: Some(message_id), reaction: reaction.map(str::to_owned) })
        }
        _ => Err(refuse("Param sender_action is not one of the supported actions")),
    }
}

fn messaging_type(body: &Map<String, Value>) -> Result<(), GraphError> {
    let kind = text(required(body, "messaging_type")?, "messaging_type")?;
    let tag = body.get("tag").map(|tag| text(tag, "tag")).transpose()?;
    match (kind, tag) {
        ("RESPONSE" | "UPDATE" | "UTILITY", None) | ("MESSAGE_TAG", Some("HUMAN_AGENT")) => Ok(()),
        ("MESSAGE_TAG", Some(_)) => Err(refuse("Invalid parameter: this message tag is not supported")),
        ("MESSAGE_TAG", None) => Err(refuse("Param tag is required with messaging_type MESSAGE_TAG")),
        _ => Err(refuse("Param messaging_type does not fit the request")),
    }
}

fn check_message(message: &Map<String, Value>) -> Result<(), GraphError> {
    only(
        message,
        "message",
        &["text", "attachment", "sticker_id", "quick_replies", "metadata", "reply_to", "template"],
    )?;
    let contents =
        ["text", "attachment", "sticker_id", "template"].iter().filter(|key| message.contains_key(**key)).count();
    if contents != 1 {
        return Err(refuse("Message must hold exactly one of text, attachment, template and sticker_id"));
    }
    if let Some(value) = message.get("text") {
        bounded(value, "message[text]", 1, MAX_TEXT)?;
    }
    if let Some(value) = message.get("sticker_id")
        && !value.is_u64()
        && value.as_str().is_none_or(str::is_empty)
    {
        return Err(refuse("Param message[sticker_id] must be an identifier"));
    }
    if let Some(value) = message.get("metadata") {
        bounded(value, "message[metadata]", 0, MAX_METADATA)?;
    }
    if let Some(value) = message.get("reply_to") {
        let reply = object(value, "message[reply_to]")?;
        only(reply, "message[reply_to]", &["mid"])?;
        bounded(required(reply, "mid")?, "message[reply_to][mid]", 1, MAX_METADATA)?;
    }
    if let Some(value) = message.get("attachment") {
        attachment(object(value, "message[attachment]")?)?;
    }
    if let Some(value) = message.get("template") {
        template(object(value, "message[template]")?)?;
    }
    message.get("quick_replies").map_or(Ok(()), quick_replies)
}

fn template(template: &Map<String, Value>) -> Result<(), GraphError> {
    only(template, "message[template]", &["name", "language", "components"])?;
    bounded(required(template, "name")?, "message[template][name]", 1, 512)?;
    let language = object(required(template, "language")?, "message[template][language]")?;
    only(language, "message[template][language]", &["code"])?;
    bounded(required(language, "code")?, "message[template][language][code]", 2, 15)?;
    let components = template.get("components").and_then(Value::as_array).cloned().unwrap_or_default();
    for component in &components {
        let component = object(component, "message[template][components][]")?;
        only(component, "message[template][components][]", &["type", "parameters"])?;
        if text(required(component, "type")?, "message[template][components][][type]")? != "body" {
            return Err(refuse("Param message[template][components][][type] is not supported"));
        }
        for parameter in required(component, "parameters")?.as_array().into_iter().flatten() {
            let parameter = object(parameter, "message[template][components][][parameters][]")?;
            only(parameter, "message[template][components][][parameters][]", &["type", "text", "parameter_name"])?;
            bounded(required(parameter, "text")?, "message[template][components][][parameters][][text]", 1, 1024)?;
        }
    }
    Ok(())
}

fn attachment(attachment: &Map<String, Value>) -> Result<(), GraphError> {
    only(attachment, "message[attachment]", &["type", "payload"])?;
    let kind = text(required(attachment, "type")?, "message[attachment][type]")?;
    let payload = object(required(attachment, "payload")?, "message[attachment][payload]")?;
    if kind == "template" {
        return text(required(payload, "template_type")?, "message[attachment][payload][template_type]").map(drop);
    }
    if !MEDIA.contains(&kind) {
        return Err(refuse("Param message[attachment][type] is not one of the supported types"));
    }
    only(payload, "message[attachment][payload]", &["url", "is_reusable", "attachment_id"])?;
    match (payload.get("url"), payload.get("attachment_id")) {
        (Some(url), None) => match url::Url::parse(text(url, "message[attachment][payload][url]")?) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(()),
            _ => Err(refuse("Param message[attachment][payload][url] should represent a valid URL")),
        },
        (None, Some(id)) => bounded(id, "message[attachment][payload][attachment_id]", 1, 100),
        _ => Err(refuse("Attachment payload must hold exactly one of url and attachment_id")),
    }
}

fn quick_replies(value: &Value) -> Result<(), GraphError> {
    let replies = value.as_array().ok_or_else(|| refuse("Param message[quick_replies] must be an array"))?;
    if replies.is_empty() || replies.len() > MAX_QUICK_REPLIES {
        return Err(refuse("Param message[quick_replies] must have 1 to 13 elements"));
    }
    for reply in replies {
        let reply = object(reply, "message[quick_replies][]")?;
        only(reply, "message[quick_replies][]", &["content_type", "title", "payload", "image_url"])?;
        match text(required(reply, "content_type")?, "message[quick_replies][][content_type]")? {
            "text" => {
                bounded(required(reply, "title")?, "message[quick_replies][][title]", 1, MAX_TITLE)?;
                bounded(required(reply, "payload")?, "message[quick_replies][][payload]", 0, MAX_METADATA)?;
            }
            "user_phone_number" | "user_email" => {}
            _ => return Err(refuse("Param message[quick_replies][][content_type] is not supported")),
        }
    }
    Ok(())
}

fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, GraphError> {
    value.as_object().ok_or_else(|| refuse(format!("Param {name} must be an object")))
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, GraphError> {
    value.as_str().ok_or_else(|| refuse(format!("Param {name} must be a string")))
}

fn required<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<&'a Value, GraphError> {
    fields.get(key).ok_or_else(|| refuse(format!("The parameter {key} is required")))
}

fn only(fields: &Map<String, Value>, name: &str, known: &[&str]) -> Result<(), GraphError> {
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(refuse(format!("Invalid keys \"{key}\" were found in param \"{name}\""))),
        None => Ok(()),
    }
}

fn bounded(value: &Value, name: &str, least: usize, most: usize) -> Result<(), GraphError> {
    let length = text(value, name)?.chars().count();
    if (least..=most).contains(&length) {
        return Ok(());
    }
    Err(refuse(format!("Param {name} must be {least} to {most} characters long")))
}

fn refuse(message: impl Into<String>) -> GraphError {
    GraphError::new(400, 100, message)
}
