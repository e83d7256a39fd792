"""Key and value for this channel (at app level for the app). Writes commit with the events of the call or not at all."""

from __future__ import annotations

from . import _host
from ._checking import check
from .contract import U32, StateError, StateErrorFull, StateErrorReadOnly, StateErrorTooLarge

__all__ = ["StateRefused", "delete", "get", "keys", "set"]


class StateRefused(Exception):
    """Nothing was written; ``reason`` says why."""

    def __init__(self, reason: StateError) -> None:
        super().__init__(_WORDS[type(reason)])
        #: The contract's own word for it.
        self.reason = reason


_WORDS: dict[type, str] = {
    StateErrorTooLarge: "the state keeps values of at most 64 KiB under keys of at most 512 bytes",
    StateErrorFull: "what this channel keeps altogether would be too much",
    StateErrorReadOnly: "this kind of call may not write to the state",
}


def get(key: str) -> bytes | None:
    """The value of a key, as this call would leave it. None where there is none."""
    check(key, str, "state.get: key")
    return _host.current().state_get(key)


def set(key: str, value: bytes) -> None:
    """Sets a key, new or not. Raises `StateRefused` where the value is too large, the store full, or the call one that may not
    write (``check``, ``send``, ``preview``).
    """
    check(key, str, "state.set: key")
    check(value, bytes, "state.set: value")
    _host.current().state_set(key, value)


def delete(key: str) -> None:
    """Forgets a key; one that is not there is no error. Raises `StateRefused` where the call may not write."""
    check(key, str, "state.delete: key")
    _host.current().state_delete(key)


def keys(prefix: str = "", *, after: str | None = None, count: int = 1000) -> list[str]:
    """At most ``count`` keys with this prefix after that key, in order."""
    check(prefix, str, "state.keys: prefix")
    check(after, str | None, "state.keys: after")
    check(count, U32, "state.keys: count")
    return _host.current().state_keys(prefix, after, count)
