//! From an Update to its events. Pure, and nothing is dropped: what has no field is kept as an extra, what has no kind as `native`.

use lockgate_sdk::json::{self, Object, Unreadable};
use lockgate_sdk::{
    Content, Edit, Event, EventBody, Extra, Identity, IdentityRole, Message, Part, Quote, Thread, ThreadKind, Trait,
};

use crate::ids::{message_id, thread_key};

/// Keys of a message that the event has fields for.
const READ: [&str; 10] = [
    "message_id",
    "date",
    "edit_date",
    "chat",
    "from",
    "text",
    "caption",
    "reply_to_message",
    "quote",
    "media_group_id",
];

/// Keys that say something about a message; every other one is something that it holds.
const ABOUT: [&str; 27] = [
    "author_signature",
    "business_connection_id",
    "caption_entities",
    "direct_messages_topic",
    "effect_id",
    "entities",
    "external_reply",
    "forward_origin",
    "has_media_spoiler",
    "has_protected_content",
    "is_automatic_forward",
    "is_from_offline",
    "is_paid_post",
    "is_topic_message",
    "link_preview_options",
    "message_thread_id",
    "paid_star_count",
    "reply_markup",
    "reply_to_checklist_task_id",
    "reply_to_story",
    "sender_boost_count",
    "sender_business_bot",
    "sender_chat",
    "sender_tag",
    "show_caption_above_media",
    "suggested_post_info",
    "via_bot",
];

/// What Telegram tells twice, for apps that do not know the newer kind: the newer and the older.
const TWICE: [(&str, &str); 3] = [("animation", "document"), ("live_photo", "photo"), ("venue", "location")];

/// The events of a body that came in at `received_at`. Telegram promises one thing an Update; whatever else is beside it is kept
/// together as one `native`.
pub(crate) fn update(body: &[u8], received_at: u64) -> Result<Vec<Event>, Unreadable> {
    let update = json::parse(body)?;
    let dedup = update.id("update_id")?;
    let mut events = Vec::new();
    let mut other = None;
    for kind in update.keys() {
        match kind {
            "update_id" => {}
            "message" => events.push(message(&dedup, &update.object(kind)?)?),
            "edited_message" => events.push(edit(&dedup, &update.object(kind)?, received_at)?),
            _ => other = other.or(Some(kind)),
        }
    }
    if other.is_some() || events.is_empty() {
        let body = EventBody::native(other.unwrap_or("update"), update.raw());
        events.push(Event::new(dedup, received_at, body));
    }
    Ok(events)
}

fn message(dedup: &str, told: &Object<'_>) -> Result<Event, Unreadable> {
    let message = Message {
        id: Some(id(told)?),
        parts: parts(told)?,
        quote: quote(told)?,
        album: told.opt_id("media_group_id")?,
        traits: if told.has("forward_origin") { vec![Trait::Forwarded] } else { Vec::new() },
        extras: extras(told),
        ..Message::default()
    };
    let order = u64::try_from(told.integer("message_id")?).ok();
    let event = Event::new(dedup, told.seconds("date")?, message);
    Ok(Event { thread: Some(thread(told)?), actor: author(told)?, order, ..event })
}

fn edit(dedup: &str, told: &Object<'_>, received_at: u64) -> Result<Event, Unreadable> {
    let at = told.opt_seconds("edit_date")?;
    let body = EventBody::Edited(Edit { id: None, message: id(told)?, parts: parts(told)? });
    let event = Event::new(dedup, at.unwrap_or(received_at), body);
    Ok(Event { thread: Some(thread(told)?), actor: author(told)?, order: at, extras: extras(told), ..event })
}

fn id(told: &Object<'_>) -> Result<String, Unreadable> {
    Ok(message_id(&told.object("chat")?.id("id")?, told.integer("message_id")?))
}

/// What this plugin has no kind for: photos, stickers, polls, people who came or went …
fn held<'a>(told: &'a Object<'_>) -> impl Iterator<Item = &'a str> {
    let older = |key: &str| TWICE.iter().any(|(newer, older)| *older == key && told.has(newer));
    told.keys().filter(move |key| !READ.contains(key) && !ABOUT.contains(key) && !older(key))
}

fn parts(told: &Object<'_>) -> Result<Vec<Part>, Unreadable> {
    let mut parts = Vec::new();
    for key in ["text", "caption"] {
        parts.extend(told.opt_text(key)?.filter(|text| !text.is_empty()).map(|text| Content::text(text).into()));
    }
    for kind in held(told) {
        let fallback = format!("[{}]", kind.replace('_', " "));
        parts.push(Content::native(kind, Some(fallback), told.value(kind).map(str::to_owned)).into());
    }
    Ok(parts)
}

fn extras(told: &Object<'_>) -> Vec<Extra> {
    let known: Vec<&str> = READ.into_iter().chain(held(told)).collect();
    told.rest(&known)
}

fn quote(told: &Object<'_>) -> Result<Option<Quote>, Unreadable> {
    let excerpt = told.opt_object("quote")?.map(|quote| quote.text("text")).transpose()?;
    let answered = told.opt_object("reply_to_message")?;
    let message = match &answered {
        // Within a topic a message that answers none is told as an answer to the one that began the topic.
        Some(answered) if excerpt.is_none() && begins(topic(told)?, answered)? => None,
        Some(answered) => Some(id(answered)?),
        None => None,
    };
    Ok((message.is_some() || excerpt.is_some()).then_some(Quote { message, excerpt }))
}

fn begins(topic: Option<String>, answered: &Object<'_>) -> Result<bool, Unreadable> {
    Ok(topic.is_some() && topic == answered.opt_id("message_id")?)
}

/// The topic; outside of topics the number only says which messages answer one another.
fn topic(told: &Object<'_>) -> Result<Option<String>, Unreadable> {
    if told.opt_boolean("is_topic_message")?.unwrap_or_default() { told.opt_id("message_thread_id") } else { Ok(None) }
}

fn thread(told: &Object<'_>) -> Result<Thread, Unreadable> {
    let chat = told.object("chat")?;
    let key = chat.id("id")?;
    if let Some(topic) = topic(told)? {
        let extras = chat.rest(&["id", "type"]);
        let (key, parent) = (thread_key(&key, Some(&topic)), Some(key));
        return Ok(Thread { key, kind: ThreadKind::Topic, parent, extras, ..Thread::default() });
    }
    if chat.text("type")? == "private" {
        // The person's own names stand with the author.
        let extras = chat.rest(&["id", "type", "first_name", "last_name", "username"]);
        return Ok(Thread { extras, ..Thread::direct(key) });
    }
    let extras = chat.rest(&["id", "type", "title"]);
    Ok(Thread { key, kind: ThreadKind::Group, title: chat.opt_text("title")?, extras, ..Thread::default() })
}

fn author(told: &Object<'_>) -> Result<Option<Identity>, Unreadable> {
    let Some(from) = told.opt_object("from")? else { return Ok(None) };
    let names = [from.opt_text("first_name")?, from.opt_text("last_name")?];
    let name = names.into_iter().flatten().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
    let is_bot = from.opt_boolean("is_bot")?.unwrap_or_default();
    Ok(Some(Identity {
        role: if is_bot { IdentityRole::Bot } else { IdentityRole::Contact },
        name: Some(name).filter(|name| !name.is_empty()),
        username: from.opt_text("username")?,
        language: from.opt_text("language_code")?,
        extras: from.rest(&["id", "is_bot", "first_name", "last_name", "username", "language_code"]),
        ..Identity::contact(from.id("id")?)
    }))
}
