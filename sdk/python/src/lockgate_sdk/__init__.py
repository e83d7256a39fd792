"""Write a Lockgate channel plugin in Python.

::

    from lockgate_sdk import Event, EventBodyMessage, Ingress, Message, Reception, make, reading, register

    class Notes(Ingress):
        def receive(self, request):
            note = reading.parse(request.body)
            message = Message(id=note.id("id"), parts=[make.text(note.text("text"))])
            who = note.id("from")
            event = Event(note.id("id"), request.received_at, EventBodyMessage(message),
                          thread=make.direct(who), actor=make.contact(who))
            return Reception(events=[event])

    register(Notes)

``lockgate-build-python`` makes a component of it, with the abilities that the class has. Natively it is an ordinary class: the
imports (`settings`, `state`, `http` …) then reach the small host of `fake`, so that unit tests need no sandbox.

Shares nothing with the host but the contract in ``wit/``.
"""

from . import credentials, delivery, forms, hooks, http, log, make, media, reading, settings, state, times
from .abilities import Actions, Background, Connector, Directory, Faulted, Ingress, MediaFetcher, Poller, RequestRefused, Sender, register
from .contract import *  # noqa: F403
from .contract import __all__ as _contract

__all__ = [
    "Actions",
    "Background",
    "Connector",
    "Directory",
    "Faulted",
    "Ingress",
    "MediaFetcher",
    "Poller",
    "RequestRefused",
    "Sender",
    "credentials",
    "delivery",
    "forms",
    "hooks",
    "http",
    "log",
    "make",
    "media",
    "reading",
    "register",
    "settings",
    "state",
    "times",
    *_contract,
]
