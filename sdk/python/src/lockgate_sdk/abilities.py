"""What a plugin implements: a class that derives from one class an ability, and is named to `register`.

::

    class Notes(Connector, Ingress):
        def check(self, settings): ...
        def receive(self, request): ...

    register(Notes)

The component exports the abilities that the class has, and no others. The class is instantiated once, when the component is
built; every call starts from that snapshot, so what a call changes on ``self`` or in a module is gone after it. What must be
remembered goes into ``state``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from .contract import (
    Author,
    Draft,
    Event,
    Fault,
    FaultUnsupported,
    FieldProblem,
    Identity,
    IdentityKind,
    Outcome,
    OutcomeFailed,
    Page,
    Part,
    PartOutcome,
    Passing,
    Problem,
    Reception,
    Refusal,
    RefusalMalformed,
    RefusalPassing,
    RefusalUnauthentic,
    Request,
    Resolved,
    Setting,
    Target,
    TemplateDefinition,
    Thread,
)

__all__ = [
    "ABILITIES",
    "Actions",
    "Background",
    "Connector",
    "Directory",
    "Faulted",
    "Ingress",
    "Poller",
    "RequestRefused",
    "Sender",
    "abilities_of",
    "register",
    "registered",
]


class Connector(ABC):
    """Every plugin: does this configuration make sense?"""

    @abstractmethod
    def check(self, settings: list[Setting]) -> list[FieldProblem]:
        """What is wrong with these settings, each with its key; nothing where they will do. Pure: no request leaves."""


class Ingress(ABC):
    """Webhooks, form posts, widget calls."""

    @abstractmethod
    def receive(self, request: Request) -> Reception:
        """Makes events of a request that the host has verified. Pure: no request leaves during the call, and it may be run again.

        Everything in a batch becomes an event; what is not understood becomes ``native``. Raise `RequestRefused` where nothing in it
        can be read; `reading.Unreadable` that leaves it is the refusal ``malformed``.
        """


class Background(ABC):
    """What an event asked to be done afterwards, with outgoing requests."""

    @abstractmethod
    def follow_up(self, what: str) -> list[Event]:
        """Does what the text of a stored ``follow-up`` event says. Its events are taken in as those of ``receive``, with what it wrote
        to ``state``. It may be run again although it ran before.

        It comes to nothing by raising `Faulted`: the host tries again, for a day, where that can help. A `http.SendError` that leaves it
        is the fault that it stands for, `reading.Unreadable` is ``malformed``.
        """


class Poller(ABC):
    """Providers without webhooks, or whose webhook only says that something changed. The manifest's ``[polling]`` says how often."""

    @abstractmethod
    def poll(self, cursor: str | None) -> Page:
        """What happened since ``cursor``, oldest first; with none it begins now. The page's cursor is kept together with its events and
        with what was written to ``state``; none leaves it as it is. Raises as `Background.follow_up` does; the same cursor comes
        again then.
        """


class MediaFetcher(ABC):
    """Files whose bytes are with the provider. An event names one as ``MediaSourceDeferred``, by whatever the plugin finds it again; the
    host asks for it once the message is taken in. Needs ``[media]`` in the manifest."""

    @abstractmethod
    def fetch(self, deferred: str) -> str:
        """Brings the file that ``deferred`` says, keeps it with ``media``, and gives its name there. It may be called again although it
        was called before. Raises as `Background.follow_up` does; what ``media`` refuses is told where the file would be.
        """


class Sender(ABC):
    """Answers."""

    @abstractmethod
    def send(self, draft: Draft) -> list[PartOutcome]:
        """Sends the parts of a draft that are still to be sent and says what came of each. `delivery.in_order` does the
        book-keeping.
        """

    def preview(self, draft: Draft) -> list[Problem]:
        """What would be wrong with it, so that it is known before Send is pressed. No request leaves."""
        return []


class Actions:
    """What can be done to a message or thread that exists.

    A plugin writes the methods that its provider has something like, and names them in the manifest's capabilities: the host asks
    for those only. The others answer ``unsupported`` by themselves. A `http.SendError` that leaves one is the outcome that it stands
    for.
    """

    def edit(self, target: Target, parts: list[Part]) -> Outcome:
        """A message of ours says these parts from now on. Media stay unless media are listed."""
        return _unsupported("a message cannot be edited")

    def delete(self, target: Target) -> Outcome:
        """A message of ours is taken back."""
        return _unsupported("a message cannot be taken back")

    def react(self, target: Target, symbol: str, added: bool, reaction: str | None) -> Outcome:
        """Our reaction on a message: an emoji, or the provider's name between colons; added or taken back. Taking back names as
        ``reaction`` what adding returned as ``message``.
        """
        return _unsupported("there are no reactions")

    def mark_read(self, target: Target) -> Outcome:
        """The contact's messages up to and with the target's have been read. Called once: an unknown is forgotten."""
        return _unsupported("nobody is told what was read")

    def typing(self, target: Target, on: bool, author: Author | None) -> Outcome:
        """Somebody here began to write, or stopped. Called once: an unknown is forgotten."""
        return _unsupported("nobody is told who writes")

    def take_over(self, target: Target, on: bool) -> Outcome:
        """Take the thread from another app, or give it back."""
        return _unsupported("a thread belongs to nobody")

    def ended(self, target: Target, ended: bool) -> Outcome:
        """The conversation was closed here, or opened again."""
        return _unsupported("a conversation has no end")


