"""Each kind of update, and bodies that are none."""

import json
import unittest
from typing import Any

from lockgate_sdk import (
    Event,
    EventBodyEdited,
    EventBodyMessage,
    EventBodyNative,
    Extra,
    IdentityRole,
    Message,
    Quote,
    RefusalMalformed,
    Request,
    Thread,
    ThreadKind,
    fake,
    make,
)

from telegram import Telegram

CHAT = {"id": 7, "type": "private", "first_name": "Anna"}
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "last_name": "Müller", "username": "anna", "language_code": "de"}
GROUP = {"id": -100123, "type": "supergroup", "title": "Team", "is_forum": True}
FORUM = Extra("is_forum", "true")


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": 1_781_159_400, "chat": CHAT, "from": ANNA, **fields}


def receive(update: object) -> Event:
    fake.reset()
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    (event,) = fake.receive(Telegram(), Request(route="updates", body=body, received_at=99)).events
    return event


def received(**fields: Any) -> tuple[Event, Message]:
    event = receive({"update_id": 1, "message": message(**fields)})
    assert isinstance(event.body, EventBodyMessage)
    return event, event.body.value


class Messages(unittest.TestCase):
    def test_a_text_is_a_message_of_its_author_in_its_chat(self) -> None:
        event, said = received(text="Grüß Gott 🙂")
        self.assertEqual((event.dedup, event.at, event.order), ("1", 1_781_159_400_000, 5))
        self.assertEqual(event.thread, make.direct("7"))
        self.assertEqual(event.actor, make.contact("7", name="Anna Müller", username="anna", language="de"))
        self.assertEqual((said.id, said.parts, said.quote, said.extras), ("7:5", [make.text("Grüß Gott 🙂")], None, []))

    def test_what_has_no_field_is_an_extra(self) -> None:
        entities = [{"type": "bold", "offset": 0, "length": 1}]
        _, said = received(text="a", entities=entities, has_protected_content=True, via_bot={"id": 1})
        self.assertEqual(
            said.extras,
            [make.extra("entities", entities), Extra("has_protected_content", "true"), make.extra("via_bot", {"id": 1})],
        )
        self.assertEqual(said.parts, [make.text("a")])

    def test_an_answer_quotes_its_message(self) -> None:
        _, said = received(text="a", reply_to_message=message(message_id=4), quote={"text": "w", "position": 0})
        self.assertEqual(said.quote, Quote(message="7:4", excerpt="w"))
        _, said = received(text="a", external_reply={}, quote={"text": "w"})
        self.assertEqual(said.quote, Quote(excerpt="w"))

    def test_what_this_plugin_does_not_model_is_kept_as_native_behind_its_caption(self) -> None:
        photo = [{"file_id": "A", "width": 90}, {"file_id": "B", "width": 900}]
        _, said = received(photo=photo, caption="look", media_group_id="13")
        native = make.native("photo", fallback="[photo]", raw=json.dumps(photo, separators=(",", ":")))
        self.assertEqual((said.parts, said.album), ([make.text("look"), native], "13"))
        for kind in ["sticker", "voice", "video_note", "location", "poll", "new_chat_members", "a_kind_of_2031"]:
            _, said = received(**{kind: {"x": "ä"}})
            self.assertEqual(said.parts, [make.native(kind, fallback=f"[{kind.replace('_', ' ')}]", raw='{"x":"ä"}')])

    def test_what_telegram_tells_twice_is_one_part_and_the_other_an_extra(self) -> None:
        _, said = received(animation={"file_id": "A"}, document={"file_id": "A"})
        self.assertEqual(said.parts, [make.native("animation", fallback="[animation]", raw='{"file_id":"A"}')])
        self.assertEqual(said.extras, [make.extra("document", {"file_id": "A"})])

    def test_a_group_is_a_thread_of_several(self) -> None:
        event, said = received(chat=GROUP, text="a")
        self.assertEqual(event.thread, Thread("-100123", kind=ThreadKind.GROUP, title="Team", extras=[FORUM]))
        self.assertEqual(said.id, "-100123:5")

    def test_a_topic_is_a_thread_of_its_own_and_its_first_message_no_quote(self) -> None:
        topic = {"chat": GROUP, "message_thread_id": 3, "is_topic_message": True}
        event, said = received(**topic, text="a", reply_to_message=message(chat=GROUP, message_id=3))
        self.assertEqual(event.thread, Thread("-100123/3", kind=ThreadKind.TOPIC, parent="-100123", extras=[make.extra("title", "Team"), FORUM]))
        self.assertEqual(said.quote, None)
        _, said = received(**topic, text="a", reply_to_message=message(chat=GROUP, message_id=4))
        self.assertEqual(said.quote, Quote(message="-100123:4"))
        event, _ = received(chat=GROUP, message_thread_id=3, text="a")
        self.assertEqual(event.thread and event.thread.key, "-100123")

    def test_a_bot_is_no_contact_and_nobody_is_nobody(self) -> None:
        event, _ = received(text="a", **{"from": {"id": 9, "is_bot": True, "first_name": "B"}})
        self.assertEqual(event.actor and event.actor.role, IdentityRole.BOT)
        event, _ = received(text="a", **{"from": None})
        self.assertIsNone(event.actor)

    def test_half_a_surrogate_pair_costs_nothing_but_itself(self) -> None:
        event = receive(
            b'{"update_id":1,"message":{"message_id":5,"date":1,"chat":{"id":7,"type":"private"},"text":"a\\ud83d"}}'
        )
        assert isinstance(event.body, EventBodyMessage)
        self.assertEqual(event.body.value.parts, [make.text("a\ufffd")])


