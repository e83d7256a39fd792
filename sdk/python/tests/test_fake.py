"""What a plugin's unit tests rest on: the small host, and the books that `delivery.in_order` keeps."""

import threading
import unittest
from collections.abc import Callable
from unittest import mock

import lockgate_sdk as sdk
from lockgate_sdk import (
    DraftPart,
    FaultRateLimited,
    FaultSignInExpired,
    Outcome,
    OutcomeAccepted,
    OutcomeFailed,
    OutcomeNotTried,
    OutcomeSent,
    OutcomeUnknown,
    PartOutcome,
    abilities,
    credentials,
    delivery,
    fake,
    forms,
    hooks,
    http,
    log,
    make,
    media,
    reading,
    settings,
    state,
)
from lockgate_sdk._checking import WrongType


def draft(parts: int) -> sdk.Draft:
    return sdk.Draft(parts=[DraftPart(number, f"ref-{number}", make.text("x")) for number in range(1, parts + 1)])


class Imports(unittest.TestCase):
    def setUp(self) -> None:
        self.host = fake.reset()

    def test_nothing_is_there_until_a_test_puts_it_there(self) -> None:
        self.assertEqual((settings.all(), credentials.all(), state.keys()), ([], [], []))
        self.assertEqual((settings.get("a"), hooks.address("events"), state.get("a"), credentials.get("a")), (None,) * 4)
        with self.assertRaises(http.Denied):
            http.get("https://x.example/").send()

    def test_settings_are_found_by_key_and_kind(self) -> None:
        self.host.set("a", "1")
        self.host.set("a", "2")
        self.host.set("n", 3)
        self.host.set("b", True)
        self.host.set("t", ["x", "y"])
        self.assertEqual((settings.text("a"), len(settings.all())), ("2", 4))
        self.assertEqual((settings.number("n"), settings.boolean("b"), settings.texts("t")), (3.0, True, ["x", "y"]))
        self.assertEqual((settings.text("n"), settings.number("a"), settings.texts("a")), (None, None, []))

    def test_state_is_kept_listed_and_refused_where_it_is_read_only(self) -> None:
        for key in ["a/2", "a/1", "a/3", "b"]:
            state.set(key, b"x")
        state.delete("a/3")
        state.delete("never")
        self.assertEqual(state.keys("a/"), ["a/1", "a/2"])
        self.assertEqual(state.keys("a/", after="a/1"), ["a/2"])
        self.assertEqual(state.keys(count=1), ["a/1"])
        self.host.state_is_read_only = True
        with self.assertRaises(state.StateRefused) as raised:
            state.set("a/1", b"y")
        self.assertEqual(raised.exception.reason, sdk.StateErrorReadOnly())
        with self.assertRaises(state.StateRefused):
            state.delete("a/1")
        self.assertEqual(state.get("a/1"), b"x")

    def test_state_has_the_hosts_bounds(self) -> None:
        state.set("k" * 512, b"x" * 65536)
        for key, value in [("k" * 513, b""), ("k", b"x" * 65537)]:
            with self.assertRaises(state.StateRefused) as raised:
                state.set(key, value)
            self.assertEqual(raised.exception.reason, sdk.StateErrorTooLarge())

    def test_a_wrong_argument_is_told_where_it_is_given(self) -> None:
        calls: list[tuple[Callable[[], object], str]] = [
            (lambda: state.set("a", "text"), "state.set: value must be bytes, is str: 'text'"),  # type: ignore[arg-type]
            (lambda: state.get(1), "state.get: key must be a str, is int: 1"),  # type: ignore[arg-type]
            (lambda: delivery.begin(["a"]), "delivery.begin: parts[0] must be a whole number (int), is str: 'a'"),  # type: ignore[list-item]
            (lambda: delivery.settle([1], 7), "delivery.settle: message must be a str, is int: 7"),  # type: ignore[arg-type]
        ]
        for call, words in calls:
            with self.assertRaises(WrongType) as raised:
                call()
            self.assertEqual(str(raised.exception), words)

    def test_log_lines_keep_their_fields(self) -> None:
        log.warn("slow", ms=12)
        self.assertEqual(self.host.log, [fake.LogLine(sdk.Level.WARN, "slow", {"ms": "12"})])

    def test_each_thread_has_a_host_of_its_own(self) -> None:
        self.host.set("a", "1")
        seen: list[object] = []
        other = threading.Thread(target=lambda: seen.append(settings.get("a")))
        other.start()
        other.join()
        self.assertEqual(seen, [None])