def _unsupported(words: str) -> Outcome:
    return OutcomeFailed(FaultUnsupported(f"{words} on this channel"))


class Directory:
    """Looking things up at the provider, while somebody waits for the answer.

    A plugin writes the methods that its provider has something like; the others answer ``unsupported`` by themselves. Only requests
    through egress rules of effect ``read`` leave, and ``state`` is not written. Each raises as `Background.follow_up` does; nothing is
    tried again, who asked is told.
    """

    def templates(self) -> list[TemplateDefinition]:
        """All templates that the provider has on file, those that may not be sent now too."""
        raise _not_here("there are no templates")

    def resolve(self, kind: IdentityKind, address: str) -> Resolved | None:
        """Whether a conversation can be begun with this address, and as whom; none: not with this one. Asked for the kinds that the
        manifest's ``begins`` names.
        """
        raise _not_here("nobody can be looked up")

    def profile(self, key: str, thread: str | None) -> Identity | None:
        """What the provider tells of a person who is known, in the thread where it tells more there; none: nothing. What comes is kept
        as that of an event ``profile``; its key is the one that was asked for.
        """
        raise _not_here("nothing is told of a person")

    def about(self, thread: str) -> Thread | None:
        """What the provider tells of a thread that is known; none: nothing. What comes is kept as what an event tells of its thread;
        its key is the one that was asked for.
        """
        raise _not_here("nothing is told of a thread")


def _not_here(words: str) -> Faulted:
    return Faulted(FaultUnsupported(f"{words} on this channel"))


class Faulted(Exception):
    """Raised by ``follow_up``, ``poll``, ``fetch`` and what is looked up: the call came to nothing. The fault says what the host does next."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"the call came to nothing: {fault!r}")
        #: What the host is told.
        self.fault = fault


class RequestRefused(Exception):
    """Raised by ``receive``: the request gave nothing. The refusal says what the host does next."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        #: The contract's own.
        self.refusal = refusal

    @classmethod
    def malformed(cls, why: str) -> RequestRefused:
        """Nothing in it can be read: acknowledged, kept as a dead letter."""
        return cls(RefusalMalformed(why))

    @classmethod
    def unauthentic(cls, why: str) -> RequestRefused:
        """It is not from whom it claims. 401; only counted."""
        return cls(RefusalUnauthentic(why))

    @classmethod
    def passing(cls, why: str, retry_after: int | None = None) -> RequestRefused:
        """It cannot be handled now: the provider, or the host, tries again. ``retry_after`` in milliseconds."""
        return cls(RefusalPassing(Passing(why, retry_after=retry_after)))


#: Every ability by its name in the contract.
ABILITIES: dict[str, type] = {
    "connector": Connector,
    "ingress": Ingress,
    "background": Background,
    "poller": Poller,
    "media-fetcher": MediaFetcher,
    "sender": Sender,
    "actions": Actions,
    "directory": Directory,
}

Class = TypeVar("Class", bound=type)

_registered: type | None = None


def abilities_of(plugin: type) -> list[str]:
    """The names of the abilities that a class has, in the contract's order."""
    return [name for name, ability in ABILITIES.items() if issubclass(plugin, ability)]


def register(plugin: Class) -> Class:
    """Names the class that is the plugin; also fit as a decorator. Raises `TypeError` where it has no ability, or lacks a method."""
    global _registered
    if not isinstance(plugin, type) or not abilities_of(plugin):
        raise TypeError(f"{plugin!r} is no class that derives from Connector, Ingress, Background, Poller, Sender, Actions or Directory")
    missing = sorted(getattr(plugin, "__abstractmethods__", ()))
    if missing:
        raise TypeError(f"{plugin.__name__} does not define {' and '.join(missing)}")
    if _registered is not None and _registered is not plugin:
        raise TypeError(f"{_registered.__name__} is registered already; a plugin is one class")
    _registered = plugin
    return plugin


def registered() -> type | None:
    """The class that was registered; none where none was."""
    return _registered
