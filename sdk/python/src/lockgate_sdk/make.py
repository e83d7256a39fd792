"""Short ways to the records that every plugin makes. All of them can be made by their constructors too."""

from __future__ import annotations

from typing import Any

from .contract import (
    AssuranceProvider,
    Content,
    ContentNative,
    ContentText,
    Event,
    EventBodyNative,
    Extra,
    FaultPassing,
    FaultRejected,
    FieldProblem,
    Identity,
    Native,
    Outcome,
    OutcomeFailed,
    OutcomeSent,
    Part,
    PartOutcome,
    Passing,
    Problem,
    Rejected,
    RichText,
    Sent,
    Severity,
    Thread,
)
from .reading import compact

__all__ = [
    "contact",
    "direct",
    "error",
    "extra",
    "field_problem",
    "native",
    "native_event",
    "outcome",
    "part",
    "passing",
    "rejected",
    "sent",
    "text",
    "warning",
]

#: Bytes of the provider's own text that a `Native` may carry.
_RAW = 64 * 1024


def text(plain: str, html: str | None = None) -> Part:
    """A part that is a text."""
    return Part(ContentText(RichText(plain, html=html)))


def part(content: Content) -> Part:
    """A part of any content."""
    return Part(content)


def _native(kind: str, fallback: str | None, raw: str | None) -> Native:
    if raw is not None and len(raw) * 4 > _RAW:
        raw = raw.encode()[:_RAW].decode(errors="ignore")
    return Native(kind, fallback=fallback, raw=raw)


def native(kind: str, *, fallback: str | None = None, raw: str | None = None) -> Part:
    """A part that the contract has no name for: the provider's word for it, what to show in its stead, and the provider's own
    text, of which the first 64 KiB are kept.
    """
    return Part(ContentNative(_native(kind, fallback, raw)))


def native_event(dedup: str, at: int, kind: str, *, fallback: str | None = None, raw: str | None = None) -> Event:
    """An event that the contract has no name for. Kept, shown to the admin, acted on by nobody."""
    return Event(dedup, at, EventBodyNative(_native(kind, fallback, raw)))


def extra(name: str, value: object) -> Extra:
    """A name and a value, which is written as JSON."""
    return Extra(name, compact(value))


def contact(key: str, **more: Any) -> Identity:
    """A contact by an opaque key that the provider vouches for; ``more`` are fields of `Identity`."""
    return Identity(key, **{"assurance": AssuranceProvider(), **more})


def direct(key: str, **more: Any) -> Thread:
    """A thread of one contact and us; ``more`` are fields of `Thread`."""
    return Thread(key, **more)


def sent(message: str | None, **more: Any) -> OutcomeSent:
    """Sent, under this name at the provider; ``more`` are fields of `Sent`."""
    return OutcomeSent(Sent(message=message, **more))


def passing(why: str, retry_after: int | None = None) -> OutcomeFailed:
    """Not sent, and tried again with back-off, not before ``retry_after`` milliseconds where that is known."""
    return OutcomeFailed(FaultPassing(Passing(why, retry_after=retry_after)))


def rejected(code: str | None, words: str) -> OutcomeFailed:
    """Not sent for good, in the provider's words."""
    return OutcomeFailed(FaultRejected(Rejected(words, code=code)))


def outcome(part_id: int, came: Outcome) -> PartOutcome:
    """The outcome of one part."""
    return PartOutcome([part_id], came)


def error(part_id: int | None, code: str, words: str) -> Problem:
    """A problem for which a part, or the whole, cannot be sent so."""
    return Problem(Severity.ERROR, code, words, part=part_id)


def warning(part_id: int | None, code: str, words: str) -> Problem:
    """A problem for which something is lost in sending."""
    return Problem(Severity.WARNING, code, words, part=part_id)


def field_problem(key: str | None, words: str) -> FieldProblem:
    """What is wrong with one setting, or with none for the whole, and what to fill in instead."""
    return FieldProblem(words, key=key)