class Requests(unittest.TestCase):
    def setUp(self) -> None:
        self.host = fake.reset()

    def test_requests_are_noted_and_answered_in_order(self) -> None:
        self.host.answer(200, {"id": 7})
        self.host.answer(429)
        self.host.fail(http.Unanswered("timed out"))
        first = http.post("https://x.example/a").header("x-a", "b").json([1, "ä"]).send()
        second = http.get("https://x.example/b").send()
        with self.assertRaises(http.Unanswered):
            http.get("https://x.example/c").send()
        self.assertEqual((first.json().integer("id"), first.is_success, second.is_success), (7, True, False))
        self.assertEqual(
            [(request.method, request.url, request.body) for request in self.host.requests()],
            [("POST", "https://x.example/a", '[1,"ä"]'.encode()), ("GET", "https://x.example/b", b""),
             ("GET", "https://x.example/c", b"")],
        )  # fmt: skip
        self.assertEqual(self.host.requests()[0].headers, [("x-a", "b"), ("content-type", "application/json")])

    def test_what_is_no_request_is_told(self) -> None:
        with self.assertRaises(TypeError):
            http.Request("POST", "https://x.example/", [], "text").send()  # type: ignore[arg-type]
        with self.assertRaises(TypeError):
            http.post("https://x.example/").json({"a": b"x"})

    def test_headers_of_an_answer_are_found_in_any_case(self) -> None:
        response = http.Response(503, [("Retry-After", " 3 ")])
        self.assertEqual((response.header("retry-after"), response.retry_after()), (" 3 ", 3000))
        for told in ["Wed, 21 Oct 2026 07:28:00", "Wed, 41 Oct 2026 07:28:00 GMT", "soon GMT", "-1", "1.5", "²"]:
            self.assertIsNone(http.Response(503, [("retry-after", told)]).retry_after(), told)
        self.assertEqual(http.Response(503, [("retry-after", "Wed, 21 Oct 2020 07:28:00 GMT")]).retry_after(), 0)
        with mock.patch("time.time", return_value=1_792_567_650.0):
            limited = http.Response(429, [("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")])
            self.assertEqual(limited.retry_after(), 30_000)

    def test_an_error_says_what_becomes_of_the_part(self) -> None:
        self.assertEqual(http.Denied("x").outcome(), make.rejected("denied", "x"))
        self.assertEqual(http.NotSent("x").outcome(), make.passing("x"))
        self.assertEqual(http.Unanswered("x").outcome(), OutcomeUnknown("x"))
        self.assertEqual(str(http.NotSent("refused")), "no connection: refused")

    def test_a_status_says_what_may_be_tried_again(self) -> None:
        def refusal(status: int, **headers: str) -> Outcome | None:
            told = [(name.replace("_", "-"), value) for name, value in headers.items()]
            return http.Response(status, told).refusal("page")

        self.assertIsNone(refusal(204))
        self.assertEqual(refusal(401), OutcomeFailed(FaultSignInExpired()))
        limited = OutcomeFailed(FaultRateLimited(sdk.RateLimited("page", retry_after=2000)))
        self.assertEqual(refusal(429, retry_after="2"), limited)
        self.assertEqual(refusal(400), make.rejected("400", "the provider answered with status 400"))
        self.assertIsInstance(refusal(500), OutcomeUnknown)
        self.assertIsInstance(refusal(503), OutcomeUnknown)
        self.assertEqual(refusal(503, retry_after="2"), make.passing("the provider answered with status 503", 2000))
        for status, fault in [
            (403, sdk.FaultPermissionMissing),
            (404, sdk.FaultGone),
            (410, sdk.FaultGone),
            (413, sdk.FaultTooLarge),
        ]:
            outcome = refusal(status)
            assert isinstance(outcome, OutcomeFailed)
            self.assertIsInstance(outcome.value, fault)


