"""The actions of the guide, as the host calls them."""

import unittest

import lockgate_sdk as sdk
from lockgate_sdk import Actions, Author, Outcome, Target, Thread, ThreadKind, fake, http, make


class Acts(Actions):
    def typing(self, target: Target, on: bool, author: Author | None) -> Outcome:
        thread = target.thread
        if thread is None or thread.kind is not ThreadKind.DIRECT:
            return sdk.OutcomeFailed(sdk.FaultUnsupported("LINE shows it to one person only, not to a group"))
        if not on:
            # It ends by itself, or with the next message.
            return make.sent(None)
        body = {"chatId": thread.key, "loadingSeconds": 20}
        answer = http.post("https://api.line.me/v2/bot/chat/loading/start").json(body).send()
        return answer.refusal("account") or make.sent(None)


class Typing(unittest.TestCase):
    def shown(self, thread: Thread | None, on: bool) -> Outcome:
        return fake.act(Acts().typing, Target(thread=thread, message="m1"), on, None)

    def test_it_is_shown_to_one_person_and_the_answer_is_the_outcome(self) -> None:
        host = fake.reset()
        host.answer(202)
        self.assertEqual(self.shown(Thread("U1"), True), make.sent(None))
        self.assertEqual(host.requests()[0].body, b'{"chatId":"U1","loadingSeconds":20}')
        host.answer(500, "<html>")
        self.assertIsInstance(self.shown(Thread("U1"), True), sdk.OutcomeUnknown)
        host.fail(http.NotSent("refused"))
        self.assertEqual(self.shown(Thread("U1"), True), make.passing("refused"))

    def test_to_a_group_or_when_it_ends_nothing_is_asked_for(self) -> None:
        host = fake.reset()
        self.assertEqual(self.shown(Thread("U1"), False), make.sent(None))
        for thread in (Thread("G1", kind=ThreadKind.GROUP), None):
            self.assertIsInstance(self.shown(thread, True), sdk.OutcomeFailed)
        self.assertEqual(host.requests(), [])
