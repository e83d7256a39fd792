"""The inside of a component: between componentize-py's bindings, which exist there only, and this package.

Imported once, while the component is built, before the plugin: the bindings are told to use the classes of ``contract``, and
what must not be looked for at run time, when there are no files, is loaded. The calls start from a snapshot of that.
"""

from __future__ import annotations

import dataclasses
import gc
import importlib
import linecache
import sys
import traceback
from collections.abc import Callable, Iterable
from types import ModuleType, TracebackType
from typing import Any

import componentize_py_types  # type: ignore[import-not-found]

from . import _calls, _checking, _host, abilities, contract
from ._guest_http import send as http_send
from .contract import (
    Author,
    Credential,
    Description,
    Draft,
    Event,
    FieldProblem,
    Identity,
    IdentityKind,
    Level,
    Outcome,
    Page,
    Pair,
    Part,
    PartOutcome,
    Problem,
    Reception,
    Request,
    Resolved,
    Setting,
    SettingValue,
    Target,
    TemplateDefinition,
    Thread,
)
from .http import Request as HttpRequest
from .http import Response as HttpResponse
from .media import PIECE, MediaRefused
from .state import StateRefused

#: What the standard library loads where it is first used.
_LATER = (
    "_strptime",
    "base64",
    "calendar",
    "datetime",
    "decimal",
    "email.utils",
    "encodings.ascii",
    "encodings.cp1252",
    "encodings.idna",
    "encodings.iso8859_1",
    "encodings.latin_1",
    "encodings.punycode",
    "encodings.utf_16",
    "encodings.utf_16_le",
    "encodings.utf_8_sig",
    "hashlib",
    "hmac",
    "html",
    "stringprep",
    "traceback",
    "unicodedata",
    "urllib.parse",
    "uuid",
)


def _module(interface: str) -> ModuleType | None:
    for half in ("imports", "exports"):
        try:
            return importlib.import_module(f"wit_world.{half}.{interface.replace('-', '_')}")
        except ModuleNotFoundError:
            continue
    return None


def _positional(cls: type, names: tuple[str, ...]) -> Callable[..., object]:
    """The bindings make records of all fields in the contract's order; the classes take theirs by name."""
    arguments = ", ".join(names)
    body = "".join(f"\n    it.{name} = {name}" for name in names)
    scope: dict[str, Any] = {"new": object.__new__, "cls": cls}
    exec(f"def make({arguments}):\n    it = new(cls){body}\n    return it", scope)
    made: Callable[..., object] = scope["make"]
    return made


def _adopt() -> None:
    """Puts the classes of ``contract`` in the place of the bindings' own. They must have the same shapes."""
    for interface, theirs, ours in contract.CLASSES:
        module = _module(interface)
        if module is None:
            continue
        bound = getattr(module, theirs)
        if ours in contract.RECORDS:
            names = contract.RECORDS[ours]
            same = tuple(field.name for field in dataclasses.fields(bound)) == names
            replacement: object = _positional(ours, names)
        elif dataclasses.is_dataclass(bound):
            same = len(dataclasses.fields(bound)) == len(dataclasses.fields(ours))
            replacement = ours
        else:
            same = [(case.name, case.value) for case in bound] == [(case.name, case.value) for case in ours]  # type: ignore[attr-defined]
            replacement = ours
        if not same:
            raise RuntimeError(f"lockgate_sdk.contract.{ours.__name__} has another shape than the contract's {theirs}")
        setattr(module, theirs, replacement)


_adopt()

from wit_world.imports import credentials, delivery, hooks, log, media_store, settings, state  # type: ignore[import-not-found] # noqa: E402


