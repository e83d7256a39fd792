"""JSON whose shape is known but not promised, and times as providers write them."""

import time
import unittest

from lockgate_sdk import Extra, reading, times
from lockgate_sdk.reading import Unreadable


def body(text: str) -> reading.Object:
    return reading.parse(text.encode())


class Reading(unittest.TestCase):
    def told(self, call: object) -> str:
        with self.assertRaises(Unreadable) as raised:
            call()  # type: ignore[operator]
        return str(raised.exception)

    def test_every_kind_is_read(self) -> None:
        it = body(
            '{"t":"a","n":5,"f":1.5,"w":2.0,"b":false,"o":{"i":9007199254740993,"s":"x"},"l":[1],"os":[{"a":1}],"ts":["a"]}'
        )
        self.assertEqual((it.text("t"), it.integer("n"), it.number("f"), it.integer("w")), ("a", 5, 1.5, 2))
        self.assertIs(it.boolean("b"), False)
        self.assertEqual((it.object("o").id("i"), it.object("o").id("s")), ("9007199254740993", "x"))
        self.assertEqual((it.array("l"), it.objects("os")[0].integer("a"), it.texts("ts")), ([1], 1, ["a"]))
        self.assertEqual(("t" in it, "z" in it, list(it)[:2]), (True, False, ["t", "n"]))
        self.assertEqual((it.seconds("n"), body('{"a":null,"b":1}').keys()), (5000, ["b"]))

    def test_what_is_missing_or_null_is_none_or_told_by_its_place(self) -> None:
        it = body('{"a":{"n":null}}').object("a")
        for key in ["n", "z"]:
            for name in ["text", "id", "integer", "number", "seconds", "boolean", "object"]:
                self.assertIsNone(getattr(it, f"opt_{name}")(key))
                self.assertEqual(self.told(lambda name=name, key=key: getattr(it, name)(key)), f"a.{key} is missing")
            self.assertEqual((it.array(key), it.objects(key), it.texts(key)), ([], [], []))

    def test_another_kind_is_told_by_its_place(self) -> None:
        it = body('{"a":{"t":"x","n":1.5,"b":true,"l":[1],"o":{}}}').object("a")
        for call, words in [
            (lambda: it.text("n"), "a.n must be a text, is a number"),
            (lambda: it.opt_text("b"), "a.b must be a text, is true or false"),
            (lambda: it.integer("n"), "a.n must be a whole number, is a number"),
            (lambda: it.integer("b"), "a.b must be a whole number, is true or false"),
            (lambda: body('{"i":9223372036854775808}').integer("i"), "i must be a whole number, is a number"),
            (lambda: it.number("t"), "a.t must be a number, is a text"),
            (lambda: it.seconds("t"), "a.t must be a time in seconds, is a text"),
            (lambda: body('{"i":-1}').opt_seconds("i"), "i must be a time in seconds, is a number"),
            (lambda: it.boolean("t"), "a.t must be true or false, is a text"),
            (lambda: it.object("l"), "a.l must be an object, is a list"),
            (lambda: it.array("o"), "a.o must be a list, is an object"),
            (lambda: it.objects("l"), "a.l[0] must be an object, is a number"),
            (lambda: it.texts("l"), "a.l[0] must be a text, is a number"),
            (lambda: it.id("n"), "a.n must be an id, is a number"),
            (lambda: body('{"i":""}').id("i"), "i must be an id, is a text"),
        ]:
            self.assertEqual(self.told(call), words)

    def test_a_body_that_is_none_is_told(self) -> None:
        for text, words in [
            ("", "the body is no JSON: Expecting value: line 1 column 1 (char 0)"),
            ("[]", "the body must be an object, is a list"),
            ('{"a":NaN}', "the body is no JSON that can be read: NaN is no number of JSON's"),
            ("[" * 100_000, "the body is no JSON that can be read: it is nested deeper than 200"),
            ('{"a":' * 201 + "1" + "}" * 201, "the body is no JSON that can be read: it is nested deeper than 200"),
            ("[" * 201 + "]" * 201, "the body is no JSON that can be read: it is nested deeper than 200"),
            ("[]" * 300 + "[" * 201, "the body is no JSON that can be read: it is nested deeper than 200"),
            ("]" * 300 + "[" * 300, "the body is no JSON: Expecting value"),
            ("[1," * 150 + '"[[' + "[" * 100, "the body is no JSON: Unterminated string"),
            ('{"a":' + "9" * 5000 + "}", "the body is no JSON that can be read: Exceeds the limit"),
        ]:
            told = self.told(lambda text=text: body(text))
            self.assertTrue(told.startswith(words), told)
        self.assertEqual(self.told(lambda: reading.parse(b"\xff")), "the body is not UTF-8")

    def test_width_is_no_depth(self) -> None:
        for text in [
            "[" * 200 + "]" * 200,
            "[" + "[[]]," * 10_000 + "[]]",
            '["' + "[{" * 300 + '"]',
            '["\\"[[[",' + "[],[[]]," * 99 + "[]]",
        ]:
            self.assertEqual(reading.compact(reading.parse_any(text)), text)

    def test_looking_for_depth_takes_time_by_the_bytes(self) -> None:
        hostile = [
            "[" * 1_000_000,
            '"' + '\\"' * 500_000 + "[" * 300,
            "[]" * 500_000 + "[" * 300,
            ("[" * 150 + "]" * 150) * 3_000,
        ]
        before = time.process_time()
        for text in hostile:
            with self.assertRaises(Unreadable):
                reading.parse_any(text)
        self.assertLess(time.process_time() - before, 2)

    def test_half_a_surrogate_pair_becomes_a_replacement_character(self) -> None:
        self.assertEqual(body('{"a":["\\ud83d","\\ud83d\\ude42"]}').array("a"), ["\ufffd", "🙂"])
        self.assertEqual(body('{"\\udc00":1}').raw, {"\ufffd": 1})

    def test_the_rest_is_kept_as_extras(self) -> None:
        rest = body('{"a":1,"b":{"c":"ä"},"d":null}').rest("a")
        self.assertEqual(rest, [Extra("b", '{"c":"ä"}')], "null is nothing")


