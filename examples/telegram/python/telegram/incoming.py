"""From an update to its events. Nothing of it is dropped: what has no field is kept as an extra, what has no kind as ``native``."""

from __future__ import annotations

from lockgate_sdk import (
    Edit,
    Event,
    EventBodyEdited,
    EventBodyMessage,
    Extra,
    Identity,
    IdentityRole,
    Message,
    Part,
    Quote,
    Thread,
    ThreadKind,
    Trait,
    make,
    reading,
)
from lockgate_sdk.reading import Object

#: Fields of a message that the event has fields for.
_READ = (
    "message_id", "date", "edit_date", "chat", "from", "text", "caption", "reply_to_message", "quote", "media_group_id",
)  # fmt: skip
#: Fields that say something about a message; every other one is something that it holds.
_ABOUT = (
    "author_signature", "business_connection_id", "caption_entities", "direct_messages_topic", "effect_id", "entities",
    "external_reply", "forward_origin", "has_media_spoiler", "has_protected_content", "is_automatic_forward",
    "is_from_offline", "is_paid_post", "is_topic_message", "link_preview_options", "message_thread_id",
    "paid_star_count", "reply_markup", "reply_to_checklist_task_id", "reply_to_story", "sender_boost_count",
    "sender_business_bot", "sender_chat", "sender_tag", "show_caption_above_media", "suggested_post_info", "via_bot",
)  # fmt: skip
#: What Telegram tells twice, for apps that do not know the newer kind: the newer and the older.
_TWICE = {"animation": "document", "live_photo": "photo", "venue": "location"}


def events(body: bytes, received_at: int) -> list[Event]:
    """The events of a body that came in at ``received_at``. Telegram promises one thing an update; whatever else is beside it is
    kept together as one ``native``. Raises `reading.Unreadable` where it is no update.
    """
    update = reading.parse(body)
    dedup = update.id("update_id")
    found = []
    other = None
    for kind in update.keys():
        match kind:
            case "update_id":
                pass
            case "message":
                found.append(_message(update.object(kind), dedup))
            case "edited_message":
                found.append(_edit(update.object(kind), dedup, received_at))
            case _:
                other = other or kind
    if other is not None or not found:
        found.append(make.native_event(dedup, received_at, other or "update", raw=update.json()))
    return found


def _message(told: Object, dedup: str) -> Event:
    message = Message(
        id=_id(told),
        parts=_parts(told),
        quote=_quote(told),
        album=told.opt_id("media_group_id"),
        traits=[Trait.FORWARDED] if "forward_origin" in told else [],
        extras=_extras(told),
    )
    number = told.integer("message_id")
    return Event(
        dedup,
        told.seconds("date"),
        EventBodyMessage(message),
        thread=_thread(told),
        actor=_author(told),
        order=number if number >= 0 else None,
    )


def _edit(told: Object, dedup: str, received_at: int) -> Event:
    at = told.opt_seconds("edit_date")
    edit = Edit(_id(told), _parts(told))
    return Event(
        dedup,
        received_at if at is None else at,
        EventBodyEdited(edit),
        thread=_thread(told),
        actor=_author(told),
        order=at,
        extras=_extras(told),
    )


def _id(told: Object) -> str:
    """A message's id with its chat's before it: Telegram counts in each chat for itself."""
    return f"{told.object('chat').id('id')}:{told.integer('message_id')}"


def _held(told: Object) -> list[str]:
    """What this plugin has no kind for: photos, stickers, polls, people who came or went …"""
    older = [older for newer, older in _TWICE.items() if newer in told]
    return [key for key in told.keys() if key not in _READ and key not in _ABOUT and key not in older]


def _parts(told: Object) -> list[Part]:
    parts = [make.text(text) for text in (told.opt_text("text"), told.opt_text("caption")) if text]
    for kind in _held(told):
        fallback = f"[{kind.replace('_', ' ')}]"
        parts.append(make.native(kind, fallback=fallback, raw=reading.compact(told.raw[kind])))
    return parts


def _extras(told: Object) -> list[Extra]:
    return told.rest(*_READ, *_held(told))


def _quote(told: Object) -> Quote | None:
    quoted = told.opt_object("quote")
    excerpt = quoted.text("text") if quoted else None
    answered = told.opt_object("reply_to_message")
    message = None
    if answered is not None:
        topic = _topic(told)
        # Within a topic a message that answers none is told as an answer to the one that began the topic.
        begins = topic is not None and topic == answered.opt_id("message_id")
        message = None if begins and excerpt is None else _id(answered)
    return None if message is None and excerpt is None else Quote(message=message, excerpt=excerpt)


def _topic(told: Object) -> str | None:
    """The topic; outside of topics the number only says which messages answer one another."""
    return told.opt_id("message_thread_id") if told.opt_boolean("is_topic_message") else None


def _thread(told: Object) -> Thread:
    chat = told.object("chat")
    key = chat.id("id")
    topic = _topic(told)
    if topic is not None:
        return Thread(f"{key}/{topic}", kind=ThreadKind.TOPIC, parent=key, extras=chat.rest("id", "type"))
    if chat.text("type") == "private":
        # The person's own names stand with the author.
        return make.direct(key, extras=chat.rest("id", "type", "first_name", "last_name", "username"))
    return Thread(key, kind=ThreadKind.GROUP, title=chat.opt_text("title"), extras=chat.rest("id", "type", "title"))


def _author(told: Object) -> Identity | None:
    person = told.opt_object("from")
    if person is None:
        return None
    names = (person.opt_text("first_name"), person.opt_text("last_name"))
    return make.contact(
        person.id("id"),
        role=IdentityRole.BOT if person.opt_boolean("is_bot") else IdentityRole.CONTACT,
        name=" ".join(name for name in names if name) or None,
        username=person.opt_text("username"),
        language=person.opt_text("language_code"),
        extras=person.rest("id", "is_bot", "first_name", "last_name", "username", "language_code"),
    )
