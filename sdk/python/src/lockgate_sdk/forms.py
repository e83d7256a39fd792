"""Forms, as sites post them and as some providers want them.

A multipart body comes as ``application/x-www-form-urlencoded`` too: the host has taken its files off into ``request.files``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from .contract import FormFile, Pair, Request
from .reading import Unreadable

__all__ = ["Form", "encode", "parse"]


class Form:
    """The fields of a form, in order, repetition kept."""

    def __init__(self, fields: list[Pair], files: list[FormFile]) -> None:
        #: Every field, in order.
        self.fields = fields
        #: Every file that the host took off.
        self.files = files

    def get(self, name: str) -> str | None:
        """The first field of this name."""
        return next((field.value for field in self.fields if field.name == name), None)

    def all(self, name: str) -> list[str]:
        """Every field of this name."""
        return [field.value for field in self.fields if field.name == name]

    def text(self, name: str) -> str:
        """The first field of this name. Raises `Unreadable` where there is none."""
        value = self.get(name)
        if value is None:
            raise Unreadable(f"the form has no field {name}")
        return value

    def file(self, name: str) -> FormFile | None:
        """The first file of this field."""
        return next((file for file in self.files if file.field == name), None)


def parse(request: Request) -> Form:
    """The form of a request, with U+FFFD for what is not UTF-8. Raises `Unreadable` where its type is another one's."""
    types = [header.value for header in request.headers if header.name == "content-type"]
    kind = types[0].partition(";")[0].strip().lower() if types else ""
    if kind not in ("", "application/x-www-form-urlencoded", "multipart/form-data"):
        raise Unreadable(f"the body is {kind}, not a form")
    text = request.body.decode(errors="replace")
    pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
    return Form([Pair(name, value) for name, value in pairs], list(request.files))


def encode(fields: Mapping[str, str] | Iterable[tuple[str, str]]) -> bytes:
    """A body of the type ``application/x-www-form-urlencoded``."""
    pairs = fields.items() if isinstance(fields, Mapping) else fields
    return urlencode(list(pairs)).encode()