class _Real:
    """The host of ``_host.Host``."""

    def settings_get(self, key: str) -> SettingValue | None:
        return settings.get(key)  # type: ignore[no-any-return]

    def settings_all(self) -> list[Setting]:
        return settings.all()  # type: ignore[no-any-return]

    def state_get(self, key: str) -> bytes | None:
        return state.get(key)  # type: ignore[no-any-return]

    def state_set(self, key: str, value: bytes) -> None:
        try:
            state.set(key, value)
        except componentize_py_types.Err as error:
            raise StateRefused(error.value) from None

    def state_delete(self, key: str) -> None:
        try:
            state.delete(key)
        except componentize_py_types.Err as error:
            raise StateRefused(error.value) from None

    def state_keys(self, prefix: str, after: str | None, count: int) -> list[str]:
        return state.keys(prefix, after, count)  # type: ignore[no-any-return]

    def credentials_all(self) -> list[Credential]:
        return credentials.all()  # type: ignore[no-any-return]

    def hooks_address(self, route: str) -> str | None:
        return hooks.address(route)  # type: ignore[no-any-return]

    def media_keep(self, pieces: Iterable[bytes], file_name: str | None) -> str:
        try:
            writer = media_store.create(file_name)
            for piece in pieces:
                for at in range(0, len(piece), PIECE):
                    writer.write(piece[at : at + PIECE])
            return media_store.Writer.finish(writer)  # type: ignore[no-any-return]
        except componentize_py_types.Err as error:
            raise MediaRefused(error.value) from None

    def media_read(self, handle: str, offset: int, count: int) -> bytes:
        try:
            return media_store.read(handle, offset, count)  # type: ignore[no-any-return]
        except componentize_py_types.Err as error:
            raise MediaRefused(error.value) from None

    def media_describe(self, handle: str) -> Description:
        try:
            return media_store.describe(handle)  # type: ignore[no-any-return]
        except componentize_py_types.Err as error:
            raise MediaRefused(error.value) from None

    def media_share(self, handle: str, lifetime: int) -> str:
        try:
            return media_store.share(handle, lifetime)  # type: ignore[no-any-return]
        except componentize_py_types.Err as error:
            raise MediaRefused(error.value) from None

    def log_write(self, level: Level, message: str, fields: list[Pair]) -> None:
        log.write(level, message, fields)

    def delivery_begin(self, parts: list[int]) -> None:
        delivery.begin(parts)

    def delivery_settle(self, parts: list[int], message: str | None) -> None:
        delivery.settle(parts, message)

    def http_send(self, request: HttpRequest) -> HttpResponse:
        return http_send(request)


def _plugin() -> Any:
    assert _instance is not None, "seal() comes first"
    return _instance


_instance: object | None = None


class Connector:
    """The export ``connector``."""

    def check(self, settings: list[Setting]) -> list[FieldProblem]:
        return _run(_calls.check, _plugin(), settings)  # type: ignore[no-any-return]


class Ingress:
    """The export ``ingress``."""

    def receive(self, request: Request) -> Reception:
        try:
            return _run(_calls.receive, _plugin(), request)  # type: ignore[no-any-return]
        except abilities.RequestRefused as refused:
            raise componentize_py_types.Err(refused.refusal) from None


class Background:
    """The export ``background``."""

    def follow_up(self, what: str) -> list[Event]:
        try:
            return _run(_calls.follow_up, _plugin(), what)  # type: ignore[no-any-return]
        except abilities.Faulted as faulted:
            raise componentize_py_types.Err(faulted.fault) from None


class Poller:
    """The export ``poller``."""

    def poll(self, cursor: str | None) -> Page:
        try:
            return _run(_calls.poll, _plugin(), cursor)  # type: ignore[no-any-return]
        except abilities.Faulted as faulted:
            raise componentize_py_types.Err(faulted.fault) from None


class MediaFetcher:
    """The export ``media-fetcher``."""

    def fetch(self, deferred: str) -> str:
        try:
            return _run(_calls.fetch, _plugin(), deferred)  # type: ignore[no-any-return]
        except abilities.Faulted as faulted:
            raise componentize_py_types.Err(faulted.fault) from None


class Sender:
    """The export ``sender``."""

    def send(self, draft: Draft) -> list[PartOutcome]:
        return _run(_calls.send, _plugin(), draft)  # type: ignore[no-any-return]

    def preview(self, draft: Draft) -> list[Problem]:
        return _run(_calls.preview, _plugin(), draft)  # type: ignore[no-any-return]


class Actions:
    """The export ``actions``."""

    def edit(self, target: Target, parts: list[Part]) -> Outcome:
        return _run(_calls.act, _plugin().edit, target, parts)  # type: ignore[no-any-return]

    def delete(self, target: Target) -> Outcome:
        return _run(_calls.act, _plugin().delete, target)  # type: ignore[no-any-return]

    def react(self, target: Target, symbol: str, added: bool, reaction: str | None) -> Outcome:
        return _run(_calls.act, _plugin().react, target, symbol, added, reaction)  # type: ignore[no-any-return]

    def mark_read(self, target: Target) -> Outcome:
        return _run(_calls.act, _plugin().mark_read, target)  # type: ignore[no-any-return]

    def typing(self, target: Target, on: bool, author: Author | None) -> Outcome:
        return _run(_calls.act, _plugin().typing, target, on, author)  # type: ignore[no-any-return]

    def take_over(self, target: Target, on: bool) -> Outcome:
        return _run(_calls.act, _plugin().take_over, target, on)  # type: ignore[no-any-return]

    def ended(self, target: Target, ended: bool) -> Outcome:
        return _run(_calls.act, _plugin().ended, target, ended)  # type: ignore[no-any-return]