class Delivery(unittest.TestCase):
    def test_parts_go_one_after_the_other_and_stop_at_the_first_that_was_not_sent(self) -> None:
        stops: list[Outcome] = [OutcomeFailed(FaultSignInExpired()), OutcomeUnknown("?")]
        for stop in stops:
            host = fake.reset()
            outcomes = delivery.in_order(draft(3), lambda part, stop=stop: make.sent("m1") if part.id == 1 else stop)  # type: ignore[misc]
            self.assertEqual(
                outcomes, [make.outcome(1, make.sent("m1")), make.outcome(2, stop), make.outcome(3, OutcomeNotTried())]
            )
            self.assertEqual(host.journal, [fake.Begin([1]), fake.Settle([1], "m1"), fake.Begin([2])])

    def test_a_part_that_may_have_been_sent_is_not_sent_again(self) -> None:
        earlier: list[Outcome] = [OutcomeSent(sdk.Sent()), OutcomeAccepted(sdk.Sent()), OutcomeUnknown("?")]
        for outcome in earlier:
            host = fake.reset()
            one = draft(1)
            one.parts[0].earlier = outcome
            self.assertEqual((delivery.in_order(one, lambda _: OutcomeNotTried()), host.journal), ([], []))

    def test_a_part_that_failed_is_tried_again(self) -> None:
        fake.reset()
        one = draft(1)
        one.parts[0].earlier = make.passing("busy")
        self.assertEqual(len(delivery.in_order(one, lambda _: make.sent(None))), 1)

    def test_a_request_without_an_answer_is_the_outcome_that_it_stands_for(self) -> None:
        for error in [http.Denied("why"), http.NotSent("why"), http.Unanswered("why")]:
            fake.reset().fail(error)
            outcomes = delivery.in_order(draft(2), lambda _: make.sent(http.get("https://x.example/").send().header("id")))
            self.assertEqual([one.outcome for one in outcomes], [error.outcome(), OutcomeNotTried()])


class Plugin(sdk.Connector, sdk.Ingress, sdk.Sender):
    """Does what the request's body says."""

    def check(self, settings: list[sdk.Setting]) -> list[sdk.FieldProblem]:
        return [make.field_problem(setting.key, "no") for setting in settings]

    def receive(self, request: sdk.Request) -> sdk.Reception:
        match request.body:
            case b"read":
                reading.parse("{}").text("missing")
            case b"refuse":
                raise sdk.RequestRefused.passing("later", 5)
            case b"state":
                state.set("a", b"1")
            case b"state then refuse":
                state.set("a", b"2")
                raise sdk.RequestRefused.malformed("no")
            case b"request":
                http.get("https://x.example/").send()
            case b"wrong":
                return sdk.Reception(events=[None])  # type: ignore[list-item]
            case b"wrong refusal":
                raise sdk.RequestRefused("no")  # type: ignore[arg-type]
        return sdk.Reception()

    def send(self, draft: sdk.Draft) -> list[PartOutcome]:
        state.set("a", b"1")
        return []


class Calls(unittest.TestCase):
    def setUp(self) -> None:
        self.host = fake.reset()

    def test_what_cannot_be_read_is_malformed(self) -> None:
        refusal = fake.refusal(Plugin(), sdk.Request(body=b"read"))
        self.assertEqual(refusal, sdk.RefusalMalformed("missing is missing"))

    def test_a_refusal_keeps_its_case(self) -> None:
        refusal = fake.refusal(Plugin(), sdk.Request(body=b"refuse"))
        self.assertEqual(refusal, sdk.RefusalPassing(sdk.Passing("later", retry_after=5)))
        with self.assertRaises(AssertionError):
            fake.refusal(Plugin(), sdk.Request())

    def test_state_commits_with_the_events(self) -> None:
        fake.receive(Plugin(), sdk.Request(body=b"state"))
        fake.refusal(Plugin(), sdk.Request(body=b"state then refuse"))
        self.assertEqual(self.host.state, {"a": b"1"})

    def test_only_receive_writes_and_only_send_asks(self) -> None:
        with self.assertRaises(state.StateRefused):
            fake.send(Plugin(), draft(1))
        self.host.answer(200)
        with self.assertRaises(http.Denied):
            fake.receive(Plugin(), sdk.Request(body=b"request"))
        self.assertEqual(self.host.requests(), [])

    def test_what_is_returned_is_looked_over(self) -> None:
        with self.assertRaisesRegex(WrongType, r"reception\.events\[0\] must be of class Event, is None"):
            fake.receive(Plugin(), sdk.Request(body=b"wrong"))
        with self.assertRaisesRegex(WrongType, "refusal must be one of RefusalMalformed"):
            fake.receive(Plugin(), sdk.Request(body=b"wrong refusal"))

    def test_check_sees_the_hosts_settings_and_preview_needs_not_be_written(self) -> None:
        self.host.set("a", "1")
        self.assertEqual(fake.check(Plugin()), [make.field_problem("a", "no")])
        self.assertEqual(fake.preview(Plugin(), draft(1)), [])


