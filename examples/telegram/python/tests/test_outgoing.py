"""Each answer of ``sendMessage``, and what Telegram would never be asked."""

import json
import unittest
from typing import Any

from lockgate_sdk import (
    ContentMedia,
    Draft,
    DraftPart,
    Fault,
    FaultMalformed,
    FaultRateLimited,
    FaultRecipientUnreachable,
    FaultSignInExpired,
    FaultUnsupported,
    Media,
    MediaSourceAddress,
    Outcome,
    OutcomeFailed,
    OutcomeNotTried,
    OutcomeUnknown,
    RateLimited,
    Recipient,
    RecipientRole,
    Setting,
    SettingValueText,
    Thread,
    ThreadKind,
    fake,
    http,
    make,
)

from telegram import Telegram

TAKEN = {"ok": True, "result": {"message_id": 31, "chat": {"id": 7}}}


def draft(*texts: str, **fields: Any) -> Draft:
    parts = [DraftPart(number, f"ref-{number}", make.text(text)) for number, text in enumerate(texts or ("hello",))]
    return Draft(account="42", parts=parts, **{"thread": Thread("7"), **fields})


def refused(status: int, description: str, **parameters: int) -> tuple[int, object]:
    told = {"ok": False, "error_code": status, "description": description}
    return status, {**told, "parameters": parameters} if parameters else told


class Sending(unittest.TestCase):
    def setUp(self) -> None:
        self.host = fake.reset()

    def outcome(self, *answer: Any) -> Outcome:
        self.host = fake.reset()
        self.host.answer(*answer)
        (one,) = fake.send(Telegram(), draft())
        return one.outcome

    def called(self, given: Draft) -> list[Any]:
        self.host = fake.reset()
        for _ in given.parts:
            self.host.answer(200, TAKEN)
        fake.send(Telegram(), given)
        return [json.loads(request.body) for request in self.host.requests()]

    def test_a_text_goes_to_its_chat_and_the_token_is_left_to_the_host(self) -> None:
        self.host.answer(200, TAKEN)
        outcomes = fake.send(Telegram(), draft("Grüß Gott"))
        self.assertEqual(outcomes, [make.outcome(0, make.sent("7:31"))])
        (request,) = self.host.requests()
        self.assertEqual((request.method, request.url), ("POST", "https://api.telegram.org/sendMessage"))
        self.assertEqual(json.loads(request.body), {"chat_id": 7, "text": "Grüß Gott"})
        self.assertEqual(self.host.journal, [fake.Begin([0]), fake.Sent(request), fake.Settle([0], "7:31")])

    def test_groups_topics_and_people_are_written_to(self) -> None:
        (call,) = self.called(draft("a", thread=Thread("-100/3", kind=ThreadKind.TOPIC)))
        self.assertEqual(call, {"chat_id": -100, "message_thread_id": 3, "text": "a"})
        (call,) = self.called(draft("a", thread=None, recipients=[Recipient("8", role=RecipientRole.CC), Recipient("7")]))
        self.assertEqual(call, {"chat_id": 7, "text": "a"})

    def test_only_the_first_part_quotes(self) -> None:
        first, second = self.called(draft("a", "b", quote="7:5"))
        self.assertEqual(first["reply_parameters"], {"message_id": 5, "allow_sending_without_reply": True})
        self.assertNotIn("reply_parameters", second)
        self.assertNotIn("reply_parameters", self.called(draft("a", quote="8:5"))[0])

    def test_nobody_to_write_to(self) -> None:
        for key in ["anna", "", "42/", "12345678901234567", "42:5"]:
            (one,) = fake.send(Telegram(), draft(thread=Thread(key)))
            self.assertEqual(one.outcome, make.rejected("no-chat", "The conversation names no chat of Telegram"))
        self.assertEqual(self.host.requests(), [])

    def test_each_refusal_says_what_follows(self) -> None:
        cases: list[tuple[tuple[Any, ...], Fault]] = [
            (refused(429, "Too Many Requests", retry_after=3), FaultRateLimited(RateLimited("bot", retry_after=3000))),
            ((429, "", {"retry-after": "2"}), FaultRateLimited(RateLimited("bot", retry_after=2000))),
            ((429, {"ok": False, "parameters": {"retry_after": "x"}}), FaultRateLimited(RateLimited("bot"))),
            (refused(401, "Unauthorized"), FaultSignInExpired()),
            ((401, "nginx"), FaultSignInExpired()),
            (refused(404, "Not Found"), FaultSignInExpired()),
            (refused(403, "Forbidden: blocked"), FaultRecipientUnreachable("Forbidden: blocked")),
            ((404, "nginx"), FaultMalformed("Telegram answered with status 404 and no reason")),
        ]
        for answer, fault in cases:
            self.assertEqual(self.outcome(*answer), OutcomeFailed(fault), answer)
        self.assertEqual(self.outcome(*refused(400, "Bad Request: x")), make.rejected("400", "Bad Request: x"))
        self.assertEqual(self.outcome(400, {"ok": False}), make.rejected("400", "Telegram answered with status 400"))

    def test_what_may_have_been_sent_is_unknown(self) -> None:
        for answer in [refused(500, "x"), (502, "nginx"), (200, "cut"), (200, {"ok": True}), (200, {"ok": False}), (200, "[]"),
                       (200, {"ok": True, "result": {"message_id": "x"}})]:  # fmt: skip
            self.assertIsInstance(self.outcome(*answer), OutcomeUnknown, answer)

    def test_no_answer_is_told_by_how_far_it_got(self) -> None:
        for error in [http.Unanswered("timed out"), http.NotSent("refused"), http.Denied("no grant covers it")]:
            self.host = fake.reset()
            self.host.fail(error)
            (one,) = fake.send(Telegram(), draft())
            self.assertEqual(one.outcome, error.outcome())

    def test_a_group_that_moved_is_written_to_where_it_is(self) -> None:
        self.host.answer(*refused(400, "group chat was upgraded", migrate_to_chat_id=-1001))
        self.host.answer(200, {"ok": True, "result": {"message_id": 31, "chat": {"id": -1001}}})
        (one,) = fake.send(Telegram(), draft(thread=Thread("-1", kind=ThreadKind.GROUP), quote="-1:5"))
        self.assertEqual(one.outcome, make.sent("-1001:31", thread=Thread("-1001", kind=ThreadKind.GROUP)))
        self.assertEqual(json.loads(self.host.requests()[1].body), {"chat_id": -1001, "text": "hello"})

    def test_behind_a_part_that_was_not_sent_nothing_is_tried(self) -> None:
        self.host.answer(200, TAKEN)
        self.host.answer(500)
        outcomes = fake.send(Telegram(), draft("a", "b", "c"))
        self.assertEqual([type(each.outcome).__name__ for each in outcomes[:2]], ["OutcomeSent", "OutcomeUnknown"])
        self.assertEqual(outcomes[2].outcome, OutcomeNotTried())
        self.assertEqual(len(self.host.requests()), 2)

    def test_what_cannot_be_sent_never_leaves(self) -> None:
        media = draft()
        media.parts[0].part = make.part(ContentMedia(Media(MediaSourceAddress("https://x.example/a.png"))))
        for given in [draft("x" * 4097), draft(" "), media]:
            self.host = fake.reset()
            (one,) = fake.send(Telegram(), given)
            assert isinstance(one.outcome, OutcomeFailed)
            self.assertIsInstance(one.outcome.value, FaultUnsupported)
            self.assertEqual(self.host.requests(), [])


