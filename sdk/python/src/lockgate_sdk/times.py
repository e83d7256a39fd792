"""Times as the contract has them, milliseconds since 1970-01-01T00:00:00Z, from and to what providers write."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["from_milliseconds", "from_rfc3339", "from_seconds", "now", "to_rfc3339"]

#: The last millisecond of the year 9999.
_LAST = 253_402_300_799_999
_RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII)


def now() -> int:
    """The host's time of this call. It stands still while a call computes."""
    return time.time_ns() // 1_000_000


def from_seconds(seconds: float | str) -> int:
    """Seconds since 1970, as most providers give them; a number, or text of one. Raises `ValueError` where that is no time."""
    return _whole(seconds, 1000)


def from_milliseconds(milliseconds: float | str) -> int:
    """Milliseconds since 1970; a number, or text of one. Raises `ValueError` where that is no time."""
    return _whole(milliseconds, 1)


def _whole(number: float | str, factor: int) -> int:
    if isinstance(number, bool) or not isinstance(number, (int, float, str)):
        raise ValueError(f"{number!r} is no time")
    try:
        exact = int(number)
    except (ValueError, OverflowError):
        exact = None
    try:
        at = exact * factor if exact is not None and not isinstance(number, float) else round(float(number) * factor)
    except (ValueError, OverflowError):
        raise ValueError(f"{number!r} is no time") from None
    if not 0 <= at <= _LAST:
        raise ValueError(f"{number!r} is no time from 1970 to 9999")
    return at


def from_rfc3339(text: str) -> int:
    """A time as RFC 3339 writes it: ``2026-06-11T08:30:00.5+02:00``. What is finer than a millisecond is dropped. Raises
    `ValueError` where the text is no such time, or before 1970.
    """
    match = _RFC3339.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no time as RFC 3339 writes it")
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    # A leap second has no moment of its own: it is the last one of its minute, once more.
    leap = second == 60
    offset = timedelta()
    if match[9]:
        offset = timedelta(hours=int(match[10]), minutes=int(match[11])) * (-1 if match[9] == "-" else 1)
    try:
        moment = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=timezone(offset))
    except ValueError as error:
        raise ValueError(f"{text!r} is no time: {error}") from None
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    at = (since.days * 86_400 + since.seconds) * 1000 + int(((match[7] or "") + "000")[:3])
    if at < 0:
        raise ValueError(f"{text!r} is before 1970")
    return at


def to_rfc3339(at: int) -> str:
    """As RFC 3339 writes it, in UTC: ``2026-06-11T08:30:00.500Z``, without a fraction of none."""
    seconds, rest = divmod(at, 1000)
    text = (datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat()
    return f"{text}.{rest:03}Z" if rest else f"{text}Z"