class Others(unittest.TestCase):
    def test_an_edit_says_what_the_message_says_now(self) -> None:
        edited = message(text="new", edit_date=1_781_159_401, entities=[])
        event = receive({"update_id": 2, "edited_message": edited})
        assert isinstance(event.body, EventBodyEdited)
        self.assertEqual((event.dedup, event.at, event.order), ("2", 1_781_159_401_000, 1_781_159_401_000))
        self.assertEqual((event.body.value.message, event.body.value.parts), ("7:5", [make.text("new")]))
        self.assertEqual((event.thread, event.extras), (make.direct("7"), [Extra("entities", "[]")]))

    def test_other_updates_are_kept_as_native(self) -> None:
        for kind in ["my_chat_member", "callback_query", "channel_post", "an_update_of_2031"]:
            event = receive({"update_id": 3, kind: {"x": 1}})
            assert isinstance(event.body, EventBodyNative)
            self.assertEqual((event.dedup, event.at, event.body.value.kind), ("3", 99, kind))
            self.assertEqual(event.body.value.raw, f'{{"update_id":3,"{kind}":{{"x":1}}}}')
        self.assertIsInstance(receive({"update_id": 4}).body, EventBodyNative)

    def test_what_cannot_be_read_is_refused_with_its_place(self) -> None:
        def refused(update: object) -> str:
            fake.reset()
            body = update if isinstance(update, bytes) else json.dumps(update).encode()
            refusal = fake.refusal(Telegram(), Request(body=body))
            assert isinstance(refusal, RefusalMalformed)
            return refusal.value

        for update, words in [
            (b"{", "the body is no JSON: Expecting property name"),
            (b"\xff", "the body is not UTF-8"),
            ([], "the body must be an object, is a list"),
            ({}, "update_id is missing"),
            ({"update_id": {}}, "update_id must be an id, is an object"),
            ({"update_id": 1, "message": 5}, "message must be an object, is a number"),
            ({"update_id": 1, "message": {"message_id": 5, "date": 1}}, "message.chat is missing"),
            ({"update_id": 1, "message": message(date="now")}, "message.date must be a time in seconds, is a text"),
            ({"update_id": 1, "message": message(date=-1)}, "message.date must be a time in seconds, is a number"),
            ({"update_id": 1, "message": message(text=5)}, "message.text must be a text, is a number"),
        ]:
            self.assertTrue(refused(update).startswith(words), refused(update))


if __name__ == "__main__":
    unittest.main()