class Previewing(unittest.TestCase):
    def codes(self, given: Draft) -> list[tuple[str, str]]:
        fake.reset()
        return [(problem.severity.name, problem.code) for problem in fake.preview(Telegram(), given)]

    def test_length_is_counted_as_telegram_does(self) -> None:
        self.assertEqual(self.codes(draft("x" * 4096, "🙂" * 2048)), [])
        self.assertEqual(self.codes(draft("x" * 4097)), [("ERROR", "too-long")])
        self.assertEqual(self.codes(draft("🙂" * 2049)), [("ERROR", "too-long")])

    def test_what_is_lost_or_cannot_be_sent_is_told(self) -> None:
        given = draft("a", "")
        given.parts[0].part = make.text("a", html="<b>a</b>")
        self.assertEqual(self.codes(given), [("WARNING", "formatting"), ("ERROR", "empty")])
        given.parts[0].part = make.native("card")
        self.assertEqual(self.codes(given), [("ERROR", "unknown-type"), ("ERROR", "empty")])


class Checking(unittest.TestCase):
    def test_a_bots_id_is_a_number(self) -> None:
        fake.reset()
        for text, keys in [("42", []), ("42:AAtoken", ["bot_id"]), ("²", ["bot_id"]), ("", ["bot_id"])]:
            problems = fake.check(Telegram(), [Setting("bot_id", SettingValueText(text))])
            self.assertEqual([problem.key for problem in problems], keys)


if __name__ == "__main__":
    unittest.main()
