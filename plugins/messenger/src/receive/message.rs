//! Messages, echoes, deletions and presses.

use lockgate_sdk::{
    Choice, Content, Deletion, Direction, Event, EventBody, Extra, Identity, IdentityRole, Message, Part, Quote, Trait,
};

use super::item::{Frame, extras, id};
use super::json::Text;
use super::{Odd, attachment, fingerprint, referral, shapes};

/// Meta's own inbox: what comes from there a person wrote.
const PAGE_INBOX: &str = "263902037430900";

/// A message, an echo, or the deletion of either.
///
/// # Errors
///
/// Where it has no id.
pub(super) fn event(frame: &Frame<'_>, told: shapes::Message<'_>) -> Result<Event, Odd> {
    let mid = id(told.mid)?;
    if told.is_deleted.unwrap_or_default() {
        let body = Deletion { messages: vec![mid.clone()], erase: true };
        return Ok(frame.event(mid, EventBody::Deleted(body)));
    }
    let mut message = Message { id: Some(mid.clone()), extras: extras(told.rest), ..Message::default() };
    if frame.by_page {
        message.direction = Direction::Echo;
    }
    if frame.scene.standby {
        message.traits.push(Trait::Standby);
    }
    match told.metadata {
        Some(metadata) if is_uuid(metadata.as_str()) => message.client_ref = Some(metadata.into_string()),
        Some(metadata) => message.extras.push(text_extra("metadata", metadata.as_str())),
        None => {}
    }
    message.quote = told
        .reply_to
        .and_then(|reply_to| reply_to.mid)
        .map(|mid| Quote { message: Some(mid.into_string()), excerpt: None });
    message.attribution = told.referral.map(|told| referral::attribution(told, &mut message.extras));
    message.parts = parts(told.text, told.quick_reply, told.attachments.unwrap_or_default());
    if message.parts.is_empty() && told.is_unsupported.unwrap_or_default() {
        message.parts.push(Content::native("unsupported", None, None).into());
    }

    let mut event = frame.event(mid, EventBody::Message(message));
    if frame.by_page {
        event.actor = Some(author(frame.scene.page, told.app_id));
    }
    Ok(event)
}

/// Who wrote an echo: an app, or a person in the page's own inbox.
fn author(page: &str, app_id: Option<Text<'_>>) -> Identity {
    match app_id {
        Some(app) if app.as_str() != PAGE_INBOX => {
            Identity { role: IdentityRole::Bot, ..Identity::contact(app.into_string()) }
        }
        _ => Identity { role: IdentityRole::Agent, ..Identity::contact(page) },
    }
}

/// A choice stands alone: the text beside it is its title.
fn parts(
    text: Option<Text<'_>>,
    pressed: Option<shapes::QuickReply<'_>>,
    attachments: Vec<shapes::Attachment<'_>>,
) -> Vec<Part> {
    let mut parts = Vec::with_capacity(attachments.len() + 1);
    let pressed = pressed.and_then(|pressed| Some((pressed.payload?, pressed.rest)));
    match (pressed, text) {
        (Some((payload, rest)), title) => {
            let choice =
                Choice { payload: payload.into_string(), title: title.map(Text::into_string), offered_in: None };
            parts.push(Part { content: Content::Choice(choice), extras: extras(rest) });
        }
        (None, Some(text)) if !text.as_str().is_empty() => parts.push(Content::text(text.into_string()).into()),
        (None, _) => {}
    }
    attachment::parts(attachments, &mut parts);
    parts
}

/// The press of a button or menu item: a message with a choice. Some have no id; then moment and payload name it.
pub(super) fn postback(frame: &Frame<'_>, told: shapes::Postback<'_>) -> Event {
    let payload = told.payload.map(Text::into_string).unwrap_or_default();
    let mid = told.mid.map(Text::into_string).filter(|mid| !mid.is_empty());
    let dedup =
        mid.clone().unwrap_or_else(|| format!("{}:{}:{:032x}", frame.contact(), frame.at, fingerprint(&payload)));
    let choice = Choice { payload, title: told.title.map(Text::into_string), offered_in: None };
    let mut message = Message { id: mid, extras: extras(told.rest), ..Message::of([Content::Choice(choice)]) };
    if frame.scene.standby {
        message.traits.push(Trait::Standby);
    }
    message.attribution = told.referral.map(|told| referral::attribution(told, &mut message.extras));
    frame.event(dedup, EventBody::Message(message))
}

/// Whether a text looks like a name that this host gave.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// An extra whose value is a text.
pub(super) fn text_extra(name: &str, text: &str) -> Extra {
    Extra { name: name.into(), value: serde_json::Value::from(text).to_string() }
}
