"""A small host in memory for unit tests of a plugin: one for each thread, empty at first. Not used in components.

::

    def test_an_answer_is_sent():
        host = fake.reset()
        host.set("bot_id", "42")
        host.answer(200, {"ok": True, "result": {"message_id": 7}})
        outcomes = fake.send(Telegram(), draft)
        assert host.requests()[0].url == "https://api.telegram.org/sendMessage"

Call the plugin by `check`, `receive`, `send` and `preview` of this module: they permit what the host permits in such a call, and
look over what it returns as the component does.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from . import _calls
from .abilities import Background, Connector, Directory, Ingress, MediaFetcher, Poller, RequestRefused, Sender
from .contract import (
    Credential,
    Description,
    Draft,
    Event,
    FieldProblem,
    Identity,
    IdentityKind,
    Level,
    MediaErrorNotFound,
    Outcome,
    Page,
    Pair,
    PartOutcome,
    Problem,
    Reception,
    Refusal,
    Request,
    Resolved,
    Setting,
    SettingValue,
    SettingValueBoolean,
    SettingValueNumber,
    SettingValueText,
    SettingValueTexts,
    StateErrorReadOnly,
    StateErrorTooLarge,
    TemplateDefinition,
    Thread,
)
from .http import Denied, SendError
from .http import Request as HttpRequest
from .http import Response as HttpResponse
from .media import PIECE, MediaRefused
from .reading import compact
from .state import StateRefused

Found = TypeVar("Found")

__all__ = [
    "Begin",
    "File",
    "Host",
    "LogLine",
    "Sent",
    "Settle",
    "about",
    "act",
    "check",
    "fetch",
    "follow_up",
    "host",
    "poll",
    "preview",
    "profile",
    "receive",
    "refusal",
    "reset",
    "resolve",
    "send",
    "templates",
]


@dataclass(frozen=True)
class LogLine:
    """One line that the plugin logged."""

    #: How grave it is.
    level: Level
    #: What was said.
    message: str
    #: What varies.
    fields: dict[str, str]


@dataclass(frozen=True)
class Begin:
    """``delivery.begin``."""

    parts: list[int]


@dataclass(frozen=True)
class Settle:
    """``delivery.settle``."""

    parts: list[int]
    message: str | None


@dataclass(frozen=True)
class Sent:
    """An outgoing request."""

    request: HttpRequest


@dataclass(frozen=True)
class File:
    """One file that the host keeps."""

    #: All of it.
    bytes: bytes
    #: What the host found it to be; of what the plugin keeps nothing is looked at.
    content_type: str = "application/octet-stream"
    #: As the plugin named it.
    file_name: str | None = None


@dataclass
class Host:
    """What the plugin's imports see and did. Its fields are for the test to fill and to read."""

    #: Settings that are set.
    settings: list[Setting] = field(default_factory=list)
    #: Credentials that are bound.
    credentials: list[Credential] = field(default_factory=list)
    #: Addresses by route.
    hooks: dict[str, str] = field(default_factory=dict)
    #: Key and value.
    state: dict[str, bytes] = field(default_factory=dict)
    #: Files by their names; what the plugin keeps is named ``kept-0``, ``kept-1`` …
    files: dict[str, File] = field(default_factory=dict)
    #: Refuse writes to the state, as during ``send``; the calls of this module set it.
    state_is_read_only: bool = False
    #: Refuse requests, as during ``receive``; the calls of this module set it.
    requests_are_denied: bool = False
    #: What was logged.
    log: list[LogLine] = field(default_factory=list)
    #: What the plugin did, in order: requests, and what it told about the delivery.
    journal: list[Begin | Settle | Sent] = field(default_factory=list)
    #: Answers to the requests to come, the first to the first. Without one a request is refused.
    answers: deque[HttpResponse | SendError] = field(default_factory=deque)

    def set(self, key: str, value: str | float | bool | list[str]) -> None:
        """Sets a setting, of the kind that the value has."""
        made: SettingValue
        match value:
            case bool():
                made = SettingValueBoolean(value)
            case str():
                made = SettingValueText(value)
            case list():
                made = SettingValueTexts(value)
            case _:
                made = SettingValueNumber(float(value))
        self.settings = [setting for setting in self.settings if setting.key != key] + [Setting(key, made)]

    def answer(self, status: int, body: object = b"", headers: dict[str, str] | None = None) -> None:
        """Answers the next request that has no answer yet. A body that is neither bytes nor text is written as JSON."""
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            body = compact(body).encode()
        self.answers.append(HttpResponse(status, list((headers or {}).items()), body))

    def fail(self, error: SendError) -> None:
        """Gives the next request that has no answer yet this error instead."""
        self.answers.append(error)

    def requests(self) -> list[HttpRequest]:
        """The requests that were made, oldest first."""
        return [step.request for step in self.journal if isinstance(step, Sent)]

    # What the package's own modules call.

    def settings_get(self, key: str) -> SettingValue | None:
        """As ``settings.get``."""
        return next((setting.value for setting in self.settings if setting.key == key), None)

    def settings_all(self) -> list[Setting]:
        """As ``settings.all``."""
        return list(self.settings)

    def state_get(self, key: str) -> bytes | None:
        """As ``state.get``."""
        return self.state.get(key)

    def state_set(self, key: str, value: bytes) -> None:
        """As ``state.set``, with the host's bounds of key and value."""
        self._writable()
        if len(key.encode()) > 512 or len(value) > 64 * 1024:
            raise StateRefused(StateErrorTooLarge())
        self.state[key] = value

    def state_delete(self, key: str) -> None:
        """As ``state.delete``."""
        self._writable()
        self.state.pop(key, None)

    def _writable(self) -> None:
        if self.state_is_read_only:
            raise StateRefused(StateErrorReadOnly())

    def state_keys(self, prefix: str, after: str | None, count: int) -> list[str]:
        """As ``state.keys``."""
        later = [key for key in self.state if key.startswith(prefix) and (after is None or key.encode() > after.encode())]
        return sorted(later, key=str.encode)[:count]

    def credentials_all(self) -> list[Credential]:
        """As ``credentials.all``."""
        return list(self.credentials)

    def hooks_address(self, route: str) -> str | None:
        """As ``hooks.address``."""
        return self.hooks.get(route)

    def media_keep(self, pieces: Iterable[bytes], file_name: str | None) -> str:
        """As ``media.keep``."""
        handle = next(name for number in count() if (name := f"kept-{number}") not in self.files)
        self.files[handle] = File(b"".join(pieces), file_name=file_name)
        return handle

    def media_read(self, handle: str, offset: int, count: int) -> bytes:
        """As ``media.read``."""
        return self._file(handle).bytes[offset : offset + min(count, PIECE)]

    def media_describe(self, handle: str) -> Description:
        """As ``media.describe``."""
        file = self._file(handle)
        digest = hashlib.sha256(file.bytes).digest()
        return Description(len(file.bytes), file.content_type, file_name=file.file_name, sha256=digest)

    def media_share(self, handle: str, lifetime: int) -> str:
        """As ``media.share``; how long it is open is the host's to keep."""
        self._file(handle)
        return f"https://media.host.example/{handle}"

    def _file(self, handle: str) -> File:
        if handle not in self.files:
            raise MediaRefused(MediaErrorNotFound())
        return self.files[handle]

    def log_write(self, level: Level, message: str, fields: list[Pair]) -> None:
        """As ``log.write``."""
        self.log.append(LogLine(level, message, {pair.name: pair.value for pair in fields}))

    def delivery_begin(self, parts: list[int]) -> None:
        """As ``delivery.begin``."""
        self.journal.append(Begin(list(parts)))

    def delivery_settle(self, parts: list[int], message: str | None) -> None:
        """As ``delivery.settle``."""
        self.journal.append(Settle(list(parts), message))

    def http_send(self, request: HttpRequest) -> HttpResponse:
        """As ``http.Request.send``."""
        if self.requests_are_denied:
            raise Denied("this kind of call may make no requests")
        self.journal.append(Sent(HttpRequest(request.method, request.url, list(request.headers), request.body)))
        if not self.answers:
            raise Denied("the test scripted no answer for this request")
        answer = self.answers.popleft()
        if isinstance(answer, SendError):
            raise answer
        return answer