class Times(unittest.TestCase):
    def test_rfc3339_is_read(self) -> None:
        for text, at in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-06-11T08:30:00.5+02:00", 1_781_159_400_500),
            ("2026-06-11t06:30:00.50099999z", 1_781_159_400_500),
            ("2026-06-11 06:30:00-00:00", 1_781_159_400_000),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000),
            ("2024-02-29T12:00:00-05:30", 1_709_227_800_000),
        ]:
            self.assertEqual(times.from_rfc3339(text), at, text)

    def test_what_is_no_time_is_told(self) -> None:
        for text in ["", "2026-06-11", "2026-06-11T08:30:00", "2025-02-29T00:00:00Z", "1969-12-31T23:59:59Z", "2026-06-11T24:00:00Z",
                     "٢٠٢٦-06-11T08:30:00Z"]:  # fmt: skip
            with self.assertRaises(ValueError):
                times.from_rfc3339(text)
        for number in [-1, 1e300, float("nan"), "x", "", True, None, 10**18]:
            with self.assertRaises(ValueError):
                times.from_seconds(number)  # type: ignore[arg-type]

    def test_seconds_and_milliseconds(self) -> None:
        self.assertEqual([times.from_seconds(told) for told in (1, "1", 1.5, "1.2345")], [1000, 1000, 1500, 1234])
        self.assertEqual([times.from_milliseconds(told) for told in (1, "1781159400500")], [1, 1_781_159_400_500])

    def test_a_time_is_written_as_it_is_read(self) -> None:
        self.assertEqual(times.to_rfc3339(1_781_159_400_000), "2026-06-11T06:30:00Z")
        for at in [0, 1, 1_781_159_400_500, 253_402_300_799_999]:
            self.assertEqual(times.from_rfc3339(times.to_rfc3339(at)), at)

    def test_now_is_in_milliseconds(self) -> None:
        self.assertGreater(times.now(), 1_700_000_000_000)


if __name__ == "__main__":
    unittest.main()
