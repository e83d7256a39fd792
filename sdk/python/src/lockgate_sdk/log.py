"""For the people who run the plugin. The host scrubs secrets and bounds the bytes of a call.

Fields carry what varies, so that lines of one kind can be counted: ``log.warn("slow", ms=12)``.
"""

from __future__ import annotations

from . import _host
from ._checking import check
from .contract import Level, Pair

__all__ = ["debug", "error", "info", "warn", "write"]


def write(level: Level, message: str, /, **fields: object) -> None:
    """Writes one line."""
    check(message, str, "log.write: message")
    _host.current().log_write(level, message, [Pair(name, str(value)) for name, value in fields.items()])


def debug(message: str, /, **fields: object) -> None:
    """For whoever writes the plugin."""
    write(Level.DEBUG, message, **fields)


def info(message: str, /, **fields: object) -> None:
    """Something happened as it should."""
    write(Level.INFO, message, **fields)


def warn(message: str, /, **fields: object) -> None:
    """An admin should look at it."""
    write(Level.WARN, message, **fields)


def error(message: str, /, **fields: object) -> None:
    """Something was lost."""
    write(Level.ERROR, message, **fields)