_hosts = threading.local()


def host() -> Host:
    """This thread's host."""
    found: Host | None = getattr(_hosts, "host", None)
    return found if found is not None else reset()


def reset() -> Host:
    """Forgets everything: a new, empty host for this thread."""
    _hosts.host = Host()
    return host()


@contextmanager
def _during(*, writes: bool, requests: bool) -> Iterator[None]:
    here = host()
    before = (here.state_is_read_only, here.requests_are_denied)
    here.state_is_read_only, here.requests_are_denied = not writes, not requests
    try:
        yield
    finally:
        here.state_is_read_only, here.requests_are_denied = before


def check(plugin: Connector, settings: list[Setting] | None = None) -> list[FieldProblem]:
    """Calls ``check``, with the host's settings where none are given."""
    with _during(writes=False, requests=False):
        return _calls.check(plugin, host().settings if settings is None else settings)


def receive(plugin: Ingress, request: Request) -> Reception:
    """Calls ``receive``. Raises `RequestRefused` where the request is refused. State that a refused call wrote is taken back."""
    before = dict(host().state)
    try:
        with _during(writes=True, requests=False):
            return _calls.receive(plugin, request)
    except BaseException:
        host().state = before
        raise


def refusal(plugin: Ingress, request: Request) -> Refusal:
    """Calls ``receive`` and gives the refusal. Raises `AssertionError` where the request is not refused."""
    try:
        receive(plugin, request)
    except RequestRefused as refused:
        return refused.refusal
    raise AssertionError("the request was not refused")


