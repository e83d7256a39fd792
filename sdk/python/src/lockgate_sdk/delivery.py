"""The delivery in hand: which parts a request carries, and what the provider has."""

from __future__ import annotations

from collections.abc import Callable

from . import _host
from ._checking import check
from .contract import (
    U32,
    Draft,
    DraftPart,
    Outcome,
    OutcomeAccepted,
    OutcomeNotTried,
    OutcomeSent,
    OutcomeUnknown,
    PartOutcome,
)
from .http import SendError

__all__ = ["begin", "in_order", "settle", "to_send"]


def begin(parts: list[int]) -> None:
    """The send requests that follow carry these parts: what departs is marked for them. Without it, for all."""
    check(parts, list[U32], "delivery.begin: parts")
    _host.current().delivery_begin(parts)


def settle(parts: list[int], message: str | None) -> None:
    """The provider has these parts, as this message. Durable at once: an exception afterwards does not forget it."""
    check(parts, list[U32], "delivery.settle: parts")
    check(message, str | None, "delivery.settle: message")
    _host.current().delivery_settle(parts, message)


def to_send(draft: Draft) -> list[DraftPart]:
    """The parts that are still to be sent: those that no earlier attempt sent, or may have sent."""
    gone = (OutcomeSent, OutcomeAccepted, OutcomeUnknown)
    return [part for part in draft.parts if not isinstance(part.earlier, gone)]


def in_order(draft: Draft, send: Callable[[DraftPart], Outcome]) -> list[PartOutcome]:
    """Sends the parts of a draft one by one, each with a request of its own, and keeps the books: `begin` before, `settle` after,
    parts that an earlier attempt settled left alone, and everything behind the first that was not sent `OutcomeNotTried`. A
    `SendError` that ``send`` lets through becomes the outcome that it stands for.
    """
    outcomes: list[PartOutcome] = []
    stopped = False
    for part in to_send(draft):
        if stopped:
            outcomes.append(PartOutcome([part.id], OutcomeNotTried()))
            continue
        begin([part.id])
        try:
            outcome = send(part)
        except SendError as error:
            outcome = error.outcome()
        if isinstance(outcome, (OutcomeSent, OutcomeAccepted)):
            settle([part.id], outcome.value.message)
        else:
            stopped = True
        outcomes.append(PartOutcome([part.id], outcome))
    return outcomes