class Directory:
    """The export ``directory``."""

    def templates(self) -> list[TemplateDefinition]:
        return _looked(_calls.templates, _plugin())  # type: ignore[no-any-return]

    def resolve(self, kind: IdentityKind, address: str) -> Resolved | None:
        return _looked(_calls.resolve, _plugin(), kind, address)  # type: ignore[no-any-return]

    def profile(self, key: str, thread: str | None) -> Identity | None:
        return _looked(_calls.profile, _plugin(), key, thread)  # type: ignore[no-any-return]

    def about(self, thread: str) -> Thread | None:
        return _looked(_calls.about, _plugin(), thread)  # type: ignore[no-any-return]


def _looked(call: Callable[..., Any], *values: object) -> Any:
    try:
        return _run(call, *values)
    except abilities.Faulted as faulted:
        raise componentize_py_types.Err(faulted.fault) from None


def _run(call: Callable[..., Any], *values: object) -> Any:
    try:
        return call(*values)
    except SystemExit as error:
        raise RuntimeError(f"the plugin called exit({error.code!r}); raise what is wrong instead") from error
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


_OWN = __file__.rpartition("/")[0] + "/"


def _is_authors(name: str) -> bool:
    return not name.startswith((_OWN, "/python/", "/world/", "<"))


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What an exception that nobody caught prints: first in one line what and where, because the host keeps the beginning as the
    reason of the failed call, then the traceback without this package's frames.
    """
    told = _of_author(traceback.TracebackException(kind, error, trace))
    words = "".join(traceback.format_exception_only(kind, error)).strip().replace("\n", " ")
    last = told.stack[-1] if told.stack else None
    where = f" at {last.filename}:{last.lineno}, in {last.name}: {last.line}" if last else ""
    # Where none of the author's own lines led there, the traceback is the same line again.
    more = told.format() if told.stack or told.__cause__ or told.__context__ else [""]
    print(f"{words}{where}", *more, sep="\n", end="", file=sys.stderr)
    sys.stderr.flush()


def _of_author(told: traceback.TracebackException) -> traceback.TracebackException:
    """The same with the author's frames alone, each by the name of its file below the folder that was built: folders are mounted
    at numbers while that is done.
    """
    frames = [frame for frame in told.stack if _is_authors(frame.filename)]
    told.stack = traceback.StackSummary.from_list(
        [
            traceback.FrameSummary(_shown.get(frame.filename, frame.filename), frame.lineno, frame.name, line=frame.line)
            for frame in frames
        ]
    )
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if other is not None:
            _of_author(other)
    return told


_shown: dict[str, str] = {}


def _keep_sources() -> None:
    """Keeps the lines of the plugin's own files for tracebacks."""
    for module in list(sys.modules.values()):
        name = getattr(module, "__file__", None)
        if not name or not name.endswith(".py") or name.startswith("/python/"):
            continue
        lines = linecache.getlines(name)
        # Without a time of change it is not compared with the file, which is not there any more.
        linecache.cache[name] = (sum(map(len, lines)), None, lines, name)
        root = next((path for path in sys.path if path and name.startswith(path.rstrip("/") + "/")), "")
        _shown[name] = name[len(root.rstrip("/")) + 1 :] if root else name


def seal() -> None:
    """Makes the plugin's one instance, and everything that a call would make first. The last thing before the snapshot."""
    global _instance
    plugin = abilities.registered()
    if plugin is None:
        raise RuntimeError("the plugin's module registers no class; write lockgate_sdk.register(YourClass) below it")
    _instance = plugin()
    _host.use(_Real())
    for name in _LATER:
        try:
            importlib.import_module(name)
        except ImportError:
            # This interpreter has it not; whoever uses it imports it and is told so while building.
            continue
    _checking.prepare()
    _keep_sources()
    sys.excepthook = _tell
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    gc.collect()
    # What is there now is there for good: the collector need not touch, and so copy, its pages in every call.
    gc.freeze()