class Reacts(sdk.Actions):
    def react(self, target: sdk.Target, symbol: str, added: bool, reaction: str | None) -> sdk.Outcome:
        http.post("https://x.example/").json([target.message, symbol, added, reaction]).send()
        return make.sent(None)

    def typing(self, target: sdk.Target, on: bool, author: sdk.Author | None) -> sdk.Outcome:
        return None  # type: ignore[return-value]


class Acting(unittest.TestCase):
    def test_an_action_is_called_as_the_host_does(self) -> None:
        host = fake.reset()
        host.answer(200)
        host.fail(http.NotSent("refused"))
        target = sdk.Target(message="m1")
        self.assertEqual(fake.act(Reacts().react, target, "👍", True, None), make.sent(None))
        self.assertEqual(host.requests()[0].body, '["m1","👍",true,null]'.encode())
        self.assertEqual(fake.act(Reacts().react, target, "👍", False, "r1"), make.passing("refused"))
        unsupported = sdk.OutcomeFailed(sdk.FaultUnsupported("a message cannot be taken back on this channel"))
        self.assertEqual(fake.act(Reacts().delete, target), unsupported)
        with self.assertRaisesRegex(WrongType, "outcome must be one of"):
            fake.act(Reacts().typing, target, True, None)


class Working(sdk.Background, sdk.Poller):
    def follow_up(self, what: str) -> list[sdk.Event]:
        state.set("fetched", what.encode())
        answer = http.get(f"https://x.example/{what}").send()
        if (fault := answer.fault("news")) is not None:
            raise sdk.Faulted(fault)
        return [sdk.Event(what, 1, sdk.EventBodyIgnored(answer.json().text("text")))]

    def poll(self, cursor: str | None) -> sdk.Page:
        if cursor == "wrong":
            return None  # type: ignore[return-value]
        return sdk.Page(events=self.follow_up("all"), cursor="1" if cursor is None else None, more=True)


class ByItself(unittest.TestCase):
    def test_it_makes_requests_and_keeps_state_with_what_it_found(self) -> None:
        host = fake.reset()
        host.answer(200, {"text": "hello"})
        [event] = fake.follow_up(Working(), "m1")
        self.assertEqual((event.body, host.state["fetched"]), (sdk.EventBodyIgnored("hello"), b"m1"))
        host.answer(200, {"text": "hello"})
        page = fake.poll(Working())
        self.assertEqual((len(page.events), page.cursor, page.more, page.wait_at_least), (1, "1", True, None))
        with self.assertRaisesRegex(WrongType, "page must be of class Page"):
            fake.poll(Working(), "wrong")

    def test_it_comes_to_nothing_by_a_fault(self) -> None:
        host = fake.reset()
        for status, kind in [
            (500, sdk.FaultPassing),
            (429, sdk.FaultRateLimited),
            (401, sdk.FaultSignInExpired),
            (404, sdk.FaultGone),
        ]:
            host.answer(status)
            with self.assertRaises(sdk.Faulted) as faulted:
                fake.poll(Working(), "1")
            self.assertIsInstance(faulted.exception.fault, kind)
        self.assertEqual(host.state, {}, "taken back")
        host.answer(200, "no json")
        host.fail(http.NotSent("refused"))
        for expected in [sdk.FaultMalformed, sdk.FaultPassing, sdk.FaultRejected]:
            with self.assertRaises(sdk.Faulted) as faulted:
                fake.follow_up(Working(), "m1")
            self.assertIsInstance(faulted.exception.fault, expected)


