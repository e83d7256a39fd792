"""Which host the imports of this package speak to: the real one in a component, the small one of ``fake`` elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .contract import Credential, Description, Level, Pair, Setting, SettingValue
    from .http import Request, Response


class Host(Protocol):
    """The contract's imports, and one request after the other."""

    def settings_get(self, key: str) -> SettingValue | None: ...

    def settings_all(self) -> list[Setting]: ...

    def state_get(self, key: str) -> bytes | None: ...

    def state_set(self, key: str, value: bytes) -> None: ...

    def state_delete(self, key: str) -> None: ...

    def state_keys(self, prefix: str, after: str | None, count: int) -> list[str]: ...

    def credentials_all(self) -> list[Credential]: ...

    def hooks_address(self, route: str) -> str | None: ...

    def media_keep(self, pieces: Iterable[bytes], file_name: str | None) -> str: ...

    def media_read(self, handle: str, offset: int, count: int) -> bytes: ...

    def media_describe(self, handle: str) -> Description: ...

    def media_share(self, handle: str, lifetime: int) -> str: ...

    def log_write(self, level: Level, message: str, fields: list[Pair]) -> None: ...

    def delivery_begin(self, parts: list[int]) -> None: ...

    def delivery_settle(self, parts: list[int], message: str | None) -> None: ...

    def http_send(self, request: Request) -> Response: ...


_real: Host | None = None


def use(host: Host) -> None:
    """Makes this the host for good: the component's glue calls it while it is built."""
    global _real
    _real = host


def current() -> Host:
    """The host of this call."""
    if _real is not None:
        return _real
    from . import fake

    return fake.host()
