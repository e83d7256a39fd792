"""Looks over what a plugin hands to the host, so that a wrong type is told by its place and not by a trap in the glue."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import is_dataclass
from enum import Enum
from typing import Annotated, Any, Union

from . import contract
from ._range import Range


class WrongType(TypeError):
    """Something that a plugin returned, or handed to the host, is not what the contract says."""


# As it is shown where nobody catches it.
WrongType.__module__ = "lockgate_sdk"


class _Misfit(Exception):
    """What is wrong with a value; the place is put before it on the way out."""

    def __init__(self, words: str) -> None:
        self.place = ""
        self.words = words


_Checker = Callable[[Any], None]

_checkers: dict[Any, _Checker] = {}


def check(value: object, annotation: Any, place: str) -> None:
    """Raises `WrongType` where a value is not what an annotation of ``contract`` says."""
    try:
        _checker(annotation)(value)
    except _Misfit as misfit:
        raise WrongType(f"{place}{misfit.place} {misfit.words}") from None


def prepare() -> None:
    """Makes the checkers of all classes, so that no call has to."""
    for _, _, cls in contract.CLASSES:
        checker = _checker(cls)
        if isinstance(checker, _Dataclass):
            checker.prepare()


def _misfit(value: object, wanted: str) -> _Misfit:
    text = repr(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return _Misfit(f"must be {wanted}, is {'None' if value is None else f'{type(value).__name__}: {text}'}")


def _text(value: Any) -> None:
    if not isinstance(value, str):
        raise _misfit(value, "a str")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _Misfit("holds half of a surrogate pair, which is no text; reading.clean replaces it") from None


def _bytes(value: Any) -> None:
    if not isinstance(value, bytes):
        raise _misfit(value, "bytes")


def _bool(value: Any) -> None:
    if not isinstance(value, bool):
        raise _misfit(value, "a bool")


def _float(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _misfit(value, "a number")


_PLAIN: dict[Any, _Checker] = {str: _text, bytes: _bytes, bool: _bool, float: _float}


def _whole(most: int) -> _Checker:
    def checker(value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _misfit(value, "a whole number (int)")
        if not 0 <= value <= most:
            raise _misfit(value, f"from 0 to {most}")

    return checker


def _enum(cls: type[Enum]) -> _Checker:
    def checker(value: Any) -> None:
        if type(value) is not cls:
            raise _misfit(value, f"one of {cls.__name__}")

    return checker


def _list(item: _Checker) -> _Checker:
    def checker(value: Any) -> None:
        if not isinstance(value, list):
            raise _misfit(value, "a list")
        at = 0
        try:
            for at, entry in enumerate(value):  # noqa: B007
                item(entry)
        except _Misfit as misfit:
            misfit.place = f"[{at}]{misfit.place}"
            raise

    return checker


class _Dataclass:
    def __init__(self, cls: type) -> None:
        self._cls = cls
        self._fields: list[tuple[str, _Checker]] | None = None

    def prepare(self) -> list[tuple[str, _Checker]]:
        if self._fields is None:
            hints = typing.get_type_hints(self._cls, include_extras=True)
            self._fields = [(name, _checker(hint)) for name, hint in hints.items()]
        return self._fields

    def __call__(self, value: Any) -> None:
        if type(value) is not self._cls:
            raise _misfit(value, f"of class {self._cls.__name__}")
        name = ""
        try:
            for name, field in self._fields or self.prepare():
                field(getattr(value, name))
        except _Misfit as misfit:
            misfit.place = f".{name}{misfit.place}"
            raise


def _maybe(checker: _Checker) -> _Checker:
    def maybe(value: Any) -> None:
        if value is not None:
            checker(value)

    return maybe


def _one_of(classes: list[Any]) -> _Checker:
    by_class = {cls: _checker(cls) for cls in classes}

    def checker(value: Any) -> None:
        found = by_class.get(type(value))
        if found is None:
            raise _misfit(value, "one of " + ", ".join(cls.__name__ for cls in by_class))
        found(value)

    return checker


def _union(members: tuple[Any, ...]) -> _Checker:
    classes = [member for member in members if member is not type(None)]
    checker = _checker(classes[0]) if len(classes) == 1 else _one_of(classes)
    return checker if len(classes) == len(members) else _maybe(checker)


def _checker(annotation: Any) -> _Checker:
    known = _checkers.get(annotation)
    if known is None:
        known = _checkers[annotation] = _make(annotation)
    return known


def _make(annotation: Any) -> _Checker:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        for note in annotation.__metadata__:
            if isinstance(note, Range):
                return _whole(note.most)
    if origin is list:
        return _list(_checker(typing.get_args(annotation)[0]))
    if origin is Union or isinstance(annotation, types.UnionType):
        return _union(typing.get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _enum(annotation)
    if isinstance(annotation, type) and is_dataclass(annotation):
        return _Dataclass(annotation)
    raise TypeError(f"the contract has no type {annotation}")