class Looks(sdk.Directory):
    def templates(self) -> list[sdk.TemplateDefinition]:
        section = sdk.TemplateSection("body", sdk.ValueKind.TEXT, values=["1"])
        body = sdk.RichText("Hello {1}")
        return [sdk.TemplateDefinition("hello", "en", "utility", sdk.TemplateState.APPROVED, body, sections=[section])]

    def profile(self, key: str, thread: str | None) -> sdk.Identity | None:
        answer = http.get(f"https://x.example/{key}").send()
        if answer.status == 404:
            return None
        if (fault := answer.fault("people")) is not None:
            raise sdk.Faulted(fault)
        return make.contact(key, name=answer.json().text("name"))

    def about(self, thread: str) -> sdk.Thread | None:
        state.set("seen", thread.encode())
        return None


class LookingUp(unittest.TestCase):
    def test_it_asks_with_requests_and_tells_what_is_there(self) -> None:
        host = fake.reset()
        self.assertEqual([found.name for found in fake.templates(Looks())], ["hello"])
        host.answer(200, {"name": "Änne 😀"})
        host.answer(404)
        found = fake.profile(Looks(), "m/1")
        self.assertEqual(found and (found.key, found.name), ("m/1", "Änne 😀"))
        self.assertIsNone(fake.profile(Looks(), "m1", "t1"))

    def test_what_is_not_there_is_a_fault_and_nothing_is_written(self) -> None:
        host = fake.reset()
        host.answer(429)
        host.answer(200, "no json")
        host.fail(http.NotSent("refused"))
        for expected in [sdk.FaultRateLimited, sdk.FaultMalformed, sdk.FaultPassing]:
            with self.assertRaises(sdk.Faulted) as faulted:
                fake.profile(Looks(), "m1")
            self.assertIsInstance(faulted.exception.fault, expected)
        with self.assertRaises(sdk.Faulted) as faulted:
            fake.resolve(Looks(), sdk.IdentityKind.PHONE, "+49")
        self.assertEqual(faulted.exception.fault, sdk.FaultUnsupported("nobody can be looked up on this channel"))
        with self.assertRaises(state.StateRefused):
            fake.about(Looks(), "t1")


class Fetching(sdk.MediaFetcher):
    def fetch(self, deferred: str) -> str:
        if deferred == "refused":
            raise media.MediaRefused(sdk.MediaErrorTypeRefused("text/html"))
        answer = http.get(f"https://x.example/files/{deferred}").send()
        if (fault := answer.fault("files")) is not None:
            raise sdk.Faulted(fault)
        return None if deferred == "wrong" else media.keep(answer.body, deferred)  # type: ignore[return-value]


class Files(unittest.TestCase):
    def test_a_file_is_fetched_kept_and_named(self) -> None:
        host = fake.reset()
        host.answer(200, "bytes")
        handle = fake.fetch(Fetching(), "f-1")
        self.assertEqual((media.all(handle), media.describe(handle).file_name), (b"bytes", "f-1"))
        host.answer(200, "bytes")
        with self.assertRaisesRegex(WrongType, "handle must be"):
            fake.fetch(Fetching(), "wrong")

    def test_a_fault_says_why_not(self) -> None:
        fake.reset().answer(404)
        with self.assertRaises(sdk.Faulted) as faulted:
            fake.fetch(Fetching(), "f-2")
        self.assertIsInstance(faulted.exception.fault, sdk.FaultGone)
        with self.assertRaises(sdk.Faulted) as faulted:
            fake.fetch(Fetching(), "refused")
        self.assertEqual(faulted.exception.fault, sdk.FaultRejected(sdk.Rejected("text/html", code="type-refused")))
        self.assertEqual(media.MediaRefused(sdk.MediaErrorTooLarge(3)).fault(), sdk.FaultTooLarge(3))
        self.assertIsInstance(media.MediaRefused(sdk.MediaErrorBroken("x")).fault(), sdk.FaultPassing)


