"""Reading JSON whose shape is known but not promised: a field that is missing, or of another kind, is told by its place.

::

    update = reading.parse(request.body)
    chat = update.object("message").object("chat")
    chat.id("id")            # an id as text, also where it is written as a number
    chat.opt_text("title")   # None where it is not there
    chat.text("type")        # Unreadable: "message.chat.type is missing"

`Unreadable` that leaves ``receive`` is the refusal ``malformed`` with these words. Where one bad item among good ones must not
cost the others, catch it and keep the item as ``native``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from . import times
from .contract import Extra

__all__ = ["Object", "Unreadable", "clean", "compact", "parse", "parse_any"]

#: Half of a pair that stands for a character beyond U+FFFF. JSON can spell one alone; text cannot hold it.
_SURROGATE = re.compile("[\ud800-\udfff]")
#: How deep arrays and objects may stand in each other.
_DEEPEST = 200


class Unreadable(ValueError):
    """What came in is not what it should be; the text says where and how."""


def clean(value: Any) -> Any:
    """The same with U+FFFD in place of halves of surrogate pairs, in every text of it, keys included."""
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {clean(key): clean(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [clean(entry) for entry in value]
    return value


def compact(value: object) -> str:
    """JSON text without blanks, every character as itself."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parse_any(body: bytes | str) -> Any:
    """Any JSON as Python has it. Raises `Unreadable` where it is none, not UTF-8, or nested too deeply."""
    try:
        text = body if isinstance(body, str) else body.decode()
    except UnicodeDecodeError:
        raise Unreadable("the body is not UTF-8") from None
    if _is_deeper(text, _DEEPEST):
        raise Unreadable(f"the body is no JSON that can be read: it is nested deeper than {_DEEPEST}")
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(f"the body is no JSON: {error}") from None
    except ValueError as error:
        raise Unreadable(f"the body is no JSON that can be read: {error}") from None
    return clean(value) if "\\u" in text else value


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON's")


#: A JSON string, or what is left of the text where one is not closed.
_STRING = re.compile(r'"(?:[^"\\]+|\\.)*+"?', re.DOTALL)
_NO_BRACKET = re.compile(r"[^][{}]+")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def _is_deeper(text: str, depth: int) -> bool:
    """Whether reading it would go deeper than this. Found out before it is read: within a component the reader's stack overflows,
    which no `except` sees, and a call that ends so counts against the plugin.
    """
    if text.count("[") + text.count("{") <= depth:
        return False
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text))
    return max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > depth


def parse(body: bytes | str) -> Object:
    """A JSON object. Raises `Unreadable` where it is none."""
    value = parse_any(body)
    if not isinstance(value, dict):
        raise Unreadable(f"the body must be an object, is {_kind(value)}")
    return Object(value, "")


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
    return "an object"


class Object:
    """A JSON object that knows its place.

    Each reader exists twice: ``text(key)`` raises `Unreadable` where the field is missing or null, ``opt_text(key)`` gives none
    there. Both raise it where the field is of another kind.
    """

    __slots__ = ("place", "raw")

    def __init__(self, raw: dict[str, Any], place: str) -> None:
        #: As ``json`` gave it.
        self.raw = raw
        #: Where it stands, as ``message.chat``; empty for the whole.
        self.place = place

    def __contains__(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self.raw.get(key) is not None

    def __iter__(self) -> Iterator[str]:
        """The names of its fields, in order."""
        return iter(self.raw)

    def keys(self) -> list[str]:
        """The names of its fields that are not null, in order."""
        return [key for key, value in self.raw.items() if value is not None]

    def at(self, key: str) -> str:
        """The place of one of its fields."""
        return f"{self.place}.{key}" if self.place else key

    def wrong(self, key: str, wanted: str) -> Unreadable:
        """What to raise where a field is not as it should be: ``raise update.wrong("date", "a time")``."""
        if self.raw.get(key) is None:
            return Unreadable(f"{self.at(key)} is missing")
        return Unreadable(f"{self.at(key)} must be {wanted}, is {_kind(self.raw[key])}")

    def opt_text(self, key: str) -> str | None:
        """A text."""
        value = self.raw.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self.wrong(key, "a text")

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self.opt_text(key)
        if value is None:
            raise self.wrong(key, "a text")
        return value

    def opt_id(self, key: str) -> str | None:
        """An id: a text that is not empty, or a whole number as the text that it is written as."""
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self.wrong(key, "an id")

    def id(self, key: str) -> str:
        """An id that must be there."""
        value = self.opt_id(key)
        if value is None:
            raise self.wrong(key, "an id")
        return value

    def opt_integer(self, key: str) -> int | None:
        """A whole number of at most 64 bits, sign included."""
        value = self.raw.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63:
            return value
        raise self.wrong(key, "a whole number")

    def integer(self, key: str) -> int:
        """A whole number that must be there."""
        value = self.opt_integer(key)
        if value is None:
            raise self.wrong(key, "a whole number")
        return value

    def opt_seconds(self, key: str) -> int | None:
        """A moment that is given in seconds since 1970, as the contract has it: in milliseconds."""
        try:
            seconds = self.opt_integer(key)
            return None if seconds is None else times.from_seconds(seconds)
        except ValueError:
            raise self.wrong(key, "a time in seconds") from None

    def seconds(self, key: str) -> int:
        """A moment in seconds that must be there."""
        value = self.opt_seconds(key)
        if value is None:
            raise self.wrong(key, "a time in seconds")
        return value

    def opt_number(self, key: str) -> float | None:
        """A number."""
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        raise self.wrong(key, "a number")

    def number(self, key: str) -> float:
        """A number that must be there."""
        value = self.opt_number(key)
        if value is None:
            raise self.wrong(key, "a number")
        return value

    def opt_boolean(self, key: str) -> bool | None:
        """True or false."""
        value = self.raw.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self.wrong(key, "true or false")

    def boolean(self, key: str) -> bool:
        """True or false, and must be there."""
        value = self.opt_boolean(key)
        if value is None:
            raise self.wrong(key, "true or false")
        return value

    def opt_object(self, key: str) -> Object | None:
        """An object."""
        value = self.raw.get(key)
        if value is None:
            return None
        if isinstance(value, dict):
            return Object(value, self.at(key))
        raise self.wrong(key, "an object")

    def object(self, key: str) -> Object:
        """An object that must be there."""
        value = self.opt_object(key)
        if value is None:
            raise self.wrong(key, "an object")
        return value

    def array(self, key: str) -> list[Any]:
        """A list; empty where it is missing or null."""
        value = self.raw.get(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise self.wrong(key, "a list")

    def objects(self, key: str) -> list[Object]:
        """A list of objects; empty where it is missing or null."""
        found = []
        for number, value in enumerate(self.array(key)):
            if not isinstance(value, dict):
                raise Unreadable(f"{self.at(key)}[{number}] must be an object, is {_kind(value)}")
            found.append(Object(value, f"{self.at(key)}[{number}]"))
        return found

    def texts(self, key: str) -> list[str]:
        """A list of texts; empty where it is missing or null."""
        values = self.array(key)
        for number, value in enumerate(values):
            if not isinstance(value, str):
                raise Unreadable(f"{self.at(key)}[{number}] must be a text, is {_kind(value)}")
        return values

    def rest(self, *known: str) -> list[Extra]:
        """Every other field that is not null as an extra, so that nothing is dropped: its name, and its value as JSON text."""
        return [Extra(key, compact(self.raw[key])) for key in self.keys() if key not in known]

    def json(self) -> str:
        """The object as JSON text."""
        return compact(self.raw)
