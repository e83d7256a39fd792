"""The generated classes: defaults, order, and what is told where a value has the wrong type."""

import unittest
from dataclasses import fields

import lockgate_sdk as sdk
from lockgate_sdk import _checking, contract, generate, make


class Contract(unittest.TestCase):
    def test_what_is_generated_is_what_the_contract_gives(self) -> None:
        self.assertEqual(generate.stale(), [])

    def test_a_change_of_the_contract_is_noticed(self) -> None:
        definitions = generate.read(
            "interface common {\n  /// A pair.\n  record pair {\n    /// N.\n    name: string,\n  }\n}\n"
        )
        self.assertNotEqual(generate.write(definitions), generate.CONTRACT.read_text())
        self.assertEqual([item.doc for item in definitions[0].items], ["N."])

    def test_what_the_script_does_not_know_stops_it(self) -> None:
        for line in ["flags f { a }", "resource r;", "record a { b: string }"]:
            with self.assertRaises(generate.Unreadable):
                generate.read(f"interface common {{\n  {line}\n}}\n")
        with self.assertRaises(generate.Unreadable):
            generate.python_type("tuple<u8, u8>")

    def test_every_record_keeps_its_fields_in_the_contracts_order(self) -> None:
        for cls, names in contract.RECORDS.items():
            self.assertEqual(tuple(field.name for field in fields(cls)), names)

    def test_long_records_need_only_what_matters(self) -> None:
        event = sdk.Event("d", 1, sdk.EventBodyMessage(sdk.Message(id="m")))
        self.assertEqual((event.thread, event.actor, event.extras), (None, None, []))
        self.assertEqual(sdk.Identity("a").kind, sdk.IdentityKind.OPAQUE)
        self.assertEqual(sdk.Identity("a").assurance, sdk.AssuranceUnverified())
        self.assertEqual(make.contact("a", name="A").assurance, sdk.AssuranceProvider())
        self.assertEqual((sdk.Draft().attempt, sdk.Draft().ground, sdk.Response().status), (1, sdk.GroundOpen(), 200))

    def test_defaults_are_not_shared(self) -> None:
        sdk.Message().parts.append(make.text("x"))
        sdk.Identity("a").aliases.append(sdk.Alias("b"))
        self.assertEqual((sdk.Message().parts, sdk.Identity("a").aliases), ([], []))

    def test_a_field_that_is_misspelt_is_an_error(self) -> None:
        with self.assertRaises(AttributeError):
            sdk.Message().subjet = "x"  # type: ignore[attr-defined]


class Checking(unittest.TestCase):
    def told(self, value: object, annotation: object) -> str:
        with self.assertRaises(_checking.WrongType) as raised:
            _checking.check(value, annotation, "it")
        return str(raised.exception)

    def test_a_wrong_type_is_told_by_its_place(self) -> None:
        event = sdk.Event("d", 1, sdk.EventBodyTyping(True), thread=sdk.Thread(7))  # type: ignore[arg-type]
        told = self.told(sdk.Reception(events=[sdk.Event("d", 1, sdk.EventBodyPollNow()), event]), sdk.Reception)
        self.assertEqual(told, "it.events[1].thread.key must be a str, is int: 7")

    def test_every_kind_of_value_is_looked_at(self) -> None:
        def at(value: object) -> sdk.Event:
            return sdk.Event("d", value, sdk.EventBodyPollNow())  # type: ignore[arg-type]

        for wrong, words in [
            (at(1.0), "it.at must be a whole number (int), is float: 1.0"),
            (at(True), "it.at must be a whole number (int), is bool: True"),
            (at(-1), "it.at must be from 0 to 18446744073709551615, is int: -1"),
            (at(2**64), "it.at must be from 0 to 18446744073709551615, is int: 18446744073709551616"),
            (sdk.Event("d", 1, None), "it.body must be one of"),  # type: ignore[arg-type]
            (sdk.Event("d", 1, sdk.EventBodyTyping(1)), "it.body.value must be a bool, is int: 1"),  # type: ignore[arg-type]
            (sdk.Event("d", 1, sdk.EventBodyPollNow(), extras=()), "it.extras must be a list, is tuple: ()"),  # type: ignore[arg-type]
            (sdk.Event("\ud83d", 1, sdk.EventBodyPollNow()), "it.dedup holds half of a surrogate pair"),
            (None, "it must be of class Event, is None"),
        ]:
            self.assertTrue(self.told(wrong, sdk.Event).startswith(words), self.told(wrong, sdk.Event))
        media = sdk.Media(sdk.MediaSourceAddress("x"), kind="image", sha256="x")  # type: ignore[arg-type]
        self.assertEqual(self.told(media, sdk.Media), "it.kind must be one of MediaKind, is str: 'image'")
        media = sdk.Media(sdk.MediaSourceAddress("x"), sha256="x")  # type: ignore[arg-type]
        self.assertEqual(self.told(media, sdk.Media), "it.sha256 must be bytes, is str: 'x'")
        place = sdk.Location("1", 2.0)  # type: ignore[arg-type]
        self.assertEqual(self.told(place, sdk.Location), "it.latitude must be a number, is str: '1'")

    def test_what_is_right_passes(self) -> None:
        message = sdk.Message(parts=[make.text("ä"), make.native("k", raw="{}")], traits=[sdk.Trait.BULK], expires=2**64 - 1)
        event = sdk.Event("d", 0, sdk.EventBodyMessage(message), thread=make.direct("t"), actor=make.contact("a"))
        _checking.check(sdk.Reception(events=[event]), sdk.Reception, "it")
        _checking.check(sdk.Location(1, 2.5), sdk.Location, "it")

    def test_every_class_of_the_contract_can_be_looked_over(self) -> None:
        _checking.prepare()
        for _, _, cls in contract.CLASSES:
            with self.assertRaises(_checking.WrongType):
                _checking.check(object(), cls, "it")


class Making(unittest.TestCase):
    def test_a_native_keeps_the_first_64_kib(self) -> None:
        for raw in ["x" * 70_000, "ä" * 40_000, "🙂" * 20_000]:
            content = make.native("k", raw=raw).content
            assert isinstance(content, sdk.ContentNative) and content.value.raw is not None
            self.assertTrue(raw.startswith(content.value.raw))
            self.assertIn(len(content.value.raw.encode()), range(65_532, 65_537))

    def test_short_ways_are_the_long_ones(self) -> None:
        self.assertEqual(make.text("a"), sdk.Part(sdk.ContentText(sdk.RichText("a"))))
        self.assertEqual(make.sent("m"), sdk.OutcomeSent(sdk.Sent(message="m")))
        self.assertEqual(make.passing("w", 5), sdk.OutcomeFailed(sdk.FaultPassing(sdk.Passing("w", retry_after=5))))
        self.assertEqual(make.rejected("c", "w"), sdk.OutcomeFailed(sdk.FaultRejected(sdk.Rejected("w", code="c"))))
        self.assertEqual(make.outcome(1, sdk.OutcomeNotTried()), sdk.PartOutcome([1], sdk.OutcomeNotTried()))
        self.assertEqual(make.error(1, "c", "w"), sdk.Problem(sdk.Severity.ERROR, "c", "w", part=1))
        self.assertEqual(make.extra("n", {"a": "ä"}), sdk.Extra("n", '{"a":"ä"}'))


if __name__ == "__main__":
    unittest.main()