def follow_up(plugin: Background, what: str) -> list[Event]:
    """Calls ``follow_up``. Raises `Faulted` where it comes to nothing; state that it wrote is taken back then."""
    return _work(lambda: _calls.follow_up(plugin, what))


def poll(plugin: Poller, cursor: str | None = None) -> Page:
    """Calls ``poll``. Raises `Faulted` where it comes to nothing; state that it wrote is taken back then."""
    return _work(lambda: _calls.poll(plugin, cursor))


def fetch(plugin: MediaFetcher, deferred: str) -> str:
    """Calls ``fetch``: the name of the file, which ``media`` reads. Raises `Faulted` where it comes to nothing; state that it wrote is
    taken back then."""
    return _work(lambda: _calls.fetch(plugin, deferred))


def _work(call: Callable[[], Found]) -> Found:
    before = dict(host().state)
    try:
        with _during(writes=True, requests=True):
            return call()
    except BaseException:
        host().state = before
        raise


def send(plugin: Sender, draft: Draft) -> list[PartOutcome]:
    """Calls ``send``."""
    with _during(writes=False, requests=True):
        return _calls.send(plugin, draft)


def preview(plugin: Sender, draft: Draft) -> list[Problem]:
    """Calls ``preview``."""
    with _during(writes=False, requests=False):
        return _calls.preview(plugin, draft)


def templates(plugin: Directory) -> list[TemplateDefinition]:
    """Calls ``templates``. Raises `Faulted` where there is no answer."""
    with _during(writes=False, requests=True):
        return _calls.templates(plugin)


def resolve(plugin: Directory, kind: IdentityKind, address: str) -> Resolved | None:
    """Calls ``resolve``. Raises `Faulted` where there is no answer."""
    with _during(writes=False, requests=True):
        return _calls.resolve(plugin, kind, address)


def profile(plugin: Directory, key: str, thread: str | None = None) -> Identity | None:
    """Calls ``profile``. Raises `Faulted` where there is no answer."""
    with _during(writes=False, requests=True):
        return _calls.profile(plugin, key, thread)


def about(plugin: Directory, thread: str) -> Thread | None:
    """Calls ``about``. Raises `Faulted` where there is no answer."""
    with _during(writes=False, requests=True):
        return _calls.about(plugin, thread)


def act(action: Callable[..., Outcome], *values: object) -> Outcome:
    """Calls one of `Actions`: ``fake.act(Plugin().react, Target("ref-1", message="m1"), "👍", True, None)``."""
    with _during(writes=False, requests=True):
        return _calls.act(action, *values)
