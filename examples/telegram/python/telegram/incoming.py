"""From an update to its event. Nothing of it is dropped: what has no field is kept as an extra, what has no kind as ``native``."""

from __future__ import annotations

from lockgate_sdk import (
    Edit,
    Event,
    EventBodyEdited,
    EventBodyMessage,
    Identity,
    IdentityRole,
    Message,
    Part,
    Quote,
    Thread,
    ThreadKind,
    make,
    reading,
    times,
)
from lockgate_sdk.reading import Object, Unreadable

#: Fields of a message that have one in the contract.
_READ = (
    "message_id", "from", "chat", "date", "edit_date", "text", "caption", "reply_to_message", "quote", "media_group_id",
)  # fmt: skip
#: Objects and lists that tell about a message and are not what it says.
_ABOUT = (
    "business_connection_id", "caption_entities", "direct_messages_topic", "entities", "external_reply", "forward_origin",
    "link_preview_options", "reply_markup", "reply_to_checklist_task_id", "reply_to_story", "sender_business_bot",
    "sender_chat", "suggested_post_info", "via_bot",
)  # fmt: skip
#: What Telegram sends twice, for apps that do not know the newer kind: the older beside the newer.
_TWICE = {"animation": "document", "live_photo": "photo", "venue": "location"}


def event(body: bytes, received_at: int) -> Event:
    """The event of a body that came in at ``received_at``. Raises `Unreadable` where it is no update."""
    update = reading.parse(body)
    dedup = f"update:{update.id('update_id')}"
    kind = next((key for key in update if key != "update_id"), "update")
    if kind == "message":
        return _message(update.object(kind), dedup)
    if kind == "edited_message":
        return _edit(update.object(kind), dedup)
    return make.native_event(dedup, received_at, kind, raw=update.json())


def _message(told: Object, dedup: str) -> Event:
    message = Message(
        id=message_id(told),
        parts=_parts(told),
        quote=_quote(told),
        album=told.opt_id("media_group_id"),
        extras=told.rest(*_READ, *_content(told)),
    )
    return Event(
        dedup,
        _moment(told, "date"),
        EventBodyMessage(message),
        thread=_thread(told),
        actor=_author(told),
        order=max(told.integer("message_id"), 0),
    )


def _edit(told: Object, dedup: str) -> Event:
    at = _moment(told, "edit_date" if "edit_date" in told else "date")
    edit = Edit(message_id(told), _parts(told))
    extras = told.rest(*_READ, *_content(told))
    return Event(dedup, at, EventBodyEdited(edit), thread=_thread(told), actor=_author(told), order=at, extras=extras)


def message_id(told: Object) -> str:
    """A message's id with its chat's before it: Telegram counts in each chat for itself."""
    return f"{told.object('chat').id('id')}:{told.integer('message_id')}"


def _moment(told: Object, key: str) -> int:
    try:
        return times.from_seconds(told.integer(key))
    except Unreadable:
        raise
    except ValueError:
        raise told.wrong(key, "a time") from None


def _content(told: Object) -> list[str]:
    """The fields that say something this plugin has no kind for: photos, stickers, polls, people who came or went …"""
    kinds = [
        key for key, value in told.raw.items() if isinstance(value, (dict, list)) and key not in _READ and key not in _ABOUT
    ]
    twice = {old for new, old in _TWICE.items() if new in kinds}
    return [kind for kind in kinds if kind not in twice]


def _parts(told: Object) -> list[Part]:
    parts = []
    text = told.opt_text("text") or told.opt_text("caption")
    if text:
        parts.append(make.text(text))
    for kind in _content(told):
        fallback = f"[{kind.replace('_', ' ')}]"
        parts.append(make.native(kind, fallback=fallback, raw=reading.compact(told.raw[kind])))
    return parts


def _quote(told: Object) -> Quote | None:
    answered = told.opt_object("reply_to_message")
    if answered is None:
        return None
    if _topic(told) == answered.opt_id("message_id"):
        # Within a topic every message that answers none is told as an answer to the topic's first.
        return None
    excerpt = told.opt_object("quote")
    return Quote(message=message_id(answered), excerpt=excerpt.opt_text("text") if excerpt else None)


def _topic(told: Object) -> str | None:
    return told.opt_id("message_thread_id") if told.opt_boolean("is_topic_message") else None


def _thread(told: Object) -> Thread:
    chat = told.object("chat")
    key = chat.id("id")
    topic = _topic(told)
    if topic is not None:
        return Thread(f"{key}:{topic}", kind=ThreadKind.TOPIC, title=chat.opt_text("title"), parent=key)
    if chat.opt_text("type") == "private":
        return make.direct(key)
    return Thread(key, kind=ThreadKind.GROUP, title=chat.opt_text("title"))


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
    )