class Registering(unittest.TestCase):
    def setUp(self) -> None:
        before = abilities.registered()
        self.addCleanup(setattr, abilities, "_registered", before)
        abilities._registered = None

    def test_the_abilities_are_those_of_the_class(self) -> None:
        self.assertEqual(abilities.abilities_of(Plugin), ["connector", "ingress", "sender"])
        one = type("One", (sdk.Ingress,), {"receive": lambda self, request: sdk.Reception()})
        self.assertEqual(abilities.abilities_of(sdk.register(one)), ["ingress"])
        self.assertIs(abilities.registered(), one)

    def test_what_is_no_plugin_is_not_registered(self) -> None:
        for wrong, words in [
            (object, "derives from Connector, Ingress, Background, Poller, Sender, Actions or Directory"),
            (Plugin(), "derives from Connector, Ingress, Background, Poller, Sender, Actions or Directory"),
            (type("Half", (sdk.Ingress, sdk.Sender), {"receive": None}), "Half does not define send"),
        ]:
            with self.assertRaisesRegex(TypeError, words):
                sdk.register(wrong)  # type: ignore[type-var]

    def test_a_plugin_is_one_class(self) -> None:
        sdk.register(Plugin)
        sdk.register(Plugin)
        with self.assertRaisesRegex(TypeError, "Plugin is registered already"):
            sdk.register(type("Other", (Plugin,), {}))


class Media(unittest.TestCase):
    def test_what_is_kept_can_be_read_and_nothing_else_is_there(self) -> None:
        host = fake.reset()
        host.files["form"] = fake.File(b"\x89PNG", "image/png", "a.png")
        self.assertEqual((media.describe("form").content_type, media.all("form")), ("image/png", b"\x89PNG"))
        large = b"x" * (media.PIECE + 1)
        handle = media.keep((large[:5], large[5:]), "a.txt")
        self.assertEqual([len(piece) for piece in media.pieces(handle)], [media.PIECE, 1])
        self.assertEqual((media.describe(handle).size, media.read(handle, len(large))), (len(large), b""))
        with self.assertRaises(media.MediaRefused) as refused:
            media.read("other")
        self.assertEqual(refused.exception.reason, sdk.MediaErrorNotFound())


class Forms(unittest.TestCase):
    def request(self, body: bytes, kind: str = "application/x-www-form-urlencoded; charset=utf-8") -> sdk.Request:
        files = [sdk.FormFile("cv", 3, "h1")]
        return sdk.Request(body=body, headers=[sdk.Pair("content-type", kind)], files=files)

    def test_fields_keep_order_and_repetition(self) -> None:
        form = forms.parse(self.request(b"a=1&b=%C3%A4+x&a=&c"))
        self.assertEqual(form.fields, [sdk.Pair("a", "1"), sdk.Pair("b", "ä x"), sdk.Pair("a", ""), sdk.Pair("c", "")])
        self.assertEqual((form.get("a"), form.all("a"), form.text("b"), form.get("z")), ("1", ["1", ""], "ä x", None))
        file = form.file("cv")
        self.assertEqual((file and file.stored, form.file("z")), ("h1", None))

    def test_what_is_no_form_is_told(self) -> None:
        with self.assertRaisesRegex(reading.Unreadable, "the form has no field z"):
            forms.parse(self.request(b"")).text("z")
        for body in [b"a=\xff", b"a=%ff"]:
            self.assertEqual(forms.parse(self.request(body)).text("a"), "\ufffd", "one odd letter loses no form")
        with self.assertRaisesRegex(reading.Unreadable, "the body is application/json, not a form"):
            forms.parse(self.request(b"{}", "application/json"))

    def test_a_form_is_written_as_it_is_read(self) -> None:
        fields = [("a", "ä&="), ("a", "2")]
        form = forms.parse(self.request(forms.encode(fields)))
        self.assertEqual([(field.name, field.value) for field in form.fields], fields)
        self.assertEqual(forms.encode({"a": "1"}), b"a=1")


if __name__ == "__main__":
    unittest.main()
