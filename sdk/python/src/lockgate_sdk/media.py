"""Files: what came with a form, and what the plugin keeps. Needs ``[media]`` in the manifest; to read what came with a form,
``[route.files]`` is enough. What no event of the call names is dropped again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import _host
from ._checking import check
from .contract import (
    U32,
    U64,
    Description,
    Fault,
    FaultGone,
    FaultPassing,
    FaultRejected,
    FaultTooLarge,
    MediaError,
    MediaErrorBroken,
    MediaErrorFull,
    MediaErrorNotFound,
    MediaErrorNotPermitted,
    MediaErrorTooLarge,
    MediaErrorTypeRefused,
    Passing,
    Rejected,
)

__all__ = ["PIECE", "MediaRefused", "all", "describe", "keep", "pieces", "read", "share"]

#: Bytes that go by at once, at most.
PIECE = 1 << 20

_WORDS: dict[type, str] = {
    MediaErrorNotPermitted: "the [media] of the manifest does not say so, or this kind of call may not",
    MediaErrorNotFound: "no file of this channel has this name",
    MediaErrorTooLarge: "the file has more bytes than are kept of one",
    MediaErrorTypeRefused: "files of this kind are not taken",
    MediaErrorFull: "the channel keeps, or the call moved, as much as it may",
    MediaErrorBroken: "the host could not read or write it now",
}


class MediaRefused(Exception):
    """A file was not taken, or not given; ``reason`` says why."""

    def __init__(self, reason: MediaError) -> None:
        super().__init__(_WORDS[type(reason)])
        #: The contract's own word for it.
        self.reason = reason

    def fault(self) -> Fault:
        """The fault of a call that could not keep its file: only where the host cannot write now is it tried again."""
        words = str(self)
        match self.reason:
            case MediaErrorTooLarge(most):
                return FaultTooLarge(most)
            case MediaErrorTypeRefused(kind):
                return FaultRejected(Rejected(kind, code="type-refused"))
            case MediaErrorFull():
                return FaultRejected(Rejected(words, code="full"))
            case MediaErrorNotPermitted():
                return FaultRejected(Rejected(words, code="not-permitted"))
            case MediaErrorNotFound():
                return FaultGone(words)
            case _:
                return FaultPassing(Passing(words))


def keep(content: bytes | Iterable[bytes], file_name: str | None = None) -> str:
    """Keeps a file and gives its name. Of pieces never more than one needs to be in memory. Raises `MediaRefused` where it is too
    large, of a kind that is not permitted, or may not be kept now.
    """
    check(file_name, str | None, "media.keep: file_name")
    return _host.current().media_keep([content] if isinstance(content, bytes) else content, file_name)


def read(handle: str, offset: int = 0, count: int = PIECE) -> bytes:
    """At most ``count`` bytes from ``offset`` on, and at most `PIECE`; none behind the end. Raises `MediaRefused` where this
    channel has no file of that name.
    """
    check(handle, str, "media.read: handle")
    check(offset, U64, "media.read: offset")
    check(count, U32, "media.read: count")
    return _host.current().media_read(handle, offset, count)


def pieces(handle: str) -> Iterator[bytes]:
    """A file piece by piece. Raises as `read` does."""
    offset = 0
    while piece := read(handle, offset):
        yield piece
        offset += len(piece)


def all(handle: str) -> bytes:
    """All of a file; where it can be larger than the plugin's memory, `pieces`. Raises as `read` does."""
    return b"".join(pieces(handle))


def describe(handle: str) -> Description:
    """What is known of a file. Raises `MediaRefused` where this channel has no file of that name."""
    check(handle, str, "media.describe: handle")
    return _host.current().media_describe(handle)


def share(handle: str, lifetime: int) -> str:
    """An address at which a provider that fetches media itself gets a file without signing in, for so many milliseconds and at most a
    day. Whoever has it can fetch the file: give it to the provider and nobody else. Raises `MediaRefused` where ``[media]`` does not
    say ``share = true``, in ``check`` and ``preview``, or where this channel has no file of that name.
    """
    check(handle, str, "media.share: handle")
    check(lifetime, U64, "media.share: lifetime")
    return _host.current().media_share(handle, lifetime)
