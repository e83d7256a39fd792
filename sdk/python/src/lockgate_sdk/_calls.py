"""A call of a plugin as the host sees it: refusals told from faults, and what it returns looked over. The component's glue and
the small host of ``fake`` both go through here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ._checking import check as look_over
from .abilities import Background, Connector, Directory, Faulted, Ingress, MediaFetcher, Poller, RequestRefused, Sender
from .contract import (
    Draft,
    Event,
    Fault,
    FaultMalformed,
    FieldProblem,
    Identity,
    IdentityKind,
    Outcome,
    Page,
    PartOutcome,
    Problem,
    Reception,
    Refusal,
    Request,
    Resolved,
    Setting,
    TemplateDefinition,
    Thread,
)
from .http import SendError
from .media import MediaRefused
from .reading import Unreadable

Found = TypeVar("Found")


def check(plugin: Connector, settings: list[Setting]) -> list[FieldProblem]:
    """`Connector.check`."""
    problems = plugin.check(settings)
    look_over(problems, list[FieldProblem], "problems")
    return problems


def receive(plugin: Ingress, request: Request) -> Reception:
    """`Ingress.receive`. Raises `RequestRefused` for every refusal."""
    try:
        reception = plugin.receive(request)
    except Unreadable as error:
        raise RequestRefused.malformed(str(error)) from error
    except RequestRefused as refused:
        look_over(refused.refusal, Refusal, "refusal")
        raise
    look_over(reception, Reception, "reception")
    return reception


def follow_up(plugin: Background, what: str) -> list[Event]:
    """`Background.follow_up`. Raises `Faulted` for every fault."""
    events = _work(lambda: plugin.follow_up(what))
    look_over(events, list[Event], "events")
    return events


def poll(plugin: Poller, cursor: str | None) -> Page:
    """`Poller.poll`. Raises `Faulted` for every fault."""
    page = _work(lambda: plugin.poll(cursor))
    look_over(page, Page, "page")
    return page


def templates(plugin: Directory) -> list[TemplateDefinition]:
    """`Directory.templates`. Raises `Faulted` for every fault."""
    found = _work(plugin.templates)
    look_over(found, list[TemplateDefinition], "templates")
    return found


def resolve(plugin: Directory, kind: IdentityKind, address: str) -> Resolved | None:
    """`Directory.resolve`. Raises `Faulted` for every fault."""
    found = _work(lambda: plugin.resolve(kind, address))
    if found is not None:
        look_over(found, Resolved, "resolved")
    return found


def profile(plugin: Directory, key: str, thread: str | None) -> Identity | None:
    """`Directory.profile`. Raises `Faulted` for every fault."""
    found = _work(lambda: plugin.profile(key, thread))
    if found is not None:
        look_over(found, Identity, "identity")
    return found


def about(plugin: Directory, thread: str) -> Thread | None:
    """`Directory.about`. Raises `Faulted` for every fault."""
    found = _work(lambda: plugin.about(thread))
    if found is not None:
        look_over(found, Thread, "thread")
    return found


def fetch(plugin: MediaFetcher, deferred: str) -> str:
    """`MediaFetcher.fetch`. Raises `Faulted` for every fault."""
    handle = _work(lambda: plugin.fetch(deferred))
    look_over(handle, str, "handle")
    return handle


def _work(call: Callable[[], Found]) -> Found:
    try:
        return call()
    except Unreadable as error:
        raise Faulted(FaultMalformed(str(error))) from error
    except SendError as error:
        raise Faulted(error.fault()) from error
    except MediaRefused as error:
        raise Faulted(error.fault()) from error
    except Faulted as faulted:
        look_over(faulted.fault, Fault, "fault")
        raise


def send(plugin: Sender, draft: Draft) -> list[PartOutcome]:
    """`Sender.send`."""
    outcomes = plugin.send(draft)
    look_over(outcomes, list[PartOutcome], "outcomes")
    return outcomes


def preview(plugin: Sender, draft: Draft) -> list[Problem]:
    """`Sender.preview`."""
    problems = plugin.preview(draft)
    look_over(problems, list[Problem], "problems")
    return problems


def act(action: Callable[..., Outcome], *values: object) -> Outcome:
    """One of `Actions`. A `SendError` that it lets through becomes the outcome that it stands for."""
    try:
        outcome = action(*values)
    except SendError as error:
        outcome = error.outcome()
    look_over(outcome, Outcome, "outcome")
    return outcome
